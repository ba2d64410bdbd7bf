//! A database of the first version of the tables, with rows in all of them, is brought up to the newest: nothing is lost,
//! and what waited goes on.

use std::borrow::Cow;

use eventscape_service::{
    Again, Claim, Database, JobFilter, JobRecord, JobRequest, JobStage, JobStatus, Jobs, OutputFile, Role, Submission,
    TaskKind, Users,
};
use eventscape_testkit::servers::{MariaDb, Postgres};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Row, SqlStr};

use crate::queue::made;

const FIRST: &str = include_str!("../../migrations/0001_jobs.sql");
const ROWS: &str = include_str!("first_version.sql");
const LEASE: i64 = 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_version_on_sqlite_is_brought_up_with_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    brought_up(&format!("sqlite:{}", folder.path().join("service.db").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_version_on_mariadb_is_brought_up_with_its_rows() {
    let server = MariaDb::start();
    brought_up(&server.url()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_version_on_postgresql_is_brought_up_with_its_rows() {
    let server = Postgres::start();
    brought_up(&server.url()).await;
}

async fn brought_up(url: &str) {
    // makes the file of SQLite, and no tables
    let db = Database::connect(url).await.unwrap();
    let rows = AnyPool::connect(url).await.unwrap();
    let first = Migration::new(1, Cow::Borrowed("jobs"), MigrationType::Simple, SqlStr::from_static(FIRST), false);
    Migrator::with_migrations(vec![first]).run(&rows).await.unwrap();
    sqlx::raw_sql(ROWS).execute(&rows).await.unwrap();

    assert!(!db.is_current().await.unwrap());
    db.migrate().await.unwrap();
    assert!(db.is_current().await.unwrap());
    users_are_known(&db).await;
    jobs_are_as_they_were(&db).await;
    assert_eq!(notifications(&rows).await, ["sent", "waiting", "queued"]);
    work_goes_on(&db).await;
    // 2 is complete; 4 was tried again, and failed again
    assert_eq!(notifications(&rows).await, ["sent", "queued", "queued"]);
    rows.close().await;
    db.close().await;
}

async fn notifications(rows: &AnyPool) -> Vec<String> {
    let rows = sqlx::query("SELECT state FROM notifications ORDER BY notificationID").fetch_all(rows).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn users_are_known(db: &Database) {
    let users = Users::new(db.clone());
    let known: Vec<_> = users.list().await.unwrap().into_iter().map(|(user, tokens)| (user.email, tokens)).collect();
    assert_eq!(known, [("local@localhost".to_owned(), 0), ("zoe@example.org".to_owned(), 1)]);
    let zoe = users.by_email("zoe@example.org").await.unwrap();
    assert_eq!((zoe.user_id, zoe.role), (2, Role::User));
    assert_eq!((zoe.first_name.as_str(), zoe.last_name.as_str()), ("Zoë", "O'Brien"));
    let token = |digits: &str| format!("evs_{}", digits.repeat(4));
    assert_eq!(users.by_token(&token("0123456789abcdef")).await.unwrap(), zoe);
    users.by_token(&token("fedcba9876543210")).await.unwrap_err();
    let local = users.local().await.unwrap();
    assert!(local.user_id == 1 && local.is_admin());
    // numbers go on where they were
    assert_eq!(users.add("ada@example.org", ("Ada", "Lovelace"), Role::User).await.unwrap().user_id, 3);
    assert_eq!(users.token(&zoe, "new", None).await.unwrap().token_id, 3);
}

async fn jobs_are_as_they_were(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let request = r#"{"collection":"GPM_MERGIR","variable":"Tb","operator":"lessThan","value":235}"#;
    let first = JobRecord {
        job_id: 1,
        user_id: 2,
        stage: JobStage::Phdef,
        phdef_job_id: None,
        chunks: 0,
        dataset: "GPM_MERGIR".to_owned(),
        variable: "Tb".to_owned(),
        description: "cold \"tongue\" of O'Brien 🌀".to_owned(),
        status: JobStatus::Complete,
        submitted: 1_700_000_000_010,
        started: Some(1_700_000_000_011),
        ended: Some(1_700_000_000_012),
        updated: 1_700_000_000_013,
        priority: 5,
        is_public: true,
        progress: 1000,
        message: None,
        location: Some("/store/1".to_owned()),
        request: request.to_owned(),
        wants_document: false,
    };
    assert_eq!(jobs.get(1).await.unwrap(), first);
    let listed = jobs.list(&JobFilter::default(), 10, 0).await.unwrap();
    let statuses: Vec<_> = listed.jobs.iter().map(|job| (job.job_id, job.status)).collect();
    let expected =
        [JobStatus::Cancelled, JobStatus::Error, JobStatus::Pending, JobStatus::Running, JobStatus::Complete];
    assert_eq!(statuses, [5, 4, 3, 2, 1].into_iter().zip(expected).collect::<Vec<_>>());
    for job in &listed.jobs {
        JobRequest::of_stored(job.stage, job.phdef_job_id, &job.request).unwrap();
    }
    assert_eq!(jobs.get(4).await.unwrap().message.as_deref(), Some("no such variable"));
    assert_eq!(jobs.looking_into(1).await.unwrap(), [jobs.get(3).await.unwrap()]);
    let outputs = jobs.outputs(1).await.unwrap();
    let sizes: Vec<_> = outputs.iter().map(|file| (file.name.as_str(), file.size, file.sha256.as_str())).collect();
    assert_eq!(sizes, [("1-ForTraCC-Mask-Output.nc4", 1 << 40, "ab"), ("1-ForTraCC-TOC.json", 17, "cd")]);
    assert_eq!(outputs[0].time.as_deref(), Some("201508120000"));
    let tasks = jobs.tasks(2).await.unwrap();
    let states: Vec<_> = tasks.iter().map(|task| (task.kind.as_str(), task.chunk, task.state.as_str())).collect();
    let expected = [("chunk", 1, "done"), ("chunk", 2, "running"), ("chunk", 3, "queued"), ("stitch", 0, "queued")];
    assert_eq!(states, expected);
    assert_eq!((tasks[0].attempts, tasks[0].failures, tasks[0].losses), (3, 1, 1));
    assert_eq!(tasks[0].last_error.as_deref(), Some("the source was away"));
}

async fn work_goes_on(db: &Database) {
    let jobs = Jobs::new(db.clone());
    // that of the lost worker first
    for (chunk, attempt) in [(2, 2), (3, 1)] {
        let claim = claim(&jobs).await;
        assert_eq!((claim.job.job_id, claim.kind, claim.chunk), (2, TaskKind::Chunk, chunk));
        assert_eq!(claim.attempt, attempt);
        jobs.complete(&claim, &made("", &[])).await.unwrap().unwrap();
    }
    let stitch = claim(&jobs).await;
    assert_eq!((stitch.job.job_id, stitch.kind), (2, TaskKind::Stitch));
    let file = OutputFile {
        name: "2-ForTraCC-Mask-Output.nc4".to_owned(),
        kind: "masks".to_owned(),
        title: Some("Masks".to_owned()),
        roles: vec!["data".to_owned(), "masks".to_owned()],
        time: None,
        size: 1,
        sha256: "ef".to_owned(),
        media_type: "application/x-netcdf".to_owned(),
    };
    jobs.complete(&stitch, &made("/store/2", std::slice::from_ref(&file))).await.unwrap().unwrap();
    assert_eq!(jobs.get(2).await.unwrap().status, JobStatus::Complete);
    assert_eq!(jobs.outputs(2).await.unwrap(), [file]);
    let curation = claim(&jobs).await;
    // the masks are ours: they are where its job is
    assert_eq!((curation.job.job_id, curation.masks.as_deref()), (3, None));
    jobs.complete(&curation, &made("/store/3", &[])).await.unwrap().unwrap();
    jobs.retry(4).await.unwrap();
    let again = claim(&jobs).await;
    assert_eq!((again.job.job_id, again.attempt), (4, 2));
    jobs.fail(&again, "still not", Again::Never).await.unwrap().unwrap();
    assert_eq!(jobs.get(4).await.unwrap().message.as_deref(), Some("still not"));

    let request = JobRequest::of_stored(JobStage::Phdef, None, r#"{"collection":"GPM_MERGIR","variable":"Tb"}"#);
    let new = Submission { wants_document: true, ..Submission::new(2, request.unwrap()) };
    assert_eq!(jobs.submit(new).await.unwrap(), 6);
    let new = claim(&jobs).await;
    assert!(new.job.job_id == 6 && new.job.wants_document);
    jobs.complete(&new, &made("/store/6", &[])).await.unwrap().unwrap();
    assert!(jobs.claim("new", LEASE).await.unwrap().is_none());
}

async fn claim(jobs: &Jobs) -> Claim {
    jobs.claim("new", LEASE).await.unwrap().expect("there is work")
}
