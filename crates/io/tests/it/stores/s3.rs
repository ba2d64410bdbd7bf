//! Objects of an S3 server.

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_io::stores::{Location, StoreOptions, Stores};
use eventscape_testkit::servers::Port;
use proptest::prelude::*;

use super::pattern;
use crate::servers::{S3Server, keys};

const KIB: u64 = 1 << 10;

fn at(key: &str) -> Location {
    Location::parse(&format!("s3://data/{key}")).unwrap()
}

fn error_of(options: StoreOptions, key: &str) -> IoError {
    match Stores::new(options).open(&at(key)) {
        Ok(_) => panic!("s3://data/{key} opens"),
        Err(error) => error,
    }
}

#[test]
fn neighbouring_ranges_come_in_one_request_and_the_first_request_tells_the_size() {
    let server = S3Server::start();
    let bytes = pattern(3 << 20);
    server.put("a/big.nc", &bytes);
    let stores = server.stores();
    let file = stores.open(&at("a/big.nc")).unwrap();
    assert_eq!((file.len(), stores.traffic().requests), (3 << 20, 1));
    assert_eq!(stores.traffic().bytes, 64 * KIB);
    assert!(file.is_remote() && !file.version().is_empty());

    // inside the first block: nothing is sent
    let before = stores.traffic();
    assert_eq!(file.read_ranges(&[0..100, 5..64 * KIB]).unwrap()[1], bytes[5..64 << 10]);
    assert_eq!((stores.traffic() - before).requests, 0);

    // gaps up to 256 KiB are merged, larger ones are not; the order of the answers is that of the ranges
    let ranges = [1000 * KIB..1001 * KIB, 2000 * KIB..2001 * KIB, 800 * KIB..801 * KIB, 900 * KIB..1000 * KIB];
    let before = stores.traffic();
    let parts = file.read_ranges(&ranges).unwrap();
    for (part, range) in parts.iter().zip(&ranges) {
        assert_eq!(part, &bytes[range.start as usize..range.end as usize]);
    }
    let sent = stores.traffic() - before;
    assert_eq!((sent.requests, sent.bytes), (2, 202 * KIB));
}

#[test]
fn a_range_larger_than_a_part_is_cut_and_put_together() {
    let server = S3Server::start();
    let bytes = pattern(1 << 20);
    server.put("big", &bytes);
    let mut options = server.options();
    (options.part_bytes, options.first_block_bytes) = (100_000, 10);
    let stores = Stores::new(options);
    let file = stores.open(&at("big")).unwrap();
    let before = stores.traffic();
    let parts = file.read_ranges(&[5..1 << 20, 0..3, 400_000..400_001, 7..7]).unwrap();
    assert_eq!((stores.traffic() - before).requests, 11);
    assert_eq!(parts[0], bytes[5..]);
    assert_eq!(parts[1], bytes[..3]);
    assert_eq!(parts[2], bytes[400_000..400_001]);
    assert!(parts[3].is_empty());
}

#[test]
fn an_empty_and_a_small_object_are_read() {
    let server = S3Server::start();
    server.put("empty", b"");
    server.put("small", b"abc");
    let stores = server.stores();
    let empty = stores.open(&at("empty")).unwrap();
    assert_eq!((empty.len(), empty.read_ranges(&[0..0]).unwrap()[0].len()), (0, 0));
    let small = stores.open(&at("small")).unwrap();
    assert_eq!(small.read_ranges(&[1..3]).unwrap()[0], b"bc"[..]);
    let error = small.read_ranges(&[1..4]).unwrap_err();
    assert!(matches!(error, IoError::Damaged { .. }), "{error}");
}

