//! Granules of a web server, which cannot list: their names are made from the dates.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use eventscape_catalog::{Context, NoticeCode, Subset};
use eventscape_io::cache::MemoryCache;

use crate::series::days;
use crate::support::{Ask, codes, field, fixture};

/// Serves `fixtures/cf` by ranges until the test ends; gives its address.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut path, mut range) = (String::new(), None);
    for line in reader.by_ref().lines().map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("GET ") {
            path = rest.split(' ').next().unwrap().trim_start_matches('/').to_owned();
        }
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (from, to) = bytes.split_once('-').unwrap();
            range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap()));
        }
    }
    let head =
        |status: &str, more: String| format!("HTTP/1.1 {status}\r\nConnection: close\r\nETag: \"v1\"\r\n{more}\r\n");
    let (head, body) = match (std::fs::read(fixture("cf").join(path)), range) {
        (Ok(bytes), Some((from, to))) => {
            let (total, to) = (bytes.len(), to.min(bytes.len() - 1));
            let more = format!("Content-Range: bytes {from}-{to}/{total}\r\nContent-Length: {}\r\n", to + 1 - from);
            (head("206 Partial Content", more), bytes[from..=to].to_vec())
        }
        (Ok(bytes), None) => (head("200 OK", format!("Content-Length: {}\r\n", bytes.len())), bytes),
        (Err(_), _) => (head("404 Not Found", "Content-Length: 0\r\n".to_owned()), Vec::new()),
    };
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

#[test]
fn granules_of_a_web_server_are_found_by_date() {
    let mut request = days().span("2020-01-01", "2020-01-06");
    let local = request.open();
    request.source.root = Some(format!("{}/days", serve()));
    let context = Context { cache: Some(Arc::new(MemoryCache::new(1 << 20))), ..Context::default() };
    let subset = Subset::open(&request, &context).unwrap();
    assert_eq!(subset.times(), local.times());
    assert_eq!(codes(&subset), [NoticeCode::GranuleMissing, NoticeCode::TimeGap]);
    for index in 0..subset.len() {
        let bits = |s| field(s, index).into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(&subset), bits(&local));
    }
    // once more: versions are asked for, scenes come from the cache
    let again = Subset::open(&request, &context).unwrap();
    (0..again.len()).for_each(|i| drop(again.read(i).unwrap()));
    assert_eq!((again.counts().from_cache, again.counts().from_source, again.counts().granules_scanned), (5, 0, 0));
}

#[test]
fn a_web_server_s_granules_need_dates_and_plain_names() {
    let mut request = days();
    request.source.root = Some("http://127.0.0.1:9/days".to_owned());
    assert!(request.refused().to_string().contains("give start and end"));
    let mut request = crate::support::collection("M2I1NXINT_5.12.4", "").span("2020-01-04", "2020-01-04");
    request.source.root = Some("http://127.0.0.1:9".to_owned());
    let error = request.refused().to_string();
    assert!(error.contains("cannot be searched") && error.contains("--input"), "{error}");
}
