//! A folder of a bucket.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use object_store::{
    Attribute, Attributes, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions,
    PutPayload, UpdateVersion, WriteMultipart,
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
    /// Whether this run had the lock and another one has taken it over; clones share it.
    lost: Arc<AtomicBool>,
}

impl Prefix {
    pub(super) fn new(stores: &Stores, bucket: Bucket, prefix: &str) -> Self {
        Self {
            bucket,
            prefix: prefix.trim_end_matches('/').to_owned(),
            runtime: Arc::clone(stores.runtime()),
            lost: Arc::default(),
        }
    }

    /// Fails where this run has lost its lock: what it would write is another run's now.
    fn check_lock(&self) -> Result<()> {
        if !self.lost.load(Ordering::Acquire) {
            return Ok(());
        }
        let holder = "it has taken the lock over from this one".to_owned();
        Err(IoError::Locked { location: self.bucket.show(&self.prefix), holder })
    }

    fn key(&self, name: &str) -> String {
        join_keys(&self.prefix, name)
    }

    /// A nameless file of this machine that will be sent.
    pub(super) fn create(&self, name: &str) -> Result<ProductFile> {
        self.check_lock()?;
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder).map_err(|e| write_failed(&folder, e))?;
        Ok(ProductFile::new(name, Goal::Object(self.clone()), file))
    }

    pub(super) fn upload(&self, name: &str, file: &mut File, size: u64, media_type: &str) -> Result<()> {
        self.check_lock()?;
        let key = self.key(name);
        let location = self.bucket.show(&key);
        let path = self.bucket.key(&key)?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, media_type.to_owned().into());
        file.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&location, e))?;
        let store = Arc::clone(&self.bucket.store);
        if size > PART as u64 {
            let file = file.try_clone().map_err(|e| unreadable(&location, e))?;
            let bucket = self.bucket.clone();
            return self.runtime.wait(async move {
                // if that cannot be asked, it matters only where the end of the upload is lost
                let before = bucket.head(&key).await;
                match put_parts(&*store, &path, file, size, attributes, &location).await {
                    Err(IoError::NotFound { .. }) => find_uploaded(&bucket, &key, size, before).await,
                    done => done,
                }
            });
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.read_to_end(&mut bytes).map_err(|e| unreadable(&location, e))?;
        let options = PutOptions { attributes, ..PutOptions::default() };
        self.runtime.wait(async move {
            let put = store.put_opts(&path, PutPayload::from(bytes), options).await;
            put.map(drop).map_err(|e| not_written("writing", &location, e))
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
        self.check_lock()?;
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

    fn lock_object(&self, location: &str) -> Result<LockObject> {
        let key = self.key(&format!("{OURS}lock"));
        Ok(LockObject {
            path: self.bucket.key(&key)?,
            bucket: self.bucket.clone(),
            key,
            location: location.to_owned(),
            holder: Holder::this_process(),
            lost: Arc::clone(&self.lost),
        })
    }

    /// `by_force`: whoever holds it, it is taken over.
    pub(super) fn lock(&self, location: &str, by_force: bool) -> Result<SinkLock> {
        let lock = self.lock_object(location)?;
        let version = {
            let lock = lock.clone();
            self.runtime.wait(async move { lock.take(by_force).await })?
        };
        self.lost.store(false, Ordering::Release);
        let renewing = {
            let lock = lock.clone();
            self.runtime.spawn(async move { lock.renew(version, RENEW).await })?
        };
        Ok(SinkLock::object(Lease { lock, runtime: Arc::clone(&self.runtime), renewing }))
    }
}

fn unreadable(location: &str, source: std::io::Error) -> IoError {
    IoError::Io { action: "reading", location: format!("the copy of {location}"), source }
}

/// Translates a failure to write, of which none is that something is missing.
fn not_written(action: &'static str, location: &str, error: object_store::Error) -> IoError {
    match store_failed(action, location, error) {
        IoError::NotFound { location } => {
            IoError::Remote { action, location, reason: "the server answered 404; try again later".to_owned() }
        }
        error => error,
    }
}

/// What became of an upload in parts that the server knows no more. Where the answer to its end was lost, the end is tried again and
/// refused so, and the object is there: of the size, and another one than before. Otherwise the parts were removed by others.
async fn find_uploaded(bucket: &Bucket, key: &str, size: u64, before: Result<Option<ObjectMeta>>) -> Result<()> {
    let lost = |reason: String| IoError::Remote { action: "writing", location: bucket.show(key), reason };
    let unknown =
        |e: IoError| lost(format!("the server knows the upload no more, nor can be asked what became of it: {e}"));
    let (before, now) = (before.map_err(unknown)?, bucket.head(key).await.map_err(unknown)?);
    if now.as_ref().is_some_and(|object| object.size == size) && now != before {
        tracing::info!("{} is whole, although the answer to the end of its upload was lost", bucket.show(key));
        return Ok(());
    }
    Err(lost("the server knows the upload no more, and the object is not there; try again later".to_owned()))
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
    /// Set once it belongs to somebody else.
    lost: Arc<AtomicBool>,
}

impl LockObject {
    fn failed(&self, error: object_store::Error) -> IoError {
        not_written("locking", &self.location, error)
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
    async fn renew(&self, mut version: UpdateVersion, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            match self.put(PutMode::Update(version.clone())).await {
                Ok(renewed) => version = renewed,
                Err(object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. }) => {
                    match self.look().await {
                        // an earlier renewal arrived, but its answer was lost
                        Ok(Some((found, told))) if self.holder.is_in(&told) => version = found,
                        Ok(_) => {
                            self.lost.store(true, Ordering::Release);
                            return tracing::warn!("the lock of {} was taken over", self.location);
                        }
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use eventscape_testkit::s3::{ACCESS_KEY, S3Server, SECRET_KEY};

    use super::*;
    use crate::stores::{BucketName, Cloud, S3Keys, Secret, StoreOptions};

    const PLACE: &str = "s3://data/out/7";

    fn prefix(server: &S3Server) -> Prefix {
        let options = StoreOptions {
            endpoint: Some(server.endpoint().to_owned()),
            region: Some("us-east-1".to_owned()),
            anonymous: Some(false),
            keys: Some(S3Keys {
                access_key_id: Secret::new(ACCESS_KEY),
                secret_access_key: Secret::new(SECRET_KEY),
                session_token: None,
            }),
            ..StoreOptions::default()
        };
        let stores = Stores::new(options);
        let bucket = stores.bucket(&BucketName { cloud: Cloud::S3, name: "data".to_owned() }).unwrap();
        Prefix::new(&stores, bucket, "out/7")
    }

    #[test]
    fn a_run_that_has_lost_its_lock_writes_nothing_more() {
        let server = S3Server::start();
        let (first, second) = (prefix(&server), prefix(&server));
        let (of_first, of_second) = (first.lock_object(PLACE).unwrap(), second.lock_object(PLACE).unwrap());
        let version = {
            let lock = of_first.clone();
            first.runtime.wait(async move { lock.take(false).await }).unwrap()
        };
        first.create("a.json").unwrap().commit("application/json").unwrap();
        let (mut begun, clone) = (first.create("b.json").unwrap(), first.clone());
        begun.write_all(b"abc").unwrap();

        let lock = of_second.clone();
        second.runtime.wait(async move { lock.take(true).await }).unwrap();
        // it ends once it has seen that
        let renewed = async move {
            of_first.renew(version, Duration::from_millis(1)).await;
            Ok(())
        };
        first.runtime.wait(renewed).unwrap();
        let errors =
            [begun.commit("application/json").err(), clone.create("c.json").err(), clone.remove("a.json").err()];
        for error in errors {
            let error = error.unwrap();
            assert!(matches!(&error, IoError::Locked { .. }), "{error}");
            assert!(error.to_string().contains(PLACE), "{error}");
        }
        assert!(!server.path("out/7/b.json").exists() && server.path("out/7/a.json").exists());
        second.create("b.json").unwrap().commit("application/json").unwrap();

        // with a lock of its own again it may
        second.runtime.wait(async move { of_second.leave().await }).unwrap();
        let _again = first.lock(PLACE, false).unwrap();
        clone.create("c.json").unwrap().commit("application/json").unwrap();
    }
}
