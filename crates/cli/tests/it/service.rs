//! A service of several processes, some of which die.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{fixtures, said};

/// How often a worker is killed.
const KILLS: u32 = 30;
/// Jobs beside the first, which is not disturbed.
const JOBS: usize = 8;

#[test]
fn where_tos2ca_is_must_be_said() {
    let place = Place::new();
    let output = place.command().args(["migrate", "--from-tos2ca"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("tos2ca.database"), "{}", said(&output));
    let output =
        place.command().args(["migrate", "--from-tos2ca", "mysql://me:secret@127.0.0.1:1/x"]).output().unwrap();
    assert!(!output.status.success() && !said(&output).contains("secret"), "{}", said(&output));
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventscape"));
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        command
            .env("EVENTSCAPE_DATABASE_URL", format!("sqlite:{}", at("service.db")))
            .env("EVENTSCAPE_STORE_LOCATION", at("jobs"))
            .env("EVENTSCAPE_INPUTS_ALLOW", format!("['{}']", fixtures().canonicalize().unwrap().display()))
            .env("EVENTSCAPE_WORKER_LEASE_SECONDS", "1")
            .env("EVENTSCAPE_WORKER_POLL_MS", "50")
            .env("EVENTSCAPE_WORKER_THREADS", "1");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        output
    }

    fn worker(&self) -> Child {
        self.command().arg("worker").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn submit(&self, file: &Path, kind: &str) -> i64 {
        let output = self.run(&["jobs", "submit", file.to_str().unwrap(), "--kind", kind]);
        String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
    }

    /// Numbers and statuses.
    fn jobs(&self) -> Vec<(i64, String, Value)> {
        let output = self.run(&["jobs", "list", "--json", "--limit=1000"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let of =
            |job: &Value| (job["job_id"].as_i64().unwrap(), job["status"].as_str().unwrap().to_owned(), job.clone());
        told["jobs"].as_array().unwrap().iter().map(of).collect()
    }

    fn products(&self, job: i64) -> PathBuf {
        self.folder.path().join("jobs").join(job.to_string())
    }
}

/// Files of a job's folder without the job's number in front, but for what tells of a run (the number and times within).
fn names(folder: &Path, job: i64) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let seen = entries.filter(|name| name != ".eventscape-lock");
    seen.map(|name| name.strip_prefix(&format!("{job}-")).map(str::to_owned).unwrap_or(name)).collect()
}

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

#[test]
fn jobs_survive_workers_that_are_killed_at_random() {
    let place = Place::new();
    let input = fixtures().canonicalize().unwrap().join("ostia/ostia_monthly.nc");
    let phdef = place.folder.path().join("phdef.json");
    let keys = serde_json::json!({
        "input": input, "variable": "surface_temperature", "operator": "lessThan", "value": 297.5,
        "bbox": [-120, -6, -80, 6], "min_size": 20, "start": "2007-01-01", "end": "2009-12-31",
    });
    std::fs::write(&phdef, keys.to_string()).unwrap();
    let cut = place.folder.path().join("cut.json");
    let mut keys_of_cut = keys.clone();
    keys_of_cut["chunks"] = 3.into();
    std::fs::write(&cut, keys_of_cut.to_string()).unwrap();
    let first = place.submit(&phdef, "phdef");
    let mut worker = place.worker();
    wait(&place, 60);
    let jobs: Vec<i64> = (0..JOBS).map(|k| place.submit(if k % 4 == 3 { &cut } else { &phdef }, "phdef")).collect();
    let curation = place.folder.path().join("curation.json");
    let keys = serde_json::json!({"phdef": jobs[0], "input": input, "variable": "surface_temperature"});
    std::fs::write(&curation, keys.to_string()).unwrap();
    let curated = place.submit(&curation, "curation");

    let seed = std::env::var("EVENTSCAPE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64
    });
    println!("EVENTSCAPE_SEED={seed}");
    let mut random = Random(seed);
    for _ in 0..KILLS {
        std::thread::sleep(Duration::from_millis(100 + random.below(900)));
        // SIGKILL: nothing can be tidied up
        worker.kill().unwrap();
        worker.wait().unwrap();
        worker = place.worker();
    }
    wait(&place, 180);
    worker.kill().unwrap();
    worker.wait().unwrap();

    let known = names(&place.products(first), first);
    for job in jobs {
        let folder = place.products(job);
        let own: BTreeSet<String> = names(&folder, job).into_iter().filter(|name| name != "chunks").collect();
        assert_eq!(own, known, "seed {seed}: job {job}");
        for name in known.iter().filter(|name| name.ends_with(".png") || name.ends_with("TOC.json")) {
            let read = |job: i64| std::fs::read(place.products(job).join(format!("{job}-{name}"))).unwrap();
            assert!(read(job) == read(first) || name.ends_with(".png"), "seed {seed}: {name} of job {job}");
        }
    }
    assert!(names(&place.products(curated), curated).contains("Statistics.csv"), "seed {seed}");
}

/// Waits until all jobs are complete.
fn wait(place: &Place, seconds: u64) {
    let began = Instant::now();
    loop {
        let jobs = place.jobs();
        if jobs.iter().all(|(_, status, _)| status == "complete") {
            return;
        }
        let failed: Vec<_> = jobs.iter().filter(|(_, status, _)| status == "error").collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert!(began.elapsed() < Duration::from_secs(seconds), "{jobs:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_service_that_is_stopped_gives_its_jobs_back() {
    let place = Place::new();
    let input = fixtures().canonicalize().unwrap().join("ostia/ostia_monthly.nc");
    let file = place.folder.path().join("job.json");
    let keys = serde_json::json!({
        "input": input, "variable": "surface_temperature", "operator": "climatologyBeyond", "value": "1, window=31",
    });
    std::fs::write(&file, keys.to_string()).unwrap();
    let job = place.submit(&file, "phdef");
    let mut child = place
        .command()
        .args(["serve", "--listen=127.0.0.1:0"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while place.jobs().iter().all(|(_, status, _)| status == "pending") && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let status = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
    assert!(child.wait().unwrap().success());
    let (number, status, _) = place.jobs().remove(0);
    assert!(number == job && (status == "running" || status == "complete"), "{status}");
    // another goes on at once: the lease need not end first
    let mut worker = place.worker();
    wait(&place, 60);
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn a_configuration_is_checked_and_shown_without_passwords() {
    let place = Place::new();
    let mut command = place.command();
    let output = command
        .args(["config", "check"])
        .env("EVENTSCAPE_DATABASE_URL", "mysql://me:hunter2@db/x")
        .env("EVENTSCAPE_HTTP_AT_ONCE", "7")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("\"at_once\": 7") && !told.contains("hunter2"), "{told}");
    let output = place.command().args(["config", "check"]).env("EVENTSCAPE_HTTP_LISTEN", "here").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("http.listen"), "{}", said(&output));
}
