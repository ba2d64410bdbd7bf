//! Whole files of remote stores, brought to this machine.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use super::location::Location;
use super::registry::Stores;
use crate::Result;
use crate::failure::write_failed;
use eventscape_formats::{ByteSource, LocalFile};

/// Bytes that are in memory at a time.
const PIECE: u64 = 8 << 20;

impl Stores {
    /// Opens a file or object that will be read whole and in several passes. One of this machine is opened where it is; one of a
    /// remote store is fetched, piece by piece, into a nameless file of the system's folder for temporary files, which goes
    /// when the source is dropped or the process ends.
    ///
    /// # Errors
    /// As [`Stores::open`]; no room for the copy.
    pub fn fetch(&self, location: &Location) -> Result<Arc<dyn ByteSource>> {
        let source = self.open(location)?;
        if !source.is_remote() {
            return Ok(source);
        }
        let copy = nameless_copy(&*source)?;
        Ok(Arc::new(LocalFile::of_copy(copy, location.to_string(), source.version())?))
    }
}

/// The bytes of a source in a nameless file, which stands at its end.
pub(crate) fn nameless_copy(source: &dyn ByteSource) -> Result<File> {
    let folder = std::env::temp_dir();
    let mut copy = tempfile::tempfile_in(&folder).map_err(|e| write_failed(&folder, e))?;
    let mut start = 0;
    while start < source.len() {
        let end = start.saturating_add(PIECE).min(source.len());
        for piece in source.read_ranges(&[start..end])? {
            copy.write_all(&piece).map_err(|e| write_failed(&folder, e))?;
        }
        start = end;
    }
    Ok(copy)
}
