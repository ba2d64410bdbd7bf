//! A TOS2CA database on a real MariaDB, served by bridges and workers of ours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use eventscape_service::{
    Bridge, Config, Copied, Database, JobFilter, JobRecord, JobRequest, JobStatus, Jobs, Tos2caSettings, Users, Worker,
    WorkerSettings, copy_history,
};
use eventscape_testkit::servers::{MariaDb, Postgres};
use sqlx::mysql::{MySqlPool, MySqlRow};
use sqlx::{AssertSqlSafe, Row};
use tokio::sync::{Notify, watch};

mod again;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").canonicalize().unwrap()
}

struct Place {
    server: MariaDb,
    folder: tempfile::TempDir,
    legacy: MySqlPool,
    jobs: Jobs,
}

impl Place {
    /// A TOS2CA database with rows, and ours beside it on the same server.
    async fn new(files: &[&str]) -> Self {
        let server = MariaDb::start();
        server.make_tos2ca(files);
        let db = Database::connect(&server.url()).await.unwrap();
        db.migrate().await.unwrap();
        let legacy = MySqlPool::connect(&server.tos2ca_url()).await.unwrap();
        Self { server, folder: tempfile::tempdir().unwrap(), legacy, jobs: Jobs::new(db) }
    }

    fn bridge(&self) -> Bridge {
        let ostia = |file: &str| fixtures().join("ostia").join(file).display().to_string();
        let datasets = BTreeMap::from([
            ("OSTIA".to_owned(), ostia("ostia_monthly.nc")),
            ("MERRA2_LIKE".to_owned(), ostia("merra2_like.nc4")),
        ]);
        let settings = Tos2caSettings {
            database: self.server.tos2ca_url(),
            poll: Duration::from_millis(50),
            compat: false,
            datasets,
            sends_mail: false,
        };
        Bridge::new(self.jobs.clone(), settings, Arc::new(Notify::new())).unwrap()
    }

