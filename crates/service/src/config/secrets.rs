//! The secrets of a configuration: fetched once, when a service starts.

use eventscape_io::IoError;
use eventscape_io::credentials::{EarthdataLogin, Secret, SecretDocument, SecretReference};

use super::Config;
use crate::error::{Result, ServiceError};
use crate::percent::encoded;

/// What is only known once secrets are.
pub(super) struct Secrets {
    pub(super) database_url: String,
    pub(super) cache_location: Secret,
    pub(super) mail: Option<(String, String)>,
    pub(super) earthdata: Option<EarthdataLogin>,
    pub(super) tos2ca: Option<String>,
}

/// What may be put into an address, and the names that secrets have for it.
const FIELDS: [(&str, &[&str]); 5] = [
    ("username", &["username", "user"]),
    ("password", &["password"]),
    ("host", &["host"]),
    ("port", &["port"]),
    ("dbname", &["dbname", "database"]),
];

/// References that can be understood, and no plain password beside a secret.
pub(super) fn check(config: &Config) -> Result<()> {
    for (key, secret) in [
        ("database.secret", &config.database.secret),
        ("cache.secret", &config.cache.secret),
        ("mail.secret", &config.mail.secret),
        ("earthdata.secret", &config.earthdata.secret),
        ("tos2ca.secret", &config.tos2ca.secret),
    ] {
        reference(key, secret.as_deref())?;
    }
    for (section, key, address, secret) in [
        ("database", "url", Some(&config.database.url), &config.database.secret),
        ("cache", "location", Some(&config.cache.location), &config.cache.secret),
        ("tos2ca", "database", config.tos2ca.database.as_ref(), &config.tos2ca.secret),
    ] {
        let has_place = |address: &&String| FIELDS.iter().any(|(name, _)| address.contains(&format!("{{{name}}}")));
        if secret.is_some() && address.filter(has_place).is_none() {
            let why = format!("it is put nowhere: write `{{password}}` where it belongs in `{section}.{key}`");
            return Err(ServiceError::config(format!("{section}.secret"), why));
        }
    }
    if config.mail.secret.is_some() && config.mail.password.is_some() {
        return Err(ServiceError::config("mail.secret", "give it or `password`, not both"));
    }
    let is_whole = config.mail.secret.is_some() || config.mail.user.is_some() == config.mail.password.is_some();
    if !is_whole {
        return Err(ServiceError::config("mail.password", "`user` and `password` go together"));
    }
    super::parts::mail(&config.mail, None)?;
    super::parts::tos2ca(&config.tos2ca, config.tos2ca.database.clone(), &config.database.url, false).map(|_| ())
}

fn reference(key: &str, text: Option<&str>) -> Result<Option<SecretReference>> {
    text.map(|text| SecretReference::parse(text).map_err(|e| ServiceError::config(key, e.to_string()))).transpose()
}

fn fetch(key: &'static str, text: Option<&str>) -> Result<Option<SecretDocument>> {
    let failed = |source: IoError| ServiceError::Secret { key, source };
    reference(key, text)?.map(|reference| reference.fetch().map_err(failed)).transpose()
}

impl Secrets {
    pub(super) fn fetch(config: &Config) -> Result<Self> {
        let database = fetch("database.secret", config.database.secret.as_deref())?;
        let cache = fetch("cache.secret", config.cache.secret.as_deref())?;
        let mail = fetch("mail.secret", config.mail.secret.as_deref())?;
        let earthdata = fetch("earthdata.secret", config.earthdata.secret.as_deref())?;
        let tos2ca = fetch("tos2ca.secret", config.tos2ca.secret.as_deref())?;
        let legacy = config.tos2ca.database.as_deref();
        Ok(Self {
            tos2ca: legacy.map(|address| filled("tos2ca", address, tos2ca.as_ref())).transpose()?,
            database_url: filled("database", &config.database.url, database.as_ref())?,
            cache_location: Secret::new(filled("cache", &config.cache.location, cache.as_ref())?),
            mail: match (mail, config.mail.user.clone(), config.mail.password.clone()) {
                (Some(secret), user, _) => Some(mail_login(&secret, user)?),
                (None, user, password) => user.zip(password),
            },
            earthdata: earthdata.as_ref().map(earthdata_login).transpose()?,
        })
    }
}

