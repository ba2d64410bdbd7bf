//! A whole service on real components: MariaDB, Redis, S3 and SMTP on loopback.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eventscape_io::stores::{S3Keys, Secret, StoreOptions, Stores};
use eventscape_service::{Config, Database, Role, Users};
use eventscape_testkit::s3::{ACCESS_KEY, SECRET_KEY};
use eventscape_testkit::servers::Components;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::service::{Service, fixtures, phdef};

fn stores(servers: &Components) -> Stores {
    let mut options = StoreOptions::default();
    options.endpoint = Some(servers.store.endpoint().to_owned());
    options.region = Some("us-east-1".to_owned());
    options.anonymous = Some(false);
    let secret = |text: &str| Secret::new(text);
    let (access_key_id, secret_access_key) = (secret(ACCESS_KEY), secret(SECRET_KEY));
    options.keys = Some(S3Keys { access_key_id, secret_access_key, session_token: None });
    options.first_pause = Duration::from_millis(20);
    Stores::new(options)
}

fn configure(servers: &Components, config: &mut Config) {
    config.database.url = servers.database.url();
    config.cache.location = servers.cache.url();
    config.store.location = "s3://data/jobs".to_owned();
    config.auth.required = true;
    config.worker.poll_ms = 100;
    config.worker.threads = Some(1);
    config.worker.count = 1;
    config.mail.server = Some("localhost".to_owned());
    config.mail.port = servers.mail.port();
    config.mail.user = Some("tester".to_owned());
    config.mail.password = Some("very-secret-mail".to_owned());
    config.mail.authority = Some(servers.mail.authority().display().to_string());
    config.mail.from = Some("Eventscape <events@example.org>".to_owned());
}

/// A service with products dated 2026, and the token of a user of it.
async fn start(servers: Option<&Components>) -> (Service, String) {
    let service = Service::start_with(
        |config| match servers {
            Some(servers) => configure(servers, config),
            None => config.auth.required = true,
        },
        |settings| {
            settings.worker.date = Some(1_767_225_600);
            if let Some(servers) = servers {
                settings.worker.stores = stores(servers);
            }
        },
    )
    .await;
    let url = servers.map_or_else(
        || format!("sqlite:{}", service.folder.path().join("service.db").display()),
        |servers| servers.database.url(),
    );
    let users = Users::new(Database::connect(&url).await.unwrap());
    let user = users.add("ada@example.org", ("Ada", "Lovelace"), Role::User).await.unwrap();
    let token = users.token(&user, "", None).await.unwrap().secret;
    (service, token)
}