    /// Lets a worker do all that is in our queue.
    async fn work(&self) {
        let settings = WorkerSettings {
            store: self.folder.path().join("jobs").display().to_string(),
            lease_ms: 60_000,
            poll: Duration::from_millis(20),
            threads: Some(2),
            memory_limit: None,
            date: None,
            stores: eventscape_io::stores::Stores::default(),
            cache: None,
            catalog: None,
            roots: std::collections::BTreeMap::new(),
            doors: eventscape_pipeline::Doors::default(),
        };
        let (stop, stopped) = watch::channel(false);
        let worker = Worker::new(self.jobs.clone(), settings, Arc::new(Notify::new()), 0);
        let at_work = tokio::spawn(worker.run(stopped));
        for _ in 0..1200 {
            if self.ours().await.iter().all(|job| job.status.is_over()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stop.send(true).unwrap();
        at_work.await.unwrap();
    }

    async fn ours(&self) -> Vec<JobRecord> {
        let mut jobs = self.jobs.list(&JobFilter::default(), 1000, 0).await.unwrap().jobs;
        jobs.reverse();
        jobs
    }

    async fn rows(&self, sql: &str) -> Vec<MySqlRow> {
        sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.legacy).await.unwrap()
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.iter().map(|row| row.get::<Option<String>, _>(0).unwrap_or_default()).collect()
    }

    async fn set(&self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql)).execute(&self.legacy).await.unwrap();
    }

    async fn statuses(&self) -> Vec<(i64, String)> {
        let rows = self.rows("SELECT CAST(jobID AS SIGNED), status FROM jobs WHERE jobID >= 20 ORDER BY jobID").await;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

fn statuses(of: &[(i64, &str)]) -> Vec<(i64, String)> {
    of.iter().map(|(job, status)| (*job, (*status).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_of_tos2ca_are_done_once_and_told() {
    let place = Place::new(&["schema.sql", "later.sql", "rows.sql"]).await;
    let geometry = "SELECT ST_AsText(coords) FROM jobs ORDER BY jobID";
    let before = place.texts(geometry).await;
    let broken = place.texts("SELECT ST_AsText(coords) FROM jobs WHERE jobID IN (23, 31) ORDER BY jobID").await;
    assert_eq!(broken, ["", "POLYGON((0 0,1 1,0 0))"]);
    let bridges: Vec<_> = (0..4)
        .map(|_| {
            let mut bridge = place.bridge();
            tokio::spawn(async move {
                for _ in 0..3 {
                    bridge.turn().await.unwrap();
                }
            })
        })
        .collect();
    for bridge in bridges {
        bridge.await.unwrap();
    }
    // 11 is kept as what was done before, since 27 looks into it; all have their own numbers
    let ours = place.ours().await;
    let numbers: Vec<i64> = ours.iter().map(|job| job.job_id).collect();
    assert_eq!(numbers, [11, 20, 25, 26, 27]);
    let told = [
        (20, "running"),
        (21, "error"),
        (22, "error"),
        (23, "error"),
        (24, "error"),
        (25, "running"),
        (26, "running"),
        (27, "running"),
        (28, "error"),
        (29, "error"),
        (30, "error"),
        (31, "error"),
    ];
    assert_eq!(place.statuses().await, statuses(&told));
    check_requests(&place, &ours).await;

    place.work().await;
    let mut bridge = place.bridge();
    bridge.turn().await.unwrap();
    let messages: Vec<_> = place.ours().await.iter().map(|job| (job.job_id, job.message.clone())).collect();
    let told = told.map(|(job, status)| match job {
        20 | 25 | 26 => (job, "complete"),
        // its masks cannot be read
        27 => (job, "error"),
        _ => (job, status),
    });
    assert_eq!(place.statuses().await, statuses(&told), "{messages:?}");
    let message = place.jobs.get(27).await.unwrap().message.unwrap();
    assert!(message.contains("/nowhere/11/11-ForTraCC-Mask-Output.nc4"), "{message}");
    check_outputs(&place).await;
    // nothing else was changed there
    assert_eq!(place.texts(geometry).await, before);
    let changed =
        place.texts("SELECT CAST(jobID AS CHAR) FROM jobs WHERE jobID >= 20 AND YEAR(submitTime) <> 2025").await;
    assert!(changed.is_empty(), "{changed:?}");

    what_tos2ca_did_itself_is_looked_into(&place, &mut bridge).await;
    what_waits_again_is_done_again(&place, &mut bridge).await;
    what_a_dead_bridge_left_is_finished(&place, &mut bridge).await;
}

async fn check_requests(place: &Place, ours: &[JobRecord]) {
    let asked = |number: i64| {
        let job = ours.iter().find(|job| job.job_id == number).unwrap();
        match JobRequest::of_stored(job.stage, None, &job.request).unwrap() {
            JobRequest::Phdef(asked) => serde_json::to_value(asked).unwrap(),
            JobRequest::Curation(..) => panic!("PhDef"),
        }
    };
    let first = asked(20);
    assert_eq!(first["title"], "cold \"tongue\" \\ O'Brien 🌀");
    assert_eq!(first["polygon"], "POLYGON((-120 -6,-80 -6,-80 6,-100 8,-120 6,-120 -6))");
    assert_eq!(
        (first["start"].as_str(), first["end"].as_str()),
        (Some("2007-09-01T00:00:00Z"), Some("2008-03-31T23:59:59Z"))
    );
    assert_eq!((first["value"].as_str(), first["chunks"].as_i64()), (Some("297.5"), Some(5)));
    let second = asked(25);
    assert_eq!(second["bbox"], serde_json::json!([240.0, -6.0, 280.0, 6.0]));
    assert_eq!((second["operator"].as_str(), second["value"].as_str()), (Some("lessThan"), Some("297.1")));
    let user = Users::new(place.jobs.database().clone()).by_email("zoe@example.org").await.unwrap();
    let job = place.jobs.get(20).await.unwrap();
    assert_eq!((job.user_id, user.last_name.as_str(), user.first_name.as_str()), (user.user_id, "O'Brien", "Zoë"));
}

async fn check_outputs(place: &Place) {
    let of = |job: i64| format!("SELECT location FROM output WHERE jobID = {job} ORDER BY location");
    for (job, start) in [(20, "2007-09-01 00:00:00"), (25, "2007-09-01 00:00:00"), (26, "2007-09-01 00:00:00")] {
        let locations = place.texts(&of(job)).await;
        let folder = place.folder.path().join("jobs").join(job.to_string());
        for location in &locations {
            let path = Path::new(location);
            assert!(path.is_file() && path.starts_with(&folder), "{location}");
            assert!(path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{job}-")), "{location}");
        }
        let kinds = place.texts(&format!("SELECT DISTINCT type FROM output WHERE jobID = {job} ORDER BY type")).await;
        let known: &[&str] = match job {
            26 => &[
                "curated hierarchy",
                "curated subset",
                "interpolated hierarchy",
                "interpolated plot",
                "interpolated subset",
            ],
            _ => &["geoJSON", "hierarchy", "masks", "plot", "toc"],
        };
        assert!(kinds.iter().all(|kind| known.contains(&kind.as_str())), "{kinds:?}");
        let needed: &[&str] =
            if job == 26 { &["curated subset", "interpolated subset"] } else { &["masks", "toc", "hierarchy"] };
        for kind in needed {
            let sql = format!("SELECT CAST(startDateTime AS CHAR) FROM output WHERE jobID = {job} AND type = '{kind}'");
            assert_eq!(place.texts(&sql).await, [start], "{job} {kind}");
        }
    }
    let chunks = place
        .texts("SELECT status FROM chunks WHERE jobEnd IS NOT NULL AND jobStart IS NOT NULL ORDER BY jobID, chunkID");
    assert_eq!(chunks.await, ["complete", "complete", "failed"]);
}

/// A PhDef job that another program did: only its row and its products are there.
async fn what_tos2ca_did_itself_is_looked_into(place: &Place, bridge: &mut Bridge) {
    let masks = place.folder.path().join("elsewhere.nc4");
    std::fs::copy(place.folder.path().join("jobs/20/20-ForTraCC-Mask-Output.nc4"), &masks).unwrap();
    place
        .set("INSERT INTO jobs (jobID, userID, stage, dataset, status) VALUES (40, 1, 'phdef', 'OSTIA', 'complete')")
        .await;
    place.set(&format!("INSERT INTO output (jobID, location, type) VALUES (40, '{}', 'masks')", masks.display())).await;
    place
        .set(
            "INSERT INTO jobs (jobID, userID, stage, phdefJobID, dataset, variable, status) \
            VALUES (41, 2, 'curation', 40, 'MERRA2_LIKE', 'T2M', 'pending')",
        )
        .await;
    bridge.turn().await.unwrap();
    place.work().await;
    bridge.turn().await.unwrap();
    let job = place.jobs.get(41).await.unwrap();
    assert_eq!((job.status, job.phdef_job_id), (JobStatus::Complete, Some(40)), "{:?}", job.message);
    assert_eq!(place.texts("SELECT status FROM jobs WHERE jobID = 41").await, ["complete"]);
}

async fn what_waits_again_is_done_again(place: &Place, bridge: &mut Bridge) {
    // its fault was mended
    place
        .set(
            "UPDATE jobs SET dataset = 'OSTIA', variable = 'surface_temperature', startDate = '2007-09-01', \
        endDate = '2008-03-31', ineqOperator = 'greaterThan', ineqValue = 300, status = 'pending' WHERE jobID = 22",
        )
        .await;
    // it is complete: its products are told again
    place.set("DELETE FROM output WHERE jobID = 25").await;
    place.set("UPDATE jobs SET status = 'pending' WHERE jobID = 25").await;
    let before = place.jobs.get(25).await.unwrap();
    bridge.turn().await.unwrap();
    assert_eq!(place.jobs.get(25).await.unwrap(), before);
    assert!(!place.texts("SELECT location FROM output WHERE jobID = 25").await.is_empty());
    place.work().await;
    bridge.turn().await.unwrap();
    bridge.turn().await.unwrap();
    assert_eq!(place.texts("SELECT status FROM jobs WHERE jobID IN (22, 25)").await, ["complete", "complete"]);
    // tried again here: told again there
    place.jobs.retry(27).await.unwrap();
    bridge.turn().await.unwrap();
    assert_eq!(place.texts("SELECT status FROM jobs WHERE jobID = 27").await, ["running"]);
    place.jobs.cancel(27).await.unwrap();
    bridge.turn().await.unwrap();
    assert_eq!(place.texts("SELECT status FROM jobs WHERE jobID = 27").await, ["error"]);
}

async fn what_a_dead_bridge_left_is_finished(place: &Place, bridge: &mut Bridge) {
    // one died before it took a job, one after, and 52 is another program's
    for (job, status) in [(50, "pending"), (51, "running"), (52, "reading")] {
        place
            .set(&format!(
                "INSERT INTO jobs (jobID, userID, stage, dataset, variable, coords, startDate, endDate, \
                 ineqOperator, ineqValue, status) SELECT {job}, userID, stage, dataset, variable, coords, startDate, \
                 endDate, ineqOperator, ineqValue, '{status}' FROM jobs WHERE jobID = 25"
            ))
            .await;
        place
            .server
            .sql(&format!("INSERT INTO eventscape.tos2ca_jobs (legacyID, state, updated) VALUES ({job}, 'taking', 0)"));
    }
    bridge.turn().await.unwrap();
    bridge.turn().await.unwrap();
    let numbers: Vec<i64> = place.ours().await.iter().map(|job| job.job_id).filter(|n| *n >= 50).collect();
    assert_eq!(numbers, [50, 51]);
    let told = place.texts("SELECT status FROM jobs WHERE jobID >= 50 ORDER BY jobID").await;
    assert_eq!(told, ["running", "running", "reading"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bridges_that_die_lose_nothing_and_do_nothing_twice() {
    const JOBS: i64 = 60;
    let place = Place::new(&["schema.sql"]).await;
    place.set("INSERT INTO users (userID, email) VALUES (1, 'ada@example.org')").await;
    for _ in 0..JOBS {
        place
            .set(
                "INSERT INTO jobs (userID, stage, dataset, variable, coords, startDate, endDate, ineqOperator, ineqValue, \
                 status) VALUES (1, 'phdef', 'GPM_MERGIR', 'Tb', ST_PolygonFromText('POLYGON((0 0,1 0,1 1,0 1,0 0))'), \
                 '2015-08-12', '2015-08-13', 'lessThan', 235, 'pending')",
            )
            .await;
    }
    // each is stopped at some other place
    for k in 0..30 {
        let turns: Vec<_> = (0..2)
            .map(|_| {
                let mut bridge = place.bridge();
                tokio::spawn(async move { bridge.turn().await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(15 + 3 * k)).await;
        turns.iter().for_each(tokio::task::JoinHandle::abort);
        for turn in turns {
            // some end in time
            let _ = turn.await;
        }
    }
    place.bridge().turn().await.unwrap();
    let numbers: Vec<i64> = place.ours().await.iter().map(|job| job.job_id).collect();
    assert_eq!(numbers, (1..=JOBS).collect::<Vec<_>>());
    let others = place.texts("SELECT status FROM jobs WHERE status <> 'running'").await;
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_is_ours_already_is_not_taken_away() {
    let place = Place::new(&["schema.sql", "rows.sql"]).await;
    let user = Users::new(place.jobs.database().clone()).local().await.unwrap();
    let submission = || {
        let keys =
            serde_json::json!({"collection": "GPM_MERGIR", "variable": "Tb", "operator": "lessThan", "value": 235})
                .as_object()
                .unwrap()
                .clone();
        let request = JobRequest::read(eventscape_service::JobStage::Phdef, keys, &Default::default()).unwrap();
        eventscape_service::Submission::new(user.user_id, request)
    };
    for number in 1..=20 {
        assert_eq!(place.jobs.submit(submission()).await.unwrap(), number);
    }
    let mut bridge = place.bridge();
    bridge.turn().await.unwrap();
    let added: Vec<_> = place.ours().await.into_iter().skip(20).map(|job| (job.job_id, job.description)).collect();
    let numbers: Vec<i64> = added.iter().map(|(number, _)| *number).collect();
    // of 11, which 27 looks into, and of 20
    assert_eq!(numbers, [25, 26, 27, 1_000_000_001, 1_000_000_002]);
    assert!(added.iter().any(|(_, title)| title == "cold \"tongue\" \\ O'Brien 🌀 (TOS2CA job 20)"), "{added:?}");
    assert_eq!(place.jobs.submit(submission()).await.unwrap(), 1_000_000_003);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_before_is_copied_once() {
    let place = Place::new(&["schema.sql", "rows.sql"]).await;
    let db = place.jobs.database();
    let copied = copy_history(db, &place.server.tos2ca_url()).await.unwrap();
    assert_eq!(copied, Copied { users: 2, jobs: 3, outputs: 6, known: 0, left: 1 });
    let first = (place.ours().await, place.jobs.outputs(11).await.unwrap(), place.jobs.outputs(12).await.unwrap());
    let kept: Vec<_> = first.0.iter().map(|job| (job.job_id, job.status, job.phdef_job_id)).collect();
    let (complete, error) = (JobStatus::Complete, JobStatus::Error);
    assert_eq!(kept, [(11, complete, None), (12, complete, Some(11)), (13, error, None)]);
    assert_eq!(first.0[0].submitted, 1_714_564_800_000);
    let titles: Vec<_> = first.0.iter().map(|job| job.description.as_str()).collect();
    assert_eq!(titles, ["old", "T2M of MERRA2_M2I1NXASM", "Tb lessThan 0.1, GPM_MERGIR"]);
    assert_eq!(first.0[1].location.as_deref(), Some("s3://bucket/12"));
    let names: Vec<_> = first.2.iter().map(|file| (file.name.as_str(), file.kind.as_str())).collect();
    assert_eq!(names, [("12-Curated-Data.nc4", "curated subset"), ("12-Interpolated-Data.nc4", "interpolated subset")]);
    assert_eq!(first.2[0].time.as_deref(), Some("201508120000"));

    let copied = copy_history(db, &place.server.tos2ca_url()).await.unwrap();
    assert_eq!(copied, Copied { users: 0, jobs: 0, outputs: 0, known: 5, left: 1 });
    let again = (place.ours().await, place.jobs.outputs(11).await.unwrap(), place.jobs.outputs(12).await.unwrap());
    assert_eq!(again, first);

    // only what is new
    let plot = "(12, 's3://bucket/12/12-Series.png', 'interpolated plot')";
    place.set(&format!("INSERT INTO output (jobID, location, type) VALUES {plot}")).await;
    place.set("UPDATE jobs SET status = 'complete' WHERE jobID = 25").await;
    let copied = copy_history(db, &place.server.tos2ca_url()).await.unwrap();
    assert_eq!(copied, Copied { users: 0, jobs: 1, outputs: 1, known: 5, left: 1 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ours_may_be_of_another_kind() {
    let mut place = Place::new(&["schema.sql", "later.sql", "rows.sql"]).await;
    let own = Postgres::start();
    let db = Database::connect(&own.url()).await.unwrap();
    db.migrate().await.unwrap();
    place.jobs = Jobs::new(db.clone());
    for (jobs, outputs) in [(3, 6), (0, 0)] {
        let copied = copy_history(&db, &place.server.tos2ca_url()).await.unwrap();
        assert_eq!((copied.jobs, copied.outputs), (jobs, outputs));
    }
    let mut bridge = place.bridge();
    bridge.turn().await.unwrap();
    let numbers: Vec<i64> = place.ours().await.iter().map(|job| job.job_id).collect();
    assert_eq!(numbers, [11, 12, 13, 20, 25, 26, 27]);
    // those that wait for 20 end with it
    place.jobs.cancel(20).await.unwrap();
    bridge.turn().await.unwrap();
    let told = place.texts("SELECT status FROM jobs WHERE jobID IN (20, 25, 26) ORDER BY jobID").await;
    assert_eq!(told, ["error", "running", "error"]);
    assert_eq!(place.texts("SELECT status FROM chunks WHERE jobID = 20").await, ["failed", "failed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_for_both_is_refused_and_left_as_it_was() {
    let place = Place::new(&["schema.sql"]).await;
    // ours is not made in theirs
    let db = Database::connect(&place.server.tos2ca_url()).await.unwrap();
    let error = db.migrate().await.unwrap_err().to_string();
    assert!(error.contains("database.url") && error.contains("TOS2CA"), "{error}");
    let tables = place
        .texts("SELECT CONVERT(TABLE_NAME USING utf8mb4) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'tos2ca'");
    assert_eq!(tables.await.len(), 7);
    // and ours is none of theirs
    let error = copy_history(place.jobs.database(), &place.server.url()).await.unwrap_err().to_string();
    assert!(error.contains("tos2ca.database") && error.contains("this service"), "{error}");
    place.set("ALTER TABLE jobs DROP COLUMN coords").await;
    let error = copy_history(place.jobs.database(), &place.server.tos2ca_url()).await.unwrap_err().to_string();
    assert!(error.contains("`jobs` has no `coords`"), "{error}");
    let mut config = Config::default();
    config.database.url = place.server.tos2ca_url();
    config.tos2ca.database = Some(place.server.tos2ca_url());
    assert!(config.settings().unwrap_err().to_string().contains("tos2ca.database"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_an_older_version_are_brought_up_beside_what_they_hold() {
    let place = Place::new(&["schema.sql"]).await;
    place.server.sql("USE eventscape; DROP TABLE tos2ca_jobs; DELETE FROM _sqlx_migrations WHERE version = 2");
    let db = place.jobs.database();
    assert!(!db.is_current().await.unwrap());
    db.migrate().await.unwrap();
    assert!(db.is_current().await.unwrap());
    let copied = copy_history(db, &place.server.tos2ca_url()).await.unwrap();
    assert_eq!(copied, Copied::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tos2ca_database_that_went_away_is_waited_for() {
    let mut place = Place::new(&["schema.sql", "rows.sql"]).await;
    // ours is another one, which stays
    let db = Database::connect(&format!("sqlite:{}", place.folder.path().join("own.db").display())).await.unwrap();
    db.migrate().await.unwrap();
    place.jobs = Jobs::new(db);
    place.server.kill();
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(place.bridge().run(stopped));
    tokio::time::sleep(Duration::from_millis(500)).await;
    place.server.restart();
    for _ in 0..300 {
        if place.ours().await.len() == 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(place.ours().await.len(), 5);
    stop.send(true).unwrap();
    running.await.unwrap();
}
