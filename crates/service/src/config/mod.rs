//! The configuration: one TOML file, environment variables over it, and defaults that need neither.

mod parts;
mod secrets;
mod sections;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use eventscape_pipeline::{Doors, parse_bytes, read_keys, read_toml_table as read_table, takes_text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::database::{check_address, without_password};
use crate::error::{Result, ServiceError};
use crate::http::{Limits, Origins};
use crate::jobs::Policy;
use crate::serve::{ServeSettings, check_is_here};
use crate::worker::WorkerSettings;

pub use sections::{
    AuthConfig, CacheConfig, DatabaseConfig, EarthdataConfig, HttpConfig, InputsConfig, MailConfig, NotifyConfig,
    StoreConfig, Tos2caConfig, WorkerConfig,
};

const PREFIX: &str = "EVENTSCAPE_";
/// Variables of ours that are no keys.
const OTHER_VARIABLES: [&str; 2] = ["EVENTSCAPE_CONFIG", "EVENTSCAPE_LOG"];
/// Keys whose values have passwords, and are in no message.
const UNSHOWN: [&str; 4] = ["database.url", "cache.location", "mail.password", "tos2ca.database"];

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
    /// Where scenes are kept between jobs.
    pub cache: CacheConfig,
    /// The login to NASA's data.
    pub earthdata: EarthdataConfig,
    /// What jobs may read.
    pub inputs: InputsConfig,
    /// Who may be told of the ends of jobs.
    pub notify: NotifyConfig,
    /// Mail to users at the ends of their jobs.
    pub mail: MailConfig,
    /// A TOS2CA database whose jobs are done here.
    pub tos2ca: Tos2caConfig,
}

