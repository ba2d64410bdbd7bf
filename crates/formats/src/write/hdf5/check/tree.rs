//! The B-tree over a data set's chunks.

use std::io::{Read, Seek};

use super::object::ChunkGrid;
use super::{Fields, Result, Walk};
use crate::write::hdf5::UNDEFINED;

/// Children of a node, as we write them.
const CHILDREN: u64 = 64;
/// Levels that no tree of ours reaches: 64⁸ chunks.
const LEVELS: u8 = 8;

impl<F: Read + Seek> Walk<'_, F> {
    /// Visits all chunks, in row-major order, and counts them.
    pub(super) fn chunks(&mut self, path: &str, index: u64, grid: &ChunkGrid) -> Result<()> {
        if index == UNDEFINED {
            return Ok(());
        }
        let before = self.found.chunks;
        let mut next = 0;
        self.node(path, index, None, grid, &mut next)?;
        self.found.chunks = before + next;
        let expected: u64 = grid.counts.iter().product();
        if next != expected {
            return Err(format!("{path} should have {expected} chunks and has {next}"));
        }
        Ok(())
    }

    fn node(&mut self, path: &str, address: u64, level: Option<u8>, grid: &ChunkGrid, next: &mut u64) -> Result<()> {
        let key = 8 + 8 * (grid.sizes.len() as u64 + 1);
        let size = 24 + (CHILDREN + 1) * key + CHILDREN * 8;
        self.claim(&format!("the index of {path}"), address, size)?;
        let bytes = self.pages.read(address, size)?;
        let mut fields = Fields(&bytes);
        if fields.take(5)? != b"TREE\x01" {
            return Err(format!("at byte {address}, where the index of {path} should be, is none"));
        }
        let own = fields.u8()?;
        let entries = fields.u16()?;
        if own > LEVELS || level.is_some_and(|expected| own != expected) || u64::from(entries) > CHILDREN {
            return Err(format!("the index of {path} is not as it should be at byte {address}"));
        }
        fields.take(16)?;
        for _ in 0..entries {
            let stored = u64::from(fields.u32()?);
            fields.take(4)?;
            let origin = (0..grid.sizes.len()).map(|_| fields.u64()).collect::<Result<Vec<_>>>()?;
            fields.take(8)?;
            let child = fields.u64()?;
            if own > 0 {
                self.node(path, child, Some(own - 1), grid, next)?;
                continue;
            }
            if origin != grid.origin(*next) {
                return Err(format!("chunk {next} of {path} is said to begin at cell {origin:?}"));
            }
            self.claim(&format!("chunk {next} of {path}"), child, stored)?;
            self.found.data_bytes += stored;
            *next += 1;
        }
        Ok(())
    }
}

impl ChunkGrid {
    /// The first cell of a chunk, by its number in row-major order.
    fn origin(&self, number: u64) -> Vec<u64> {
        let mut rest = number;
        let mut origin = vec![0; self.counts.len()];
        for d in (0..origin.len()).rev() {
            let count = self.counts[d].max(1);
            origin[d] = self.sizes[d] * (rest % count);
            rest /= count;
        }
        origin
    }
}
