//! Reading the header's fields in order, from a file of which only the head may be at hand.

use std::sync::Arc;

use crate::read::chunks::Blocks;
use crate::{IoError, Result};

/// A position in the header.
pub(super) struct Reader {
    blocks: Arc<Blocks>,
    at: u64,
    /// Counts and lengths have 64 bits (CDF-5).
    pub(super) wide: bool,
}

impl Reader {
    pub(super) fn new(blocks: &Arc<Blocks>) -> Self {
        Self { blocks: blocks.clone(), at: 0, wide: false }
    }

    pub(super) fn damaged(&self, reason: impl std::fmt::Display) -> IoError {
        IoError::Damaged {
            location: self.blocks.source().location().to_owned(),
            reason: format!("{reason} (near byte {} of the header)", self.at),
        }
    }

    /// Bytes up to the end of the file.
    fn left(&self) -> u64 {
        self.blocks.source().len().saturating_sub(self.at)
    }

    pub(super) fn bytes(&mut self, len: u64) -> Result<bytes::Bytes> {
        if len > self.left() {
            return Err(self.damaged("the header is cut short"));
        }
        let bytes = self.blocks.read(self.at..self.at + len)?;
        self.at += len;
        Ok(bytes)
    }

    /// Bytes followed by padding to a multiple of four.
    pub(super) fn padded(&mut self, len: u64) -> Result<bytes::Bytes> {
        let whole = len.checked_next_multiple_of(4).ok_or_else(|| self.damaged("a length is absurd"))?;
        let bytes = self.bytes(whole)?;
        Ok(bytes.slice(..len as usize))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        let bytes = self.bytes(4)?;
        Ok(bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        let bytes = self.bytes(8)?;
        Ok(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A count: 32 bits, or 64 in CDF-5.
    pub(super) fn count(&mut self) -> Result<u64> {
        if self.wide { self.u64() } else { self.u32().map(u64::from) }
    }

    /// The number of entries of a list, each of at least `least` bytes; a list that cannot be in the file is refused.
    pub(super) fn list(&mut self, tag: u32, least: u64, what: &str) -> Result<usize> {
        let found = self.u32()?;
        let count = self.count()?;
        if found == 0 && count == 0 {
            return Ok(0);
        }
        if found != tag {
            return Err(self.damaged(format_args!("the list of {what} has the tag {found} instead of {tag}")));
        }
        self.bounded(count, least, what)
    }

    /// A count of entries of at least `least` bytes each.
    pub(super) fn bounded(&mut self, count: u64, least: u64, what: &str) -> Result<usize> {
        let fits = count.checked_mul(least).is_some_and(|bytes| bytes <= self.left());
        match usize::try_from(count) {
            Ok(count) if fits => Ok(count),
            _ => Err(self.damaged(format_args!("{count} {what} do not fit the file"))),
        }
    }

    pub(super) fn name(&mut self) -> Result<String> {
        let len = self.count()?;
        let bytes = self.padded(len)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.damaged("a name is not UTF-8"))
    }
}