impl Config {
    /// Reads the file, if there is one, and puts the variables of the environment over it.
    ///
    /// # Errors
    /// Names the file, the key and what is wrong with it.
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self> {
        let mut table = match file {
            Some(path) => read_table(path, "configuration", false)?,
            None => Map::new(),
        };
        let (mut variables, schema) = (BTreeMap::new(), Self::schema());
        for (name, text) in environment.filter(|(name, _)| name.starts_with(PREFIX)) {
            let Some((section, key)) = section_and_key(&name, &schema) else {
                if !OTHER_VARIABLES.contains(&name.as_str()) {
                    tracing::warn!("the variable {name} is of no section of the configuration, and is left aside");
                }
                continue;
            };
            variables.insert(format!("{section}.{key}"), name);
            let own = table.entry(section.clone()).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(own) = own else {
                return Err(ServiceError::config(section, "it is a section, not a value"));
            };
            // also where it looks like a number
            let is_text = takes_text(&schema, &[section, key.clone()]);
            own.insert(key, if is_text { Value::from(text) } else { value_of(&text) });
        }
        let config: Self = read_keys(table).map_err(|wrong| {
            // one of the environment has gone before the file
            let variable = variables.iter().find(|(key, _)| wrong.key.starts_with(key.as_str())).map(|(_, name)| name);
            let place = match (variable, file) {
                (Some(name), _) => format!("the variable {name}"),
                (None, Some(path)) => path.display().to_string(),
                (None, None) => "the environment".to_owned(),
            };
            let reason = match UNSHOWN.contains(&wrong.key.as_str()) {
                true => "it is not a text; write it in quotes".to_owned(),
                false => wrong.reason,
            };
            ServiceError::config(format!("{place}: `{}`", wrong.key), reason)
        })?;
        config.check()?;
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

    /// What a service runs with: secrets are fetched, nothing else is asked yet.
    ///
    /// # Errors
    /// Names the key that is wrong, and what it should be; a secret that cannot be had.
    pub fn settings(&self) -> Result<ServeSettings> {
        self.check()?;
        let secrets = secrets::Secrets::fetch(self)?;
        check_address(&secrets.database_url)?;
        let listen = parts::listen(&self.http)?;
        check_is_here(listen, self.http.public_address.as_deref(), self.auth.required)?;
        parts::check_apart(self, &secrets.database_url)?;
        let stores = parts::stores(&self.earthdata, secrets.earthdata)?;
        let (legacy, sends_mail) = (secrets.tos2ca, self.mail.server.is_some());
        Ok(ServeSettings {
            tos2ca: parts::tos2ca(&self.tos2ca, legacy, &secrets.database_url, sends_mail)?,
            database: secrets.database_url,
            listen,
            with_api: true,
            public_address: self.http.public_address.clone(),
            needs_token: self.auth.required,
            policy: Policy {
                inputs: self.inputs.allow.clone(),
                webhooks: self.notify.webhooks.clone(),
                catalog: self.inputs.catalog.clone(),
                doors: Doors::default(),
            },
            workers: self.worker.count as usize,
            worker: WorkerSettings {
                store: self.store.location.clone(),
                date: date(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?,
                lease_ms: i64::from(self.worker.lease_seconds) * 1000,
                poll: Duration::from_millis(u64::from(self.worker.poll_ms)),
                threads: self.worker.threads,
                memory_limit: self.worker.memory_limit.clone(),
                cache: parts::cache(&self.cache, &secrets.cache_location)?,
                stores,
                catalog: self.inputs.catalog.clone(),
                roots: self.inputs.roots.clone(),
                doors: Doors::default(),
            },
            limits: Limits {
                body: self.http.body_limit as usize,
                time: Duration::from_secs(u64::from(self.http.seconds)),
                at_once: self.http.at_once as usize,
                jobs_per_user: self.auth.jobs_per_user.unwrap_or(Limits::default().jobs_per_user),
                requests_per_minute: self.auth.requests_per_minute.unwrap_or(Limits::default().requests_per_minute),
                ..Limits::default()
            },
            origins: Origins::read(&self.http.origins, self.auth.required)?,
            mail: parts::mail(&self.mail, secrets.mail)?,
        })
    }

    /// What can be seen without asking anybody.
    fn check(&self) -> Result<()> {
        parts::listen(&self.http)?;
        Origins::read(&self.http.origins, self.auth.required)?;
        for (key, number) in [
            ("http.body_limit", self.http.body_limit),
            ("http.seconds", self.http.seconds),
            ("http.at_once", self.http.at_once),
            ("worker.lease_seconds", self.worker.lease_seconds),
            ("worker.poll_ms", self.worker.poll_ms),
            ("worker.threads", self.worker.threads.unwrap_or(1)),
            ("cache.hours", self.cache.hours),
            ("tos2ca.poll_seconds", self.tos2ca.poll_seconds),
        ] {
            if number == 0 {
                return Err(ServiceError::config(key, "it must be at least 1"));
            }
        }
        if self.store.location.trim().is_empty() {
            return Err(ServiceError::config("store.location", "it is empty"));
        }
        for (key, limit) in [
            ("worker.memory_limit", self.worker.memory_limit.as_deref()),
            ("cache.max_size", Some(self.cache.max_size.as_str())),
        ] {
            limit.map(|text| parse_bytes(text).map_err(|e| ServiceError::config(key, e.to_string()))).transpose()?;
        }
        secrets::check(self)
    }

    /// The configuration with passwords left out, to be shown.
    #[must_use]
    pub fn shown(&self) -> Self {
        let mut shown = self.clone();
        shown.database.url = without_password(&self.database.url);
        shown.cache.location = without_password(&self.cache.location);
        shown.tos2ca.database = self.tos2ca.database.as_deref().map(without_password);
        shown.mail.password = self.mail.password.as_ref().map(|_| "***".to_owned());
        shown
    }
}

/// `SOURCE_DATE_EPOCH`, seconds since 1970: what products are dated with, so that they can be made again to the byte.
fn date(text: Option<&str>) -> Result<Option<i64>> {
    let wrong = |_| ServiceError::config("SOURCE_DATE_EPOCH", "it is no number of seconds since 1970");
    text.map(|text| text.trim().parse().map_err(wrong)).transpose()
}

/// `EVENTSCAPE_DATABASE_URL` is `database.url`. Other variables of ours, such as `EVENTSCAPE_LOG`, are no keys.
fn section_and_key(name: &str, schema: &Value) -> Option<(String, String)> {
    let rest = name.strip_prefix(PREFIX)?.to_ascii_lowercase();
    let section = schema
        .get("properties")?
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
            ("EVENTSCAPE_MAIL_USER", "true"),
            ("EVENTSCAPE_MAIL_PASSWORD", "12345678"),
            ("EVENTSCAPE_MAIL_PORT", "25"),
        ];
        let config = read(file, &environment).unwrap();
        assert_eq!((config.mail.user.as_deref(), config.mail.password.as_deref()), (Some("true"), Some("12345678")));
        assert_eq!(config.mail.port, 25);
        assert_eq!((config.http.listen.as_str(), config.http.seconds), ("127.0.0.1:2", 7));
        assert!(config.auth.required);
        assert_eq!(config.inputs.allow, ["/a", "s3://b"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, variable, wanted) in [
            ("[http]\nlisten = 'x'", None, "http.listen"),
            ("[http]\nport = 1", None, "http.port"),
            ("[http]\nlisen = '127.0.0.1:1'", None, "did you mean `listen`?"),
            ("[database]\npassword = 'x'", None, "there are secret, url"),
            ("[worker]\nlease_seconds = 0", None, "worker.lease_seconds"),
            ("[http]\norigins = ['maps.example.org']", None, "http.origins"),
            ("[http]\norigins = ['*']", None, "auth.required"),
            ("[store", None, "TOML"),
            ("[cache]\nlocation = 'rediss://r'\nsecret = 'env:P'", None, "cache.secret: it is put nowhere"),
            ("", Some(("EVENTSCAPE_HTTP_COLOUR", "red")), "http.colour"),
            ("", Some(("EVENTSCAPE_WORKER_COUNT", "many")), "the variable EVENTSCAPE_WORKER_COUNT: `worker.count`"),
            ("[worker]\ncount = 'many'", Some(("EVENTSCAPE_HTTP_SECONDS", "7")), "service.toml: `worker.count`"),
        ] {
            let error = read(file, variable.as_slice()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{file}: {error}");
        }
    }

    #[test]
    fn what_would_not_start_is_told_before() {
        for (file, wanted) in [
            ("[http]\nlisten = '0.0.0.0:8080'", "auth.required"),
            ("[database]\nurl = 'mongodb://db/x'", "database.url"),
            ("[http]\npublic_address = 'https://events.example.org'", "http.public_address"),
            ("[auth]\nrequired = true", "inputs.allow"),
            (
                "[auth]\nrequired = true\n[store]\nlocation = 's3://b/jobs'\n[inputs]\nallow = ['s3://b']",
                "store.location",
            ),
            (
                "[auth]\nrequired = true\n[inputs]\nallow = ['/data']\n[cache]\nlocation = '/data/cache'",
                "cache.location",
            ),
            ("[auth]\nrequired = true\n[inputs]\nallow = ['eventscape-data/jobs/7']", "store.location"),
        ] {
            let error = read(file, &[]).unwrap().settings().unwrap_err().to_string();
            assert!(error.contains(wanted), "{file}: {error}");
        }
        for fine in [
            "[http]\nlisten = '0.0.0.0:8080'\n[auth]\nrequired = true\n[inputs]\nallow = ['/data', 's3://b/open']",
            "[auth]\nrequired = true\n[store]\nlocation = 's3://b/jobs'\n[inputs]\nallow = ['s3://b/job', '/data']",
            "[http]\npublic_address = 'http://localhost:9000'",
        ] {
            read(fine, &[]).unwrap().settings().unwrap();
        }
    }

    #[test]
    fn passwords_are_not_in_messages() {
        for file in [
            "[mail]\nuser = 'a'\npassword = 8152342",
            "[mail]\npassword = hunter8152342",
            "[database]\nurl = [ 'mysql://a:8152342@db/x' ]",
            "[database]\nurl = 'mysql://a:8152342@db/x",
            "[mail]\npasword = '8152342'",
        ] {
            let error = read(file, &[]).unwrap_err().to_string();
            assert!(!error.contains("8152342"), "{file}: {error}");
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
