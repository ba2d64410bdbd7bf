//! The pipeline as a library: phenomena in memory, threads of each job's own.

use eventscape_pipeline::{Doors, Environment, Silent, find_phenomena, run_phdef};
use serde_json::json;

use super::{SHAPE, job};

#[test]
fn phenomena_come_back_without_a_place_for_products() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = job(folder.path(), json!({}), &Doors::default());
    asked.output.out = None;
    let found = find_phenomena(&asked, &Environment::new(&Silent)).unwrap();
    assert_eq!((found.grid.ny(), found.grid.nx(), found.events.scenes()), SHAPE);
    assert_eq!(found.info.condition_text, "Tb < 235 K");
    for (scene, ids) in found.lineage.track_ids.iter().enumerate() {
        assert_eq!(found.events.read(scene).unwrap().components.len(), ids.len());
    }
    assert!(!folder.path().join("out").exists(), "something was written");
    let said = run_phdef(&asked, &Environment::new(&Silent)).unwrap_err().to_string();
    assert_eq!(said, "out: say where the products go");
}

#[test]
fn jobs_side_by_side_have_threads_of_their_own_and_equal_results() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = &|threads: u32| {
        let asked = json!({
            "threads": threads,
            "title": "threads",
            "out": folder.path().join(threads.to_string()).display().to_string(),
        });
        let report = run_phdef(&job(folder.path(), asked, &Doors::default()), &Environment::new(&Silent)).unwrap();
        let place = folder.path().join(threads.to_string()).join("1");
        let read = |name: &String| std::fs::read(place.join(name)).unwrap();
        report.products.iter().map(|p| &p.name).filter(|n| n.ends_with(".nc4")).map(read).collect::<Vec<_>>()
    };
    let all: Vec<Vec<Vec<u8>>> = std::thread::scope(|scope| {
        let jobs = [1, 3].map(|threads| scope.spawn(move || bytes(threads)));
        jobs.map(|job| job.join().unwrap()).to_vec()
    });
    assert!(!all[0].is_empty() && all[0] == all[1]);
}
