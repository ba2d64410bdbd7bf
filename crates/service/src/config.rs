//! The configuration: one TOML file, environment variables over it, and defaults that need neither.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Result, ServiceError};
use crate::http::Limits;
use crate::jobs::Policy;
use crate::notify::{MailSecurity, MailSettings};
use crate::serve::ServeSettings;
use crate::tos2ca::Tos2caSettings;
use crate::worker::WorkerSettings;

const PREFIX: &str = "EVENTSCAPE_";
const LARGEST_FILE: u64 = 1 << 20;

/// How a service runs. Every key may also be set as `EVENTSCAPE_<SECTION>_<KEY>` in the environment, which goes before the
/// file; without either a service runs on this machine alone, in the folder `eventscape-data`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The database.
    pub database: DatabaseConfig,
    /// Where products go.
    pub store: StoreConfig,
    /// The API.
    pub http: HttpConfig,
    /// Who may use it.
    pub auth: AuthConfig,
    /// The workers of a process.
    pub worker: WorkerConfig,
    /// What jobs may read.
    pub inputs: InputsConfig,
    /// Who may be told of the ends of jobs.
    pub notify: NotifyConfig,
    /// Mail to users at the ends of their jobs.
    pub mail: MailConfig,
    /// A TOS2CA database whose jobs are done here.
    pub tos2ca: Tos2caConfig,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:<file>`, `mysql://user:password@host/name` or `postgres://user:password@host/name`.
    pub url: String,
}

/// Where products go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// A folder or `s3://bucket/prefix`; each job has a folder of its number in it.
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
}

/// Who may use the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Whether requests need a token (`eventscape users token`).
    pub required: bool,
    /// Jobs that a user may have waiting and running; 0 for no limit.
    pub jobs_per_user: Option<u32>,
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
    /// Most memory for scenes in flight of a task (`2GiB`; default: a quarter of the machine's).
    pub memory_limit: Option<String>,
}

/// What jobs may read besides the catalogue's collections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InputsConfig {
    /// Folders and beginnings of URLs below which the `input` of a job may lie.
    pub allow: Vec<String>,
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
    /// A file with a further authority (PEM) that the server's certificate may be of.
    pub authority: Option<String>,
    /// The sender: `Eventscape <events@example.org>`.
    pub from: Option<String>,
}

/// A TOS2CA database whose jobs are done here; none without its address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tos2caConfig {
    /// `mysql://user:password@host/name`; another one than `database.url`, which stays the service's own.
    pub database: Option<String>,
    /// Seconds after which it is looked for new jobs again.
    pub poll_seconds: u32,
    /// Do its jobs as the reference does them, bit for bit, its faults included.
    pub compat: bool,
    /// Where data sets are: the database's name for one, and files, a folder, a glob or a URL. A catalogued one that is
    /// not named here is read where it was published.
    pub datasets: BTreeMap<String, String>,
}

impl Default for Tos2caConfig {
    fn default() -> Self {
        Self { database: None, poll_seconds: 5, compat: false, datasets: BTreeMap::new() }
    }
}

impl Tos2caConfig {
    fn settings(&self, own: &str, sends_mail: bool) -> Result<Option<Tos2caSettings>> {
        let Some(database) = self.database.clone() else { return Ok(None) };
        if is_same_database(own, &database) {
            let why = "it is the same as `database.url`; the service needs a database of its own beside the one of \
                TOS2CA, as both have tables `jobs` and `users`";
            return Err(ServiceError::config("tos2ca.database", why));
        }
        if !["mysql://", "mariadb://"].iter().any(|scheme| database.starts_with(scheme)) {
            let why = "it is no `mysql://user:password@host/name`";
            return Err(ServiceError::config("tos2ca.database", why));
        }
        if self.poll_seconds == 0 {
            return Err(ServiceError::config("tos2ca.poll_seconds", "it must be at least 1"));
        }
        let poll = Duration::from_secs(u64::from(self.poll_seconds));
        let (compat, datasets) = (self.compat, self.datasets.clone());
        Ok(Some(Tos2caSettings { database, poll, compat, datasets, sends_mail }))
    }
}

/// Whether two addresses are of the same database, by what can be seen of them.
fn is_same_database(one: &str, other: &str) -> bool {
    let parts = |text: &str| {
        let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "mysql" | "mariadb"))?;
        let host = url.host_str().unwrap_or("localhost").to_ascii_lowercase();
        let host = if matches!(host.as_str(), "localhost" | "[::1]") { "127.0.0.1".to_owned() } else { host };
        Some((host, url.port().unwrap_or(3306), url.path().trim_matches('/').to_owned()))
    };
    one == other || parts(one).is_some_and(|one| Some(one) == parts(other))
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            server: None,
            port: 587,
            security: "starttls".to_owned(),
            user: None,
            password: None,
            authority: None,
            from: None,
        }
    }
}