#[test]
fn what_is_missing_is_named() {
    let server = S3Server::start();
    let error = error_of(server.options(), "no/such.nc");
    assert!(matches!(error, IoError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("s3://data/no/such.nc"), "{error}");
    let error = server.stores().open(&Location::parse("s3://nobucket/x").unwrap()).err().unwrap();
    assert!(error.to_string().contains("bucket"), "{error}");
    let error = server.stores().open(&Location::parse("s3://data").unwrap()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
}

#[test]
fn wrong_credentials_are_denied_and_told_without_secrets() {
    let server = S3Server::start();
    server.put("a", b"abc");
    let with = |id, secret| {
        let mut options = server.options();
        options.keys = Some(keys(id, secret, None));
        error_of(options, "a")
    };
    let mut anonymous = server.options();
    (anonymous.keys, anonymous.anonymous) = (None, Some(true));
    let errors = [
        (with("AKTESTKEY", "another-secret-1"), "AWS_SECRET_ACCESS_KEY"),
        (with("AKUNKNOWN", "another-secret-1"), "AWS_ACCESS_KEY_ID"),
        (error_of(anonymous, "a"), "denied"),
    ];
    for (error, hint) in errors {
        let message = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Denied, "{message}");
        assert!(message.contains(hint), "{message}");
        assert!(!message.contains("another-secret-1") && !message.contains("Signature="), "{message}");
    }
}

#[test]
fn an_expired_token_is_denied_although_the_server_answers_400() {
    let server = S3Server::start_with_token();
    server.put("a", b"abc");
    let with = |token| {
        let mut options = server.options();
        options.keys = Some(keys("AKTESTKEY", "very-secret-key-0123", Some(token)));
        options
    };
    assert_eq!(Stores::new(with("session-token-4567")).open(&at("a")).unwrap().len(), 3);
    let error = error_of(with("session-token-of-yesterday"), "a");
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    assert!(error.to_string().contains("expired") && !error.to_string().contains("yesterday"), "{error}");
}

#[test]
fn an_object_that_changes_while_it_is_read_is_refused() {
    let server = S3Server::start();
    server.put("a", &pattern(1 << 20));
    let stores = server.stores();
    let file = stores.open(&at("a")).unwrap();
    server.put("a", &pattern((1 << 20) + 1));
    let error = file.read_ranges(&[500_000..500_010]).unwrap_err();
    assert!(error.to_string().contains("changed"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_an_error_and_no_hang() {
    let nobody = Port::take();
    let mut options = crate::servers::impatient();
    options.endpoint = Some(format!("http://{}", nobody.address()));
    (options.region, options.keys) = (Some("us-east-1".to_owned()), Some(keys("id", "hidden-secret", None)));
    let error = error_of(options, "a");
    assert!(matches!(error, IoError::Remote { .. }), "{error}");
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(!error.to_string().contains("hidden-secret"), "{error}");
}

#[test]
fn options_do_not_show_their_secrets() {
    let mut options = StoreOptions::default();
    options.keys = Some(keys("AKTESTKEY", "hidden-secret", Some("hidden-token")));
    let shown = format!("{options:?} {:?}", Stores::new(options.clone()));
    assert!(!shown.contains("hidden") && !shown.contains("AKTESTKEY"), "{shown}");
}

#[test]
fn many_threads_share_one_object() {
    let server = S3Server::start();
    let bytes = pattern(1 << 20);
    server.put("a", &bytes);
    let stores = server.stores();
    let file = stores.open(&at("a")).unwrap();
    std::thread::scope(|scope| {
        for k in 0..8_u64 {
            let (file, bytes) = (&file, &bytes);
            scope.spawn(move || {
                let range = 100_000 * (k + 1)..100_000 * (k + 1) + 50_000;
                let read = file.read_ranges(std::slice::from_ref(&range)).unwrap();
                assert_eq!(read[0], bytes[range.start as usize..range.end as usize]);
            });
        }
    });
}

#[test]
fn any_ranges_give_the_bytes_of_the_file() {
    let server = S3Server::start();
    let bytes = pattern(200_000);
    server.put("a", &bytes);
    let mut options = server.options();
    (options.first_block_bytes, options.merge_gap_bytes, options.part_bytes) = (1000, 500, 7000);
    let file = Stores::new(options).open(&at("a")).unwrap();
    let range = (0..200_000_u64).prop_flat_map(|start| (Just(start), start..(start + 30_000).min(200_001)));
    let ranges = proptest::collection::vec(range.prop_map(|(start, end)| start..end), 0..12);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 40, ..Default::default() });
    runner
        .run(&ranges, |ranges| {
            let parts = file.read_ranges(&ranges).unwrap();
            prop_assert_eq!(parts.len(), ranges.len());
            for (part, range) in parts.iter().zip(&ranges) {
                prop_assert_eq!(&part[..], &bytes[range.start as usize..range.end as usize]);
            }
            Ok(())
        })
        .unwrap();
}
