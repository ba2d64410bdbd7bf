//! Where a secret is kept.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::secret::Secret;
use super::secrets_manager;
use crate::stores::Runtime;
use crate::{IoError, Result};

/// The largest secret, as AWS has it.
const LARGEST: u64 = 64 << 10;

/// The place of a secret: `env:NAME`, `file:PATH` or `aws:NAME` (AWS Secrets Manager, in the region and with the identity of the
/// environment). A name may be followed by `#field`: then the secret is a JSON object and this field of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretReference {
    place: Place,
    field: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Environment(String),
    File(PathBuf),
    Aws(String),
}

impl SecretReference {
    /// Reads a reference.
    ///
    /// # Errors
    /// [`IoError::Location`] tells the forms that there are. The text is not repeated: it may be a secret itself.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |reason: &str| IoError::Location { location: "a secret".to_owned(), reason: reason.to_owned() };
        let (place, field) = match text.split_once('#') {
            Some((place, field)) if !field.is_empty() => (place, Some(field.to_owned())),
            Some(_) => return Err(refused("a field is to follow `#`")),
            None => (text, None),
        };
        let place = match place.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Place::Environment(name.to_owned()),
            Some(("file", path)) if !path.is_empty() => Place::File(PathBuf::from(path)),
            Some(("aws", name)) if !name.is_empty() => Place::Aws(name.to_owned()),
            _ => {
                return Err(refused(
                    "write env:NAME, file:PATH or aws:NAME, each with #FIELD if it is a field of JSON",
                ));
            }
        };
        Ok(Self { place, field })
    }

    /// Fetches the secret. Blocks.
    ///
    /// # Errors
    /// [`IoError::NotFound`], [`IoError::Denied`], [`IoError::Remote`], each with the secret's name.
    pub fn fetch(&self) -> Result<SecretDocument> {
        let text = match &self.place {
            Place::Environment(name) => {
                std::env::var(name).map_err(|_| IoError::NotFound { location: format!("${name}") })?
            }
            Place::File(path) => read_small(path)?,
            Place::Aws(name) => {
                let (runtime, name) = (Runtime::default(), name.clone());
                runtime.wait(async move { secrets_manager::get(&name).await })?
            }
        };
        let document = SecretDocument { name: self.name(), text: Secret::new(text.trim_end_matches(['\r', '\n'])) };
        match &self.field {
            None => Ok(document),
            Some(field) => {
                document.field(field)?.map(|text| SecretDocument { name: self.name(), text }).ok_or_else(|| {
                    IoError::Damaged { location: self.name(), reason: format!("the secret has no field `{field}`") }
                })
            }
        }
    }

    fn name(&self) -> String {
        match &self.place {
            Place::Environment(name) => format!("env:{name}"),
            Place::File(path) => format!("file:{}", path.display()),
            Place::Aws(name) => format!("aws:{name}"),
        }
    }
}

fn read_small(path: &Path) -> Result<String> {
    let location = path.display().to_string();
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => IoError::NotFound { location: location.clone() },
        _ => IoError::Io { action: "reading", location: location.clone(), source },
    };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > LARGEST {
        let reason = format!("it has {size} bytes; a secret has at most {LARGEST}");
        return Err(IoError::Damaged { location, reason });
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// A secret as it was kept: plain text, or a JSON object of several fields.
#[derive(Clone, Debug)]
pub struct SecretDocument {
    name: String,
    text: Secret,
}

impl SecretDocument {
    /// All of it.
    #[must_use]
    pub fn text(&self) -> &Secret {
        &self.text
    }

    /// Whether it is a JSON object.
    #[must_use]
    pub fn has_fields(&self) -> bool {
        self.text.reveal().trim_start().starts_with('{')
    }

    /// A field of a secret in JSON; numbers (ports) as text. `None` where there is no such field.
    ///
    /// # Errors
    /// [`IoError::Damaged`] where it is no JSON object, without its text.
    pub fn field(&self, field: &str) -> Result<Option<Secret>> {
        let damaged = |reason: &str| IoError::Damaged { location: self.name.clone(), reason: reason.to_owned() };
        let parsed: Value =
            serde_json::from_str(self.text.reveal()).map_err(|_| damaged("the secret is no JSON object"))?;
        let Value::Object(map) = parsed else { return Err(damaged("the secret is no JSON object")) };
        match map.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(Secret::new(text.clone()))),
            Some(Value::Number(number)) => Ok(Some(Secret::new(number.to_string()))),
            Some(_) => Err(damaged(&format!("its field `{field}` is no text"))),
        }
    }

    /// The first of several fields that is there.
    ///
    /// # Errors
    /// As [`SecretDocument::field`].
    pub fn any_field(&self, fields: &[&str]) -> Result<Option<Secret>> {
        for field in fields {
            if let Some(found) = self.field(field)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read() {
        let parsed = SecretReference::parse("aws:tos2ca/database#password").unwrap();
        assert_eq!(parsed.place, Place::Aws("tos2ca/database".to_owned()));
        assert_eq!(parsed.field.as_deref(), Some("password"));
        for wrong in ["hunter2", "env:", "vault:x", "file:#a", "aws:x#"] {
            let error = SecretReference::parse(wrong).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && error.contains('`'), "{error}");
        }
    }

    #[test]
    fn a_file_is_plain_or_json() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "plain text\n").unwrap();
        let of = |field: &str| SecretReference::parse(&format!("file:{}{field}", path.display())).unwrap().fetch();
        assert_eq!(of("").unwrap().text().reveal(), "plain text");
        let error = of("#password").unwrap_err().to_string();
        assert!(error.contains("no JSON") && !error.contains("plain"), "{error}");
        std::fs::write(&path, r#"{"username": "ada", "password": "s3cr3t", "port": 3306, "more": []}"#).unwrap();
        assert_eq!(of("#password").unwrap().text().reveal(), "s3cr3t");
        assert_eq!(of("").unwrap().any_field(&["user", "username"]).unwrap().unwrap().reveal(), "ada");
        assert_eq!(of("#port").unwrap().text().reveal(), "3306");
        let error = of("#none").unwrap_err().to_string();
        assert!(error.contains("none") && !error.contains("s3cr3t"), "{error}");
        assert!(of("#more").is_err());
        assert!(!format!("{:?}", of("").unwrap()).contains("s3cr3t"));
        std::fs::write(&path, vec![b'x'; 70_000]).unwrap();
        assert!(of("").is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(of(""), Err(IoError::NotFound { .. })));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = SecretReference::parse("env:EVENTSCAPE_NO_SUCH_SECRET").unwrap().fetch().unwrap_err();
        assert!(error.to_string().contains("EVENTSCAPE_NO_SUCH_SECRET"));
    }
}
