//! A finished spool of a store, fetched to this machine.

use std::io::Write;

use super::reader::SpoolReader;
use crate::Result;
use crate::failure::write_failed;
use crate::stores::{Location, Stores};

/// Bytes that are in memory at a time.
const PIECE: u64 = 8 << 20;

impl SpoolReader {
    /// Opens a finished spool wherever it is. One of a store is fetched, piece by piece, into a nameless file of the
    /// system's folder for temporary files, which goes with the reader or the process.
    ///
    /// # Errors
    /// As [`SpoolReader::open`]; those of the store; no room for the copy.
    pub fn fetch(stores: &Stores, location: &Location) -> Result<Self> {
        let source = match location.local_path() {
            Some(path) => return Self::open(path),
            None => stores.open(location)?,
        };
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
        Self::of_file(copy, location.to_string())
    }
}