impl MailConfig {
    fn settings(&self) -> Result<Option<MailSettings>> {
        let Some(server) = self.server.clone() else { return Ok(None) };
        let security = match self.security.as_str() {
            "starttls" => MailSecurity::StartTls,
            "tls" => MailSecurity::Tls,
            "none" => MailSecurity::None,
            other => {
                let why = format!("`{other}` is not known; there are starttls, tls, none");
                return Err(ServiceError::config("mail.security", why));
            }
        };
        let login = match (self.user.clone(), self.password.clone()) {
            (None, None) => None,
            (Some(user), Some(password)) => Some((user, password)),
            _ => return Err(ServiceError::config("mail.password", "`user` and `password` go together")),
        };
        if login.is_some() && security == MailSecurity::None {
            return Err(ServiceError::config("mail.security", "a password is sent over TLS only"));
        }
        let from = self.from.clone();
        let from = from.ok_or_else(|| ServiceError::config("mail.from", "say who the sender is"))?;
        let authority = self.authority.as_ref().map(std::path::PathBuf::from);
        Ok(Some(MailSettings { server, port: self.port, security, login, authority, from }))
    }
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:eventscape-data/eventscape.db".to_owned() }
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
        Self { allow: vec![".".to_owned()] }
    }
}

impl Config {
    /// Reads the file, if there is one, and puts the variables of the environment over it.
    ///
    /// # Errors
    /// Names the file, the key and what is wrong with it.
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self> {
        let mut table = match file {
            Some(path) => table_of(path)?,
            None => Map::new(),
        };
        let known = serde_json::to_value(Self::default())
            .map_err(|e| ServiceError::Internal(format!("the configuration cannot be written down: {e}")))?;
        for (name, text) in environment {
            let Some((section, key)) = section_and_key(&name, &known) else { continue };
            let own = table.entry(section.clone()).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(own) = own else {
                return Err(ServiceError::config(section, "it is a section, not a value"));
            };
            own.insert(key, value_of(&text));
        }
        let config: Self = serde_path_to_error::deserialize(Value::Object(table)).map_err(|e| {
            let place = file.map_or("the environment".to_owned(), |path| path.display().to_string());
            ServiceError::config(format!("{place}: `{}`", e.path()), e.inner().to_string())
        })?;
        config.settings()?;
        Ok(config)
    }

    /// The JSON Schema of a configuration file.
    #[must_use]
    pub fn schema() -> Value {
        let mut schema = schemars::schema_for!(Self).to_value();
        if let Value::Object(map) = &mut schema {
            map.insert("title".to_owned(), "Eventscape service".into());
        }
        schema
    }

    /// What a service runs with.
    ///
    /// # Errors
    /// Names the key that is wrong, and what it should be.
    pub fn settings(&self) -> Result<ServeSettings> {
        let listen: SocketAddr = self.http.listen.parse().map_err(|_| {
            let why = format!("`{}` is no address with a port, as 127.0.0.1:8080 is", self.http.listen);
            ServiceError::config("http.listen", why)
        })?;
        let positive = |key: &str, number: u32| match number {
            0 => Err(ServiceError::config(key, "it must be at least 1")),
            n => Ok(n),
        };
        if self.store.location.trim().is_empty() {
            return Err(ServiceError::config("store.location", "it is empty"));
        }
        Ok(ServeSettings {
            database: self.database.url.clone(),
            listen: Some(listen),
            public_address: self.http.public_address.clone(),
            needs_token: self.auth.required,
            policy: Policy { inputs: self.inputs.allow.clone(), webhooks: self.notify.webhooks.clone() },
            workers: self.worker.count as usize,
            worker: WorkerSettings {
                store: self.store.location.clone(),
                lease_ms: i64::from(positive("worker.lease_seconds", self.worker.lease_seconds)?) * 1000,
                poll: Duration::from_millis(u64::from(positive("worker.poll_ms", self.worker.poll_ms)?)),
                threads: self.worker.threads.map(|n| positive("worker.threads", n)).transpose()?,
                memory_limit: self.worker.memory_limit.clone(),
            },
            limits: Limits {
                body: positive("http.body_limit", self.http.body_limit)? as usize,
                time: Duration::from_secs(u64::from(positive("http.seconds", self.http.seconds)?)),
                at_once: positive("http.at_once", self.http.at_once)? as usize,
                jobs_per_user: self.auth.jobs_per_user.unwrap_or(Limits::default().jobs_per_user),
            },
            mail: self.mail.settings()?,
            tos2ca: self.tos2ca.settings(&self.database.url, self.mail.server.is_some())?,
        })
    }

    /// The configuration with passwords left out, to be shown.
    #[must_use]
    pub fn shown(&self) -> Self {
        let mut shown = self.clone();
        shown.database.url = without_password(&self.database.url);
        shown.tos2ca.database = self.tos2ca.database.as_deref().map(without_password);
        shown.mail.password = self.mail.password.as_ref().map(|_| "***".to_owned());
        shown
    }
}

