//! How stores are reached.

use std::time::Duration;

use eventscape_formats::{FORMATS, Format};

use crate::credentials::{Earthdata, Secret};

/// Keys of an S3 account that are given rather than found in the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Keys {
    /// The access key's id.
    pub access_key_id: Secret,
    /// The secret key.
    pub secret_access_key: Secret,
    /// The token of temporary credentials.
    pub session_token: Option<Secret>,
}

/// How stores are reached. What is `None` comes from the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
/// `AWS_SESSION_TOKEN`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_SKIP_SIGNATURE`, …, web identity, container and instance
/// roles).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreOptions {
    /// The S3 endpoint, for servers other than Amazon's; `http://` is allowed here and only here.
    pub endpoint: Option<String>,
    /// The S3 region.
    pub region: Option<String>,
    /// The S3 keys.
    pub keys: Option<S3Keys>,
    /// Send S3 requests without a signature, for public buckets.
    pub anonymous: Option<bool>,
    /// How NASA's buckets and web servers are reached.
    pub earthdata: Earthdata,
    /// How long a connection may take to come up.
    pub connect_timeout: Duration,
    /// How long a server may be silent in the middle of an answer.
    pub read_timeout: Duration,
    /// How long one request may take in all (at most [`StoreOptions::part_bytes`] travel in one).
    pub request_timeout: Duration,
    /// How often a request is tried again after a failure that may pass, with growing pauses.
    pub retries: usize,
    /// The pause before the first retry; it doubles each time, with some randomness.
    pub first_pause: Duration,
    /// After so long a request is not tried again.
    pub retry_timeout: Duration,
    /// Number of requests in flight at a time, over all that is open.
    pub concurrency: usize,
    /// What the first request of a remote file fetches; its answer also tells the size and the version.
    pub first_block_bytes: u64,
    /// Ranges with a gap up to this are fetched by one request.
    pub merge_gap_bytes: u64,
    /// The most that is fetched by one request.
    pub part_bytes: u64,
    /// A web server that ignores ranges sends the whole file: up to so many bytes are kept in memory, more is refused.
    pub whole_download_bytes: u64,
    /// The formats of granules: what a folder is searched for, and what a granule is opened as (default: [`FORMATS`]).
    pub formats: &'static [&'static Format],
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            endpoint: None,
            region: None,
            keys: None,
            anonymous: None,
            earthdata: Earthdata::default(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(300),
            retries: 4,
            first_pause: Duration::from_millis(200),
            retry_timeout: Duration::from_secs(120),
            concurrency: 16,
            first_block_bytes: 64 << 10,
            merge_gap_bytes: 256 << 10,
            part_bytes: 8 << 20,
            whole_download_bytes: 256 << 20,
            formats: FORMATS,
        }
    }
}
