//! The keys of jobs: shared ones are written once, and each kind of job knows its own.

use std::path::Path;

use eventscape_core::track::METHODS;
use eventscape_pipeline::{CurationJob, Job, JobTable, MaskFromJob, PipelineError, read_job};
use serde_json::{Map, Value, json};

fn table(keys: Value) -> Map<String, Value> {
    keys.as_object().unwrap().clone()
}

fn names(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_shared_keys_are_in_every_kind_of_job() {
    let (phdef, curation, masks) = (Job::schema(), CurationJob::schema(), MaskFromJob::schema());
    for key in ["out", "job_id", "title", "products", "overwrite", "threads", "memory_limit"] {
        for schema in [&phdef, &curation, &masks] {
            assert!(names(schema).contains(&key), "{key}");
        }
    }
    let job_id = |schema: &Value| schema["properties"]["job_id"]["description"].as_str().unwrap().to_owned();
    assert_eq!(job_id(&phdef), "Number of the job (default 1).");
    assert_eq!(job_id(&curation), "Number of the job (default: the PhDef job's and one more).");
    assert!(names(&phdef).contains(&"warm_threshold") && !names(&curation).contains(&"warm_threshold"));
    let of_the_tracker = json!({
        "description": "AUX-GEOIR: the warm threshold in K (default 265).",
        "type": ["number", "null"],
        "format": "double",
    });
    assert_eq!(phdef["properties"]["warm_threshold"], of_the_tracker);
}

#[test]
fn a_key_of_another_kind_of_job_is_refused() {
    let said = CurationJob::read(table(json!({ "operator": "lessThan" })), &METHODS).unwrap_err();
    assert_eq!(said.key, "operator");
    let said = MaskFromJob::read(table(json!({ "resolutoin": 1 })), &METHODS).unwrap_err();
    assert_eq!(said.reason, "there is no such key; did you mean `resolution`?");
}

#[test]
fn flags_go_over_the_keys_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.toml");
    std::fs::write(&file, "min-size = 5\nvalue = 235\ntracker = 'aux-geoir'\nmax-size = 9\n").unwrap();
    let flags = table(json!({ "min_size": 7, "max_size": 8, "tos2ca_compat": true }));
    let job: Job = read_job(Some(&file), flags, &METHODS).unwrap();
    assert_eq!((job.phenomenon.min_size, job.phenomenon.tos2ca_compat), (Some(7), true));
    assert_eq!((&job.method["max_size"], job.phenomenon.value.unwrap().text()), (&json!(8), "235".to_owned()));
}

#[test]
fn a_wrong_key_names_the_file_or_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.toml");
    std::fs::write(&file, "min_sise = 5\n").unwrap();
    let said = |file: Option<&Path>, flags: Value| {
        let read: Result<Job, PipelineError> = read_job(file, table(flags), &METHODS);
        read.unwrap_err().to_string()
    };
    let in_file = said(Some(&file), json!({}));
    assert!(in_file.contains("job.toml") && in_file.contains("did you mean `min_size`?"), "{in_file}");
    assert!(said(None, json!({ "min_size": "a" })).starts_with("--min-size: \"a\" is not a whole number"));
}

#[test]
fn a_job_comes_back_from_its_json_as_it_was() {
    let asked =
        json!({ "input": "a.nc", "tracker": "aux-geoir", "max_size": 9, "chunks": 3, "threads": 2, "out": "o" });
    let job: Job = serde_json::from_value(asked.clone()).unwrap();
    assert_eq!(serde_json::to_value(&job).unwrap(), asked);
    assert!(serde_json::from_value::<Job>(json!({ "inptu": "a.nc" })).is_err());
}
