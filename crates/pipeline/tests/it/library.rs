//! The pipeline as a library: phenomena in memory, threads of each job's own.

use std::collections::BTreeSet;
use std::sync::Mutex;

use eventscape_core::parallel::on_job_pool;
use eventscape_pipeline::{Doors, Environment, Observer, Silent, Stage, find_phenomena, run_phdef};
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

/// Writes down how many threads share the work of the job that it hears of.
#[derive(Default)]
struct Threads(Mutex<BTreeSet<usize>>);

impl Observer for Threads {
    fn begin(&self, _: Stage, _: u64) {
        self.0.lock().unwrap().insert(on_job_pool(rayon::current_num_threads));
    }
    fn advance(&self, _: Stage, _: u64) {}
    fn end(&self, _: Stage) {}
    fn notice(&self, _: &str, _: &str) {}
}

#[test]
fn jobs_side_by_side_have_threads_of_their_own_and_equal_results() {
    let folder = tempfile::tempdir().unwrap();
    super::sample(folder.path());
    let made = &|threads: u32| {
        let out = folder.path().join(threads.to_string());
        let asked = json!({ "threads": threads, "title": "threads", "out": out.display().to_string() });
        let heard = Threads::default();
        let report = run_phdef(&job(folder.path(), asked, &Doors::default()), &Environment::new(&heard)).unwrap();
        let read = |name: &String| std::fs::read(out.join("1").join(name)).unwrap();
        let names = report.products.iter().map(|p| &p.name).filter(|name| !name.ends_with("-Manifest.json"));
        (heard.0.into_inner().unwrap(), names.map(read).collect::<Vec<_>>())
    };
    let [(one, first), (three, second)] = std::thread::scope(|scope| {
        [1, 3].map(|threads| scope.spawn(move || made(threads))).map(|job| job.join().unwrap())
    });
    assert_eq!((one, three), (BTreeSet::from([1]), BTreeSet::from([3])));
    assert!(!first.is_empty() && first == second, "a product depends on the threads");
}
