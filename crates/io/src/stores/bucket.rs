//! Buckets, and the objects in them.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use futures::future::BoxFuture;
use futures::stream::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};

use super::failure::from_store;
use super::location::BucketName;
use super::remote::{Fetch, Fetched};
use super::traffic::Traffic;
use crate::credentials::TemporaryKeys;
use crate::{IoError, Result};

/// A bucket, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) store: Arc<dyn ObjectStore>,
    name: BucketName,
    pub(crate) traffic: Arc<Traffic>,
    /// Keys that last an hour, of a bucket of NASA's.
    keys: Option<Arc<TemporaryKeys>>,
    /// The data centre whose bucket it is, where there is no login to it.
    centre: Option<String>,
}

impl Bucket {
    pub(super) fn new(
        store: Arc<dyn ObjectStore>,
        name: &BucketName,
        traffic: &Arc<Traffic>,
        keys: Option<Arc<TemporaryKeys>>,
    ) -> Self {
        Self { store, name: name.clone(), traffic: Arc::clone(traffic), keys, centre: None }
    }

    /// The same; where it refuses, the missing login to its centre is told.
    pub(crate) fn without_login_to(self, centre: &str) -> Self {
        Self { centre: Some(centre.to_owned()), ..self }
    }

    /// Does a request, and once more with new keys where temporary ones were refused.
    async fn ask<T, F>(&self, request: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let begun = Instant::now();
        let answer = request().await;
        let is_refused = match &answer {
            Err(IoError::Denied { .. }) => true,
            // to a HEAD a server cannot say that the token has expired: there is no body
            Err(IoError::Remote { reason, .. }) => reason.contains("answered 400"),
            _ => false,
        };
        match &self.keys {
            Some(keys) if is_refused && keys.were_refused(begun).await => request().await,
            _ => answer.map_err(|error| self.with_centre(error)),
        }
    }

    fn with_centre(&self, error: IoError) -> IoError {
        match (error, &self.centre) {
            (IoError::Denied { location, reason }, Some(centre)) => IoError::Denied {
                location,
                reason: format!(
                    "it is of {centre} and needs an Earthdata login: set EARTHDATA_TOKEN, or give ~/.netrc a line of \
                     urs.earthdata.nasa.gov (without: {reason})"
                ),
            },
            (error, _) => error,
        }
    }

    pub(crate) fn show(&self, key: &str) -> String {
        format!("{}/{key}", self.name)
    }

    /// The key as object_store wants it.
    pub(crate) fn key(&self, key: &str) -> Result<Key> {
        Key::parse(key).map_err(|e| IoError::Location { location: self.show(key), reason: e.to_string() })
    }

    /// Size and version of an object, or `None` where there is none.
    pub(crate) async fn head(&self, key: &str) -> Result<Option<ObjectMeta>> {
        let parsed = self.key(key)?;
        let head = async || self.store.head(&parsed).await.map_err(|e| from_store("reading", &self.show(key), e));
        self.ask(head).await.map_or_else(none_if_missing, |meta| Ok(Some(meta)))
    }

    /// A whole object, or `None` where there is none.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<bytes::Bytes>> {
        let parsed = self.key(key)?;
        let get = async || {
            let answer = async { self.store.get(&parsed).await?.bytes().await }.await;
            answer.map_err(|e| from_store("reading", &self.show(key), e))
        };
        match self.ask(get).await {
            Ok(bytes) => {
                self.traffic.add_bytes(bytes.len());
                Ok(Some(bytes))
            }
            Err(error) => none_if_missing(error),
        }
    }

    /// All objects whose keys begin with `prefix/` (all of the bucket where it is empty), by ascending key.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Vec<ObjectMeta>> {
        let parsed = self.key(prefix)?;
        let list = async || {
            let found: Vec<ObjectMeta> = self
                .store
                .list(Some(&parsed))
                .try_collect()
                .await
                .map_err(|e| from_store("listing", &self.show(prefix), e))?;
            Ok(found)
        };
        let mut found = self.ask(list).await?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    }

    /// What lies directly below `prefix/`: objects and common prefixes, by full key.
    pub(crate) async fn list_level(&self, prefix: &str) -> Result<(Vec<ObjectMeta>, Vec<String>)> {
        let parsed = self.key(prefix)?;
        let list = async || {
            let found = self.store.list_with_delimiter(Some(&parsed)).await;
            found.map_err(|e| from_store("listing", &self.show(prefix), e))
        };
        let found = self.ask(list).await?;
        let mut objects = found.objects;
        objects.sort_by(|a, b| a.location.cmp(&b.location));
        let mut folders: Vec<String> = found.common_prefixes.into_iter().map(String::from).collect();
        folders.sort();
        Ok((objects, folders))
    }
}

fn none_if_missing<T>(error: IoError) -> Result<Option<T>> {
    match error {
        IoError::NotFound { .. } => Ok(None),
        error => Err(error),
    }
}

/// One object, fetched by ranges.
pub(crate) struct BucketObject {
    pub(crate) bucket: Bucket,
    pub(crate) key: String,
}

impl BucketObject {
    async fn range(&self, range: Range<u64>) -> Result<Fetched> {
        let location = self.bucket.show(&self.key);
        let key = self.bucket.key(&self.key)?;
        let wanted = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let get = async || {
            let answer = async {
                let answer = self.bucket.store.get_opts(&key, wanted.clone()).await?;
                let (size, version) = (answer.meta.size, version_of(&answer.meta));
                Ok(Fetched { bytes: answer.bytes().await?, size, version })
            };
            match answer.await {
                Ok(fetched) => Ok(Some(fetched)),
                Err(error) if not_satisfiable(&error) => Ok(None),
                Err(error) => Err(from_store("reading", &location, error)),
            }
        };
        match self.bucket.ask(get).await? {
            Some(fetched) => {
                self.bucket.traffic.add_bytes(fetched.bytes.len());
                Ok(fetched)
            }
            // an empty object has no first byte, so a request for a range of it cannot be met
            None => match self.bucket.head(&self.key).await? {
                Some(meta) => Ok(Fetched { bytes: bytes::Bytes::new(), size: meta.size, version: version_of(&meta) }),
                None => Err(IoError::NotFound { location }),
            },
        }
    }
}

impl Fetch for BucketObject {
    fn fetch(&self, range: Range<u64>) -> BoxFuture<'_, Result<Fetched>> {
        Box::pin(self.range(range))
    }
}

/// The ETag, or the time of the last change where a server sends none.
pub(crate) fn version_of(meta: &ObjectMeta) -> Option<String> {
    Some(meta.e_tag.clone().unwrap_or_else(|| meta.last_modified.timestamp_micros().to_string()))
}

fn not_satisfiable(error: &object_store::Error) -> bool {
    let text = error.to_string();
    text.contains("416 Range Not Satisfiable") || text.contains("InvalidRange")
}
