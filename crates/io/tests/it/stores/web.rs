//! Files of web servers, good and bad ones.

use std::time::Duration;

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_io::stores::{ByteSource, Location, Stores};
use eventscape_testkit::servers::Port;

use super::pattern;
use crate::servers::{Answer, WebServer, impatient};

fn open(server: &WebServer, stores: &Stores) -> eventscape_io::Result<std::sync::Arc<dyn ByteSource>> {
    stores.open(&Location::parse(&server.url()).unwrap())
}

fn error_of(script: &[Answer]) -> (IoError, usize) {
    let server = WebServer::start(pattern(200_000), script);
    let error = open(&server, &Stores::new(impatient())).err().expect("a bad answer is an error");
    assert!(error.to_string().contains("/folder/file.nc"), "{error}");
    (error, server.requests())
}

#[test]
fn a_file_is_read_by_ranges() {
    let bytes = pattern(1 << 20);
    let server = WebServer::start(bytes.clone(), &[Answer::Range]);
    let stores = Stores::new(impatient());
    let file = open(&server, &stores).unwrap();
    assert_eq!((file.len(), file.version().as_str()), (1 << 20, "1048576-\"v1\""));
    let parts = file.read_ranges(&[10..20, 300_000..400_000, 900_000..1 << 20]).unwrap();
    assert_eq!(parts[1], bytes[300_000..400_000]);
    assert_eq!(parts[2], bytes[900_000..]);
    assert_eq!((server.requests(), stores.traffic().requests), (3, 3));
    assert_eq!(stores.traffic().bytes, 65_536 + 100_000 + (1 << 20) - 900_000);
}

#[test]
fn an_empty_file_is_read() {
    let server = WebServer::start(Vec::new(), &[Answer::Range]);
    assert!(open(&server, &Stores::new(impatient())).unwrap().is_empty());
}

#[test]
fn a_redirect_is_followed() {
    let server = WebServer::start(pattern(5000), &[Answer::Redirect, Answer::Range]);
    assert_eq!(open(&server, &Stores::new(impatient())).unwrap().len(), 5000);
}

#[test]
fn a_server_without_ranges_is_asked_once_for_the_whole_file() {
    let bytes = pattern(300_000);
    for answer in [Answer::Whole, Answer::WholeUntold] {
        let server = WebServer::start(bytes.clone(), &[answer]);
        let file = open(&server, &Stores::new(impatient())).unwrap();
        assert_eq!(file.len(), 300_000);
        assert_eq!(file.read_ranges(&[200_000..300_000]).unwrap()[0], bytes[200_000..]);
        assert_eq!(server.requests(), 1);
    }
}

#[test]
fn a_file_too_large_to_be_fetched_whole_is_refused_before_it_is() {
    for answer in [Answer::Whole, Answer::WholeUntold, Answer::Endless] {
        let server = WebServer::start(pattern(300_000), &[answer]);
        let mut options = impatient();
        options.whole_download_bytes = 100_000;
        let error = open(&server, &Stores::new(options)).err().unwrap();
        assert!(matches!(error, IoError::Unsupported { .. }), "{answer:?}: {error}");
        assert_eq!(server.requests(), 1, "{answer:?}");
    }
}

#[test]
fn a_failure_that_passes_is_tried_again() {
    let bytes = pattern(200_000);
    for passing in [Answer::Half, Answer::Status(503), Answer::Status(429), Answer::Noise] {
        let server = WebServer::start(bytes.clone(), &[passing, passing, Answer::Range]);
        let file = open(&server, &Stores::new(impatient())).unwrap_or_else(|e| panic!("{passing:?}: {e}"));
        assert_eq!(file.len(), 200_000);
        assert_eq!(server.requests(), 3, "{passing:?}");
    }
}

#[test]
fn a_failure_that_stays_is_told_after_the_last_try() {
    for (staying, told) in [(Answer::Half, ""), (Answer::Status(503), "503"), (Answer::Noise, "")] {
        let (error, requests) = error_of(&[staying]);
        assert!(matches!(error, IoError::Remote { .. }), "{staying:?}: {error}");
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(requests, 3, "{staying:?}");
    }
}

#[test]
fn what_cannot_pass_is_told_at_once() {
    let cases = [
        (Answer::Status(404), ErrorKind::Data),
        (Answer::Status(410), ErrorKind::Data),
        (Answer::Status(401), ErrorKind::Denied),
        (Answer::Status(403), ErrorKind::Denied),
        (Answer::Status(400), ErrorKind::Data),
        (Answer::OtherRange, ErrorKind::Data),
        (Answer::NoSize, ErrorKind::Data),
    ];
    for (answer, kind) in cases {
        let (error, requests) = error_of(&[answer]);
        assert_eq!((error.kind(), requests), (kind, 1), "{answer:?}: {error}");
    }
}

#[test]
fn a_silent_server_is_given_up() {
    let server = WebServer::start(pattern(200_000), &[Answer::Silence]);
    let mut options = impatient();
    (options.read_timeout, options.retries) = (Duration::from_millis(200), 1);
    let error = open(&server, &Stores::new(options)).err().unwrap();
    assert!(error.to_string().contains("in time"), "{error}");
    assert_eq!(server.requests(), 2);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let server = WebServer::start(pattern(200_000), &[Answer::Range]);
    let file = open(&server, &Stores::new(impatient())).unwrap();
    server.answer(Answer::Changed);
    let error = file.read_ranges(&[150_000..160_000]).unwrap_err();
    assert!(error.to_string().contains("changed"), "{error}");
}

#[test]
fn the_secrets_of_an_address_are_not_told() {
    let server = WebServer::start(Vec::new(), &[Answer::Status(403)]);
    let url = format!("{}?X-Amz-Signature=hidden", server.url().replace("://", "://me:hidden@"));
    let error = Stores::new(impatient()).open(&Location::parse(&url).unwrap()).err().unwrap();
    assert!(!error.to_string().contains("hidden"), "{error}");
    let nobody = Port::take();
    let url = format!("http://me:hidden@{}/f?token=hidden", nobody.address());
    let error = Stores::new(impatient()).open(&Location::parse(&url).unwrap()).err().unwrap();
    assert!(!error.to_string().contains("hidden"), "{error}");
}
