//! Random access to the bytes of one file or object.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bytes::Bytes;

use crate::{IoError, Result};

/// Random access to the bytes of one file or object, from any thread.
pub trait ByteSource: Send + Sync {
    /// The location as the user would write it, for messages.
    fn location(&self) -> &str;

    /// Length in bytes.
    fn len(&self) -> u64;

    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A text that changes when the bytes do (size and modification time, or the ETag), for cache keys.
    fn version(&self) -> String;

    /// Whether a read costs a round trip over a network, so that few large requests are better than many small ones.
    fn is_remote(&self) -> bool;

    /// Reads the bytes of each range. A remote source merges neighbours (gaps up to 256 KiB) and fetches concurrently.
    ///
    /// # Errors
    /// A range that ends past [`ByteSource::len`] is [`IoError::Damaged`]; a failed read is [`IoError::Io`].
    fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>>;

    /// Reads one range into a buffer that is kept by the caller: `buffer` is cleared and filled.
    ///
    /// # Errors
    /// As [`ByteSource::read_ranges`].
    fn read_into(&self, range: Range<u64>, buffer: &mut Vec<u8>) -> Result<()> {
        let bytes = self.read_ranges(std::slice::from_ref(&range))?;
        buffer.clear();
        if let Some(bytes) = bytes.first() {
            buffer.extend_from_slice(bytes);
        }
        Ok(())
    }
}

/// Checks a range against the length before anything is allocated for it.
pub fn checked_len(source: &dyn ByteSource, range: &Range<u64>) -> Result<usize> {
    let damaged = || IoError::Damaged {
        location: source.location().to_owned(),
        reason: format!("bytes {}..{} are needed, it has {}", range.start, range.end, source.len()),
    };
    if range.start > range.end || range.end > source.len() {
        return Err(damaged());
    }
    usize::try_from(range.end - range.start).map_err(|_| damaged())
}

/// A file of this machine.
#[derive(Debug)]
pub struct LocalFile {
    file: File,
    location: String,
    len: u64,
    version: String,
}

impl LocalFile {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`IoError::NotFound`], [`IoError::Denied`] or [`IoError::Io`].
    pub fn open(path: &Path) -> Result<Self> {
        let location = path.display().to_string();
        let failed = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => IoError::NotFound { location: location.clone() },
            std::io::ErrorKind::PermissionDenied => {
                IoError::Denied { location: location.clone(), reason: "this user may not read it".to_owned() }
            }
            _ => IoError::Io { action: "reading", location: location.clone(), source },
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(IoError::Location { location, reason: "it is not a file".to_owned() });
        }
        let modified = metadata.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
        let version = format!("{}-{}", metadata.len(), modified.map_or(0, |d| d.as_nanos()));
        Ok(Self { file, location, len: metadata.len(), version })
    }

    /// A copy of something that is elsewhere, under the location and the version that it has there.
    ///
    /// # Errors
    /// [`IoError::Io`] where the length of the copy cannot be found out.
    pub fn of_copy(file: File, location: String, version: String) -> Result<Self> {
        let metadata = file.metadata();
        let metadata =
            metadata.map_err(|source| IoError::Io { action: "reading", location: location.clone(), source })?;
        Ok(Self { file, location, len: metadata.len(), version })
    }
}

impl ByteSource for LocalFile {
    fn location(&self) -> &str {
        &self.location
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        ranges
            .iter()
            .map(|range| {
                let mut buffer = Vec::new();
                self.read_into(range.clone(), &mut buffer)?;
                Ok(Bytes::from(buffer))
            })
            .collect()
    }

    fn read_into(&self, range: Range<u64>, buffer: &mut Vec<u8>) -> Result<()> {
        let len = checked_len(self, &range)?;
        buffer.resize(len, 0);
        self.file.read_exact_at(buffer, range.start).map_err(|source| IoError::Io {
            action: "reading",
            location: self.location.clone(),
            source,
        })
    }
}

/// Bytes in memory.
#[derive(Clone, Debug)]
pub struct MemoryBytes {
    location: String,
    bytes: Bytes,
}

impl MemoryBytes {
    /// Bytes under a name for messages.
    #[must_use]
    pub fn new(location: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { location: location.into(), bytes: bytes.into() }
    }
}

impl ByteSource for MemoryBytes {
    fn location(&self) -> &str {
        &self.location
    }

    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn version(&self) -> String {
        format!("{}-{:08x}", self.bytes.len(), crc32fast::hash(&self.bytes))
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        ranges
            .iter()
            .map(|range| {
                let len = checked_len(self, range)?;
                let start = (range.end - len as u64) as usize;
                Ok(self.bytes.slice(start..start + len))
            })
            .collect()
    }
}
