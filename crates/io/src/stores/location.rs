//! Where a file or object is, as users write it.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use url::Url;

use crate::{IoError, Result};

/// The forms, for messages.
const FORMS: &str = "a path, file://…, s3://bucket/key (or gs://, az://) or http(s)://…";

/// The place of a file, an object or a folder of either.
///
/// [`fmt::Display`] writes it for people and logs: user names, passwords and the values of a query (signatures, tokens)
/// are left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// A path of this machine, absolute or relative to the working folder.
    Local(PathBuf),
    /// An object of a bucket, or all whose keys begin with `key/`.
    Object {
        /// The bucket.
        bucket: BucketName,
        /// The key, without a leading `/`; empty for the bucket itself.
        key: String,
    },
    /// A web address.
    Http(HttpUrl),
}

/// Who keeps a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cloud {
    /// Amazon S3, and all servers that speak its protocol: `s3://`.
    S3,
    /// Google Cloud Storage: `gs://`.
    Google,
    /// Azure Blob Storage: `az://container/…`, of the account that the environment names.
    Azure,
}

impl Cloud {
    /// What addresses begin with.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }

    fn of(scheme: &str) -> Option<Self> {
        Some(match scheme {
            "s3" | "s3a" => Self::S3,
            "gs" => Self::Google,
            "az" => Self::Azure,
            _ => return None,
        })
    }
}

/// A bucket (Azure calls it a container).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName {
    /// Who keeps it.
    pub cloud: Cloud,
    /// Its name.
    pub name: String,
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.cloud.scheme(), self.name)
    }
}

/// An `http://` or `https://` address. Its secrets are shown neither by `Debug` nor by `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpUrl(Url);

impl HttpUrl {
    /// The whole address, secrets included: for requests, never for messages.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        // neither can fail for http(s)
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_query(None);
        shown.set_fragment(None);
        f.write_str(shown.as_str())?;
        if self.0.query().is_some() { f.write_str("?…") } else { Ok(()) }
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Location {
    /// Reads a local path, `file://…`, `s3://bucket/key` (`gs://`, `az://`) or `http(s)://…`.
    ///
    /// # Errors
    /// [`IoError::Location`] says which forms are understood.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |reason: &str| IoError::Location { location: redact(text), reason: reason.to_owned() };
        if text.trim().is_empty() {
            return Err(refused(&format!("it is empty; give {FORMS}")));
        }
        if text.contains('\0') {
            return Err(refused("it holds a NUL character"));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::Local(tidy(Path::new(text))));
        };
        let scheme = scheme.to_ascii_lowercase();
        if let Some(cloud) = Cloud::of(&scheme) {
            let (name, key) = rest.split_once('/').unwrap_or((rest, ""));
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if name.is_empty() || !name.chars().all(plain) {
                return Err(refused(&format!("an object is named {}://bucket/key", cloud.scheme())));
            }
            if key.split('/').any(|part| part == "." || part == "..") {
                return Err(refused("a key may not hold `.` or `..` as a part"));
            }
            let bucket = BucketName { cloud, name: name.to_owned() };
            return Ok(Self::Object { bucket, key: key.trim_start_matches('/').to_owned() });
        }
        match scheme.as_str() {
            "file" => {
                let url = Url::parse(text).map_err(|e| refused(&e.to_string()))?;
                let path =
                    url.to_file_path().map_err(|()| refused("a file URL has three slashes: file:///folder/file"))?;
                Ok(Self::Local(tidy(&path)))
            }
            "http" | "https" => match Url::parse(text) {
                Ok(url) if url.has_host() => Ok(Self::Http(HttpUrl(url))),
                Ok(_) => Err(refused("the address has no host")),
                Err(e) => Err(refused(&e.to_string())),
            },
            other => Err(refused(&format!("`{other}://` is not supported; give {FORMS}"))),
        }
    }

    /// Whether reading it goes over a network.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        !matches!(self, Self::Local(_))
    }

    /// The path, where it is one of this machine.
    #[must_use]
    pub fn local_path(&self) -> Option<&Path> {
        match self {
            Self::Local(path) => Some(path),
            _ => None,
        }
    }

    /// The last part: the file's name (without the query of a web address). Empty for a bucket or a root.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Local(path) => path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
            Self::Object { key, .. } => last_part(key).to_owned(),
            Self::Http(url) => last_part(url.0.path()).to_owned(),
        }
    }

    /// The location of something inside this folder; `relative` is parts joined by `/`.
    #[must_use]
    pub fn join(&self, relative: &str) -> Self {
        let relative = relative.trim_matches('/');
        match self {
            Self::Local(path) if relative.is_empty() => Self::Local(path.clone()),
            Self::Local(path) => Self::Local(path.join(relative)),
            Self::Object { bucket, key } => Self::Object { bucket: bucket.clone(), key: join_keys(key, relative) },
            Self::Http(url) => {
                let mut joined = url.0.clone();
                joined.set_path(&join_keys(url.0.path(), relative));
                Self::Http(HttpUrl(joined))
            }
        }
    }
}

