//! Workers that die in the middle of their work.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use eventscape_testkit::servers::{Components, Smtp};
use serde_json::{Value, json};

use super::{PATIENCE, Place, wait};
use crate::fixtures;

/// How often a worker is killed that has a task.
const KILLS: i64 = 30;
/// Jobs that wait or run while workers are killed.
const AHEAD: usize = 4;
const USER: &str = "ada@example.org";

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = std::env::var("EVENTSCAPE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(clock);
        println!("EVENTSCAPE_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Submits the k-th job: of both stages, some in chunks; the same numbers in each new service.
fn submit(place: &Place, k: usize) -> i64 {
    let input = fixtures().canonicalize().unwrap().join("ostia/ostia_monthly.nc");
    let (keys, kind) = match k {
        1 => (json!({"phdef": 1, "input": input, "variable": "surface_temperature"}), "curation"),
        _ => {
            let keys = json!({
                "input": input, "variable": "surface_temperature", "operator": "lessThan",
                "value": 297.0 + (k % 10) as f64 / 10.0, "bbox": [-120, -6, -80, 6], "min_size": 20,
                "start": "2007-01-01", "end": "2009-12-31", "chunks": (k % 4 == 3).then_some(3),
            });
            (keys, "phdef")
        }
    };
    let file = place.folder.path().join("job.json");
    std::fs::write(&file, keys.to_string()).unwrap();
    let job = place.submit(&file, kind, &["--user", USER]);
    assert_eq!(job, k as i64 + 1);
    job
}

/// All files below a folder but the work of chunks (their names count), by their paths.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in std::fs::read_dir(&at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                waiting.push(path);
            } else if name.ends_with(".eventscape-lock") {
                // of a folder: it is held by an open file, not by being there
            } else if name.contains("/chunks/") {
                found.insert(name, Vec::new());
            } else {
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// How often workers of each of these jobs were lost.
fn losses(place: &Place, jobs: &[i64]) -> Vec<i64> {
    let of = |job: &i64| {
        let output = place.run(&["jobs", "show", &job.to_string()]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        told["tasks"].as_array().unwrap().iter().map(|task| task["losses"].as_i64().unwrap()).sum::<i64>()
    };
    jobs.iter().map(of).collect()
}

/// Does jobs while the worker is killed again and again, and compares with a service that nobody disturbs.
fn survive(place: &Place, products: &Path, mail: &Smtp) {
    let scratch = place.scratch();
    let mut random = Random::seeded();
    place.run(&["users", "add", USER]);
    let (mut jobs, mut worker, mut kills) = (Vec::new(), place.worker(), 0);
    let (mut lost, mut idle) = (0, 0);
    while lost < KILLS {
        assert!(kills < 20 * KILLS, "workers are killed {kills} times, but hardly one that has a task");
        let over = place.jobs().iter().filter(|(_, status, _)| status == "complete").count();
        while jobs.len() < over + AHEAD {
            jobs.push(submit(place, jobs.len()));
        }
        // where all is slow workers live longer: until they have a task, and do not lose the same one until it is given up
        let of_jobs = losses(place, &jobs);
        let most = of_jobs.iter().copied().max().unwrap_or_default();
        std::thread::sleep(Duration::from_millis(random.below(700 + 100 * idle + 200 * most.unsigned_abs())));
        worker.kill();
        worker = place.worker();
        kills += 1;
        let before = std::mem::replace(&mut lost, of_jobs.iter().sum());
        idle = if lost > before { 0 } else { idle + 1 };
    }
    wait(place);
    println!(
        "{} jobs, {kills} workers killed, {} of them with a task",
        jobs.len(),
        losses(place, &jobs).iter().sum::<i64>()
    );

    let calm = Place::new();
    calm.run(&["users", "add", USER]);
    (0..jobs.len()).for_each(|k| assert_eq!(submit(&calm, k), jobs[k]));
    let mut undisturbed = calm.worker();
    wait(&calm);
    undisturbed.kill();

    let told = |mails: &[String]| -> BTreeSet<i64> {
        let of = |mail: &String, job: i64| mail.contains(&format!("Eventscape job {job} "));
        jobs.iter().copied().filter(|job| mails.iter().any(|mail| of(mail, *job))).collect()
    };
    let began = Instant::now();
    while told(&mail.mails()).len() < jobs.len() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(200));
    }
    std::thread::sleep(Duration::from_secs(1));
    worker.kill();

    let (expected, found) = (files(&calm.folder.path().join("jobs")), files(products));
    let names = |of: &BTreeMap<String, Vec<u8>>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    for (name, bytes) in &expected {
        assert!(bytes == &found[name], "{name} differs");
    }
    assert!(expected.keys().filter(|name| name.ends_with("-Manifest.json")).count() == jobs.len());

    let mails = mail.mails();
    assert_eq!(told(&mails), jobs.iter().copied().collect(), "a mail for each job");
    // a worker that dies between the server's word and the note of it leaves its mail to the next, which sends it under the same
    // id: receivers see one
    let id = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
    let ids: BTreeSet<String> = mails.iter().map(id).collect();
    println!("{} mails, {} of them sent again", ids.len(), mails.len() - ids.len());
    assert_eq!(ids.len(), jobs.len());
    assert!(mails.len() - ids.len() <= kills as usize, "nothing else sends a mail again");
    let left: Vec<_> = std::fs::read_dir(scratch).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "files of dead workers: {left:?}");
}

#[test]
fn jobs_survive_workers_that_are_killed_at_random() {
    let mail = Smtp::start();
    let place = Place::new().with_mail(&mail);
    survive(&place, &place.folder.path().join("jobs"), &mail);
}

#[test]
fn jobs_on_all_components_survive_workers_that_are_killed_at_random() {
    let servers = Components::start();
    survive(&Place::on(&servers), &servers.store.path("jobs"), &servers.mail);
}