/// An address with the fields of a secret put in, escaped; a plain secret is the password.
fn filled(section: &str, address: &str, secret: Option<&SecretDocument>) -> Result<String> {
    let mut filled = address.to_owned();
    for (name, fields) in FIELDS {
        let mark = format!("{{{name}}}");
        if !filled.contains(&mark) {
            continue;
        }
        let subject = || format!("{section}.secret");
        let secret = secret.ok_or_else(|| ServiceError::config(subject(), format!("`{mark}` needs a secret")))?;
        let value = match secret.has_fields() {
            true => secret.any_field(fields).map_err(|e| ServiceError::config(subject(), e.to_string()))?,
            false => Some(secret.text().clone()).filter(|_| name == "password"),
        };
        let value = value.ok_or_else(|| ServiceError::config(subject(), format!("the secret has no `{name}`")))?;
        filled = filled.replace(&mark, &encoded(value.reveal()));
    }
    Ok(filled)
}

fn mail_login(secret: &SecretDocument, user: Option<String>) -> Result<(String, String)> {
    let subject = "mail.secret";
    let failed = |e: IoError| ServiceError::config(subject, e.to_string());
    let lacks = |what: &str| ServiceError::config(subject, format!("there is no {what}"));
    if !secret.has_fields() {
        let user = user.ok_or_else(|| lacks("`user` beside it"))?;
        return Ok((user, secret.text().reveal().to_owned()));
    }
    let named = secret.any_field(&["username", "user"]).map_err(failed)?.map(|name| name.reveal().to_owned());
    let password = secret.field("password").map_err(failed)?.ok_or_else(|| lacks("`password` in it"))?;
    let user = named.or(user).ok_or_else(|| lacks("`username` in it"))?;
    Ok((user, password.reveal().to_owned()))
}

fn earthdata_login(secret: &SecretDocument) -> Result<EarthdataLogin> {
    if !secret.has_fields() {
        return Ok(EarthdataLogin::Token(secret.text().clone()));
    }
    let failed = |e: IoError| ServiceError::config("earthdata.secret", e.to_string());
    if let Some(token) = secret.field("token").map_err(failed)? {
        return Ok(EarthdataLogin::Token(token));
    }
    let user = secret.any_field(&["username", "user", "login"]).map_err(failed)?;
    match (user, secret.field("password").map_err(failed)?) {
        (Some(user), Some(password)) => Ok(EarthdataLogin::Password { user: user.reveal().to_owned(), password }),
        _ => {
            let why = "the secret has neither `token` nor `username` and `password`";
            Err(ServiceError::config("earthdata.secret", why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretDocument {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        SecretReference::parse(&format!("file:{}", file.path().display())).unwrap().fetch().unwrap()
    }

    #[test]
    fn an_address_gets_the_fields_of_a_secret_escaped() {
        let json =
            secret(r#"{"username": "ada", "password": "a:b/c@d%", "host": "db", "port": 3306, "dbname": "tos"}"#);
        let address = "mysql://{username}:{password}@{host}:{port}/{dbname}";
        assert_eq!(filled("database", address, Some(&json)).unwrap(), "mysql://ada:a%3Ab%2Fc%40d%25@db:3306/tos");
        let plain = secret("s3 cret\n");
        assert_eq!(filled("cache", "redis://:{password}@r", Some(&plain)).unwrap(), "redis://:s3%20cret@r");
        for (address, secret) in [("redis://{username}@r", Some(&plain)), ("redis://:{password}@r", None)] {
            let error = filled("cache", address, secret).unwrap_err().to_string();
            assert!(error.contains("cache.secret") && !error.contains("cret@"), "{error}");
        }
    }

    #[test]
    fn logins_are_plain_or_json() {
        assert_eq!(earthdata_login(&secret("token")).unwrap(), EarthdataLogin::Token(Secret::new("token")));
        let both = earthdata_login(&secret(r#"{"username": "a", "password": "b"}"#)).unwrap();
        assert_eq!(both, EarthdataLogin::Password { user: "a".to_owned(), password: Secret::new("b") });
        assert!(earthdata_login(&secret(r#"{"username": "a"}"#)).is_err());
        let login = |text, user: Option<&str>| mail_login(&secret(text), user.map(str::to_owned)).ok();
        let known = Some(("a".to_owned(), "b".to_owned()));
        assert_eq!(login(r#"{"username": "a", "password": "b"}"#, None), known);
        assert_eq!(login("b", Some("a")), known);
        assert_eq!(login("b", None), None);
    }
}