async fn post(service: &Service, token: &str, process: &str, body: Value) -> i64 {
    let path = format!("/processes/{process}/execution");
    let (status, told) = service.send(Method::POST, &path, Some(token), Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    told["jobID"].as_str().unwrap().parse().unwrap()
}

/// Waits for the end of a job; what does not answer meanwhile is asked again.
async fn ended(service: &Service, token: &str, job: i64) -> Value {
    let begun = Instant::now();
    let mut last = Value::Null;
    while begun.elapsed() < Duration::from_secs(240) {
        let (status, told) = service.send(Method::GET, &format!("/jobs/{job}"), Some(token), None).await;
        let over = ["successful", "failed", "dismissed"].contains(&told["status"].as_str().unwrap_or_default());
        if status == StatusCode::OK && over {
            return told;
        }
        last = told;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("job {job} does not end: {last}");
}

/// The products of a job, as the API gives them.
async fn products(service: &Service, token: &str, job: i64) -> BTreeMap<String, Vec<u8>> {
    let (status, told) = service.send(Method::GET, &format!("/jobs/{job}/results"), Some(token), None).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let mut found = BTreeMap::new();
    for (name, product) in told.as_object().unwrap() {
        let response = service.client.get(product["href"].as_str().unwrap()).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        found.insert(name.clone(), response.bytes().await.unwrap().to_vec());
    }
    found
}

fn curation(phdef: i64) -> Value {
    let field = fixtures().join("ostia/merra2_like.nc4").display().to_string();
    json!({"inputs": {"phdef": phdef, "input": field, "variable": "T2M", "method": "linear"}})
}

/// All products that there are, as users want them.
fn whole() -> Value {
    let mut body = phdef();
    body["inputs"].as_object_mut().unwrap().remove("products");
    body["inputs"]["no_plots"] = json!(true);
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stages_give_the_same_products_on_all_components() {
    let servers = Components::start();
    let mut all = Vec::new();
    for servers in [None, Some(&servers)] {
        let (service, token) = start(servers).await;
        let first = post(&service, &token, "phdef", whole()).await;
        let second = post(&service, &token, "curation", curation(first)).await;
        for job in [first, second] {
            let told = ended(&service, &token, job).await;
            assert_eq!(told["status"], "successful", "{told}");
        }
        all.push([products(&service, &token, first).await, products(&service, &token, second).await]);
        if let Some(servers) = servers {
            let kept: usize = servers.cache.command(&["dbsize"]).parse().unwrap();
            assert!(kept > 3, "{kept}");
            for _ in 0..100 {
                if servers.mail.mails().len() == 2 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            assert_eq!(servers.mail.mails().len(), 2, "a mail for each job");
        }
        service.stop().await;
    }
    let (embedded, real) = (&all[0], &all[1]);
    let mut compared = 0;
    for (embedded, real) in embedded.iter().zip(real) {
        assert_eq!(embedded.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>());
        for (name, bytes) in embedded {
            assert!(bytes == &real[name], "{name}: {} and {} bytes", bytes.len(), real[name].len());
            compared += 1;
        }
    }
    assert!(compared > 15, "{compared}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_go_on_when_servers_are_restarted_in_the_middle() {
    let mut servers = Components::start();
    let (service, token) = start(Some(&servers)).await;
    let mut jobs = Vec::new();
    for _ in 0..5 {
        jobs.push(post(&service, &token, "phdef", phdef()).await);
    }
    jobs.push(post(&service, &token, "curation", curation(jobs[0])).await);
    let known = {
        let told = ended(&service, &token, jobs[0]).await;
        assert_eq!(told["status"], "successful", "{told}");
        products(&service, &token, jobs[0]).await
    };
    let down = Duration::from_millis(1500);
    servers.mail.refuse(true);
    servers.database.kill();
    let (status, told) = service.send(Method::GET, "/health", None, None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}");
    tokio::time::sleep(down).await;
    servers.database.restart();
    tokio::time::sleep(Duration::from_millis(500)).await;
    servers.cache.kill();
    tokio::time::sleep(down).await;
    servers.cache.restart();
    servers.store.stop();
    tokio::time::sleep(down).await;
    servers.store.restart();
    servers.mail.refuse(false);
    for job in &jobs {
        let told = ended(&service, &token, *job).await;
        assert_eq!(told["status"], "successful", "{told}");
    }
    for job in &jobs[1..5] {
        let found = products(&service, &token, *job).await;
        assert_eq!(found.len(), known.len());
        for (name, bytes) in found {
            let (own, first) = (format!("\"id\":\"{job}-"), format!("\"id\":\"{}-", jobs[0]));
            if name.starts_with(&format!("{job}-2")) {
                let text = String::from_utf8(bytes).unwrap().replace(&own, &first);
                let same = name.replacen(&job.to_string(), &jobs[0].to_string(), 1);
                assert_eq!(text.as_bytes(), known[&same], "{name}");
            }
        }
    }
    for _ in 0..600 {
        if servers.mail.mails().len() >= jobs.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mails = servers.mail.mails();
    let count = |job: i64| mails.iter().filter(|mail| mail.contains(&format!("Eventscape job {job} "))).count();
    assert_eq!(jobs.iter().map(|job| count(*job)).collect::<Vec<_>>(), vec![1; jobs.len()], "{mails:?}");
    service.stop().await;
}
