//! A whole service on real components: MariaDB, Redis, S3 and SMTP on loopback.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eventscape_io::stores::{S3Keys, Secret, StoreOptions, Stores};
use eventscape_service::{Config, Database, Jobs, Role, Users};
use eventscape_testkit::s3::{ACCESS_KEY, S3Server, SECRET_KEY};
use eventscape_testkit::servers::{Components, SeaweedFs};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::service::{Service, fixtures, phdef, until};

fn stores(endpoint: &str) -> Stores {
    let mut options = StoreOptions::default();
    options.endpoint = Some(endpoint.to_owned());
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
    config.worker.poll_ms = 100;
    // a task whose worker could not note its claim is had again soon
    config.worker.lease_seconds = 10;
    config.worker.threads = Some(1);
    config.worker.count = 1;
    config.mail.server = Some("localhost".to_owned());
    config.mail.port = servers.mail.port();
    config.mail.user = Some("tester".to_owned());
    config.mail.password = Some("very-secret-mail".to_owned());
    config.mail.authority = Some(servers.mail.authority().display().to_string());
    config.mail.from = Some("Eventscape <events@example.org>".to_owned());
}

/// A service with products dated 2026, and the token of a user of it. Its store is a bucket where an endpoint is given.
async fn start(servers: Option<&Components>, endpoint: Option<&str>) -> (Service, String) {
    let service = Service::start_with(
        |config| {
            config.auth.required = true;
            if endpoint.is_some() {
                config.store.location = "s3://data/jobs".to_owned();
            }
            if let Some(servers) = servers {
                configure(servers, config);
            }
        },
        |settings| {
            settings.worker.date = Some(1_767_225_600);
            if let Some(endpoint) = endpoint {
                settings.worker.stores = stores(endpoint);
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

/// All products that there are, maps too.
fn whole() -> Value {
    let mut body = phdef();
    body["inputs"].as_object_mut().unwrap().remove("products");
    body
}

/// Both stages on SQLite and a folder, on MariaDB, Redis, S3 and SMTP, and on SQLite and another S3 server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stages_give_the_same_products_on_all_components() {
    let (servers, seaweed) = (Components::start(), SeaweedFs::start());
    let mut all = Vec::new();
    for (servers, endpoint) in
        [(None, None), (Some(&servers), Some(servers.store.endpoint())), (None, Some(seaweed.endpoint()))]
    {
        let (service, token) = start(servers, endpoint).await;
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
            until("a mail for each job", || servers.mail.mails().len() >= 2).await;
            assert_eq!(servers.mail.mails().len(), 2, "a mail for each job");
        }
        service.stop().await;
    }
    let embedded = &all[0];
    for other in &all[1..] {
        for (embedded, other) in embedded.iter().zip(other) {
            are_same(embedded, other);
        }
    }
    let names: Vec<&String> = embedded.iter().flat_map(BTreeMap::keys).collect();
    let ends = |end: &str| names.iter().any(|name| name.ends_with(end));
    assert!(names.len() > 20 && ends(".png") && ends("-Interpolated-Data.nc4"), "{names:?}");
}

fn are_same(known: &BTreeMap<String, Vec<u8>>, found: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(known.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (name, bytes) in known {
        assert!(bytes == &found[name], "{name}: {} and {} bytes", bytes.len(), found[name].len());
    }
}

/// A job that takes a while: the statistics of each cell, and all products.
fn long(value: f64) -> Value {
    let mut body = whole();
    let inputs = body["inputs"].as_object_mut().unwrap();
    for key in ["bbox", "start", "end"] {
        inputs.remove(key);
    }
    inputs.insert("operator".to_owned(), "climatologyBeyond".into());
    inputs.insert("value".to_owned(), format!("{value}, window=31").into());
    inputs.insert("no_plots".to_owned(), true.into());
    body
}

/// Waits until a worker has a job, and says whether it still has.
async fn runs(service: &Service, token: &str, job: i64) -> bool {
    let begun = Instant::now();
    loop {
        let (_, told) = service.send(Method::GET, &format!("/jobs/{job}"), Some(token), None).await;
        match told["status"].as_str() {
            Some("accepted") => {}
            status => return status == Some("running"),
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "job {job} does not begin");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Submits a job that takes a while, again and again until a worker is caught at it: one may be done before it is asked for.
async fn caught(service: &Service, token: &str, value: f64, asked: &mut Vec<Value>, jobs: &mut Vec<i64>) -> i64 {
    for _ in 0..20 {
        let job = post(service, token, "phdef", long(value)).await;
        asked.push(long(value));
        jobs.push(job);
        if runs(service, token, job).await {
            return job;
        }
    }
    panic!("no job is caught while it runs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_go_on_when_servers_are_restarted_in_the_middle() {
    const DOWN: Duration = Duration::from_millis(1500);
    let mut servers = Components::start();
    let (service, token) = start(Some(&servers), Some(servers.store.endpoint())).await;
    let (mut asked, mut jobs) = (Vec::new(), Vec::new());

    let job = caught(&service, &token, 1.0, &mut asked, &mut jobs).await;
    servers.database.kill();
    let (status, told) = service.send(Method::GET, "/health", None, None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}");
    tokio::time::sleep(DOWN).await;
    servers.database.restart();
    assert_eq!(ended(&service, &token, job).await["status"], "successful");

    let job = caught(&service, &token, 1.2, &mut asked, &mut jobs).await;
    servers.cache.kill();
    tokio::time::sleep(DOWN).await;
    servers.cache.restart();
    assert_eq!(ended(&service, &token, job).await["status"], "successful");

    let job = caught(&service, &token, 1.4, &mut asked, &mut jobs).await;
    servers.store.stop();
    tokio::time::sleep(DOWN).await;
    servers.store.restart();
    assert_eq!(ended(&service, &token, job).await["status"], "successful");

    // one that ends while there is no mail server, and one that waits for it
    servers.mail.kill();
    asked.push(whole());
    let last = post(&service, &token, "phdef", whole()).await;
    jobs.extend([last, post(&service, &token, "curation", curation(last)).await]);
    for job in &jobs {
        assert_eq!(ended(&service, &token, *job).await["status"], "successful");
    }
    servers.mail.restart();
    until("a mail for each job", || servers.mail.mails().len() >= jobs.len()).await;
    // time for one too many
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mails = servers.mail.mails();
    let count = |job: i64| mails.iter().filter(|mail| mail.contains(&format!("Eventscape job {job} "))).count();
    assert_eq!(jobs.iter().map(|job| count(*job)).collect::<Vec<_>>(), vec![1; jobs.len()], "{mails:?}");

    // a service that nobody disturbs makes the same
    let (calm, own) = start(None, None).await;
    for (k, body) in asked.iter().enumerate() {
        assert_eq!(post(&calm, &own, "phdef", body.clone()).await, jobs[k]);
    }
    assert_eq!(post(&calm, &own, "curation", curation(last)).await, jobs[asked.len()]);
    for job in jobs {
        assert_eq!(ended(&calm, &own, job).await["status"], "successful");
        are_same(&products(&calm, &own, job).await, &products(&service, &token, job).await);
    }
    calm.stop().await;
    service.stop().await;
}

/// Keys that are wrong are the operator's to mend: the job waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_refuses_its_keys_fails_no_job() {
    let server = S3Server::start();
    let wrong = || {
        let mut options = StoreOptions::default();
        options.endpoint = Some(server.endpoint().to_owned());
        options.region = Some("us-east-1".to_owned());
        options.anonymous = Some(false);
        let (access_key_id, secret_access_key) = (Secret::new(ACCESS_KEY), Secret::new("another"));
        options.keys = Some(S3Keys { access_key_id, secret_access_key, session_token: None });
        Stores::new(options)
    };
    let service = Service::start_with(
        |config| config.store.location = "s3://data/jobs".to_owned(),
        |settings| settings.worker.stores = wrong(),
    )
    .await;
    let (_, told) = service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!(told["jobID"], "1");
    let database = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let jobs = Jobs::new(Database::connect(&database).await.unwrap());
    let begun = Instant::now();
    let task = loop {
        let task = jobs.tasks(1).await.unwrap().remove(0);
        if task.failures > 0 {
            break task;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{task:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(task.state, "queued", "{task:?}");
    assert!(task.last_error.as_deref().is_some_and(|why| why.contains("s3://data/jobs/1")), "{task:?}");
    service.stop().await;
}
