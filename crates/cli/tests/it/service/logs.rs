//! What logs tell, and what they must not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use eventscape_testkit::s3::SECRET_KEY;
use eventscape_testkit::servers::Components;
use serde_json::json;

use super::{PATIENCE, Place, Running, wait};
use crate::fixtures;

const EARTHDATA: &str = "eyJ-earthdata-token-0815";

/// Sends a request with a token and gives the answer's first line.
fn ask(address: &str, head: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "{head} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut told = Vec::new();
    stream.read_to_end(&mut told).unwrap();
    String::from_utf8_lossy(&told).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn secrets_are_not_in_logs_however_much_is_logged() {
    let servers = Components::start();
    let mut place = Place::on(&servers).with([("AUTH_REQUIRED", "true".to_owned()), ("LOG", "trace".to_owned())]);
    place.environment.push(("EARTHDATA_TOKEN".to_owned(), EARTHDATA.to_owned()));
    place.run(&["users", "add", "ada@example.org"]);
    let told = place.run(&["users", "token", "ada@example.org"]);
    let told = String::from_utf8(told.stdout).unwrap();
    let token = told.split_whitespace().find(|word| word.starts_with("evs_")).unwrap();
    let file = place.folder.path().join("job.json");
    let keys = json!({
        "input": fixtures().canonicalize().unwrap().join("ostia/ostia_monthly.nc"),
        "variable": "surface_temperature", "operator": "lessThan", "value": 297.5,
    });
    std::fs::write(&file, keys.to_string()).unwrap();
    for format in ["text", "json"] {
        let path = place.folder.path().join(format);
        let log = std::fs::File::create(&path).unwrap();
        let mut command = place.command();
        command.args(["serve", "--listen=127.0.0.1:0", "--log-format", format]);
        command.stdout(Stdio::from(log.try_clone().unwrap())).stderr(Stdio::from(log));
        let mut service = Running(command.spawn().unwrap());
        let logged = || std::fs::read_to_string(&path).unwrap();
        let job = place.submit(&file, "phdef", &["--user", "ada@example.org"]);
        let began = Instant::now();
        let address = loop {
            let text = logged();
            if let Some((_, rest)) = text.split_once("http://127.0.0.1:") {
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                break format!("127.0.0.1:{port}");
            }
            assert!(began.elapsed() < PATIENCE, "{text}");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(ask(&address, &format!("GET /jobs/{job}"), token).contains(" 200 "));
        assert!(ask(&address, "GET /jobs", "evs_0123456789abcdef").contains(" 401 "));
        wait(&place);
        while servers.mail.mails().iter().all(|mail| !mail.contains(&format!("Eventscape job {job} "))) {
            assert!(began.elapsed() < PATIENCE, "no mail");
            std::thread::sleep(Duration::from_millis(50));
        }
        service.kill();
        let text = logged();
        assert!(text.contains("TRACE") && text.len() > 10_000, "{text}");
        assert!(!text.contains('\u{1b}'), "no colours in a file");
        if format == "json" {
            lines_name_their_job_and_request(&text, job);
        }
        let in_url = |url: &str| {
            url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user, _)| {
                user.split_once(':').map_or_else(|| user.to_owned(), |(_, password)| password.to_owned())
            })
        };
        let mut secrets = vec![
            token.to_owned(),
            token.trim_start_matches("evs_").to_owned(),
            "0123456789abcdef".to_owned(),
            EARTHDATA.to_owned(),
            SECRET_KEY.to_owned(),
            // in the clear, and as the login of SMTP sends it
            "very-secret-mail".to_owned(),
            "AHRlc3RlcgB2ZXJ5LXNlY3JldC1tYWls".to_owned(),
        ];
        secrets.extend([servers.database.url(), servers.cache.url()].iter().filter_map(|url| in_url(url)));
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            if let Some(at) = text.find(secret.as_str()) {
                let line = text[..at].rfind('\n').map_or(0, |k| k + 1);
                panic!("{format}: `{secret}` in {}", &text[line..(at + 40).min(text.len())]);
            }
        }
        assert!(secrets.len() > 7, "{secrets:?}");
    }
}

/// Lines of what a job does name it, whichever thread they are of; those of a request its id.
fn lines_name_their_job_and_request(text: &str, job: i64) {
    let lines: Vec<serde_json::Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_span = |line: &serde_json::Value, span: &str, key: &str| {
        let spans = line["spans"].as_array()?;
        spans.iter().find(|known| known["name"] == span).map(|known| known[key].clone())
    };
    let from = |module: &str| {
        let target = move |line: &&serde_json::Value| line["target"].as_str().is_some_and(|t| t.starts_with(module));
        lines.iter().filter(target).filter_map(|line| of_span(line, "job", "job")).collect::<Vec<_>>()
    };
    // what the job sends to the bucket
    let sent = from("hyper_util");
    assert!(sent.len() > 10 && sent.iter().all(|known| *known == json!(job)), "{} lines", sent.len());
    let answered = lines.iter().filter(|line| line["fields"]["message"] == "answered");
    let ids: Vec<_> = answered.filter_map(|line| of_span(line, "request", "id")).collect();
    assert!(ids.len() >= 2 && ids.iter().all(|id| id.as_str().is_some_and(|id| id.len() > 8)), "{ids:?}");
}

#[test]
fn tokens_are_counted_and_revoked() {
    let place = Place::new();
    let said = |arguments: &[&str]| String::from_utf8(place.run(arguments).stdout).unwrap();
    let refused = place.command().args(["users", "revoke", "ada@example.org"]).output().unwrap();
    assert!(!refused.status.success());
    said(&["users", "add", "ada@example.org", "--first-name", "Ada", "--admin"]);
    for label in ["laptop", "cluster", "cluster"] {
        said(&["users", "token", "ada@example.org", "--label", label]);
    }
    let users = || serde_json::from_str::<serde_json::Value>(&said(&["users", "list", "--json"])).unwrap();
    assert_eq!((&users()["users"][0]["tokens"], &users()["users"][0]["role"]), (&json!(3), &json!("admin")));
    let told = said(&["users", "revoke", "ada@example.org", "--label", "cluster"]);
    assert!(told.starts_with("2 tokens"), "{told}");
    let tokens: serde_json::Value =
        serde_json::from_str(&said(&["users", "tokens", "ada@example.org", "--json"])).unwrap();
    assert_eq!((tokens["tokens"].as_array().map(Vec::len), &tokens["tokens"][0]["label"]), (Some(1), &json!("laptop")));
    assert!(said(&["users", "tokens", "ada@example.org"]).contains("never"));
    let table = said(&["users", "list"]);
    assert!(table.contains("Ada") && table.lines().count() == 3, "{table}");
    assert_eq!(users()["users"][0]["tokens"], 1);
    assert!(said(&["users", "revoke", "ada@example.org"]).starts_with("1 token"));
    assert_eq!(users()["users"][0]["tokens"], 0);
}
