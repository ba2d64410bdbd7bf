//! NASA's buckets and files, behind a login.

use std::time::Duration;

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_io::credentials::{Daac, Earthdata, EarthdataLogin, Secret};
use eventscape_io::stores::{Location, StoreOptions, Stores};
use eventscape_testkit::earthdata::{EarthdataServers, PASSWORD, TOKEN, USER};
use eventscape_testkit::s3::{ACCESS_KEY, SECRET_KEY};

use super::pattern;
use crate::servers::{S3Server, impatient, keys};

fn password() -> EarthdataLogin {
    EarthdataLogin::Password { user: USER.to_owned(), password: Secret::new(PASSWORD) }
}

fn token() -> EarthdataLogin {
    EarthdataLogin::Token(Secret::new(TOKEN))
}

fn options(servers: &EarthdataServers, login: EarthdataLogin) -> StoreOptions {
    let mut daac = Daac::new("TEST DAAC", &["data"], &format!("{}/s3credentials", servers.centre));
    daac.endpoint = Some(servers.bucket.endpoint().to_owned());
    let mut options = impatient();
    options.earthdata = Earthdata {
        login: Some(login),
        login_address: servers.login.clone(),
        daacs: vec![daac],
        hosts: vec!["127.0.0.1".to_owned()],
    };
    options
}

fn at(text: &str) -> Location {
    Location::parse(text).unwrap()
}

#[test]
fn a_bucket_is_read_with_keys_of_its_centre() {
    for login in [password(), token()] {
        let servers = EarthdataServers::start();
        servers.bucket.put("a/one.nc", b"abc");
        servers.bucket.put("a/two.nc", b"defg");
        let stores = Stores::new(options(&servers, login));
        assert_eq!(stores.open(&at("s3://data/a/one.nc")).unwrap().len(), 3);
        assert_eq!(stores.stat(&at("s3://data/a/two.nc")).unwrap().size, 4);
        assert_eq!(stores.expand(&["s3://data/a/*.nc".to_owned()]).unwrap().len(), 2);
        assert_eq!(servers.keys_given(), 1, "keys are kept");
        assert!(servers.leaked().is_empty());
    }
}

#[test]
fn keys_that_are_refused_are_renewed_in_the_middle() {
    let servers = EarthdataServers::start();
    let bytes = pattern(1 << 20);
    servers.bucket.put("a.nc", &bytes);
    let stores = Stores::new(options(&servers, token()));
    let file = stores.open(&at("s3://data/a.nc")).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    servers.revoke();
    assert_eq!(file.read_ranges(&[500_000..600_000]).unwrap()[0], bytes[500_000..600_000]);
    assert_eq!(servers.keys_given(), 2);
    std::thread::sleep(Duration::from_millis(1100));
    servers.revoke();
    assert_eq!(stores.expand(&["s3://data/*.nc".to_owned()]).unwrap().len(), 1);
    std::thread::sleep(Duration::from_millis(1100));
    servers.revoke();
    assert_eq!(stores.stat(&at("s3://data/a.nc")).unwrap().size, 1 << 20);
    assert_eq!(servers.keys_given(), 4);
}

#[test]
fn many_reads_that_are_refused_together_all_go_on_with_new_keys() {
    let servers = EarthdataServers::start();
    let bytes = pattern(20 * 320_000);
    servers.bucket.put("a.nc", &bytes);
    let stores = Stores::new(options(&servers, token()));
    let file = stores.open(&at("s3://data/a.nc")).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    servers.revoke();
    // too far apart to be fetched by one request
    let ranges: Vec<_> = (0..20).map(|k| k * 320_000 + 290_000..(k + 1) * 320_000).collect();
    let parts = file.read_ranges(&ranges).unwrap();
    for (part, range) in parts.iter().zip(&ranges) {
        assert_eq!(part, &bytes[range.start as usize..range.end as usize]);
    }
    assert_eq!(servers.keys_given(), 2, "they are renewed once for all");
}

#[test]
fn keys_are_renewed_before_they_end() {
    let servers = EarthdataServers::start();
    servers.bucket.put("a.nc", b"abc");
    servers.keys_last(8);
    let stores = Stores::new(options(&servers, password()));
    let read = || stores.open(&at("s3://data/a.nc")).unwrap().len();
    assert_eq!((read(), servers.keys_given()), (3, 1));
    servers.keys_last(3600);
    std::thread::sleep(Duration::from_millis(4200));
    assert_eq!((read(), servers.keys_given()), (3, 2), "half of a short life is over");
    assert_eq!((read(), servers.keys_given()), (3, 2));
}

#[test]
fn a_centre_that_fails_for_a_moment_is_asked_again() {
    let servers = EarthdataServers::start();
    servers.bucket.put("a.nc", b"abc");
    servers.fail(2);
    let stores = Stores::new(options(&servers, token()));
    assert_eq!(stores.open(&at("s3://data/a.nc")).unwrap().len(), 3);
    servers.fail(100);
    let error = Stores::new(options(&servers, token())).open(&at("s3://data/a.nc")).err().unwrap();
    assert!(matches!(error, IoError::Remote { .. }) && error.to_string().contains("503"), "{error}");
}

