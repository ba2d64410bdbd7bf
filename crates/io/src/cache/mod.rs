//! The scene cache: what was read once is not read again.
//!
//! A [`SceneKey`] names a scene by all that decides its content (the granule and its version, the variable, the level,
//! the window, the time), never by what is done with it: a second job on the same subset with another threshold finds
//! every scene here. [`SceneCache`] is the interface, [`MemoryCache`] and [`DiskCache`] the embedded stores,
//! `RedisCache` (with the feature `redis`) the one that machines share; around each of them [`TolerantCache`] makes its loss cost nothing but time.
//! [`scene_format`] has the bytes that all of them hold, and [`cache_suite`] is what each implementation must pass.

mod disk;
mod document;
mod key;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod suite;
mod tolerant;

pub mod scene_format;

use std::ops::Range;

use eventscape_core::Scene;

use crate::Result;

pub use disk::DiskCache;
pub use key::SceneKey;
pub use memory::MemoryCache;
#[cfg(feature = "redis")]
pub use redis::{RedisCache, RedisOptions};
pub use suite::cache_suite;
pub use tolerant::TolerantCache;

/// A store of scenes and of small documents (indexes of granules, lists of times), by key, from any thread.
///
/// An entry may vanish at any time (evicted, damaged, removed by another process): its reader fetches the source again. A
/// damaged entry is reported as a warning, removed, and counts as absent.
pub trait SceneCache: Send + Sync + std::fmt::Debug {
    /// The scene of a key, or `None` where it is not kept.
    ///
    /// # Errors
    /// A failure of the store itself (a folder that cannot be read, a server that is gone), not an absent entry.
    fn get(&self, key: &SceneKey) -> Result<Option<Scene>>;

    /// Some rows of the scene of a key; only the blocks that hold them are decoded.
    ///
    /// # Errors
    /// As [`SceneCache::get`]; rows past the end are [`crate::IoError::Selection`].
    fn get_rows(&self, key: &SceneKey, rows: Range<usize>) -> Result<Option<Scene>>;

    /// Keeps a scene whose fields have `columns` values a row. A scene too large for the store is not kept.
    ///
    /// # Errors
    /// A failure of the store; fields of unequal length or that are not whole rows are [`crate::IoError::Selection`].
    fn put(&self, key: &SceneKey, scene: &Scene, columns: usize) -> Result<()>;

    /// Whether a scene is kept at this moment (its content is not checked).
    ///
    /// # Errors
    /// As [`SceneCache::get`].
    fn contains(&self, key: &SceneKey) -> Result<bool>;

    /// The document of a key, or `None` where it is not kept. Documents and scenes do not share keys.
    ///
    /// # Errors
    /// As [`SceneCache::get`].
    fn get_document(&self, key: &SceneKey) -> Result<Option<Vec<u8>>>;

    /// Keeps a document.
    ///
    /// # Errors
    /// As [`SceneCache::put`].
    fn put_document(&self, key: &SceneKey, document: &[u8]) -> Result<()>;
}
