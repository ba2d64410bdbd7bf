//! What the parts of a service are made of.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use eventscape_io::cache::{DiskCache, RedisCache, RedisOptions, SceneCache, TolerantCache};
use eventscape_io::credentials::{Daac, EarthdataLogin, Secret};
use eventscape_io::stores::{StoreOptions, Stores};
use eventscape_pipeline::parse_bytes;

use super::Config;
use super::sections::{CacheConfig, EarthdataConfig, HttpConfig, MailConfig, Tos2caConfig};
use crate::database::sqlite_file;
use crate::error::{Result, ServiceError};
use crate::jobs::is_below;
use crate::notify::{MailSecurity, MailSettings};
use crate::tos2ca::Tos2caSettings;

pub(super) fn listen(http: &HttpConfig) -> Result<SocketAddr> {
    http.listen.parse().map_err(|_| {
        let why = format!("`{}` is no address with a port, as 127.0.0.1:8080 is", http.listen);
        ServiceError::config("http.listen", why)
    })
}

/// Where users are told apart, none of them may read what all jobs keep: products, the database and the cache lie outside of what
/// `inputs.allow` lets be read.
pub(super) fn check_apart(config: &Config, database_url: &str) -> Result<()> {
    if !config.auth.required {
        return Ok(());
    }
    let database = sqlite_file(database_url).and_then(Path::to_str);
    let cache = Some(config.cache.location.as_str()).filter(|text| *text != "memory" && !text.contains("://"));
    for (key, place) in [
        ("store.location", Some(config.store.location.as_str())),
        ("database.url", database),
        ("cache.location", cache),
    ] {
        for root in &config.inputs.allow {
            if place.is_some_and(|place| is_below(place, root) || is_below(root, place)) {
                let why = format!(
                    "`{root}` and `{key}` ({}) lie one within the other: users could read each other's jobs as input; name \
                     folders apart from each other",
                    place.unwrap_or_default()
                );
                return Err(ServiceError::config("inputs.allow", why));
            }
        }
    }
    Ok(())
}

/// The cache of all jobs; `None` where each has its own. One that is lost costs time and nothing else.
pub(super) fn cache(config: &CacheConfig, location: &Secret) -> Result<Option<Arc<dyn SceneCache>>> {
    let text = location.reveal();
    if text == "memory" {
        return Ok(None);
    }
    let wrong = |e: &dyn std::fmt::Display| ServiceError::config("cache.location", e.to_string());
    if text.starts_with("redis://") || text.starts_with("rediss://") {
        let mut options = RedisOptions::default();
        options.lasts = Duration::from_secs(u64::from(config.hours) * 3600);
        options.authority = config.authority.as_deref().map(|file| pem("cache.authority", file)).transpose()?;
        let cache = RedisCache::new(location, &options).map_err(|e| wrong(&e))?;
        return Ok(Some(Arc::new(TolerantCache::new(cache))));
    }
    if text.contains("://") {
        return Err(wrong(&"there are `memory`, a folder, redis://… and rediss://…"));
    }
    let bytes = parse_bytes(&config.max_size).map_err(|e| ServiceError::config("cache.max_size", e.to_string()))?;
    let cache = DiskCache::open(Path::new(text), bytes).map_err(|e| wrong(&e))?;
    Ok(Some(Arc::new(TolerantCache::new(cache))))
}

fn pem(key: &str, file: &str) -> Result<Vec<u8>> {
    std::fs::read(file).map_err(|e| ServiceError::config(key, format!("`{file}` cannot be read: {e}")))
}

/// Stores that NASA's data are reached with.
pub(super) fn stores(config: &EarthdataConfig, login: Option<EarthdataLogin>) -> Result<Stores> {
    let mut options = StoreOptions::default();
    options.earthdata.login = login;
    for (start, address) in &config.credentials {
        let subject = || format!("earthdata.credentials.{start}");
        let url = url::Url::parse(address).map_err(|e| ServiceError::config(subject(), e.to_string()))?;
        let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() != "https" && !is_here {
            return Err(ServiceError::config(subject(), "it must be https://…"));
        }
        // what an operator names goes before what is known
        options.earthdata.daacs.insert(0, Daac::new(url.host_str().unwrap_or_default(), &[start], address));
    }
    Ok(Stores::new(options))
}

/// How mail is sent; `None` without a server.
pub(super) fn mail(config: &MailConfig, login: Option<(String, String)>) -> Result<Option<MailSettings>> {
    let Some(server) = config.server.clone() else { return Ok(None) };
    let security = match config.security.as_str() {
        "starttls" => MailSecurity::StartTls,
        "tls" => MailSecurity::Tls,
        "none" => MailSecurity::None,
        other => {
            let why = format!("`{other}` is not known; there are starttls, tls, none");
            return Err(ServiceError::config("mail.security", why));
        }
    };
    if login.is_some() && security == MailSecurity::None {
        return Err(ServiceError::config("mail.security", "a password is sent over TLS only"));
    }
    let from = config.from.clone();
    let from = from.ok_or_else(|| ServiceError::config("mail.from", "say who the sender is"))?;
    let authority = config.authority.as_ref().map(std::path::PathBuf::from);
    Ok(Some(MailSettings { server, port: config.port, security, login, authority, from }))
}

/// How a TOS2CA database is served; `None` without its address. `own` is that of the service.
pub(super) fn tos2ca(
    config: &Tos2caConfig,
    database: Option<String>,
    own: &str,
    sends_mail: bool,
) -> Result<Option<Tos2caSettings>> {
    let Some(database) = database else { return Ok(None) };
    if is_same_database(own, &database) {
        let why = "it is the same as `database.url`; the service needs a database of its own beside the one of TOS2CA, \
            as both have tables `jobs` and `users`";
        return Err(ServiceError::config("tos2ca.database", why));
    }
    if !["mysql://", "mariadb://"].iter().any(|scheme| database.starts_with(scheme)) {
        return Err(ServiceError::config("tos2ca.database", "it is no `mysql://user:password@host/name`"));
    }
    let poll = Duration::from_secs(u64::from(config.poll_seconds));
    let (compat, datasets) = (config.compat, config.datasets.clone());
    Ok(Some(Tos2caSettings { database, poll, compat, datasets, sends_mail }))
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
