//! A collection in an S3 bucket, from a server of the test's own.

use std::sync::Arc;

use eventscape_catalog::{Context, Subset};
use eventscape_io::cache::MemoryCache;
use eventscape_io::stores::{S3Keys, Secret, StoreOptions, Stores};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

use crate::support::{Ask, collection, field, fixture};

struct Server {
    root: tempfile::TempDir,
    endpoint: String,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    /// One bucket, `data`.
    fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("data")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single("KEY", "a-secret-of-the-test"));
        let service = builder.build();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, connection) = (service.clone(), Builder::new(TokioExecutor::new()));
                tokio::spawn(async move { drop(connection.serve_connection(TokioIo::new(socket), service).await) });
            }
        });
        Self { root, endpoint, _runtime: runtime }
    }

    fn stores(&self) -> Stores {
        let mut options = StoreOptions::default();
        options.endpoint = Some(self.endpoint.clone());
        options.region = Some("us-east-1".to_owned());
        options.anonymous = Some(false);
        options.keys = Some(S3Keys {
            access_key_id: Secret::new("KEY"),
            secret_access_key: Secret::new("a-secret-of-the-test"),
            session_token: None,
        });
        Stores::new(options)
    }

    /// Copies a folder of `fixtures` under a key.
    fn put(&self, folder: &str, key: &str) {
        copy(&fixture(folder), &self.root.path().join("data").join(key));
    }
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
    let server = Server::start();
    server.put("granules/GPM_MERGIR", "MERGED_IR/GPM_MERGIR.1");
    let mut request = collection("GPM_MERGIR", "granules/GPM_MERGIR").variable("Tb").bbox(-59.8, 9.7, -58.4, 10.8);
    request = request.span("2020-01-04", "2020-01-04T01:45");
    let local = request.open();
    request.source.root = Some("s3://data/MERGED_IR/GPM_MERGIR.1/".to_owned());
    let stores = server.stores();
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
    let server = Server::start();
    server.put("cf/merra2/M2I1NXINT_5.12.4", "MERRA2/M2I1NXINT.5.12.4");
    let mut request = collection("M2I1NXINT_5.12.4", "").variable("TQV").span("2020-08-31", "2020-09-01");
    request.source.root = Some("s3://data/MERRA2/M2I1NXINT.5.12.4".to_owned());
    let context = Context { stores: server.stores(), ..Context::default() };
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
