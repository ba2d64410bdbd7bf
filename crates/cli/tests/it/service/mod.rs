//! The service as its operators see it.

mod kills;
mod logs;
mod tos2ca;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use eventscape_testkit::servers::{Components, Smtp};
use serde_json::Value;

use crate::{fixtures, said};

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

/// A process that does not outlive the test.
struct Running(Child);

impl Running {
    /// SIGKILL: nothing can be tidied up.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A service of several processes.
struct Place {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Place {
    /// A database, jobs and a cache in a folder.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let environment = [
            ("DATABASE_URL", format!("sqlite:{}", at("service.db"))),
            ("STORE_LOCATION", at("jobs")),
            ("INPUTS_ALLOW", format!("['{}']", fixtures().canonicalize().unwrap().display())),
            ("WORKER_LEASE_SECONDS", "1".to_owned()),
            ("WORKER_POLL_MS", "50".to_owned()),
            ("WORKER_THREADS", "1".to_owned()),
        ];
        let place = Self { folder, environment: vec![("SOURCE_DATE_EPOCH".to_owned(), "1600000000".to_owned())] };
        place.with(environment)
    }

    /// With more keys of the configuration, as `STORE_LOCATION`.
    fn with<'a>(mut self, keys: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        self.environment.extend(keys.into_iter().map(|(name, value)| (format!("EVENTSCAPE_{name}"), value)));
        self
    }

    fn with_mail(self, server: &Smtp) -> Self {
        self.with([
            ("MAIL_SERVER", "localhost".to_owned()),
            ("MAIL_PORT", server.port().to_string()),
            ("MAIL_USER", "tester".to_owned()),
            ("MAIL_PASSWORD", "very-secret-mail".to_owned()),
            ("MAIL_AUTHORITY", server.authority().display().to_string()),
            ("MAIL_FROM", "events@example.org".to_owned()),
        ])
    }

    /// On the servers that a large service has.
    fn on(servers: &Components) -> Self {
        let keys = [
            ("DATABASE_URL", servers.database.url()),
            ("CACHE_LOCATION", servers.cache.url()),
            ("STORE_LOCATION", "s3://data/jobs".to_owned()),
        ];
        let mut place = Self::new().with(keys).with_mail(&servers.mail);
        let keys = servers.store.environment();
        place.environment.extend(keys.map(|(name, value)| (name.to_owned(), value.to_owned())));
        place
    }

    /// The folder for temporary files of its processes.
    fn scratch(&self) -> PathBuf {
        let path = self.folder.path().join("scratch");
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventscape"));
        command.envs(self.environment.iter().cloned());
        let scratch = self.folder.path().join("scratch");
        if scratch.is_dir() {
            command.env("TMPDIR", scratch);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        output
    }

    fn worker(&self) -> Running {
        Running(self.command().arg("worker").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn submit(&self, file: &Path, kind: &str, of: &[&str]) -> i64 {
        let output = self.run(&[&["jobs", "submit", file.to_str().unwrap(), "--kind", kind], of].concat());
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
}

/// How long jobs may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until all jobs are complete.
fn wait(place: &Place) {
    let began = Instant::now();
    loop {
        let jobs = place.jobs();
        if jobs.iter().all(|(_, status, _)| status == "complete") {
            return;
        }
        let failed: Vec<_> = jobs.iter().filter(|(_, status, _)| status == "error").collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert!(began.elapsed() < PATIENCE, "{jobs:?}");
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
    let job = place.submit(&file, "phdef", &[]);
    let mut command = place.command();
    command.args(["serve", "--listen=127.0.0.1:0"]).stderr(Stdio::null()).stdout(Stdio::null());
    let mut service = Running(command.spawn().unwrap());
    let began = Instant::now();
    while place.jobs().iter().all(|(_, status, _)| status == "pending") && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    let status = Command::new("kill").arg(service.0.id().to_string()).status().unwrap();
    assert!(status.success());
    assert!(service.0.wait().unwrap().success());
    let (number, status, _) = place.jobs().remove(0);
    assert!(number == job && (status == "running" || status == "complete"), "{status}");
    // another goes on at once: the lease need not end first
    let _worker = place.worker();
    wait(&place);
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

#[test]
fn what_a_service_needs_is_asked() {
    let mail = Smtp::start();
    let place = Place::new().with_mail(&mail);
    let output = place.run(&["config", "check", "--connect"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(told.lines().filter(|line| line.ends_with(": it answers")).count(), 4, "{told}");
    for (key, value, wanted, code) in [
        ("DATABASE_URL", "mysql://me:hunter2@127.0.0.1:1/x", "database: ", 3),
        ("STORE_LOCATION", "/proc/none/jobs", "store: ", 2),
        ("INPUTS_ALLOW", "['/nowhere']", "inputs: ", 2),
        ("MAIL_PASSWORD", "hunter2", "mail: ", 2),
    ] {
        let output =
            place.command().args(["config", "check", "--connect"]).env(format!("EVENTSCAPE_{key}"), value).output();
        let output = output.unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = told.lines().find(|line| line.starts_with(wanted)).unwrap_or_else(|| panic!("{told}"));
        assert!(
            !line.ends_with("it answers") && !said(&output).contains("hunter2") && !told.contains("hunter2"),
            "{told}"
        );
        assert_eq!(output.status.code(), Some(code), "{key}: {}", said(&output));
    }
    // a folder that cannot be written stops a service before it begins
    let mut command = place.command();
    let output = command
        .args(["serve", "--listen=127.0.0.1:0"])
        .env("EVENTSCAPE_STORE_LOCATION", "/proc/none/jobs")
        .output()
        .unwrap();
    assert!(!output.status.success() && said(&output).contains("/proc/none/jobs"), "{}", said(&output));
}

#[test]
fn what_only_looks_makes_no_database() {
    let place = Place::new();
    for words in [&["jobs", "list"][..], &["jobs", "show", "1"], &["jobs", "cancel", "1"], &["users", "list"]] {
        let output = place.command().args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", said(&output));
        assert!(said(&output).contains("service.db` is not there"), "{}", said(&output));
    }
    assert_eq!(std::fs::read_dir(place.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_process_without_work_does_not_start() {
    let output = Place::new().command().arg("worker").env("EVENTSCAPE_WORKER_COUNT", "0").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("worker.count"), "{}", said(&output));
}

#[test]
fn inputs_are_named_from_the_folder_of_who_submits() {
    let place = Place::new();
    let file = place.folder.path().join("job.json");
    let keys = serde_json::json!({
        "input": ["ostia_monthly.nc"], "variable": "surface_temperature", "operator": "lessThan", "value": 297,
        "min-size": 20, "end": "2006-06",
    });
    std::fs::write(&file, keys.to_string()).unwrap();
    let ostia = fixtures().canonicalize().unwrap().join("ostia");
    let mut command = place.command();
    let output = command.args(["jobs", "submit"]).arg(&file).current_dir(&ostia).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let output = place.run(&["jobs", "show", "1"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["request"]["input"][0].as_str(), ostia.join("ostia_monthly.nc").to_str());
    assert!(told["submitted"].as_str().is_some_and(|text| text.ends_with('Z')), "{told}");
    // what can be seen to be wrong is told at once
    let wrong = serde_json::json!({
        "input": "ostia_monthly.nc", "variable": "surface_temperature", "operator": "lessThan", "value": 297,
        "start": "2007-01-01", "end": "2006-01-01",
    });
    std::fs::write(&file, wrong.to_string()).unwrap();
    let mut command = place.command();
    let output = command.args(["jobs", "submit"]).arg(&file).current_dir(&ostia).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("before the start"), "{}", said(&output));
}
