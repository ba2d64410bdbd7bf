//! Stage 1: the scenes of a job, opened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use eventscape_catalog::{Context, Subset};
use eventscape_core::Scene;
use eventscape_io::cache::{DiskCache, MemoryCache, SceneCache, TolerantCache};
use eventscape_io::credentials::Secret;

use crate::error::{PipelineError, Result};
use crate::recipe::{CacheChoice, Limits, Reading};
use crate::run::{Environment, Stage};

/// The disk cache keeps at most this many bytes.
const DISK_CACHE_BYTES: u64 = 50 << 30;

/// Opens what a job asks for. Scenes are kept in memory only if they are `read_again` (a second pass, pictures).
pub(crate) fn open(reading: &Reading, limits: &Limits, read_again: bool, env: &Environment<'_>) -> Result<Subset> {
    env.observer.begin(Stage::Granules, 0);
    let cache = match &env.cache {
        Some(given) => Some(Arc::clone(given)),
        None => cache(&reading.cache, limits, read_again)?,
    };
    let context = Context { stores: env.stores.clone(), cache, ..Context::default() };
    let subset = Subset::open(&reading.subset, &context)?;
    env.observer.advance(Stage::Granules, subset.granules().len() as u64);
    env.observer.end(Stage::Granules);
    Ok(subset)
}

fn cache(choice: &CacheChoice, limits: &Limits, read_again: bool) -> Result<Option<Arc<dyn SceneCache>>> {
    match choice {
        CacheChoice::Nowhere => Ok(None),
        CacheChoice::Memory if !read_again => Ok(None),
        CacheChoice::Memory => {
            let bytes = usize::try_from(limits.memory / 2).unwrap_or(usize::MAX);
            Ok(Some(Arc::new(MemoryCache::new(bytes))))
        }
        CacheChoice::Disk(Some(folder)) => {
            Ok(Some(Arc::new(TolerantCache::new(DiskCache::open(folder, DISK_CACHE_BYTES)?))))
        }
        CacheChoice::Disk(None) => {
            let why = "there is no home folder to keep the cache in; give --cache-dir";
            Err(PipelineError::job("cache_dir", why))
        }
        CacheChoice::Redis(address) => shared(address).map(Some),
    }
}

#[cfg(feature = "redis")]
fn shared(address: &Secret) -> Result<Arc<dyn SceneCache>> {
    use eventscape_io::cache::{RedisCache, RedisOptions};
    let cache = RedisCache::new(address, &RedisOptions::default())?;
    // one that is not there from the start is a mistake; one that goes later costs time
    cache.ping()?;
    Ok(Arc::new(TolerantCache::new(cache)))
}

#[cfg(not(feature = "redis"))]
fn shared(_: &Secret) -> Result<Arc<dyn SceneCache>> {
    let why =
        "a cache in Redis is not built into this program; build it with the feature `redis`, or take memory or disk";
    Err(PipelineError::job("cache", why))
}

/// Scenes by index; those of neighbours are shared where a finder looks ahead.
pub(crate) struct Scenes<'a> {
    subset: &'a Subset,
    look_ahead: usize,
    recent: Mutex<BTreeMap<usize, Arc<Scene>>>,
}

impl<'a> Scenes<'a> {
    pub(crate) fn new(subset: &'a Subset, look_ahead: usize) -> Self {
        Self { subset, look_ahead, recent: Mutex::default() }
    }

    /// The scene of an index.
    pub(crate) fn get(&self, index: usize) -> Result<Arc<Scene>> {
        /// Scenes that workers beside this one may be at.
        const BESIDE: usize = 3;
        if self.look_ahead > 0
            && let Some(scene) = self.recent.lock().unwrap_or_else(PoisonError::into_inner).get(&index)
        {
            return Ok(Arc::clone(scene));
        }
        let scene = Arc::new(self.subset.read(index)?);
        if self.look_ahead > 0 {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.insert(index, Arc::clone(&scene));
            while recent.len() > self.look_ahead + BESIDE {
                recent.pop_first();
            }
        }
        Ok(scene)
    }

    /// The scene of an index and those after it that a finder looks at; fewer at the end of the job.
    pub(crate) fn starting_at(&self, index: usize) -> Result<Vec<Arc<Scene>>> {
        let end = (index + self.look_ahead + 1).min(self.subset.len());
        (index..end).map(|scene| self.get(scene)).collect()
    }
}