#[test]
fn a_centre_that_sends_a_page_for_keys_is_asked_again() {
    let servers = EarthdataServers::start();
    servers.bucket.put("a.nc", b"abc");
    servers.send_pages(2);
    let stores = Stores::new(options(&servers, token()));
    assert_eq!(stores.open(&at("s3://data/a.nc")).unwrap().len(), 3);
    servers.send_pages(100);
    let error = Stores::new(options(&servers, token())).open(&at("s3://data/a.nc")).err().unwrap();
    assert!(matches!(error, IoError::Remote { .. }) && error.to_string().contains("keys"), "{error}");
}

#[test]
fn a_place_of_login_that_fails_is_asked_again_and_is_no_word_on_the_login() {
    let servers = EarthdataServers::start();
    servers.bucket.put("a.nc", b"abc");
    for place in ["s3://data/a.nc".to_owned(), format!("{}/protected/x.nc", servers.centre)] {
        for status in [503, 429, 408] {
            servers.fail_login(2, status);
            Stores::new(options(&servers, password())).open(&at(&place)).unwrap();
        }
        servers.fail_login(100, 503);
        let error = Stores::new(options(&servers, password())).open(&at(&place)).err().unwrap();
        assert!(matches!(error, IoError::Remote { .. }), "{error}");
        assert!(error.to_string().contains("Earthdata login") && error.to_string().contains("503"), "{error}");
        servers.fail_login(100, 403);
        let error = Stores::new(options(&servers, password())).open(&at(&place)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    }
}

#[test]
fn each_address_that_gives_keys_has_its_own_even_on_one_host() {
    let servers = EarthdataServers::start();
    servers.bucket.put("a.nc", b"abc");
    servers.bucket.put("../other/b.nc", b"defg");
    let mut options = options(&servers, token());
    let first = options.earthdata.daacs[0].clone();
    let credentials = format!("{}?of=other", first.credentials);
    options.earthdata.daacs.push(Daac { buckets: vec!["other".to_owned()], credentials, ..first });
    let stores = Stores::new(options);
    assert_eq!(stores.open(&at("s3://data/a.nc")).unwrap().len(), 3);
    assert_eq!(servers.keys_given(), 1);
    assert_eq!(stores.open(&at("s3://other/b.nc")).unwrap().len(), 4);
    assert_eq!(servers.keys_given(), 2);
}

#[test]
fn a_wrong_login_is_denied_and_not_shown() {
    let servers = EarthdataServers::start();
    servers.bucket.put("a.nc", b"abc");
    let wrong = EarthdataLogin::Password { user: USER.to_owned(), password: Secret::new("hidden-word") };
    for login in [wrong, EarthdataLogin::Token(Secret::new("hidden-token"))] {
        let stores = Stores::new(options(&servers, login));
        for place in ["s3://data/a.nc".to_owned(), format!("{}/protected/x.nc", servers.centre)] {
            let error = stores.open(&at(&place)).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
            let text = error.to_string();
            assert!(text.contains("Earthdata") && !text.contains("hidden"), "{text}");
        }
        assert!(!format!("{stores:?}").contains("hidden"));
    }
    assert_eq!(servers.keys_given(), 0);
}

#[test]
fn a_file_of_a_server_behind_the_login_is_read() {
    let servers = EarthdataServers::start();
    for login in [password(), token()] {
        let stores = Stores::new(options(&servers, login));
        let file = stores.open(&at(&format!("{}/protected/x.nc", servers.centre))).unwrap();
        assert_eq!(file.read_ranges(&[4..9]).unwrap()[0], "bytes".as_bytes());
    }
    assert_eq!(servers.leaked(), Vec::<String>::new(), "what is redirected to is not told who asks");
}

#[test]
fn without_a_login_the_centre_is_named() {
    if EarthdataLogin::find().unwrap().is_some() {
        return; // this machine has one
    }
    let server = S3Server::start();
    server.put("a.nc", b"abc");
    let options = |secret: &str| {
        let mut options = server.options();
        options.keys = Some(keys(ACCESS_KEY, secret, None));
        options.earthdata.daacs = vec![Daac::new("TEST DAAC", &["data"], "https://127.0.0.1:1/s3credentials")];
        options
    };
    // keys of one's own may be good for it
    assert_eq!(Stores::new(options(SECRET_KEY)).open(&at("s3://data/a.nc")).unwrap().len(), 3);
    let error = Stores::new(options("wrong")).open(&at("s3://data/a.nc")).err().unwrap();
    let told = error.to_string();
    assert_eq!(error.kind(), ErrorKind::Denied, "{told}");
    assert!(told.contains("TEST DAAC") && told.contains("EARTHDATA_TOKEN") && !told.contains("wrong)"), "{told}");
}
