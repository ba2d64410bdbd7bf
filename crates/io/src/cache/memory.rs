//! The cache of one process.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eventscape_core::Scene;

use super::scene_format::{self, SceneHeader, decode_rows};
use super::{SceneCache, SceneKey, document};
use crate::{IoError, Result};

/// Scenes in memory, compressed, up to a bound of bytes; those that were used longest ago go first.
#[derive(Debug)]
pub struct MemoryCache {
    max_bytes: usize,
    entries: Mutex<Entries>,
}

/// Scenes and documents have keys of their own.
type Name = (bool, SceneKey);

#[derive(Debug, Default)]
struct Entries {
    by_name: HashMap<Name, (u64, Arc<[u8]>)>,
    by_age: BTreeMap<u64, Name>,
    used: u64,
    bytes: usize,
}

/// What an entry costs besides its bytes: keys, counters and their nodes, about.
const OVERHEAD: usize = 200;

impl MemoryCache {
    /// A cache that holds at most `max_bytes` of compressed scenes.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes, entries: Mutex::default() }
    }

    /// The bytes held at this moment, keys included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, name: Name) -> Option<Arc<[u8]>> {
        let mut entries = self.lock();
        let entries = &mut *entries;
        let (age, bytes) = entries.by_name.get_mut(&name)?;
        entries.by_age.remove(age);
        entries.used += 1;
        *age = entries.used;
        entries.by_age.insert(*age, name);
        Some(Arc::clone(bytes))
    }

    fn keep(&self, name: Name, bytes: Vec<u8>) {
        let cost = bytes.len() + OVERHEAD;
        let mut entries = self.lock();
        entries.remove(name);
        if cost > self.max_bytes {
            tracing::debug!("an entry of {cost} bytes is larger than the memory cache ({} bytes)", self.max_bytes);
            return;
        }
        while entries.bytes + cost > self.max_bytes {
            let Some((_, oldest)) = entries.by_age.first_key_value() else { break };
            let oldest = *oldest;
            entries.remove(oldest);
        }
        entries.used += 1;
        let age = entries.used;
        entries.by_age.insert(age, name);
        entries.by_name.insert(name, (age, bytes.into()));
        entries.bytes += cost;
    }

    /// A damaged entry is absent from now on.
    fn sound<T>(&self, name: Name, decoded: Result<T>) -> Result<Option<T>> {
        match decoded {
            Ok(decoded) => Ok(Some(decoded)),
            Err(error @ IoError::Damaged { .. }) => {
                tracing::warn!("{error}; it is read from its source again");
                self.lock().remove(name);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Entries {
    fn remove(&mut self, name: Name) {
        if let Some((age, bytes)) = self.by_name.remove(&name) {
            self.by_age.remove(&age);
            self.bytes -= bytes.len() + OVERHEAD;
        }
    }
}

impl SceneCache for MemoryCache {
    fn get(&self, key: &SceneKey) -> Result<Option<Scene>> {
        let name = (false, *key);
        let Some(bytes) = self.find(name) else { return Ok(None) };
        self.sound(name, scene_format::decode(&bytes, &shown(key)))
    }

    fn get_rows(&self, key: &SceneKey, rows: Range<usize>) -> Result<Option<Scene>> {
        let name = (false, *key);
        let Some(bytes) = self.find(name) else { return Ok(None) };
        let location = shown(key);
        let decoded = SceneHeader::parse(&bytes, &location).and_then(|header| {
            decode_rows(&header, rows, &location, &mut |range| {
                let part = bytes.get(range.start as usize..range.end as usize);
                part.map(<[u8]>::to_vec)
                    .ok_or_else(|| IoError::Damaged { location: location.clone(), reason: "it is cut off".to_owned() })
            })
        });
        self.sound(name, decoded)
    }

    fn put(&self, key: &SceneKey, scene: &Scene, columns: usize) -> Result<()> {
        self.keep((false, *key), scene_format::encode(scene, columns)?);
        Ok(())
    }

    fn contains(&self, key: &SceneKey) -> Result<bool> {
        Ok(self.lock().by_name.contains_key(&(false, *key)))
    }

    fn get_document(&self, key: &SceneKey) -> Result<Option<Vec<u8>>> {
        let name = (true, *key);
        let Some(bytes) = self.find(name) else { return Ok(None) };
        self.sound(name, document::decode(&bytes, &shown(key)))
    }

    fn put_document(&self, key: &SceneKey, bytes: &[u8]) -> Result<()> {
        self.keep((true, *key), document::encode(bytes, &shown(key))?);
        Ok(())
    }
}

fn shown(key: &SceneKey) -> String {
    format!("cache entry {key}")
}
