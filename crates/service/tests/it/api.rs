//! The HTTP API: both stages, what is wrong, who may do what, who is told.

use std::time::Duration;

use eventscape_service::{Config, Database, Jobs, Role, ServeSettings, Users, serve};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::service::{Service, fixtures, phdef, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stages_run_through_the_api() {
    let service = Service::start(|_| ()).await;
    let (status, job) = service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!((status, job["jobID"].as_str()), (StatusCode::CREATED, Some("1")));
    // a worker may have it already
    assert!(["accepted", "running"].contains(&job["status"].as_str().unwrap()), "{job}");
    // the next waits for it
    let field = fixtures().join("ostia/merra2_like.nc4").display().to_string();
    let curation = json!({"inputs": {"phdef": 1, "input": field, "variable": "T2M", "method": "linear"}});
    let (status, job) = service.post("/processes/curation/execution", curation).await;
    assert_eq!((status, job["phdef"].as_i64()), (StatusCode::CREATED, Some(1)));
    let told = service.ended("1").await;
    assert_eq!((told["status"].as_str(), told["progress"].as_i64()), (Some("successful"), Some(100)), "{told}");
    assert_eq!(told["message"], "2 tracks of 6 components in 7 scenes", "{told}");
    let told = service.ended("2").await;
    assert_eq!(told["status"], "successful", "{told}");
    let (_, results) = service.get("/jobs/1/results").await;
    let products = results.as_object().unwrap();
    for (name, product) in products {
        let response = service.client.get(product["href"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], product["type"].as_str().unwrap());
        let bytes = response.bytes().await.unwrap();
        assert_eq!(bytes.len() as u64, product["length"].as_u64().unwrap(), "{name}");
        assert_eq!(bytes, std::fs::read(service.folder.path().join("jobs/1").join(name)).unwrap(), "{name}");
    }
    let masks = &products["1-ForTraCC-Mask-Output.nc4"];
    assert_eq!((masks["title"].as_str(), masks["type"].as_str()), (Some("masks"), Some("application/x-netcdf")));
    // statistics are those of the plain computation
    let (_, results) = service.get("/jobs/2/results").await;
    let table = results["2-Statistics.csv"]["href"].as_str().unwrap();
    let table = service.client.get(table).send().await.unwrap().text().await.unwrap();
    assert_eq!(table.lines().count(), 7);
    // a part of a product
    let part = service.client.get(masks["href"].as_str().unwrap()).header("range", "bytes=1-3").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), "HDF".as_bytes());
    // the events of progress end with the last status
    let stream = service.client.get(format!("{}/jobs/1/progress", service.address)).send().await.unwrap();
    let text = stream.text().await.unwrap();
    assert!(text.starts_with("event: status\ndata: {") && text.contains("\"successful\""), "{text}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_in_chunks_gives_the_same_products() {
    let service = Service::start(|_| ()).await;
    service.post("/processes/phdef/execution", phdef()).await;
    let mut cut = phdef();
    cut["inputs"]["chunks"] = json!(3);
    service.post("/processes/phdef/execution", cut).await;
    for job in ["1", "2"] {
        let told = service.ended(job).await;
        assert_eq!(told["status"], "successful", "{told}");
    }
    let (whole, cut) = (service.folder.path().join("jobs/1"), service.folder.path().join("jobs/2"));
    let mut compared = 0;
    for entry in std::fs::read_dir(&whole).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("1-2") {
            let other = cut.join(name.replacen('1', "2", 1));
            // ids begin with the number of the job
            let text = std::fs::read_to_string(whole.join(&name)).unwrap().replace("\"id\":\"1-", "\"id\":\"2-");
            assert_eq!(text, std::fs::read_to_string(other).unwrap(), "{name}");
            compared += 1;
        }
    }
    assert!(compared > 3, "{compared}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_requests_are_told_what_is_wrong() {
    let service = Service::start(|config| config.worker.count = 0).await;
    let inputs = |inputs: Value| json!({ "inputs": inputs });
    for (path, body, wanted) in [
        ("/processes/phdef/execution", json!({}), "`inputs`"),
        ("/processes/phdef/execution", inputs(json!({"input": "/etc/passwd"})), "/etc/passwd"),
        ("/processes/phdef/execution", inputs(json!({"input": "http://169.254.169.254/"})), "169.254"),
        ("/processes/phdef/execution", inputs(json!({"collection": "GPM_MERGIR", "out": "/tmp"})), "`out`"),
        ("/processes/phdef/execution", inputs(json!({"collection": "GPM_MERGIR", "colour": 1})), "colour"),
        ("/processes/phdef/execution", inputs(json!({"collection": "GPM_MERGIR", "min_size": "many"})), "min_size"),
        ("/processes/phdef/execution", inputs(json!({})), "collection"),
        ("/processes/phdef/execution", inputs(json!({"collection": "NONE", "variable": "x"})), "NONE"),
        (
            "/processes/phdef/execution",
            inputs(
                json!({"collection": "GPM_MERGIR", "variable": "Tb", "operator": "lessThan", "value": 235, "products": "nonsense"}),
            ),
            "nonsense",
        ),
        ("/processes/curation/execution", inputs(json!({"collection": "A"})), "phdef"),
        ("/processes/curation/execution", inputs(json!({"collection": "A", "phdef": 1, "method": "best"})), "best"),
        ("/processes/phdef/execution", inputs(json!({"input": "fixtures/../x.nc"})), "without `..`"),
        (
            "/processes/phdef/execution",
            inputs(json!({"collection": "GPM_MERGIR", "chunk": 2})),
            "did you mean `chunks`",
        ),
        ("/processes/phdef/execution", inputs(json!({"collection": "GPM_MERGIR", "title": "a\u{0}b"})), "U+0000"),
        ("/processes/curation/execution", inputs(json!({"collection": "A", "phdef": 77})), "77"),
        (
            "/processes/phdef/execution",
            json!({"inputs": {"collection": "A"}, "subscriber": {"successUri": "file:///x"}}),
            "successUri",
        ),
    ] {
        let (status, told) = service.post(path, body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {told}");
        assert!(told["detail"].as_str().unwrap().contains(wanted), "{body}: {told}");
    }
    for (path, code) in [
        ("/jobs?colour=red", 400),
        ("/jobs?limit=1&limit=2", 400),
        ("/jobs?limit=0", 400),
        ("/jobs?limit=x", 400),
        ("/jobs?f=html", 400),
        ("/processes/%ff", 404),
        ("/jobs/%ff", 404),
        ("/health?x=1", 400),
        ("/jobs?status=fine", 400),
        ("/jobs?datetime=yesterday", 400),
        ("/jobs?datetime=2021/2020", 400),
        ("/jobs/1", 404),
        ("/jobs/-1", 404),
        ("/jobs/..%2f..%2fetc%2fpasswd", 404),
        ("/jobs/1%00", 404),
        ("/jobs/1'%20OR%201=1", 404),
        ("/jobs/99999999999999999999", 404),
        ("/jobs/1/results", 404),
        ("/jobs/1/files/x", 404),
        ("/processes/none", 404),
        ("/none", 404),
    ] {
        let (status, told) = service.get(path).await;
        assert_eq!(status.as_u16(), code, "{path}: {told}");
        assert_eq!(told["status"].as_u64(), Some(u64::from(code)), "{path}: {told}");
    }
    let (status, _) = service.send(Method::PUT, "/jobs", None, None).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    let large = json!({"inputs": {"message": "x".repeat(2 << 20)}});
    assert_eq!(service.post("/processes/echo/execution", large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let raw = service.client.post(format!("{}/processes/echo/execution", service.address));
    assert_eq!(raw.body("{\"inputs\": ").send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let (_, echo) = service.post("/processes/echo/execution", inputs(json!({"message": "hallo"}))).await;
    assert_eq!(echo, json!({"message": "hallo"}));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_see_their_own_jobs() {
    let service = Service::start(|config| (config.auth.required, config.worker.count) = (true, 0)).await;
    let db =
        Database::connect(&format!("sqlite:{}", service.folder.path().join("service.db").display())).await.unwrap();
    let users = Users::new(db);
    let mut tokens = Vec::new();
    for (email, role) in
        [("ada@example.org", Role::User), ("bob@example.org", Role::User), ("root@example.org", Role::Admin)]
    {
        let user = users.add(email, ("", ""), role).await.unwrap();
        tokens.push(users.token(&user, "", None).await.unwrap().secret);
    }
    let [ada, bob, root] = &tokens[..] else { panic!("three tokens") };
    let ask = |method: Method, path: &'static str, token: &str| {
        let token = token.to_owned();
        let service = &service;
        async move { service.send(method, path, Some(&token), None).await }
    };
    let path = "/processes/phdef/execution";
    assert_eq!(service.post(path, phdef()).await.0, StatusCode::UNAUTHORIZED);
    let (status, _) = service.send(Method::POST, path, Some(ada), Some(phdef())).await;
    assert_eq!(status, StatusCode::CREATED);
    for path in ["/jobs", "/jobs/1", "/jobs/1/results", "/jobs/1/progress", "/metrics"] {
        assert_eq!(service.get(path).await.0, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(ask(Method::GET, path, "evs_wrong").await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/", "/api", "/conformance", "/processes", "/processes/phdef", "/health"] {
        assert_eq!(service.get(path).await.0, StatusCode::OK, "{path}");
    }
    // another user's job looks as if it were not there
    let (known, unknown) = (ask(Method::GET, "/jobs/1", bob).await, ask(Method::GET, "/jobs/2", bob).await);
    assert_eq!((known.0, unknown.0), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    for path in ["/jobs/01", "/jobs/+1", "/jobs/%2b1"] {
        assert_eq!(ask(Method::GET, path, ada).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(known.1["title"], unknown.1["title"]);
    assert_eq!(known.1["detail"].as_str().unwrap().replace('1', "2"), unknown.1["detail"]);
    // nor may its events be looked into, but by administrators
    let field = fixtures().join("ostia/merra2_like.nc4").display().to_string();
    let curation = json!({"inputs": {"phdef": 1, "input": field, "variable": "T2M", "method": "linear"}});
    let path = "/processes/curation/execution";
    for (token, code) in [(bob, StatusCode::BAD_REQUEST), (root, StatusCode::CREATED), (ada, StatusCode::CREATED)] {
        let (status, told) = service.send(Method::POST, path, Some(token), Some(curation.clone())).await;
        assert_eq!(status, code, "{told}");
    }
    assert_eq!(ask(Method::GET, "/jobs", bob).await.1["numberMatched"], 0);
    assert_eq!(ask(Method::DELETE, "/jobs/1", bob).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(Method::GET, "/jobs", root).await.1["numberMatched"], 3);
    assert_eq!(ask(Method::GET, "/metrics", bob).await.0, StatusCode::FORBIDDEN);
    let (_, metrics) = ask(Method::GET, "/metrics", root).await;
    assert!(metrics.as_str().unwrap().contains("eventscape_jobs{status=\"pending\"} 3"), "{metrics}");
    for line in [
        "eventscape_tasks_ready 1",
        "eventscape_leases_overdue 0",
        "eventscape_notifications_waiting 0",
        // by the endpoint, not by what was asked
        "eventscape_http_requests_total{method=\"GET\",path=\"/jobs/{jobID}\",status=\"404\"} 5",
        "eventscape_http_request_seconds_count{path=\"/metrics\"} 3",
        "# EOF",
    ] {
        assert!(metrics.as_str().unwrap().lines().any(|known| known == line), "{line}: {}", metrics.as_str().unwrap());
    }
    let (status, told) = ask(Method::DELETE, "/jobs/1", ada).await;
    assert_eq!((status, told["status"].as_str()), (StatusCode::OK, Some("dismissed")));
    let (status, told) = ask(Method::POST, "/jobs/1/retry", ada).await;
    assert_eq!((status, told["status"].as_str()), (StatusCode::OK, Some("accepted")));
    // a token that is revoked ends at once, and one whose time is over has ended
    let revoked = users.by_email("ada@example.org").await.unwrap();
    let over = users.token(&revoked, "over", Some(0)).await.unwrap().secret;
    assert_eq!(ask(Method::GET, "/jobs/1", &over).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(users.revoke(&revoked, None).await.unwrap(), 2);
    assert_eq!(ask(Method::GET, "/jobs/1", ada).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(Method::GET, "/jobs/1", root).await.0, StatusCode::OK);
    service.stop().await;
}

#[tokio::test]
async fn an_open_address_needs_authentication() {
    let mut config = Config::default();
    let mut settings = config.settings().unwrap();
    config.http.listen = "0.0.0.0:0".to_owned();
    let error = config.settings().unwrap_err();
    assert!(error.to_string().contains("auth.required"), "{error}");
    settings.listen = config.http.listen.parse().unwrap();
    let (_stop, stopped) = watch::channel(false);
    let error = serve(settings, stopped, |_| panic!("it must not start")).await.unwrap_err();
    assert!(error.to_string().contains("auth.required"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_be_written_fails_no_job() {
    let service = Service::start(|_| ()).await;
    let place = service.folder.path().join("jobs");
    std::fs::remove_dir(&place).unwrap();
    std::fs::write(&place, "in the way").unwrap();
    service.post("/processes/phdef/execution", phdef()).await;
    let db = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let jobs = Jobs::new(Database::connect(&db).await.unwrap());
    let told = loop {
        let task = jobs.tasks(1).await.unwrap().remove(0);
        if let Some(told) = task.last_error {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(told.contains("the store"), "{told}");
    let (_, status) = service.get("/jobs/1").await;
    let message = status["message"].as_str().unwrap_or_default().to_owned();
    // first after 4 s, then after longer
    assert!(message.starts_with("it is tried again in ") && message.contains(" s, after: the store"), "{status}");
    std::fs::remove_file(&place).unwrap();
    let told = service.ended("1").await;
    assert_eq!(told["status"], "successful", "{told}");
    // what is deleted there is not there for the API
    std::fs::remove_file(place.join("1/1-ForTraCC-TOC.json")).unwrap();
    let (status, told) = service.get("/jobs/1/files/1-ForTraCC-TOC.json").await;
    assert_eq!(status, StatusCode::GONE, "{told}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_has_ended_is_removed_with_its_products() {
    let service = Service::start(|_| ()).await;
    let mut cut = phdef();
    cut["inputs"]["chunks"] = json!(2);
    for body in [cut, phdef()] {
        service.post("/processes/phdef/execution", body).await;
    }
    for job in ["1", "2"] {
        assert_eq!(service.ended(job).await["status"], "successful");
    }
    let folder = |job: &str| service.folder.path().join("jobs").join(job);
    assert!(folder("1").join("chunks").is_dir());
    assert_eq!(service.get("/collections").await.1["numberMatched"], 2);
    let (status, told) = service.send(Method::DELETE, "/jobs/1", None, None).await;
    assert_eq!(
        (status, told["status"].as_str(), told["jobID"].as_str()),
        (StatusCode::OK, Some("dismissed"), Some("1"))
    );
    assert!(!folder("1").exists() && folder("2").is_dir());
    for path in ["/jobs/1", "/jobs/1/results", "/jobs/1/files/1-Masks.nc", "/collections/job-1"] {
        assert_eq!(service.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(service.send(Method::DELETE, "/jobs/1", None, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.get("/collections").await.1["numberMatched"], 1);
    // its number is not given again
    let (_, told) = service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!(told["jobID"], "3");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_progress_end_with_the_service() {
    // streams that did not end would be waited for during these seconds
    let service = Service::start(|config| (config.worker.count, config.http.seconds) = (0, 3600)).await;
    service.post("/processes/phdef/execution", phdef()).await;
    let mut stream = service.client.get(format!("{}/jobs/1/progress", service.address)).send().await.unwrap();
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("accepted"));
    service.stop().await;
    assert!(stream.chunk().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_are_listed_page_by_page() {
    let service = Service::start(|config| config.worker.count = 0).await;
    for _ in 0..5 {
        service.post("/processes/phdef/execution", phdef()).await;
    }
    let (mut path, mut seen) = ("/jobs?limit=2&status=accepted,running".to_owned(), Vec::new());
    loop {
        let (_, page) = service.get(&path).await;
        assert_eq!(page["numberMatched"], 5);
        seen.extend(page["jobs"].as_array().unwrap().iter().map(|job| job["jobID"].as_str().unwrap().to_owned()));
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next").cloned();
        let Some(next) = next else { break };
        path = next["href"].as_str().unwrap().strip_prefix(&service.address).unwrap().to_owned();
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1"]);
    let (_, none) = service.get("/jobs?datetime=../2020-01-01T00:00:00Z").await;
    assert_eq!(none["numberMatched"], 0);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_job_is_told_until_it_is_heard_and_once() {
    use std::sync::{Arc, Mutex};

    use axum::http::{HeaderMap, StatusCode as Code};
    use axum::routing::post;

    type Heard = Arc<Mutex<Vec<(String, String, Value)>>>;
    let heard = Heard::default();
    let keep = |path: &'static str, heard: Heard| {
        post(move |headers: HeaderMap, body: String| async move {
            let mut heard = heard.lock().unwrap();
            let number = headers["eventscape-notification"].to_str().unwrap().to_owned();
            heard.push((path.to_owned(), number, serde_json::from_str(&body).unwrap()));
            // the first is not taken
            if heard.len() == 1 { Code::SERVICE_UNAVAILABLE } else { Code::OK }
        })
    };
    let router =
        axum::Router::new().route("/done", keep("done", heard.clone())).route("/failed", keep("failed", heard.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let service = Service::start(|config| config.notify.webhooks = vec![receiver.clone()]).await;
    let subscriber = json!({"successUri": format!("{receiver}/done"), "failedUri": format!("{receiver}/failed")});
    let mut fine = phdef();
    fine["inputs"]["products"] = json!("toc");
    fine["subscriber"] = subscriber.clone();
    let mut wrong = phdef();
    wrong["inputs"]["variable"] = json!("none");
    wrong["subscriber"] = subscriber;
    let mut elsewhere = phdef();
    elsewhere["subscriber"] = json!({"successUri": "http://127.0.0.1:1/x"});
    let (status, told) = service.post("/processes/phdef/execution", elsewhere).await;
    assert!(
        status == StatusCode::BAD_REQUEST && told["detail"].as_str().unwrap().contains("notify.webhooks"),
        "{told}"
    );
    service.post("/processes/phdef/execution", fine).await;
    service.ended("1").await;
    let calls = async |n: usize| until(&format!("call {n}"), || heard.lock().unwrap().len() >= n).await;
    calls(2).await;
    service.post("/processes/phdef/execution", wrong).await;
    assert_eq!(service.ended("2").await["status"], "failed");
    calls(3).await;
    // the end of a second try is another end
    assert_eq!(service.post("/jobs/2/retry", json!({})).await.0, StatusCode::OK);
    assert_eq!(service.ended("2").await["status"], "failed");
    calls(4).await;
    // time for one too many
    tokio::time::sleep(Duration::from_secs(3)).await;
    let heard = heard.lock().unwrap().clone();
    let [first, second, third, fourth] = &heard[..] else { panic!("{heard:?}") };
    // the same number twice, as it was not taken the first time
    assert_eq!((first.0.as_str(), &first.1), ("done", &second.1));
    assert!(second.2["products"]["value"]["1-ForTraCC-TOC.json"]["href"].is_string(), "{second:?}");
    assert_eq!((third.0.as_str(), third.2["status"].as_str()), ("failed", Some("failed")));
    assert!(third.2["message"].as_str().unwrap().contains("none"), "{third:?}");
    assert!(fourth.0 == "failed" && fourth.1 != third.1, "{fourth:?}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_get_one_mail_when_a_job_ends() {
    let server = eventscape_testkit::servers::Smtp::start();
    let service = Service::start(|config| {
        config.auth.required = true;
        config.mail.server = Some("localhost".to_owned());
        config.mail.port = server.port();
        config.mail.user = Some("tester".to_owned());
        config.mail.password = Some("very-secret-mail".to_owned());
        config.mail.authority = Some(server.authority().display().to_string());
        config.mail.from = Some("Eventscape <events@example.org>".to_owned());
    })
    .await;
    let db =
        Database::connect(&format!("sqlite:{}", service.folder.path().join("service.db").display())).await.unwrap();
    // a process beside it that sends no mail leaves it to those that do
    let mut beside = Config::default();
    beside.database.url = format!("sqlite:{}", service.folder.path().join("service.db").display());
    beside.store.location = service.folder.path().join("jobs").display().to_string();
    let settings = ServeSettings { with_api: false, ..beside.settings().unwrap() };
    let (stop, stopped) = watch::channel(false);
    let beside = tokio::spawn(serve(settings, stopped, |_| ()));
    let users = Users::new(db);
    let user = users.add("ada@example.org", ("Ada", ""), Role::User).await.unwrap();
    let token = users.token(&user, "", None).await.unwrap().secret;
    let path = "/processes/phdef/execution";
    let mut fine = phdef();
    fine["inputs"]["products"] = json!("toc");
    fine["inputs"]["title"] = json!("Kälte <b>&</b> Wärme");
    let mut quiet = fine.clone();
    quiet["mail"] = json!(false);
    let mut wrong = fine.clone();
    wrong["inputs"]["variable"] = json!("none");
    // the server wants to be asked again
    server.refuse(true);
    for body in [fine, quiet, wrong] {
        let (status, told) = service.send(Method::POST, path, Some(&token), Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{told}");
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(server.mails().is_empty());
    server.refuse(false);
    until("a mail for two of the jobs", || server.mails().len() >= 2).await;
    // time for one too many
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "{mails:?}");
    let of = |job: u32| {
        let number = format!("/jobs/{job}");
        mails.iter().find(|mail| mail.replace("=\r\n", "").contains(&number)).unwrap_or_else(|| panic!("{mails:?}"))
    };
    let (done, failed) = (of(1), of(3));
    for text in ["To: ada@example.org", "From: Eventscape <events@example.org>", "Message-ID: <notification-1-"] {
        assert!(done.contains(text), "{text}: {done}");
    }
    assert!(done.contains("text/html") && done.contains("text/plain") && done.contains("&lt;b&gt;"), "{done}");
    assert!(failed.contains("none"), "{failed}");
    // lines of encoded mail are short
    let plain = done.replace("=\r\n", "");
    for text in [
        "Condition: surface_temperature lessThan",
        "Time: 2007-09-01 to 2008-03-31",
        "Found: 2 tracks of",
        "Products: 2 files",
    ] {
        assert!(plain.contains(text), "{text}: {plain}");
    }
    stop.send(true).unwrap();
    beside.await.unwrap().unwrap();
    service.stop().await;
}
