//! Job files in TOML and JSON: a job that is the same when it is written down and read again, or an error.
#![no_main]

use std::cell::LazyCell;

use eventscape_core::track::METHODS;
use eventscape_pipeline::{CurationJob, Job, MaskFromJob, PipelineError, parse_bytes, read_job};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FOLDER: LazyCell<tempfile::TempDir> = LazyCell::new(|| tempfile::tempdir().expect("a folder"));
}

fn read(name: &str, bytes: &[u8]) -> Option<Job> {
    let path = FOLDER.with(|folder| folder.path().join(name));
    std::fs::write(&path, bytes).expect("a file");
    read_job(Some(&path), serde_json::Map::new(), &METHODS).ok()
}

fuzz_target!(|bytes: &[u8]| {
    for name in ["job.toml", "job.json"] {
        let job = read(name, bytes);
        let path = FOLDER.with(|folder| folder.path().join(name));
        let _: Result<CurationJob, PipelineError> = read_job(Some(&path), serde_json::Map::new(), &METHODS);
        let _: Result<MaskFromJob, PipelineError> = read_job(Some(&path), serde_json::Map::new(), &METHODS);
        let Some(job) = job else { continue };
        let text = serde_json::to_vec(&job).expect("a job as JSON");
        // JSON has no words for NaN and infinity, which TOML has
        if let Some(again) = read("again.json", &text) {
            assert_eq!(serde_json::to_vec(&again).expect("a job as JSON"), text);
        }
        let _: Result<Job, _> = serde_json::from_slice(&text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parse_bytes(text);
    }
});
