//! Cases of the queue. They share a database, so each uses up all the work that it makes.

use std::collections::BTreeSet;
use std::time::Duration;

use eventscape_service::{
    Again, Claim, Database, JobFilter, JobRequest, JobStage, JobStatus, Jobs, Made, OutputFile, Role, ServiceError,
    Submission, TaskKind, Users,
};
use serde_json::{Value, json};

const LEASE: i64 = 60_000;

fn submission(user_id: i64, stage: JobStage, keys: Value) -> Submission {
    // as the database keeps it: whether the data are there is not what is tested here
    let phdef = keys["phdef"].as_i64();
    let mut keys = keys;
    keys.as_object_mut().unwrap().remove("phdef");
    Submission::new(user_id, JobRequest::of_stored(stage, phdef, &keys.to_string()).unwrap())
}

fn phdef(user_id: i64) -> Submission {
    submission(user_id, JobStage::Phdef, json!({"collection": "GPM_MERGIR", "variable": "Tb"}))
}

fn file(name: &str) -> OutputFile {
    OutputFile {
        name: name.to_owned(),
        kind: "masks".to_owned(),
        title: Some("Masks".to_owned()),
        roles: vec!["data".to_owned(), "masks".to_owned()],
        time: None,
        size: 1 << 40,
        sha256: "00".repeat(32),
        media_type: "application/netcdf".to_owned(),
    }
}

pub(crate) fn made(location: &str, outputs: &[OutputFile]) -> Made {
    Made { location: location.to_owned(), outputs: outputs.to_vec(), summary: None }
}

async fn claim(jobs: &Jobs, owner: &str) -> Claim {
    jobs.claim(owner, LEASE).await.unwrap().expect("there is work")
}

/// Claims a task as soon as there is one: its worker counts as lost, or it may be tried again.
async fn claim_when_there_is_one(jobs: &Jobs, owner: &str, lease: i64) -> Claim {
    for _ in 0..6000 {
        if let Some(claim) = jobs.claim(owner, lease).await.unwrap() {
            return claim;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no lease ends");
}

async fn nothing_is_left(jobs: &Jobs) {
    assert!(jobs.claim("last", LEASE).await.unwrap().is_none());
}

pub(crate) async fn a_job_goes_its_way(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let mut asked = phdef(1);
    asked.notify = vec![
        ("webhook".to_owned(), "http://127.0.0.1/done".to_owned(), JobStatus::Complete),
        ("webhook".to_owned(), "http://127.0.0.1/failed".to_owned(), JobStatus::Error),
    ];
    let later = jobs.submit(Submission { priority: 5, ..phdef(1) }).await.unwrap();
    let job = jobs.submit(asked).await.unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Pending);
    // the smaller priority first
    let first = claim(&jobs, "a").await;
    assert_eq!((first.job.job_id, first.kind, first.attempt), (job, TaskKind::Whole, 1));
    let record = jobs.get(job).await.unwrap();
    assert!(record.status == JobStatus::Running && record.started.is_some() && record.ended.is_none());
    jobs.heartbeat(&first, LEASE, 420, "reading").await.unwrap().unwrap();
    let record = jobs.get(job).await.unwrap();
    assert_eq!((record.progress, record.message.as_deref()), (420, Some("reading")));
    jobs.complete(&first, &made("/store/1", &[file("b"), file("a")])).await.unwrap().unwrap();
    let record = jobs.get(job).await.unwrap();
    assert_eq!((record.status, record.progress), (JobStatus::Complete, 1000));
    assert!(record.location.as_deref() == Some("/store/1") && record.ended >= record.started);
    assert_eq!(jobs.outputs(job).await.unwrap(), [file("a"), file("b")]);
    // an end is told once
    jobs.complete(&first, &made("/elsewhere", &[])).await.unwrap().unwrap_err();
    assert_eq!(jobs.get(job).await.unwrap().location.as_deref(), Some("/store/1"));

    let second = claim(&jobs, "a").await;
    assert_eq!(second.job.job_id, later);
    jobs.fail(&second, "no such variable", Again::Never).await.unwrap().unwrap();
    let record = jobs.get(later).await.unwrap();
    assert_eq!((record.status, record.message.as_deref()), (JobStatus::Error, Some("no such variable")));
    let filter = JobFilter { statuses: vec![JobStatus::Error], ..JobFilter::default() };
    let page = jobs.list(&filter, 10, 0).await.unwrap();
    assert_eq!((page.matched, page.jobs.len(), page.jobs[0].job_id), (1, 1, later));
    let ours = JobFilter { visible_to: Some(99), ..JobFilter::default() };
    assert_eq!(jobs.list(&ours, 10, 0).await.unwrap().matched, 0);
    assert!(matches!(jobs.get(10_000).await, Err(ServiceError::NotFound(_))));
    nothing_is_left(&jobs).await;
}

pub(crate) async fn a_lost_worker_changes_nothing_any_more(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let job = jobs.submit(phdef(1)).await.unwrap();
    let lost = claim(&jobs, "lost").await;
    nothing_is_left(&jobs).await;
    // it is not heard of again
    jobs.heartbeat(&lost, 1, 1, "").await.unwrap().unwrap();
    let next = claim_when_there_is_one(&jobs, "next", LEASE).await;
    assert_eq!((next.task_id, next.attempt), (lost.task_id, lost.attempt + 1));
    jobs.heartbeat(&lost, LEASE, 1, "").await.unwrap().unwrap_err();
    jobs.complete(&lost, &made("/lost", &[])).await.unwrap().unwrap_err();
    jobs.fail(&lost, "late", Again::Never).await.unwrap().unwrap_err();
    jobs.give_back(&lost).await.unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Running);
    jobs.complete(&next, &made("/next", &[])).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().location.as_deref(), Some("/next"));

    // one that is lost again and again is given up
    let job = jobs.submit(phdef(1)).await.unwrap();
    for k in 1..=21 {
        assert_eq!(claim_when_there_is_one(&jobs, "lost", 1).await.attempt, k);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    nothing_is_left(&jobs).await;
    let record = jobs.get(job).await.unwrap();
    assert_eq!(record.status, JobStatus::Error);
    assert!(record.message.unwrap().contains("lost 21 times"));

    // one that is given back is another's at once, and that is no failure
    let job = jobs.submit(phdef(1)).await.unwrap();
    for _ in 0..8 {
        let back = claim(&jobs, "stopping").await;
        jobs.give_back(&back).await.unwrap();
    }
    let last = claim(&jobs, "last").await;
    jobs.complete(&last, &made("/x", &[])).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Complete);
}

