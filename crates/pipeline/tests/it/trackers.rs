//! A tracker that is not built in runs through a whole job.

use eventscape_pipeline::{Doors, Environment, Job, JobTable, Silent, find_phenomena, read_job, run_phdef, run_stitch};
use eventscape_pipeline::{StitchRequest, validate};
use eventscape_testkit::NEAREST_CENTROID;
use serde_json::{Map, Value, json};

use super::{SHAPE, job, keys};

fn doors() -> Doors {
    Doors::default().with_method(NEAREST_CENTROID)
}

fn environment() -> Environment<'static> {
    let mut env = Environment::new(&Silent);
    env.doors = doors();
    env
}

#[test]
fn a_tracker_that_is_handed_in_runs_from_the_job_file_to_the_products() {
    let folder = tempfile::tempdir().unwrap();
    let asked = keys(folder.path(), json!({ "tracker": "nearest-centroid", "max_distance_km": 200 }));
    let file = folder.path().join("job.json");
    std::fs::write(&file, Value::Object(asked).to_string()).unwrap();
    let job: Job = read_job(Some(&file), Map::new(), &doors().methods).unwrap();

    let report = run_phdef(&job, &environment()).unwrap();
    assert_eq!((report.tracks, report.components, report.links), (1, SHAPE.2, SHAPE.2 - 1));
    let place = folder.path().join("out").join("1");
    let manifest = std::fs::read(place.join("1-Manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let told = &manifest["properties"]["eventscape:job"];
    assert_eq!(told["options"]["max_distance_km"], "200", "{told:#}");
    assert!(told.to_string().contains("nearest-centroid") && told.to_string().contains("--max-distance-km=200"));
    for product in &report.products {
        assert!(place.join(&product.name).is_file(), "{}", product.name);
    }
    assert!(run_phdef(&job, &environment()).unwrap().already_complete);
}

#[test]
fn its_own_key_decides_on_the_tracks() {
    let folder = tempfile::tempdir().unwrap();
    let tracks = |others: Value| {
        let found = find_phenomena(&job(folder.path(), others, &doors()), &environment()).unwrap();
        found.lineage.tracks.len()
    };
    let near = json!({ "tracker": "nearest-centroid", "max_distance_km": 20.5 });
    assert_eq!(tracks(near), SHAPE.2, "12 columns of 0.1° are 133 km");
    assert_eq!(tracks(json!({ "tracker": "nearest-centroid", "max_distance_km": 150 })), 1);
    assert_eq!(tracks(json!({})), SHAPE.2, "the discs share no cell, so ForTraCC links none");
}

#[test]
fn its_chunks_are_stitched_where_it_is_known_and_refused_where_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let others = json!({ "tracker": "nearest-centroid", "max_distance_km": 200, "products": "toc,lineage" });
    let whole = run_phdef(&job(folder.path(), others.clone(), &doors()), &environment()).unwrap();
    let mut chunks = Vec::new();
    for chunk in 1..=2 {
        let mut others = others.clone();
        others["chunks"] = 2.into();
        others["chunk"] = chunk.into();
        others["job_id"] = 2.into();
        chunks.push(run_phdef(&job(folder.path(), others, &doors()), &environment()).unwrap().location);
    }
    let request = StitchRequest {
        chunks,
        out: folder.path().join("joined").display().to_string(),
        no_plots: true,
        ..StitchRequest::default()
    };
    let stitched = run_stitch(&request, &environment()).unwrap();
    assert_eq!((stitched.tracks, stitched.components, stitched.links), (whole.tracks, whole.components, whole.links));
    let said = run_stitch(&request, &Environment::new(&Silent)).unwrap_err().to_string();
    assert!(said.contains("there is no tracker `nearest-centroid`; there are fortracc, aux-geoir"), "{said}");
}

#[test]
fn its_wrong_options_are_refused_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let read = |others: Value| Job::read(keys(folder.path(), others), &doors().methods).map_err(|e| e.to_string());
    let said = read(json!({ "tracker": "nearest-centroid", "max_distance_km": "far" })).unwrap_err();
    assert!(said.starts_with("max_distance_km: \"far\" is not a number"), "{said}");
    let said = read(json!({ "max_distance": 3 })).unwrap_err();
    assert!(said.contains("did you mean `max_distance_km`?"), "{said}");

    let negative = job(folder.path(), json!({ "tracker": "nearest-centroid", "max_distance_km": -3 }), &doors());
    let said = validate(&negative, &environment()).unwrap_err().to_string();
    assert_eq!(said, "max_distance_km: -3 km is no distance; give a positive number");
    let other = job(folder.path(), json!({ "max_distance_km": 3 }), &doors());
    let said = run_phdef(&other, &environment()).unwrap_err().to_string();
    let alone = "max_distance_km: this is for Nearest centroid alone: add --tracker nearest-centroid, or leave it out";
    assert_eq!(said, alone);
}
