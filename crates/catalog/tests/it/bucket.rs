//! A collection in an S3 bucket, from a server of the test's own.

use std::sync::Arc;

use eventscape_catalog::{Context, Subset};
use eventscape_io::cache::MemoryCache;
use eventscape_io::stores::{S3Keys, Secret, StoreOptions, Stores};
use eventscape_testkit::s3::{ACCESS_KEY, S3Server, SECRET_KEY};

use crate::support::{Ask, collection, field, fixture};

fn stores(server: &S3Server) -> Stores {
    let mut options = StoreOptions::default();
    options.endpoint = Some(server.endpoint().to_owned());
    options.region = Some("us-east-1".to_owned());
    options.anonymous = Some(false);
    options.keys = Some(S3Keys {
        access_key_id: Secret::new(ACCESS_KEY),
        secret_access_key: Secret::new(SECRET_KEY),
        session_token: None,
    });
    Stores::new(options)
}

/// Copies a folder of `fixtures` under a key.
fn put(server: &S3Server, folder: &str, key: &str) {
    copy(&fixture(folder), &server.path(key));
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_collection_is_found_and_read_from_a_bucket() {
    let server = S3Server::start();
    put(&server, "granules/GPM_MERGIR", "MERGED_IR/GPM_MERGIR.1");
    let mut request = collection("GPM_MERGIR", "granules/GPM_MERGIR").variable("Tb").bbox(-59.8, 9.7, -58.4, 10.8);
    request = request.span("2020-01-04", "2020-01-04T01:45");
    let local = request.open();
    request.source.root = Some("s3://data/MERGED_IR/GPM_MERGIR.1/".to_owned());
    let stores = stores(&server);
    let cache = Arc::new(MemoryCache::new(16 << 20));
    let context = Context { stores: stores.clone(), cache: Some(cache), ..Context::default() };
    let subset = Subset::open(&request, &context).unwrap();
    assert_eq!((subset.times(), subset.grid()), (local.times(), local.grid()));
    let bits = |s: &Subset, i| field(s, i).into_iter().map(f64::to_bits).collect::<Vec<_>>();
    for index in 0..4 {
        assert_eq!(bits(&subset, index), bits(&local, index));
    }
    let read = stores.traffic();
    assert!(read.bytes > 0);
    let again = Subset::open(&request, &context).unwrap();
    (0..4).for_each(|i| assert_eq!(bits(&again, i), bits(&local, i)));
    assert_eq!(stores.traffic().bytes, read.bytes, "only listings and heads go over the network");
}

#[test]
fn names_with_wildcards_are_found_by_listing_a_bucket() {
    let server = S3Server::start();
    put(&server, "cf/merra2/M2I1NXINT_5.12.4", "MERRA2/M2I1NXINT.5.12.4");
    let mut request = collection("M2I1NXINT_5.12.4", "").variable("TQV").span("2020-08-31", "2020-09-01");
    request.source.root = Some("s3://data/MERRA2/M2I1NXINT.5.12.4".to_owned());
    let context = Context { stores: stores(&server), ..Context::default() };
    let subset = Subset::open(&request, &context).unwrap();
    assert_eq!(subset.len(), 24);
    assert!(subset.granules()[0].location.starts_with("s3://data/MERRA2/M2I1NXINT.5.12.4/2020/09/MERRA2_401."));
    assert!(subset.notices()[0].message.contains("MERRA2_*.inst1_2d_int_Nx.20200831.nc4"), "{:?}", subset.notices());
}

#[test]
fn all_of_a_bucket_is_not_read_by_oversight() {
    let mut request = collection("GPM_MERGIR", "").variable("Tb");
    request.source.root = None;
    let error = request.refused().to_string();
    assert!(error.contains("give start and end") && error.contains("gesdisc"), "{error}");
}