pub(crate) async fn a_cancelled_job_is_left_and_can_be_tried_again(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let job = jobs.submit(phdef(1)).await.unwrap();
    let running = claim(&jobs, "a").await;
    jobs.cancel(job).await.unwrap();
    jobs.heartbeat(&running, LEASE, 1, "").await.unwrap().unwrap_err();
    jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap_err();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Cancelled);
    assert!(matches!(jobs.cancel(job).await, Err(ServiceError::Conflict(_))));
    assert!(matches!(jobs.cancel(10_000).await, Err(ServiceError::NotFound(_))));
    nothing_is_left(&jobs).await;
    jobs.retry(job).await.unwrap();
    assert!(matches!(jobs.retry(job).await, Err(ServiceError::Conflict(_))));
    let again = claim(&jobs, "b").await;
    assert_eq!((again.job.job_id, again.attempt), (job, running.attempt + 1));
    jobs.complete(&again, &made("/x", &[])).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Complete);
    nothing_is_left(&jobs).await;
}

pub(crate) async fn a_job_that_has_ended_can_be_removed(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let first = jobs.submit(phdef(1)).await.unwrap();
    let conflict = async |job: i64, hint: &str| match jobs.begin_removal(job).await {
        Err(ServiceError::Conflict(why)) => assert!(why.contains(hint), "{why}"),
        other => panic!("{other:?}"),
    };
    conflict(first, "cancel it first").await;
    let running = claim(&jobs, "a").await;
    jobs.complete(&running, &made("/x", &[file("a")])).await.unwrap().unwrap();
    let keys = json!({"phdef": first, "collection": "GPM_3IMERGHH", "variable": "p"});
    let second = jobs.submit(submission(1, JobStage::Curation, keys)).await.unwrap();
    conflict(first, &format!("looked into by job {second}")).await;
    // a worker that has not heard of it yet would write into the folder again
    let running = claim(&jobs, "a").await;
    jobs.cancel(second).await.unwrap();
    conflict(second, "its worker may be at it").await;
    jobs.heartbeat(&running, LEASE, 1, "").await.unwrap().unwrap_err();
    // the next is not heard of for the length of its lease
    jobs.retry(second).await.unwrap();
    let running = claim(&jobs, "b").await;
    jobs.heartbeat(&running, 1, 1, "").await.unwrap().unwrap();
    jobs.cancel(second).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    for job in [second, first] {
        jobs.begin_removal(job).await.unwrap();
        // one that broke off is begun again, and nothing else is done with it
        jobs.begin_removal(job).await.unwrap();
        assert!(jobs.outputs(job).await.unwrap().is_empty() && jobs.tasks(job).await.unwrap().is_empty());
        assert!(matches!(jobs.retry(job).await, Err(ServiceError::Conflict(_))));
        jobs.forget(job).await.unwrap();
        assert!(matches!(jobs.get(job).await, Err(ServiceError::NotFound(_))));
        assert!(matches!(jobs.begin_removal(job).await, Err(ServiceError::NotFound(_))));
    }
    nothing_is_left(&jobs).await;
}