/// An address of a database without its password.
fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => match parsed.set_password(Some("***")) {
            Ok(()) => parsed.to_string(),
            Err(()) => "***".to_owned(),
        },
        _ => url.to_owned(),
    }
}

fn table_of(path: &Path) -> Result<Map<String, Value>> {
    let wrong = |reason: String| ServiceError::config(path.display().to_string(), reason);
    let size = std::fs::metadata(path).map_err(|e| wrong(format!("it cannot be read: {e}")))?.len();
    if size > LARGEST_FILE {
        return Err(wrong(format!("it has {size} bytes; a configuration has at most {LARGEST_FILE}")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("it cannot be read: {e}")))?;
    match toml::from_str(&text).map_err(|e| wrong(format!("it is not valid TOML: {e}")))? {
        Value::Object(table) => Ok(table),
        _ => Err(wrong("it is no table of keys".to_owned())),
    }
}

/// `EVENTSCAPE_DATABASE_URL` is `database.url`. Other variables of ours, such as `EVENTSCAPE_LOG`, are no keys.
fn section_and_key(name: &str, known: &Value) -> Option<(String, String)> {
    let rest = name.strip_prefix(PREFIX)?.to_ascii_lowercase();
    let section = known
        .as_object()?
        .keys()
        .find(|section| rest.strip_prefix(section.as_str()).is_some_and(|r| r.starts_with('_')))?;
    Some((section.clone(), rest.get(section.len() + 1..)?.to_owned()))
}

/// A number, a truth value or a list where the text is one in TOML; otherwise the text itself.
fn value_of(text: &str) -> Value {
    let parsed: Option<Map<String, Value>> = toml::from_str(&format!("v = {text}")).ok();
    parsed.and_then(|mut map| map.remove("v")).unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("service.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(Some(&path), environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let file = "[http]\nlisten = '127.0.0.1:1'\nseconds = 7\n[inputs]\nallow = ['/data']\n";
        let environment = [
            ("EVENTSCAPE_HTTP_LISTEN", "127.0.0.1:2"),
            ("EVENTSCAPE_AUTH_REQUIRED", "true"),
            ("EVENTSCAPE_INPUTS_ALLOW", "[\"/a\", \"s3://b\"]"),
            ("EVENTSCAPE_LOG", "info"),
            ("HOME", "/root"),
        ];
        let config = read(file, &environment).unwrap();
        assert_eq!((config.http.listen.as_str(), config.http.seconds), ("127.0.0.1:2", 7));
        assert!(config.auth.required);
        assert_eq!(config.inputs.allow, ["/a", "s3://b"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, variable, wanted) in [
            ("[http]\nlisten = 'x'", None, "http.listen"),
            ("[http]\nport = 1", None, "http.port"),
            ("[worker]\nlease_seconds = 0", None, "worker.lease_seconds"),
            ("[store", None, "TOML"),
            ("", Some(("EVENTSCAPE_HTTP_COLOUR", "red")), "http.colour"),
            ("", Some(("EVENTSCAPE_WORKER_COUNT", "many")), "worker.count"),
        ] {
            let error = read(file, variable.as_slice()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{file}: {error}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let config = read("[database]\nurl = 'mysql://me:secret@db/x'", &[]).unwrap();
        assert_eq!(config.shown().database.url, "mysql://me:***@db/x");
        let config = read("[tos2ca]\ndatabase = 'mysql://me:secret@db/tos2ca'", &[]).unwrap();
        assert_eq!(config.shown().tos2ca.database.as_deref(), Some("mysql://me:***@db/tos2ca"));
    }

    #[test]
    fn tos2ca_has_a_database_of_its_own() {
        let file = |own: &str, other: &str| format!("[database]\nurl = '{own}'\n[tos2ca]\ndatabase = '{other}'");
        for (own, other) in [
            ("mysql://a:b@db/x", "mysql://a:b@db/x"),
            ("mysql://a:b@db/x", "mysql://c:d@DB:3306/x/"),
            ("mysql://a@localhost/x", "mariadb://a@127.0.0.1/x"),
        ] {
            let error = read(&file(own, other), &[]).unwrap_err().to_string();
            assert!(error.contains("tos2ca.database") && !error.contains("c:d"), "{error}");
        }
        for other in ["mysql://a:b@db/y", "mysql://a:b@db2/x", "mysql://a:b@db:3307/x"] {
            assert!(read(&file("mysql://a:b@db/x", other), &[]).is_ok(), "{other}");
        }
        let variable = [("EVENTSCAPE_TOS2CA_DATABASE", "mysql://a:b@db/y")];
        assert!(read("", &variable).unwrap().settings().unwrap().tos2ca.is_some());
    }
}
