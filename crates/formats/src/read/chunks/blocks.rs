//! A cache of blocks of a file, for its metadata: many small reads become few requests.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use hdf5_reader::storage::StorageBuffer;

use crate::source::ByteSource;
use crate::{IoError, Result};

/// Metadata of one granule are kept up to this many bytes; beyond it the cache starts anew.
const KEEP: u64 = 64 << 20;

/// The bytes of a file through a cache of blocks. Reads of any thread are served.
pub struct Blocks {
    source: Arc<dyn ByteSource>,
    block: u64,
    cached: Mutex<BTreeMap<u64, Bytes>>,
    /// The first failure of the source, because hdf5-reader's errors cannot carry ours.
    failure: Mutex<Option<IoError>>,
}

impl Blocks {
    /// A cache over a source. Blocks of a remote source are larger, since a round trip costs more than the bytes.
    #[must_use]
    pub fn new(source: Arc<dyn ByteSource>) -> Self {
        let block = if source.is_remote() { 64 << 10 } else { 16 << 10 };
        Self { source, block, cached: Mutex::default(), failure: Mutex::default() }
    }

    /// What the blocks are read from.
    #[must_use]
    pub fn source(&self) -> &Arc<dyn ByteSource> {
        &self.source
    }

    /// Fetches what is missing of the ranges (cut at the end of the file) in one round.
    pub(crate) fn prefetch(&self, ranges: &[Range<u64>]) -> Result<()> {
        let len = self.source.len();
        let mut missing: Vec<Range<u64>> = Vec::new();
        {
            let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            let mut wanted: Vec<u64> = ranges
                .iter()
                .filter(|r| r.start < r.end.min(len))
                .flat_map(|r| r.start / self.block..r.end.min(len).div_ceil(self.block))
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.retain(|b| !cached.contains_key(b));
            if wanted.is_empty() {
                return Ok(());
            }
            if (cached.len() + wanted.len()) as u64 * self.block > KEEP {
                cached.clear();
            }
            for b in wanted {
                let range = b * self.block..((b + 1) * self.block).min(len);
                match missing.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => missing.push(range),
                }
            }
        }
        let fetched = self.source.read_ranges(&missing)?;
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        for (range, bytes) in missing.iter().zip(fetched) {
            for b in range.start / self.block..range.end.div_ceil(self.block) {
                let start = (b * self.block - range.start) as usize;
                let end = (start + self.block as usize).min(bytes.len());
                cached.insert(b, bytes.slice(start.min(end)..end));
            }
        }
        Ok(())
    }

    /// Reads a range.
    ///
    /// # Errors
    /// [`IoError::Damaged`] for a range that ends past the source; failures of the source.
    pub fn read(&self, range: Range<u64>) -> Result<Bytes> {
        if range.start > range.end || range.end > self.source.len() {
            return Err(IoError::Damaged {
                location: self.source.location().to_owned(),
                reason: format!("bytes {}..{} are needed, it has {}", range.start, range.end, self.source.len()),
            });
        }
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        // A large range is data rather than structure: it would only push the structure out of the cache.
        if range.end - range.start > KEEP / 8 {
            return Ok(self.source.read_ranges(std::slice::from_ref(&range))?.pop().unwrap_or_default());
        }
        loop {
            self.prefetch(std::slice::from_ref(&range))?;
            let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            let mut whole = Vec::new();
            let mut at = range.start;
            while at < range.end {
                let number = at / self.block;
                // Another thread may have emptied the cache in between: then fetch again.
                let Some(block) = cached.get(&number) else { break };
                let start = (at - number * self.block) as usize;
                let end = ((range.end - number * self.block) as usize).min(block.len());
                if end <= start {
                    break;
                }
                if at == range.start && number * self.block + end as u64 == range.end {
                    return Ok(block.slice(start..end));
                }
                whole.extend_from_slice(&block[start..end]);
                at = number * self.block + end as u64;
            }
            if at == range.end {
                return Ok(Bytes::from(whole));
            }
        }
    }

    /// The failure of the source that a library error stands for, if there was one.
    pub(crate) fn take_failure(&self) -> Option<IoError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks").field("location", &self.source.location()).finish_non_exhaustive()
    }
}

impl hdf5_reader::Storage for Blocks {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read_range(&self, offset: u64, len: usize) -> hdf5_reader::error::Result<StorageBuffer> {
        let out_of_bounds = || hdf5_reader::error::Error::OffsetOutOfBounds(offset);
        let end = offset.checked_add(len as u64).filter(|end| *end <= self.source.len()).ok_or_else(out_of_bounds)?;
        match self.read(offset..end) {
            Ok(bytes) => {
                let len = bytes.len();
                StorageBuffer::from_shared_owner(Arc::new(bytes), 0, len)
            }
            Err(error) => {
                let message = error.to_string();
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                Err(hdf5_reader::error::Error::Io(std::io::Error::other(message)))
            }
        }
    }
}