pub(crate) async fn chunks_are_joined_once_all_are_done(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let keys = json!({"collection": "GPM_MERGIR", "variable": "Tb", "chunks": 3});
    let job = jobs.submit(submission(1, JobStage::Phdef, keys)).await.unwrap();
    let mut chunks = Vec::new();
    for owner in ["a", "b", "c"] {
        chunks.push(claim(&jobs, owner).await);
    }
    nothing_is_left(&jobs).await;
    assert!(chunks.iter().all(|c| c.kind == TaskKind::Chunk));
    assert_eq!(chunks.iter().map(|c| c.chunk).collect::<BTreeSet<_>>(), BTreeSet::from([1, 2, 3]));
    for (k, chunk) in chunks.iter().enumerate() {
        nothing_is_left(&jobs).await;
        jobs.complete(chunk, &made("", &[])).await.unwrap().unwrap();
        jobs.complete(chunk, &made("", &[])).await.unwrap().unwrap_err();
        assert_eq!(jobs.get(job).await.unwrap().progress, 300 * (k as i64 + 1));
    }
    let stitch = claim(&jobs, "d").await;
    assert_eq!(stitch.kind, TaskKind::Stitch);
    jobs.complete(&stitch, &made("/x", &[file("a")])).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Complete);
    nothing_is_left(&jobs).await;

    // one chunk that fails fails the job; tried again, the others are not done again
    let keys = json!({"collection": "GPM_MERGIR", "variable": "Tb", "chunks": 2});
    let job = jobs.submit(submission(1, JobStage::Phdef, keys)).await.unwrap();
    let (one, two) = (claim(&jobs, "a").await, claim(&jobs, "b").await);
    jobs.complete(&one, &made("", &[])).await.unwrap().unwrap();
    jobs.fail(&two, "damaged", Again::Never).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Error);
    nothing_is_left(&jobs).await;
    jobs.retry(job).await.unwrap();
    let again = claim(&jobs, "c").await;
    assert_eq!((again.kind, again.chunk), (TaskKind::Chunk, two.chunk));
    jobs.complete(&again, &made("", &[])).await.unwrap().unwrap();
    let stitch = claim(&jobs, "d").await;
    // its progress goes on from that of the chunks
    jobs.heartbeat(&stitch, LEASE, 500, "").await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().progress, 950);
    // chunks that cannot be joined are made again: they may be of different data, or be lost
    jobs.fail(&stitch, "chunks of different jobs", Again::Never).await.unwrap().unwrap();
    jobs.retry(job).await.unwrap();
    let again = [claim(&jobs, "a").await, claim(&jobs, "b").await];
    assert!(again.iter().all(|claim| claim.kind == TaskKind::Chunk));
    nothing_is_left(&jobs).await;
    for chunk in &again {
        jobs.complete(chunk, &made("", &[])).await.unwrap().unwrap();
    }
    let stitch = claim(&jobs, "c").await;
    assert_eq!(stitch.kind, TaskKind::Stitch);
    jobs.complete(&stitch, &made("/x", &[])).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Complete);
    nothing_is_left(&jobs).await;
}

