//! Stage 1: the scenes of a job, opened.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use eventscape_catalog::{Context, Subset};
use eventscape_core::Scene;
use eventscape_io::cache::{DiskCache, MemoryCache, SceneCache, TolerantCache};
use eventscape_io::stores::Stores;

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::job::Job;
use crate::progress::Stage;
use crate::request;
use crate::resources::Resources;

/// The disk cache keeps at most so many bytes.
const DISK_CACHE_BYTES: u64 = 50 << 30;

/// Opens what a job asks for. Scenes are kept in memory only if they are `read_again` (a second pass, pictures).
pub(crate) fn open(job: &Job, stores: &Stores, around: &Surroundings<'_>, read_again: bool) -> Result<Subset> {
    around.observer.begin(Stage::Granules, 0);
    let cache = match &around.cache {
        Some(given) => Some(Arc::clone(given)),
        None => cache(job, &Resources::of(job)?, read_again)?,
    };
    let context = Context { stores: stores.clone(), cache, ..Context::default() };
    let subset = Subset::open(&request::subset_request(job)?, &context)?;
    around.observer.advance(Stage::Granules, subset.granules().len() as u64);
    around.observer.end(Stage::Granules);
    Ok(subset)
}

fn cache(job: &Job, resources: &Resources, read_again: bool) -> Result<Option<Arc<dyn SceneCache>>> {
    match job.cache.as_deref().unwrap_or("memory") {
        "none" => Ok(None),
        "memory" if !read_again => Ok(None),
        "memory" => Ok(Some(Arc::new(MemoryCache::new(usize::try_from(resources.memory / 2).unwrap_or(usize::MAX))))),
        "disk" => Ok(Some(Arc::new(TolerantCache::new(DiskCache::open(&cache_folder(job)?, DISK_CACHE_BYTES)?)))),
        address if address.starts_with("redis://") || address.starts_with("rediss://") => shared(address).map(Some),
        // not repeated: an address with a mistake may hold a password
        _ => {
            let why = "it is none of memory, disk, none, redis://[:password@]host[:port], rediss://… (with TLS)";
            Err(PipelineError::job("cache", why))
        }
    }
}

#[cfg(feature = "redis")]
fn shared(address: &str) -> Result<Arc<dyn SceneCache>> {
    use eventscape_io::cache::{RedisCache, RedisOptions};
    let cache = RedisCache::new(&eventscape_io::credentials::Secret::new(address), &RedisOptions::default())?;
    // one that is not there from the start is a mistake; one that goes later costs time
    cache.ping()?;
    Ok(Arc::new(TolerantCache::new(cache)))
}

#[cfg(not(feature = "redis"))]
fn shared(_: &str) -> Result<Arc<dyn SceneCache>> {
    let why =
        "a cache in Redis is not built into this program; build it with the feature `redis`, or take memory or disk";
    Err(PipelineError::job("cache", why))
}

fn cache_folder(job: &Job) -> Result<PathBuf> {
    if let Some(folder) = &job.cache_dir {
        return Ok(PathBuf::from(folder));
    }
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    base.map(|b| b.join("eventscape").join("scenes")).ok_or_else(|| {
        PipelineError::job("cache_dir", "there is no home folder to keep the cache in; give --cache-dir")
    })
}

/// Scenes by index; those of neighbours are shared where a tracker looks ahead.
pub(crate) struct Scenes<'a> {
    subset: &'a Subset,
    look_ahead: bool,
    recent: Mutex<BTreeMap<usize, Arc<Scene>>>,
}

impl<'a> Scenes<'a> {
    pub(crate) fn new(subset: &'a Subset, look_ahead: bool) -> Self {
        Self { subset, look_ahead, recent: Mutex::default() }
    }

    /// The scene of an index.
    pub(crate) fn get(&self, index: usize) -> Result<Arc<Scene>> {
        const KEPT: usize = 4;
        if self.look_ahead
            && let Some(scene) = self.recent.lock().unwrap_or_else(PoisonError::into_inner).get(&index)
        {
            return Ok(Arc::clone(scene));
        }
        let scene = Arc::new(self.subset.read(index)?);
        if self.look_ahead {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.insert(index, Arc::clone(&scene));
            while recent.len() > KEPT {
                recent.pop_first();
            }
        }
        Ok(scene)
    }

    /// The scene after an index, of the whole job.
    pub(crate) fn next(&self, index: usize) -> Result<Option<Arc<Scene>>> {
        if index + 1 < self.subset.len() { self.get(index + 1).map(Some) } else { Ok(None) }
    }
}