/// Joins two keys by one `/`.
pub(crate) fn join_keys(folder: &str, relative: &str) -> String {
    let folder = folder.trim_end_matches('/');
    match (folder.is_empty(), relative.is_empty()) {
        (true, _) => relative.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{relative}"),
    }
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The path without `.` parts, so that `./a` and `a` are one.
fn tidy(path: &Path) -> PathBuf {
    let tidied: PathBuf = path.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    if tidied.as_os_str().is_empty() { PathBuf::from(".") } else { tidied }
}

/// What may be shown of a text that could not be understood.
fn redact(text: &str) -> String {
    let shown = text.split_once('?').map_or_else(|| text.to_owned(), |(head, _)| format!("{head}?…"));
    match shown.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').map_or((rest, None), |(a, p)| (a, Some(p)));
            let host = authority.rsplit('@').next().unwrap_or_default();
            path.map_or_else(|| format!("{scheme}://{host}"), |p| format!("{scheme}://{host}/{p}"))
        }
        None => shown,
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::Object { bucket, key } => write!(f, "{bucket}/{key}"),
            Self::Http(url) => write!(f, "{url}"),
        }
    }
}

impl FromStr for Location {
    type Err = IoError;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::Local(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Location::parse(text).unwrap().to_string()
    }

    #[test]
    fn every_form_is_understood() {
        assert_eq!(Location::parse("a/b.nc").unwrap(), Location::Local("a/b.nc".into()));
        assert_eq!(Location::parse("./a/./b.nc").unwrap(), Location::Local("a/b.nc".into()));
        assert_eq!(Location::parse(".").unwrap(), Location::Local(".".into()));
        assert_eq!(Location::parse("file:///a%20b/c.nc").unwrap(), Location::Local("/a b/c.nc".into()));
        let object = Location::parse("s3://bucket/a/b.nc").unwrap();
        let bucket = BucketName { cloud: Cloud::S3, name: "bucket".into() };
        assert_eq!(object, Location::Object { bucket, key: "a/b.nc".into() });
        assert_eq!(shown("gs://b/k"), "gs://b/k");
        assert_eq!(shown("az://b/k"), "az://b/k");
        assert_eq!(object.name(), "b.nc");
        assert_eq!(shown("https://host/a/b.nc"), "https://host/a/b.nc");
        assert_eq!(shown("s3://bucket"), "s3://bucket/");
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_the_reason() {
        for text in
            ["", "  ", "hdfs://b/k", "gs://", "s3://", "s3:///key", "s3://b/../x", "http://", "file://host/x", "a\0b"]
        {
            let error = Location::parse(text).unwrap_err();
            assert_eq!(error.kind(), eventscape_core::ErrorKind::Usage, "{text:?}: {error}");
        }
    }

    #[test]
    fn secrets_are_never_shown() {
        let location = Location::parse("https://me:pass@host/f.nc?X-Amz-Signature=abc").unwrap();
        assert_eq!(location.to_string(), "https://host/f.nc?…");
        assert!(!format!("{location:?}").contains("abc"));
        assert!(!format!("{location:?}").contains("pass"));
        let error = Location::parse("ftp://me:pass@host/f.nc?sig=abc").unwrap_err().to_string();
        assert!(!error.contains("pass") && !error.contains("abc"), "{error}");
    }

    #[test]
    fn a_name_is_joined_by_one_slash() {
        for folder in ["s3://b/out", "s3://b/out/"] {
            assert_eq!(Location::parse(folder).unwrap().join("7").to_string(), "s3://b/out/7");
        }
        assert_eq!(Location::parse("s3://b").unwrap().join("7").to_string(), "s3://b/7");
        assert_eq!(Location::parse("out").unwrap().join("7/x.nc").to_string(), "out/7/x.nc");
        assert_eq!(Location::parse("http://h/a/?q=1").unwrap().join("b").to_string(), "http://h/a/b?…");
    }
}
