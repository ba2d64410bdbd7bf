//! Any file as an orbit of a swath: its cells are read, or it is an error.
#![no_main]

use std::cell::LazyCell;

use eventscape_catalog::{Context, QualityChoice, Source, SubsetRequest, Swaths};
use eventscape_formats::OpenOptions;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a folder"));
}

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.with(|folder| folder.path().join("f.nc"));
    std::fs::write(&path, bytes).expect("a file");
    let inputs = vec![path.to_string_lossy().into_owned()];
    let request = SubsetRequest { source: Source { inputs, ..Source::default() }, ..SubsetRequest::default() };
    let open = OpenOptions { max_chunk_bytes: 1 << 20, max_read_bytes: 4 << 20 };
    let context = Context { open, ..Context::default() };
    let Ok(swaths) = Swaths::open(&request, &QualityChoice::Catalogue, &context) else { return };
    for index in 0..swaths.len() {
        let _ = swaths.read(index);
    }
});
