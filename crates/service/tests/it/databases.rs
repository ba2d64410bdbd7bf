//! The same cases on each kind of database: one server a test, a fresh start for each case where that is cheap.

use eventscape_service::Database;
use eventscape_testkit::servers::{MariaDb, Postgres};

use crate::queue;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_works_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    all(&format!("sqlite:{}", folder.path().join("new/deep/service.db").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_works_on_mariadb() {
    let server = MariaDb::start();
    all(&server.url()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_works_on_postgresql() {
    let server = Postgres::start();
    all(&server.url()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_went_away_and_came_back_is_used_again() {
    let mut server = MariaDb::start();
    let db = Database::connect(&server.url()).await.unwrap();
    db.migrate().await.unwrap();
    assert!(db.is_current().await.unwrap());
    server.kill();
    let error = db.now().await.unwrap_err().to_string();
    assert!(error.contains("the database") && !error.contains("a:b/c@d"), "{error}");
    server.restart();
    assert!(db.now().await.unwrap() > 1_600_000_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_letters_are_kept_whatever_the_server_begins_with() {
    let server = MariaDb::start();
    server.sql("CREATE DATABASE narrow CHARACTER SET latin1");
    let db = Database::connect(&server.url().replace("/eventscape", "/narrow")).await.unwrap();
    db.migrate().await.unwrap();
    queue::texts_are_kept_as_they_are(&db).await;
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told_without_its_password() {
    let error = Database::connect("mysql://me:secret@127.0.0.1:1/none").await.unwrap_err();
    let told = error.to_string();
    assert!(!told.contains("secret") && told.contains("127.0.0.1:1/none") && told.contains("refused"), "{told}");
    let error = Database::connect("sqlite:/proc/none/service.db").await.unwrap_err().to_string();
    assert!(error.contains("/proc/none"), "{error}");
}

async fn all(url: &str) {
    let db = Database::connect(url).await.unwrap();
    assert!(!db.is_current().await.unwrap());
    db.migrate().await.unwrap();
    db.migrate().await.unwrap();
    assert!(db.is_current().await.unwrap());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    assert!((db.now().await.unwrap() - now).abs() < 10_000);
    queue::a_job_goes_its_way(&db).await;
    queue::a_lost_worker_changes_nothing_any_more(&db).await;
    queue::a_cancelled_job_is_left_and_can_be_tried_again(&db).await;
    queue::a_job_that_has_ended_can_be_removed(&db).await;
    queue::chunks_are_joined_once_all_are_done(&db).await;
    queue::curation_waits_for_its_phdef_job(&db).await;
    queue::what_may_work_later_is_tried_again(&db).await;
    queue::nothing_is_claimed_twice(&db).await;
    queue::transactions_that_meet_are_done_all(&db).await;
    queue::users_have_limits_and_tokens(&db).await;
    queue::texts_are_kept_as_they_are(&db).await;
    db.close().await;
}
