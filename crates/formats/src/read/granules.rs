//! Granules kept open, so that what was learnt about a remote one is not fetched again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Granule, OpenOptions};
use crate::Result;
use crate::source::ByteSource;

/// Open granules by location and version, the least recently used ones dropped. A granule that is kept has its
/// structure and the blocks of its chunk indices in memory: reading from it again costs only the requests for data.
///
/// The memory is that of this process; nothing is written to disk.
pub struct Granules {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    granules: HashMap<(String, String), (u64, Arc<Granule>)>,
    clock: u64,
}

impl std::fmt::Debug for Granules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Granules").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

impl Granules {
    /// Keeps up to `capacity` granules.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::default() }
    }

    /// The granule of a source, opened now or before.
    ///
    /// # Errors
    /// As [`Granule::open`].
    pub fn open(&self, source: Arc<dyn ByteSource>, options: &OpenOptions) -> Result<Arc<Granule>> {
        let key = (source.location().to_owned(), source.version());
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.clock += 1;
            let now = kept.clock;
            if let Some((used, granule)) = kept.granules.get_mut(&key) {
                *used = now;
                return Ok(granule.clone());
            }
        }
        let granule = Arc::new(Granule::open(source, options)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = kept.clock;
        kept.granules.insert(key, (now, granule.clone()));
        while kept.granules.len() > self.capacity {
            let oldest = kept.granules.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            match oldest {
                Some(oldest) => kept.granules.remove(&oldest),
                None => break,
            };
        }
        Ok(granule)
    }
}
