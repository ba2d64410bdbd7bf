//! Any file as outlines (GeoJSON, GeoPackage, shapefile, IBTrACS as CSV or netCDF): they are read, or it is an error.
#![no_main]

use std::cell::LazyCell;

use eventscape_catalog::{OutlineRequest, Outlines};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a folder"));
}

fuzz_target!(|bytes: &[u8]| {
    // the format is told by the first bytes
    let path = FOLDER.with(|folder| folder.path().join("f.shp"));
    std::fs::write(&path, bytes).expect("a file");
    let request = OutlineRequest { open_days: Some(3.0), ..OutlineRequest::default() };
    if let Ok(outlines) = Outlines::read(&path, &request) {
        assert!(!outlines.phenomena.is_empty());
    }
});
