//! Any file as the input of a job: its axes, times and packing are understood and a scene is read, or it is an error.
#![no_main]

use std::cell::LazyCell;

use eventscape_catalog::{Context, Source, Subset, SubsetRequest};
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
    let Ok(subset) = Subset::open(&request, &Context { open, ..Context::default() }) else { return };
    assert!(subset.times().windows(2).all(|t| t[0].micros() <= t[1].micros()));
    let _ = subset.plan();
    if let Ok(scene) = subset.read(0) {
        assert_eq!(scene.fields[0].len(), subset.grid().ny() * subset.grid().nx());
    }
});