pub(crate) async fn curation_waits_for_its_phdef_job(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let into = |phdef: i64, user| {
        submission(user, JobStage::Curation, json!({"phdef": phdef, "collection": "GPM_3IMERGHH", "variable": "p"}))
    };
    let first = jobs.submit(phdef(1)).await.unwrap();
    let second = jobs.submit(into(first, 1)).await.unwrap();
    for wrong in [into(first, 2), into(second, 1), into(10_000, 1)] {
        assert!(matches!(jobs.submit(wrong).await, Err(ServiceError::Request(_))));
    }
    let running = claim(&jobs, "a").await;
    nothing_is_left(&jobs).await;
    jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap();
    let running = claim(&jobs, "a").await;
    assert_eq!((running.job.job_id, running.job.phdef_job_id), (second, Some(first)));
    jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap();
    // of a complete one it need not wait
    let third = jobs.submit(into(first, 1)).await.unwrap();
    let running = claim(&jobs, "a").await;
    assert_eq!(running.job.job_id, third);
    jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap();

    // where there will be nothing to look into it fails, too, and is tried again once there may be
    let first = jobs.submit(phdef(1)).await.unwrap();
    let second = jobs.submit(into(first, 1)).await.unwrap();
    jobs.cancel(first).await.unwrap();
    let record = jobs.get(second).await.unwrap();
    assert_eq!(record.status, JobStatus::Error);
    assert!(record.message.unwrap().contains(&first.to_string()));
    let error = jobs.retry(second).await.unwrap_err().to_string();
    assert!(error.contains(&format!("job {first} is")), "{error}");
    jobs.retry(first).await.unwrap();
    jobs.retry(second).await.unwrap();
    for job in [first, second] {
        let running = claim(&jobs, "a").await;
        assert_eq!(running.job.job_id, job);
        jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap();
    }
    nothing_is_left(&jobs).await;

    // one that is tried again just when the other ends does not miss it
    for _ in 0..20 {
        let first = jobs.submit(phdef(1)).await.unwrap();
        let second = jobs.submit(into(first, 1)).await.unwrap();
        jobs.cancel(second).await.unwrap();
        let running = claim(&jobs, "a").await;
        let done = made("/x", &[]);
        let (ended, tried) = tokio::join!(jobs.complete(&running, &done), jobs.retry(second));
        ended.unwrap().unwrap();
        tried.unwrap();
        let running = claim(&jobs, "a").await;
        assert_eq!(running.job.job_id, second);
        jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap();
    }
}

pub(crate) async fn what_may_work_later_is_tried_again(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let job = jobs.submit(phdef(1)).await.unwrap();
    let running = claim(&jobs, "a").await;
    jobs.fail(&running, "the network is away", Again::Later).await.unwrap().unwrap();
    // it waits before it is tried again
    nothing_is_left(&jobs).await;
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Running);
    let running = claim_when_there_is_one(&jobs, "a", LEASE).await;
    assert_eq!(running.attempt, 2);
    jobs.complete(&running, &made("/x", &[])).await.unwrap().unwrap();
    assert_eq!(jobs.get(job).await.unwrap().status, JobStatus::Complete);
    // why it failed before is kept
    let task = jobs.tasks(job).await.unwrap().remove(0);
    assert_eq!((task.attempts, task.failures, task.last_error.as_deref()), (2, 1, Some("the network is away")));
}

/// Many write to the same rows: what a database gives up for the sake of another is done again.
pub(crate) async fn transactions_that_meet_are_done_all(db: &Database) {
    let jobs = Jobs::new(db.clone());
    let keys = json!({"collection": "GPM_MERGIR", "variable": "Tb", "chunks": 8});
    for _ in 0..6 {
        let job = jobs.submit(submission(1, JobStage::Phdef, keys.clone())).await.unwrap();
        let mut chunks = Vec::new();
        for k in 0..8 {
            chunks.push(claim(&jobs, &format!("worker {k}")).await);
        }
        let ends = chunks.into_iter().map(|chunk| {
            let jobs = jobs.clone();
            tokio::spawn(async move {
                jobs.heartbeat(&chunk, LEASE, 1, "").await.unwrap().unwrap();
                jobs.complete(&chunk, &made("", &[])).await.unwrap().unwrap();
            })
        });
        let others = (0..4).map(|_| {
            let jobs = jobs.clone();
            tokio::spawn(async move {
                let other = jobs.submit(Submission { priority: 9, ..phdef(1) }).await.unwrap();
                jobs.cancel(other).await.unwrap();
            })
        });
        for done in ends.chain(others).collect::<Vec<_>>() {
            done.await.unwrap();
        }
        let stitch = claim(&jobs, "last").await;
        assert_eq!((stitch.kind, stitch.job.job_id), (TaskKind::Stitch, job));
        jobs.complete(&stitch, &made("/x", &[])).await.unwrap().unwrap();
    }
    nothing_is_left(&jobs).await;
}

pub(crate) async fn nothing_is_claimed_twice(db: &Database) {
    const JOBS: usize = 60;
    let jobs = Jobs::new(db.clone());
    let mut known = BTreeSet::new();
    for _ in 0..JOBS {
        assert!(known.insert(jobs.submit(phdef(1)).await.unwrap()));
    }
    let workers: Vec<_> = (0..4)
        .map(|k| {
            let jobs = jobs.clone();
            tokio::spawn(async move {
                let (mut mine, mut idle) = (Vec::new(), 0);
                while idle < 3 {
                    match jobs.claim(&format!("worker {k}"), LEASE).await.unwrap() {
                        Some(claim) => {
                            mine.push(claim.job.job_id);
                            jobs.complete(&claim, &made("/x", &[file("a")])).await.unwrap().unwrap();
                        }
                        // others may have been quicker with all that was seen
                        None => idle += 1,
                    }
                }
                mine
            })
        })
        .collect();
    let mut done = Vec::new();
    for worker in workers {
        done.extend(worker.await.unwrap());
    }
    assert_eq!(done.len(), JOBS);
    assert_eq!(done.into_iter().collect::<BTreeSet<_>>(), known);
    nothing_is_left(&jobs).await;
}

