//! A folder of a bucket.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::{
    Attribute, Attributes, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    UpdateVersion, WriteMultipart,
};

use super::OURS;
use super::lock::{Holder, SinkLock, now};
use super::product::{Goal, ProductFile};
use crate::failure::write_failed;
use crate::stores::{Bucket, Runtime, Stores, join_keys, store_failed};
use crate::{IoError, Result};

/// Up to this an object is put in one request; above it, in parts of this size.
const PART: usize = 8 << 20;
/// Parts in flight.
const PARTS: usize = 4;
/// How often a lock is renewed, and after which time without that it is nobody's.
const RENEW: Duration = Duration::from_secs(60);
const EXPIRED_SECONDS: u64 = 600;

#[derive(Clone, Debug)]
pub(super) struct Prefix {
    bucket: Bucket,
    prefix: String,
    runtime: Arc<Runtime>,
}

impl Prefix {
    pub(super) fn new(stores: &Stores, bucket: Bucket, prefix: &str) -> Self {
        Self { bucket, prefix: prefix.trim_end_matches('/').to_owned(), runtime: Arc::clone(stores.runtime()) }
    }

    fn key(&self, name: &str) -> String {
        join_keys(&self.prefix, name)
    }

    /// A nameless file of this machine that will be sent.
    pub(super) fn create(&self, name: &str) -> Result<ProductFile> {
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(|e| write_failed(&folder, e))?;
        Ok(ProductFile::new(name, Goal::Object(self.clone()), file))
    }

