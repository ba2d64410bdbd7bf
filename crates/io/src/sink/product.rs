//! A product while it is written.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use tempfile::TempPath;

use super::object::Prefix;
use crate::failure::write_failed;
use crate::{IoError, Result};

/// A product that is complete under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProduct {
    /// Its name in the job's folder.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 as 64 hexadecimal digits.
    pub sha256: String,
    /// Its media type.
    pub media_type: String,
}

/// Bytes that gather before they are written.
const BUFFER: usize = 256 << 10;

/// A product being written, to a file of another name. [`ProductFile::commit`] gives it its own; dropped without it, the
/// file is removed.
///
/// It may be written in any order. What is written from start to end is hashed on the way; a writer that will go back says
/// so ([`ProductFile::hash_at_end`]), or the file is read again for a hash that was half made.
pub struct ProductFile {
    name: String,
    file: File,
    // what is temporary is removed on drop, which must come after the file is closed
    goal: Goal,
    buffer: Vec<u8>,
    /// Where the next byte goes.
    position: u64,
    /// One past the last byte.
    size: u64,
    /// Over the bytes up to `hashed`; `None` once the writer went back.
    hash: Option<Context>,
    hashed: u64,
}

/// Where a product goes in the end.
pub(super) enum Goal {
    /// A path, and the one where it is until then.
    File(PathBuf, TempPath),
    /// An object; until then a nameless file, which goes with the process however that ends.
    Object(Prefix),
}

impl fmt::Debug for ProductFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductFile").field("name", &self.name).field("size", &self.size).finish_non_exhaustive()
    }
}

impl ProductFile {
    pub(super) fn new(name: &str, goal: Goal, file: File) -> Self {
        Self {
            name: name.to_owned(),
            file,
            goal,
            buffer: Vec::new(),
            position: 0,
            size: 0,
            hash: Some(Context::new(&SHA256)),
            hashed: 0,
        }
    }

    /// Leaves the hash to the end, for a writer that goes back over what it wrote.
    #[must_use]
    pub fn hash_at_end(mut self) -> Self {
        self.hash = None;
        self
    }

    /// Its name in the job's folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Translates a failure of writing to this product.
    #[must_use]
    pub fn failed(&self, error: io::Error) -> IoError {
        match &self.goal {
            Goal::File(path, _) => write_failed(path, error),
            Goal::Object(_) => write_failed(&std::env::temp_dir(), error),
        }
    }

    /// Writes and hashes what has gathered: in large pieces, since each has its cost.
    fn flush_buffer(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.buffer)?;
        if let Some(hash) = &mut self.hash {
            if self.position - self.buffer.len() as u64 == self.hashed {
                hash.update(&self.buffer);
                self.hashed = self.position;
            } else {
                self.hash = None;
            }
        }
        self.buffer.clear();
        Ok(())
    }

    /// Puts the product under its name, where it replaces one of the same name. A crash of the program leaves the one or
    /// the other; against a crash of the machine there is [`super::Sink::sync`].
    ///
    /// # Errors
    /// [`IoError::Full`] and other failures to write; for a bucket those of the network, and [`IoError::Locked`] as
    /// [`super::Sink::create`]. The name then still has what it had before.
    pub fn commit(mut self, media_type: &str) -> Result<StoredProduct> {
        self.flush_buffer().map_err(|e| self.failed(e))?;
        let (size, sha256) = self.measure().map_err(|e| self.failed(e))?;
        match &self.goal {
            Goal::File(path, temporary) => {
                std::fs::rename(temporary, path).map_err(|e| self.failed(e))?;
            }
            Goal::Object(prefix) => prefix.upload(&self.name, &mut self.file, size, media_type)?,
        }
        Ok(StoredProduct { name: self.name.clone(), size, sha256, media_type: media_type.to_owned() })
    }

    /// As [`ProductFile::commit`], and it is on the disk afterwards, name and all: for the manifest, once
    /// [`super::Sink::sync`] has seen to what it lists.
    ///
    /// # Errors
    /// As [`ProductFile::commit`].
    pub fn commit_to_disk(mut self, media_type: &str) -> Result<StoredProduct> {
        self.flush_buffer().and_then(|()| self.file.sync_all()).map_err(|e| self.failed(e))?;
        let folder = match &self.goal {
            Goal::File(path, _) => path.parent().map(Path::to_owned),
            Goal::Object(_) => None,
        };
        let stored = self.commit(media_type)?;
        if let Some(folder) = folder {
            File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|e| write_failed(&folder, e))?;
        }
        Ok(stored)
    }

    /// Size and hash, from what was counted on the way if that is all there is.
    fn measure(&mut self) -> io::Result<(u64, String)> {
        let on_disk = self.file.metadata()?.len();
        let hash = match self.hash.take() {
            Some(hash) if self.hashed == on_disk => hash,
            _ => self.hash_again()?,
        };
        Ok((on_disk, hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    fn hash_again(&mut self) -> io::Result<Context> {
        let mut hash = Context::new(&SHA256);
        let mut block = vec![0; BUFFER];
        self.file.seek(SeekFrom::Start(0))?;
        loop {
            match self.file.read(&mut block)? {
                0 => return Ok(hash),
                n => hash.update(block.get(..n).unwrap_or_default()),
            }
        }
    }
}

impl Write for ProductFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() >= BUFFER {
            self.flush_buffer()?;
        }
        let taken = bytes.get(..bytes.len().min(BUFFER)).unwrap_or(bytes);
        self.buffer.extend_from_slice(taken);
        self.position += taken.len() as u64;
        self.size = self.size.max(self.position);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush_buffer()
    }
}

impl Read for ProductFile {
    /// Reads back what was written, from the current position.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.flush_buffer()?;
        let n = self.file.read(bytes)?;
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for ProductFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Current(0) {
            return Ok(self.position);
        }
        self.flush_buffer()?;
        self.position = self.file.seek(to)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A product whose bytes go to a disk without room.
    fn on_a_full_disk(folder: &Path) -> ProductFile {
        let temporary = tempfile::NamedTempFile::new_in(folder).unwrap().into_temp_path();
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        ProductFile::new("p.nc", Goal::File(folder.join("p.nc"), temporary), full)
    }

    #[test]
    fn a_full_disk_is_told_and_leaves_no_product() {
        let folder = tempfile::tempdir().unwrap();
        let mut large = on_a_full_disk(folder.path());
        let error = large.write_all(&vec![1; BUFFER + 1]).unwrap_err();
        let error = large.failed(error);
        assert!(matches!(&error, IoError::Full { .. }) && error.to_string().contains("p.nc"), "{error}");
        drop(large);
        let mut small = on_a_full_disk(folder.path());
        small.write_all(b"abc").unwrap();
        let error = small.commit("application/x-netcdf").unwrap_err();
        assert!(matches!(&error, IoError::Full { .. }), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