pub(crate) async fn users_have_limits_and_tokens(db: &Database) {
    let (users, jobs) = (Users::new(db.clone()), Jobs::new(db.clone()));
    let ada = users.add(" Ada@Example.org ", ("Ada", "L."), Role::User).await.unwrap();
    assert_eq!(users.by_email("ada@example.ORG").await.unwrap(), ada);
    assert!(matches!(users.add("ada@example.org", ("", ""), Role::User).await, Err(ServiceError::Conflict(_))));
    for wrong in ["ada", "@x", "a@", "a b@c", "a@b\n"] {
        // spaces around an address are no part of it
        let found = users.add(wrong.trim_end(), ("", ""), Role::User).await;
        assert!(matches!(found, Err(ServiceError::Request(_))) || wrong == "a@b\n", "{wrong}: {found:?}");
    }
    let token = users.token(&ada, "laptop", None).await.unwrap();
    assert_eq!(users.by_token(&token.secret).await.unwrap(), ada);
    let ended = users.token(&ada, "old", Some(0)).await.unwrap();
    assert!(matches!(users.by_token(&ended.secret).await, Err(ServiceError::Unauthorized(_))));
    for wrong in ["", "evs_", "' OR 1=1 --", &token.secret[..60]] {
        assert!(matches!(users.by_token(wrong).await, Err(ServiceError::Unauthorized(_))), "{wrong}");
    }
    let local = users.local().await.unwrap();
    assert!(local.is_admin() && users.local().await.unwrap() == local);

    let asked = || Submission { most_at_once: 2, ..phdef(ada.user_id) };
    let first = jobs.submit(asked()).await.unwrap();
    let second = jobs.submit(asked()).await.unwrap();
    assert!(matches!(jobs.submit(asked()).await, Err(ServiceError::TooMany(_))));
    jobs.cancel(first).await.unwrap();
    let third = jobs.submit(asked()).await.unwrap();
    // what was refused has no number and leaves nothing behind
    assert_eq!(third, second + 1);
    // nor does one come in by being tried again
    assert!(matches!(jobs.retry_within(first, 2).await, Err(ServiceError::TooMany(_))));
    jobs.cancel(second).await.unwrap();
    jobs.retry_within(first, 2).await.unwrap();
    for job in [first, third] {
        jobs.cancel(job).await.unwrap();
    }
    nothing_is_left(&jobs).await;
}

pub(crate) async fn texts_are_kept_as_they_are(db: &Database) {
    let jobs = Jobs::new(db.clone());
    for text in ["'; DROP TABLE jobs; --", "\" OR \"\"=\"", "\\' ? $1 {NOW} %s", "Ā 東京 🌀", &"x".repeat(3000)] {
        let keys = json!({"collection": text, "variable": text, "title": text, "operator": text, "value": text});
        let job = jobs.submit(submission(1, JobStage::Phdef, keys)).await.unwrap();
        let running = claim(&jobs, text).await;
        let record = &running.job;
        assert!(text.starts_with(&record.description) && text.starts_with(&record.variable));
        let JobRequest::Phdef(asked) = JobRequest::of_stored(record.stage, None, &record.request).unwrap() else {
            panic!("PhDef")
        };
        assert_eq!((asked.phenomenon.collection.as_deref(), asked.output.title.as_deref()), (Some(text), Some(text)));
        jobs.heartbeat(&running, LEASE, 1, text).await.unwrap().unwrap();
        jobs.fail(&running, text, Again::Never).await.unwrap().unwrap();
        assert!(text.starts_with(&jobs.get(job).await.unwrap().message.unwrap()));
    }
    // PostgreSQL has no such character
    let keys = json!({"collection": "A", "variable": "t", "title": "a\0b"});
    let job = jobs.submit(submission(1, JobStage::Phdef, keys)).await.unwrap();
    let running = claim(&jobs, "a").await;
    jobs.fail(&running, "a\0b", Again::Never).await.unwrap().unwrap();
    let record = jobs.get(job).await.unwrap();
    assert_eq!((record.description.as_str(), record.message.as_deref()), ("a\u{fffd}b", Some("a\u{fffd}b")));
    nothing_is_left(&jobs).await;
}