    pub(super) fn upload(&self, name: &str, file: &mut File, size: u64, media_type: &str) -> Result<()> {
        let key = self.key(name);
        let location = self.bucket.show(&key);
        let path = self.bucket.key(&key)?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, media_type.to_owned().into());
        file.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&location, e))?;
        let store = Arc::clone(&self.bucket.store);
        if size > PART as u64 {
            let file = file.try_clone().map_err(|e| unreadable(&location, e))?;
            return self
                .runtime
                .wait(async move { put_parts(&*store, &path, file, size, attributes, &location).await });
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.read_to_end(&mut bytes).map_err(|e| unreadable(&location, e))?;
        let options = PutOptions { attributes, ..PutOptions::default() };
        self.runtime.wait(async move {
            let put = store.put_opts(&path, PutPayload::from(bytes), options).await;
            put.map(drop).map_err(|e| store_failed("writing", &location, e))
        })
    }

    pub(super) fn size(&self, name: &str) -> Result<Option<u64>> {
        let (bucket, key) = (self.bucket.clone(), self.key(name));
        self.runtime.wait(async move { Ok(bucket.head(&key).await?.map(|meta| meta.size)) })
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>> {
        let (bucket, key) = (self.bucket.clone(), self.key(name));
        let found = self.runtime.wait(async move { bucket.get(&key).await })?;
        found.map(Vec::from).ok_or_else(|| IoError::NotFound { location: self.bucket.show(&self.key(name)) })
    }

    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let (store, key) = (Arc::clone(&self.bucket.store), self.key(name));
        let (path, location) = (self.bucket.key(&key)?, self.bucket.show(&key));
        self.runtime.wait(async move {
            match store.delete(&path).await.map_err(|e| store_failed("removing", &location, e)) {
                Ok(()) | Err(IoError::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
    }

    pub(super) fn list(&self) -> Result<Vec<String>> {
        let (bucket, prefix) = (self.bucket.clone(), self.prefix.clone());
        let found = self.runtime.wait(async move { bucket.list(&prefix).await })?;
        let cut = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        Ok(found.iter().filter_map(|object| object.location.as_ref().get(cut..)).map(str::to_owned).collect())
    }

    pub(super) fn clear(&self) -> Result<()> {
        if self.prefix.is_empty() {
            let reason = "all of a bucket is not removed".to_owned();
            return Err(IoError::Location { location: self.bucket.show(""), reason });
        }
        let (bucket, prefix) = (self.bucket.clone(), self.prefix.clone());
        self.runtime.wait(async move {
            for object in bucket.list(&prefix).await? {
                let location = bucket.show(object.location.as_ref());
                match bucket.store.delete(&object.location).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(store_failed("removing", &location, error)),
                }
            }
            Ok(())
        })
    }

    /// `by_force`: whoever holds it, it is taken over.
    pub(super) fn lock(&self, location: &str, by_force: bool) -> Result<SinkLock> {
        let key = self.key(&format!("{OURS}lock"));
        let lock = LockObject {
            path: self.bucket.key(&key)?,
            bucket: self.bucket.clone(),
            key,
            location: location.to_owned(),
            holder: Holder::this_process(),
        };
        let version = {
            let lock = lock.clone();
            self.runtime.wait(async move { lock.take(by_force).await })?
        };
        let renewing = {
            let lock = lock.clone();
            self.runtime.spawn(async move { lock.renew(version).await })?
        };
        Ok(SinkLock::object(Lease { lock, runtime: Arc::clone(&self.runtime), renewing }))
    }
}

fn unreadable(location: &str, source: std::io::Error) -> IoError {
    IoError::Io { action: "reading", location: format!("the copy of {location}"), source }
}

/// Sends a file in parts, which are removed again where one fails.
async fn put_parts(
    store: &dyn ObjectStore,
    path: &object_store::path::Path,
    mut file: File,
    size: u64,
    attributes: Attributes,
    location: &str,
) -> Result<()> {
    let failed = |e| store_failed("writing", location, e);
    let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
    let upload = store.put_multipart_opts(path, options).await.map_err(failed)?;
    let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
    let mut left = size;
    while left > 0 {
        let mut part = vec![0; left.min(PART as u64) as usize];
        let read = file.read_exact(&mut part).map_err(|e| unreadable(location, e));
        let room = match read {
            Ok(()) => parts.wait_for_capacity(PARTS).await.map_err(failed),
            Err(error) => Err(error),
        };
        if let Err(error) = room {
            if let Err(e) = parts.abort().await {
                tracing::warn!("{}", store_failed("removing the parts of", location, e));
            }
            return Err(error);
        }
        left -= part.len() as u64;
        parts.put(Bytes::from(part));
    }
    // where this fails it removes the parts itself
    parts.finish().await.map(drop).map_err(failed)
}

/// The object that says who writes in a folder.
#[derive(Clone, Debug)]
struct LockObject {
    bucket: Bucket,
    key: String,
    path: object_store::path::Path,
    /// The folder, for messages.
    location: String,
    holder: Holder,
}

impl LockObject {
    fn failed(&self, error: object_store::Error) -> IoError {
        store_failed("locking", &self.location, error)
    }

    fn held(&self, told: &[u8]) -> IoError {
        IoError::Locked { location: self.location.clone(), holder: Holder::describe(told) }
    }

    async fn put(&self, mode: PutMode) -> object_store::Result<UpdateVersion> {
        let payload = PutPayload::from(self.holder.renewed().to_json().into_bytes());
        self.bucket.store.put_opts(&self.path, payload, mode.into()).await.map(Into::into)
    }

    /// The version and the bytes of the object, as long as it is there.
    async fn look(&self) -> Result<Option<(UpdateVersion, Bytes)>> {
        let (Some(meta), Some(told)) = (self.bucket.head(&self.key).await?, self.bucket.get(&self.key).await?) else {
            return Ok(None);
        };
        Ok(Some((UpdateVersion { e_tag: meta.e_tag, version: meta.version }, told)))
    }

    /// Makes the object, or takes over one that was not renewed, or any.
    async fn take(&self, by_force: bool) -> Result<UpdateVersion> {
        match self.put(PutMode::Create).await {
            Ok(version) => return Ok(version),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {}
            Err(error) => return Err(self.failed(error)),
        }
        let Some((version, told)) = self.look().await? else { return Err(self.held(b"")) };
        if self.holder.is_in(&told) {
            // it was made, but the answer was lost
            return Ok(version);
        }
        let alive = Holder::read(&told).is_none_or(|holder| now().saturating_sub(holder.since) < EXPIRED_SECONDS);
        if alive && !by_force {
            return Err(self.held(&told));
        }
        tracing::warn!(
            "the lock of {} was left behind by {}; it is taken over",
            self.location,
            Holder::describe(&told)
        );
        match self.put(PutMode::Update(version)).await {
            Ok(version) => Ok(version),
            Err(object_store::Error::Precondition { .. }) => Err(self.held(b"")),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Keeps the lock alive until it belongs to somebody else.
    async fn renew(&self, mut version: UpdateVersion) {
        loop {
            tokio::time::sleep(RENEW).await;
            match self.put(PutMode::Update(version.clone())).await {
                Ok(renewed) => version = renewed,
                Err(object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. }) => {
                    match self.look().await {
                        // an earlier renewal arrived, but its answer was lost
                        Ok(Some((found, told))) if self.holder.is_in(&told) => version = found,
                        Ok(_) => return tracing::warn!("the lock of {} was taken over", self.location),
                        Err(error) => tracing::warn!("{error}"),
                    }
                }
                Err(error) => tracing::warn!("{}", store_failed("renewing the lock of", &self.location, error)),
            }
        }
    }

    /// Removes the object if it is still this lock.
    async fn leave(&self) -> Result<()> {
        match self.look().await? {
            Some((_, told)) if self.holder.is_in(&told) => match self.bucket.store.delete(&self.path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(store_failed("removing the lock of", &self.location, error)),
            },
            _ => Ok(()),
        }
    }
}

/// A lock object that is kept alive.
#[derive(Debug)]
pub(super) struct Lease {
    lock: LockObject,
    runtime: Arc<Runtime>,
    renewing: tokio::task::JoinHandle<()>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
        let lock = self.lock.clone();
        if let Err(error) = self.runtime.wait(async move { lock.leave().await }) {
            tracing::warn!("{error}; the lock expires in {} minutes", EXPIRED_SECONDS / 60);
        }
    }
}
