//! The products of a job, read back through the API.

use eventscape_io::stores::Stores;
use eventscape_service::{Database, Jobs, Role, Users, verify_job};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::SqlitePool;

use crate::service::{Service, phdef};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finished_job_is_verified_and_what_is_damaged_is_named() {
    let service = Service::start(|_| ()).await;
    service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!(service.ended("1").await["status"], "successful");
    let verification = async || service.get("/jobs/1/verification").await;
    let (status, found) = verification().await;
    assert_eq!((status, &found["isSound"], &found["jobID"]), (StatusCode::OK, &json!(true), &json!("1")), "{found}");
    assert!(found["products"].as_u64().unwrap() > 5 && found["bytes"].as_u64().unwrap() > 1000, "{found}");
    assert_eq!(found["findings"], json!([]));

    let folder = service.folder.path().join("jobs/1");
    let table = folder.join("1-Tracks.parquet");
    let right = std::fs::read(&table).unwrap();
    std::fs::write(&table, &right[..right.len() - 1]).unwrap();
    let (status, found) = verification().await;
    assert_eq!((status, &found["isSound"]), (StatusCode::OK, &json!(false)), "{found}");
    assert_eq!(found["damaged"], json!(["1-Tracks.parquet"]));
    let first = &found["findings"][0];
    assert_eq!((&first["severity"], &first["product"]), (&json!("fault"), &json!("1-Tracks.parquet")));
    // where the service keeps its files is its own affair
    assert!(!found.to_string().contains(folder.to_str().unwrap()), "{found}");

    // the same for whoever runs the service
    let database = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let jobs = Jobs::new(Database::connect(&database).await.unwrap());
    let found = verify_job(&jobs, &Stores::default(), 1).await.unwrap();
    assert_eq!(found.damaged, ["1-Tracks.parquet"]);

    for (path, code) in [
        ("/jobs/2/verification", 404),
        ("/jobs/01/verification", 404),
        ("/jobs/1/verification?colour=red", 400),
        ("/jobs/1/verification?f=json", 200),
    ] {
        assert_eq!(service.get(path).await.0.as_u16(), code, "{path}");
    }
    assert_eq!(service.post("/jobs/1/verification", json!({})).await.0, StatusCode::METHOD_NOT_ALLOWED);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(verification().await.0, StatusCode::GONE);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_verified_says_why() {
    let service = Service::start(|_| ()).await;
    let ask = async || service.get("/jobs/1/verification").await;
    let mut body = phdef();
    body["inputs"]["products"] = json!("toc,hierarchy");
    service.post("/processes/phdef/execution", body).await;
    assert_eq!(service.ended("1").await["status"], "successful");
    let database = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let jobs = Jobs::new(Database::connect(&database).await.unwrap());
    let db = SqlitePool::connect(&database).await.unwrap();
    let set = async |sql: &'static str| {
        sqlx::query(sql).execute(&db).await.unwrap();
    };
    // as its siblings: what is not done has nothing to be verified
    for (status, code, part) in [
        ("running", 404, "no results yet"),
        ("error", 422, ""),
        ("cancelled", 404, "no results"),
        ("pending", 404, "yet"),
    ] {
        sqlx::query("UPDATE jobs SET status = ?").bind(status).execute(&db).await.unwrap();
        let (answer, told) = ask().await;
        assert_eq!(answer.as_u16(), code, "{status}: {told}");
        assert!(told["detail"].as_str().unwrap().contains(part), "{told}");
        assert_eq!(service.get("/jobs/1/results").await.0, answer);
        assert!(verify_job(&jobs, &Stores::default(), 1).await.is_err());
    }
    set("UPDATE jobs SET status = 'complete'").await;
    assert_eq!(ask().await.0, StatusCode::OK);
    // more than a request may read
    set("UPDATE output SET size = 3000000000").await;
    let (answer, told) = ask().await;
    assert_eq!(answer, StatusCode::CONFLICT, "{told}");
    assert!(told["detail"].as_str().unwrap().contains("eventscape jobs verify 1"), "{told}");
    // as a job that was copied from TOS2CA: without a manifest
    set("UPDATE output SET size = 0").await;
    set("DELETE FROM output WHERE location LIKE '%Manifest.json'").await;
    let (answer, told) = ask().await;
    assert_eq!(answer, StatusCode::CONFLICT, "{told}");
    assert!(told["detail"].as_str().unwrap().contains("TOS2CA"), "{told}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_of_others_are_not_verified() {
    let service = Service::start(|config| (config.auth.required, config.worker.count) = (true, 1)).await;
    let database = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let users = Users::new(Database::connect(&database).await.unwrap());
    let mut tokens = Vec::new();
    for email in ["ada@example.org", "grace@example.org"] {
        let user = users.add(email, ("", ""), Role::User).await.unwrap();
        tokens.push(users.token(&user, "", None).await.unwrap().secret);
    }
    let mut body = phdef();
    body["inputs"]["products"] = json!("toc");
    let token = Some(tokens[0].as_str());
    service.send(Method::POST, "/processes/phdef/execution", token, Some(body)).await;
    let ask = async |token: Option<&str>, path: &str| -> (StatusCode, Value) {
        service.send(Method::GET, path, token, None).await
    };
    while !["successful", "failed"].contains(&ask(token, "/jobs/1").await.1["status"].as_str().unwrap()) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let path = "/jobs/1/verification";
    assert_eq!(ask(token, path).await.0, StatusCode::OK);
    assert_eq!(ask(Some(&tokens[1]), path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(None, path).await.0, StatusCode::UNAUTHORIZED);
    service.stop().await;
}
