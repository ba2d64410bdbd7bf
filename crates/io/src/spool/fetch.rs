//! A finished spool of a store, fetched to this machine.

use super::reader::SpoolReader;
use crate::Result;
use crate::stores::{Location, Stores, nameless_copy};

impl SpoolReader {
    /// Opens a finished spool wherever it is. One of a store is fetched, piece by piece, into a nameless file of the
    /// system's folder for temporary files, which goes with the reader or the process.
    ///
    /// # Errors
    /// As [`SpoolReader::open`]; those of the store; no room for the copy.
    pub fn fetch(stores: &Stores, location: &Location) -> Result<Self> {
        match location.local_path() {
            Some(path) => Self::open(path),
            None => Self::of_file(nameless_copy(&*stores.open(location)?)?, location.to_string()),
        }
    }
}
