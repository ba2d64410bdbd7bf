//! A folder of a bucket.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{StreamExt, TryStreamExt};
use tokio::sync::Semaphore;

use super::bucket::{Bucket, BucketObject, version_of};
use super::location::join_keys;
use super::options::StoreOptions;
use super::remote::RemoteFile;
use super::runtime::Runtime;
use crate::{IoError, Result};
use eventscape_formats::ByteSource;
use eventscape_formats::{Children, DirectorySource, check_key};

/// The objects of a bucket whose keys begin with `prefix/`.
pub(crate) struct BucketDirectory {
    bucket: Bucket,
    prefix: String,
    location: String,
    runtime: Arc<Runtime>,
    in_flight: Arc<Semaphore>,
    options: Arc<StoreOptions>,
}

impl BucketDirectory {
    pub(crate) fn new(
        bucket: Bucket,
        prefix: &str,
        runtime: Arc<Runtime>,
        in_flight: Arc<Semaphore>,
        options: Arc<StoreOptions>,
    ) -> Self {
        let location = bucket.show(prefix);
        Self { bucket, prefix: prefix.to_owned(), location, runtime, in_flight, options }
    }

    fn full(&self, key: &str) -> Result<String> {
        check_key(&self.location, key)?;
        Ok(join_keys(&self.prefix, key))
    }
}

impl DirectorySource for BucketDirectory {
    fn location(&self) -> &str {
        &self.location
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn get(&self, key: &str) -> Result<Option<Bytes>> {
        Ok(self.get_many(&[key])?.pop().flatten())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Bytes>>> {
        let full: Vec<String> = keys.iter().map(|key| self.full(key)).collect::<Result<_>>()?;
        let (bucket, in_flight) = (self.bucket.clone(), Arc::clone(&self.in_flight));
        let at_once = self.options.concurrency.clamp(1, 1024);
        self.runtime.wait(async move {
            futures::stream::iter(full.into_iter().map(|key| {
                let (bucket, in_flight) = (&bucket, &in_flight);
                async move {
                    let _permit = in_flight.acquire().await;
                    bucket.get(&key).await
                }
            }))
            .buffered(at_once)
            .try_collect()
            .await
        })
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        let (bucket, key) = (self.bucket.clone(), self.full(key)?);
        self.runtime.wait(async move { Ok(bucket.head(&key).await?.map(|meta| meta.size)) })
    }

    fn get_ranges(&self, key: &str, ranges: &[Range<u64>]) -> Result<Option<Vec<Bytes>>> {
        let key = self.full(key)?;
        let object = Arc::new(BucketObject { bucket: self.bucket.clone(), key: key.clone() });
        let (runtime, in_flight) = (Arc::clone(&self.runtime), Arc::clone(&self.in_flight));
        match RemoteFile::open(self.bucket.show(&key), object, runtime, in_flight, &self.options) {
            Ok(file) => file.read_ranges(ranges).map(Some),
            Err(IoError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn children(&self, prefix: &str) -> Result<Children> {
        let prefix = prefix.trim_end_matches('/');
        let full = if prefix.is_empty() { self.prefix.clone() } else { self.full(prefix)? };
        let bucket = self.bucket.clone();
        self.runtime.wait(async move {
            let (objects, folders) = bucket.list_level(&full).await?;
            let last = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
            Ok(Children {
                files: objects.iter().map(|o| last(o.location.as_ref())).collect(),
                folders: folders.iter().map(|f| last(f)).collect(),
            })
        })
    }

    fn version(&self, key: &str) -> Result<Option<String>> {
        let (bucket, key) = (self.bucket.clone(), self.full(key)?);
        self.runtime.wait(async move { Ok(bucket.head(&key).await?.as_ref().and_then(version_of)) })
    }
}
