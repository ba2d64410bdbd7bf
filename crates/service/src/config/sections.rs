//! The sections of the configuration and their defaults.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:<file>`, `mysql://user:password@host/name` or `postgres://user:password@host/name`; of a `secret`
    /// `{username}`, `{password}`, `{host}`, `{port}` and `{dbname}` are put in.
    pub url: String,
    /// A secret in JSON for `url`: `env:NAME`, `file:PATH` or `aws:NAME`.
    pub secret: Option<String>,
}

/// Where products go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// A folder or `s3://bucket/prefix` (`gs://`, `az://`); each job has a folder of its number in it.
    pub location: String,
}

/// The API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port; an address that other machines reach needs `auth.required`.
    pub listen: String,
    /// Where the API is reached from outside, if that differs: `https://events.example.org`.
    pub public_address: Option<String>,
    /// Most bytes of a request's body.
    pub body_limit: u32,
    /// Seconds that an answer may take to begin.
    pub seconds: u32,
    /// Requests that are worked on at once.
    pub at_once: u32,
    /// Sites whose pages may use the API from browsers, as `https://maps.example.org`; `*` are all, and needs `auth.required`.
    pub origins: Vec<String>,
}

/// Who may use the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Whether requests need a token (`eventscape users token`).
    pub required: bool,
    /// Jobs that a user may have waiting and running; 0 for no limit (1000 if absent).
    pub jobs_per_user: Option<u32>,
    /// Requests that a user may send in a minute; 0 for no limit (1200 if absent).
    pub requests_per_minute: Option<u32>,
}

/// The workers of a process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerConfig {
    /// Workers in the process; each runs one task at a time on `threads` threads.
    pub count: u32,
    /// Seconds after which a worker that says nothing has lost its task.
    pub lease_seconds: u32,
    /// Milliseconds after which a worker without work looks again.
    pub poll_ms: u32,
    /// Threads of a task (default: all cores).
    pub threads: Option<u32>,
    /// Most memory for scenes in flight of a task (`2GiB`; default: a quarter of the machine's or container's).
    pub memory_limit: Option<String>,
}

/// Where scenes are kept between jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// `memory` (each job for itself), a folder, `redis://[user][:password@]host[:port][/number]`, or `rediss://…` with TLS; of a
    /// `secret` `{username}` and `{password}` are put in.
    pub location: String,
    /// Hours that Redis keeps a scene.
    pub hours: u32,
    /// Most that a folder may hold (`50GiB`).
    pub max_size: String,
    /// A file with the authority (PEM) that the Redis server's certificate is of, in place of the system's.
    pub authority: Option<String>,
    /// A secret in JSON for `location`, or the password alone: `env:NAME`, `file:PATH` or `aws:NAME`.
    pub secret: Option<String>,
}

/// The Earthdata login, for the buckets and web servers of NASA's data centres. Without a secret: `EARTHDATA_TOKEN`,
/// `EARTHDATA_USERNAME` with `EARTHDATA_PASSWORD`, or `~/.netrc`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EarthdataConfig {
    /// A secret with a token, or in JSON with `token` or `username` and `password`: `env:NAME`, `file:PATH` or `aws:NAME`.
    pub secret: Option<String>,
    /// Further places that give keys for buckets: `"beginning-of-buckets" = "https://…/s3credentials"`.
    pub credentials: BTreeMap<String, String>,
}

/// A TOS2CA database whose jobs are done here; none without its address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tos2caConfig {
    /// `mysql://user:password@host/name`; another one than `database.url`, which stays the service's own; of a `secret`
    /// `{username}`, `{password}`, `{host}`, `{port}` and `{dbname}` are put in.
    pub database: Option<String>,
    /// A secret in JSON for `database`: `env:NAME`, `file:PATH` or `aws:NAME`.
    pub secret: Option<String>,
    /// Seconds after which it is looked for new jobs again.
    pub poll_seconds: u32,
    /// Do its jobs as the reference does them, bit for bit, its faults included.
    pub compat: bool,
    /// Where data sets are: the database's name for one, and files, a folder, a glob or a URL. A catalogued one that is
    /// not named here is read where it was published.
    pub datasets: BTreeMap<String, String>,
}

/// What jobs may read besides the catalogue's collections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InputsConfig {
    /// Folders and beginnings of URLs below which the `input` of a job may lie.
    pub allow: Vec<String>,
    /// A file of further collections, or the reference's dictionary.
    pub catalog: Option<String>,
    /// Where collections lie that are not read from their published location: `"NAME" = "/data/mirror"`.
    pub roots: BTreeMap<String, String>,
}

/// Who may be told of the ends of jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotifyConfig {
    /// Beginnings of addresses that jobs may name as `subscriber`; without any, none may be named.
    pub webhooks: Vec<String>,
}

/// Mail to users at the ends of their jobs; without a server none is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// The server's name, which its certificate must have.
    pub server: Option<String>,
    /// Its port.
    pub port: u16,
    /// `starttls`, `tls`, or `none` for a server on this machine.
    pub security: String,
    /// The name to log in with.
    pub user: Option<String>,
    /// The password of that name.
    pub password: Option<String>,
    /// A secret with both in JSON (`username`, `password`) or the password alone: `env:NAME`, `file:PATH` or `aws:NAME`.
    pub secret: Option<String>,
    /// A file with a further authority (PEM) that the server's certificate may be of.
    pub authority: Option<String>,
    /// The sender: `Eventscape <events@example.org>`.
    pub from: Option<String>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            server: None,
            port: 587,
            security: "starttls".to_owned(),
            user: None,
            password: None,
            secret: None,
            authority: None,
            from: None,
        }
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:eventscape-data/eventscape.db".to_owned(), secret: None }
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { location: "eventscape-data/jobs".to_owned() }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_address: None,
            body_limit: 1 << 20,
            seconds: 30,
            at_once: 256,
            origins: Vec::new(),
        }
    }
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self { count: 1, lease_seconds: 60, poll_ms: 1000, threads: None, memory_limit: None }
    }
}

impl Default for InputsConfig {
    fn default() -> Self {
        Self { allow: vec![".".to_owned()], catalog: None, roots: BTreeMap::new() }
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self { location: "memory".to_owned(), hours: 48, max_size: "50GiB".to_owned(), authority: None, secret: None }
    }
}

impl Default for Tos2caConfig {
    fn default() -> Self {
        Self { database: None, secret: None, poll_seconds: 5, compat: false, datasets: BTreeMap::new() }
    }
}
