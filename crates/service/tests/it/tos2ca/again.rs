//! Jobs that TOS2CA wants done again.

use std::collections::BTreeMap;
use std::time::Duration;

use eventscape_service::JobStatus;
use sqlx::mysql::MySqlPool;

use super::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_cannot_be_tried_again_is_told_as_an_error() {
    let place = Place::new(&["schema.sql", "later.sql", "rows.sql"]).await;
    let mut bridge = place.bridge();
    bridge.turn().await.unwrap();
    place.jobs.cancel(20).await.unwrap();
    bridge.turn().await.unwrap();
    let of_both = "SELECT status FROM jobs WHERE jobID IN (20, 26) ORDER BY jobID";
    assert_eq!(place.texts(of_both).await, ["error", "error"]);
    // its PhDef job is not
    place.set("UPDATE jobs SET status = 'pending' WHERE jobID = 26").await;
    for _ in 0..2 {
        bridge.turn().await.unwrap();
        assert_eq!(place.texts(of_both).await, ["error", "error"]);
    }
    assert_eq!(place.jobs.get(26).await.unwrap().status, JobStatus::Error);
    let reason = "SELECT message FROM eventscape.tos2ca_jobs WHERE legacyID = 26";
    let told = place.texts(reason).await.remove(0);
    assert!(told.contains("job 20 is `cancelled`"), "{told}");
    // both are
    place.set("UPDATE jobs SET status = 'pending' WHERE jobID IN (20, 26)").await;
    bridge.turn().await.unwrap();
    assert_eq!(place.texts(of_both).await, ["running", "running"]);
    for job in [20, 26] {
        assert_eq!(place.jobs.get(job).await.unwrap().status, JobStatus::Pending);
    }
    assert_eq!(place.texts(reason).await, [""]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bridge_that_dies_before_a_job_is_tried_again_loses_nothing() {
    let place = Place::new(&["schema.sql", "later.sql", "rows.sql"]).await;
    place.bridge().turn().await.unwrap();
    place.jobs.cancel(25).await.unwrap();
    place.bridge().turn().await.unwrap();
    let status = "SELECT status FROM jobs WHERE jobID = 25";
    assert_eq!(place.texts(status).await, ["error"]);
    // it takes the job there, and waits for the row here
    let ours = MySqlPool::connect(&place.server.url()).await.unwrap();
    let mut held = ours.begin().await.unwrap();
    sqlx::query("SELECT jobID FROM jobs WHERE jobID = 25 FOR UPDATE").fetch_all(&mut *held).await.unwrap();
    place.set("UPDATE jobs SET status = 'pending' WHERE jobID = 25").await;
    let mut dies = place.bridge();
    let dying = tokio::spawn(async move { dies.turn().await });
    for _ in 0..1200 {
        if place.texts(status).await == ["running"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!dying.is_finished());
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    held.rollback().await.unwrap();
    assert_eq!(place.jobs.get(25).await.unwrap().status, JobStatus::Cancelled);
    assert_eq!(place.texts(status).await, ["running"]);

    let (mut one, mut other) = (place.bridge(), place.bridge());
    let (first, second) = tokio::join!(one.turn(), other.turn());
    first.unwrap();
    second.unwrap();
    assert_eq!(place.jobs.get(25).await.unwrap().status, JobStatus::Pending);
    assert_eq!(place.texts(status).await, ["running"]);
    // and goes on as others do
    place.jobs.cancel(25).await.unwrap();
    one.turn().await.unwrap();
    assert_eq!(place.texts(status).await, ["error"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_to_be_done_again_and_changed_since_is_left_as_it_is() {
    let place = Place::new(&["schema.sql", "later.sql", "rows.sql"]).await;
    let mut bridge = place.bridge();
    bridge.turn().await.unwrap();
    for job in [20, 25, 27] {
        place.jobs.cancel(job).await.unwrap();
    }
    bridge.turn().await.unwrap();
    // 20 was taken, tried and failed, 25 is another program's, 27 is gone
    place.set("UPDATE jobs SET status = 'running' WHERE jobID = 20").await;
    place.set("UPDATE jobs SET status = 'reading' WHERE jobID = 25").await;
    place.set("DELETE FROM jobs WHERE jobID = 27").await;
    place.set("UPDATE eventscape.tos2ca_jobs SET state = 'again', updated = 0 WHERE legacyID IN (20, 25, 27)").await;
    bridge.turn().await.unwrap();
    let states = "SELECT CONCAT(legacyID, state) FROM eventscape.tos2ca_jobs WHERE legacyID IN (20, 25, 27) ORDER BY 1";
    assert_eq!(place.texts(states).await, ["20submitted", "25submitted", "27left"]);
    let told = "SELECT status FROM jobs WHERE jobID IN (20, 25) ORDER BY jobID";
    assert_eq!(place.texts(told).await, ["error", "reading"]);
    for job in [20, 25, 27] {
        assert_eq!(place.jobs.get(job).await.unwrap().status, JobStatus::Cancelled);
    }
    place.set("UPDATE jobs SET status = 'pending' WHERE jobID IN (20, 25)").await;
    bridge.turn().await.unwrap();
    assert_eq!(place.texts(told).await, ["running", "running"]);
    for job in [20, 25] {
        assert_eq!(place.jobs.get(job).await.unwrap().status, JobStatus::Pending);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_tos2ca_did_itself_is_looked_into_though_it_is_done_again() {
    let place = Place::new(&["schema.sql", "later.sql", "rows.sql"]).await;
    let mut bridge = place.bridge();
    bridge.turn().await.unwrap();
    place.set("UPDATE jobs SET status = 'pending' WHERE jobID = 11").await;
    bridge.turn().await.unwrap();
    // the new one has another number, the old one is as it was
    let ours = place.ours().await;
    let numbers: Vec<i64> = ours.iter().map(|job| job.job_id).collect();
    assert_eq!(numbers, [11, 20, 25, 26, 27, 1_000_000_001]);
    assert_eq!((ours[0].status, ours[4].phdef_job_id), (JobStatus::Complete, Some(11)));
    let mut masks = BTreeMap::new();
    while let Some(claim) = place.jobs.claim("one", 60_000).await.unwrap() {
        masks.insert(claim.job.job_id, claim.masks);
    }
    assert_eq!(masks[&27].as_deref(), Some("/nowhere/11/11-ForTraCC-Mask-Output.nc4"));
    assert_eq!(masks.keys().copied().collect::<Vec<_>>(), [20, 25, 27, 1_000_000_001]);
    // what others made, and what TOS2CA has, is not removed here
    place.jobs.cancel(27).await.unwrap();
    for (job, hint) in [(11, "by another program"), (27, "one of TOS2CA's")] {
        let error = place.jobs.begin_removal(job).await.unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
    // nor tried again
    let error = place.jobs.retry(11).await.unwrap_err().to_string();
    assert!(error.contains("complete"), "{error}");
}
