//! A cache whose loss costs time and nothing else.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use eventscape_core::Scene;

use super::{SceneCache, SceneKey};
use crate::{IoError, Result};

/// After a failure the cache is left alone for so long.
const PAUSE: Duration = Duration::from_secs(20);

/// Passes on to a cache. Where that fails – its server or disk is gone, or full – a warning is given and nothing is kept or found
/// for a while: scenes are read from their source.
#[derive(Debug)]
pub struct TolerantCache {
    inner: Box<dyn SceneCache>,
    pause: Duration,
    left_alone_until: Mutex<Option<Instant>>,
}

impl TolerantCache {
    /// Around a cache.
    #[must_use]
    pub fn new(inner: impl SceneCache + 'static) -> Self {
        Self { inner: Box::new(inner), pause: PAUSE, left_alone_until: Mutex::default() }
    }

    /// The same with another pause after a failure.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    fn try_on<T>(&self, absent: T, request: impl FnOnce(&dyn SceneCache) -> Result<T>) -> Result<T> {
        let is_left_alone = |until: &Option<Instant>| until.is_some_and(|until| Instant::now() < until);
        if is_left_alone(&self.left_alone_until.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(absent);
        }
        match request(&*self.inner) {
            // those are about what is asked, not about the store
            Err(error @ (IoError::Selection { .. } | IoError::Damaged { .. } | IoError::Unsupported { .. })) => {
                Err(error)
            }
            Err(error) => {
                let mut until = self.left_alone_until.lock().unwrap_or_else(PoisonError::into_inner);
                if !is_left_alone(&until) {
                    let seconds = self.pause.as_secs();
                    tracing::warn!("the scene cache: {error}; going on without it for {seconds} s");
                }
                *until = Some(Instant::now() + self.pause);
                Ok(absent)
            }
            answer => answer,
        }
    }
}

impl SceneCache for TolerantCache {
    fn get(&self, key: &SceneKey) -> Result<Option<Scene>> {
        self.try_on(None, |cache| cache.get(key))
    }

    fn get_rows(&self, key: &SceneKey, rows: Range<usize>) -> Result<Option<Scene>> {
        self.try_on(None, |cache| cache.get_rows(key, rows))
    }

    fn put(&self, key: &SceneKey, scene: &Scene, columns: usize) -> Result<()> {
        self.try_on((), |cache| cache.put(key, scene, columns))
    }

    fn contains(&self, key: &SceneKey) -> Result<bool> {
        self.try_on(false, |cache| cache.contains(key))
    }

    fn get_document(&self, key: &SceneKey) -> Result<Option<Vec<u8>>> {
        self.try_on(None, |cache| cache.get_document(key))
    }

    fn put_document(&self, key: &SceneKey, document: &[u8]) -> Result<()> {
        self.try_on((), |cache| cache.put_document(key, document))
    }
}
