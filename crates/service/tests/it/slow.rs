//! Clients that take their time.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::service::{Service, phdef};

/// The time limit of a request, seconds.
const LIMIT: u32 = 2;
/// What a server does by itself comes within this.
const PATIENCE: Duration = Duration::from_secs(60);

async fn connect(service: &Service) -> TcpStream {
    TcpStream::connect(service.address.strip_prefix("http://").unwrap()).await.unwrap()
}

/// What a server says until it hangs up.
async fn until_the_end(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut part = [0; 4096];
    let read = async {
        while let Ok(n @ 1..) = stream.read(&mut part).await {
            said.extend_from_slice(&part[..n]);
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("the server hangs up");
    String::from_utf8_lossy(&said).into_owned()
}

/// A service with a time limit, and requests to it that were begun and do not go on: more than it works on at once.
async fn with_slow_requests(seconds: u32) -> (Service, Vec<(usize, TcpStream)>) {
    let service = Service::start(|config| {
        (config.http.seconds, config.http.at_once, config.worker.count) = (seconds, 4, 0);
    })
    .await;
    let mut slow = Vec::new();
    for k in 0..12 {
        let mut stream = connect(&service).await;
        let begun = match k % 3 {
            0 => "",
            1 => "GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: y",
            _ => "POST /processes/echo/execution HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{",
        };
        stream.write_all(begun.as_bytes()).await.unwrap();
        slow.push((k % 3, stream));
    }
    (service, slow)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_requests_keep_others_from_nothing() {
    // none of them ends
    let (service, _slow) = with_slow_requests(3600).await;
    assert_eq!(service.get("/processes").await.0, 200);
    assert_eq!(service.get("/health").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_requests_are_ended() {
    let (service, mut slow) = with_slow_requests(LIMIT).await;
    for (kind, stream) in &mut slow {
        let said = until_the_end(stream).await;
        if *kind == 2 {
            assert!(said.contains(" 408 ") && said.contains("application/problem+json"), "{said}");
        }
    }
    service.stop().await;
}

/// The head of an answer.
async fn head(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let read = async {
        while !said.ends_with(b"\r\n\r\n") {
            said.push(stream.read_u8().await.unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("the server answers");
    String::from_utf8(said).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_refused_are_not_waited_for() {
    // one that was waited for would be for these seconds
    let service = Service::start(|config| {
        (config.http.seconds, config.auth.required, config.worker.count) = (3600, true, 0);
    })
    .await;
    let start = "POST /processes/echo/execution HTTP/1.1\r\nhost: localhost\r\n";
    for (rest, code) in [
        ("content-length: 100\r\n\r\n{", " 401 "),
        ("transfer-encoding: chunked\r\n\r\n", " 401 "),
        ("authorization: Bearer x\r\ncontent-length: 99999999\r\n\r\n", " 413 "),
        ("authorization: Bearer x\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n", " 413 "),
    ] {
        let mut stream = connect(&service).await;
        stream.write_all(format!("{start}{rest}").as_bytes()).await.unwrap();
        let said = head(&mut stream).await;
        assert!(said.starts_with(&format!("HTTP/1.1{code}")) && said.contains("connection: close"), "{said}");
    }
    // one that sends all the same hears the answer
    let large = json!({"inputs": {"message": "x".repeat(4 << 20)}});
    assert_eq!(service.post("/processes/echo/execution", large).await.0, 401);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_that_is_not_taken_is_ended() {
    let service = Service::start(|config| config.http.seconds = LIMIT).await;
    service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!(service.ended("1").await["status"], "successful");
    // a product as large as no buffer between two machines
    let product = service.folder.path().join("jobs/1/1-ForTraCC-TOC.json");
    std::fs::write(&product, vec![b' '; 64 << 20]).unwrap();
    let mut stream = connect(&service).await;
    let request = "GET /jobs/1/files/1-ForTraCC-TOC.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(u64::from(LIMIT) * 3)).await;
    let said = until_the_end(&mut stream).await;
    assert!(said.len() < 64 << 20, "it was ended before its end: {}", said.len());
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_have_numbers() {
    let service = Service::start(|config| config.worker.count = 0).await;
    let ask = |sent: &'static str| {
        service.client.get(format!("{}/health", service.address)).header("x-request-id", sent).send()
    };
    assert_eq!(ask("from-a-proxy_1.2").await.unwrap().headers()["x-request-id"], "from-a-proxy_1.2");
    let odd = ask("a b{c}").await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned();
    assert!(odd != "a b{c}" && odd.len() > 4, "{odd}");
    let large = json!({"inputs": {"message": "x".repeat(2 << 20)}});
    assert_eq!(service.post("/processes/echo/execution", large).await.0, 413);
    service.stop().await;
}
