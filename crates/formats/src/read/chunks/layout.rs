//! How a variable's elements lie in the file, and the pieces of it that a selection touches.

use std::ops::Range;

use super::Filters;
use crate::read::Hyperslab;

/// How a variable is stored.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// The stored shape; it may be shorter than the variable's along unlimited dimensions.
    pub(crate) shape: Vec<u64>,
    /// The shape of the pieces that are read and decoded at once: the chunks, or parts of a dense array.
    pub(crate) chunk: Vec<u64>,
    /// Bytes of one element.
    pub(crate) size: usize,
    pub(crate) big_endian: bool,
    pub(crate) filters: Filters,
    /// The bytes of one element that was never written.
    pub(crate) fill: Vec<u8>,
    pub(crate) layout: Layout,
}

/// Where the elements are.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// Nothing was ever written.
    Empty,
    /// In the metadata.
    Inline(Vec<u8>),
    /// One after the other from an address; with `record`, each index of the first dimension that many bytes apart.
    Dense { address: u64, record: Option<u64> },
    /// In chunks of HDF5, found through an index.
    Chunked {
        address: u64,
        /// The kind of the index; `None` is a version 1 B-tree.
        index: Option<hdf5_reader::messages::layout::ChunkIndexing>,
        /// How far the shape may grow, which some indices count by.
        max_shape: Option<Vec<u64>>,
    },
    /// In chunks of Zarr, one object each.
    Objects(crate::read::zarr::Keys),
}

/// Where a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Bytes of the file.
    Range(Range<u64>),
    /// An object of a Zarr store, or a part of it.
    Object { key: String, range: Option<Range<u64>> },
    /// Bytes of the variable's inline data.
    Inline(Range<u64>),
}

/// A stored box of a variable.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) place: Place,
    /// The filters that were skipped for this piece, by bits.
    pub(crate) mask: u32,
    /// The index of its first element.
    pub(crate) origin: Vec<u64>,
    /// The element of the chunk with which the stored bytes begin (only unfiltered pieces are read in part).
    pub(crate) first: u64,
    /// Elements that the stored bytes hold.
    pub(crate) count: u64,
}

impl Stored {
    /// Elements of a whole chunk; `None` when that overflows.
    pub(crate) fn chunk_elements(&self) -> Option<u64> {
        self.chunk.iter().try_fold(1u64, |product, len| product.checked_mul(*len))
    }

    /// Bytes of a whole decoded chunk; `None` when that overflows.
    pub(crate) fn chunk_bytes(&self) -> Option<u64> {
        self.chunk.iter().try_fold(self.size as u64, |product, len| product.checked_mul(*len))
    }
}

/// Dense arrays are read in parts of about this many bytes, so that they are read in parallel and in order.
const DENSE_PART: u64 = 256 << 10;

/// A chunk shape for a dense array: whole trailing dimensions as far as they fit, one index of the leading ones.
pub(crate) fn dense_chunk(shape: &[u64], size: usize, records: bool) -> Vec<u64> {
    let mut chunk = vec![1; shape.len()];
    let mut bytes = size as u64;
    let first = usize::from(records);
    for d in (first..shape.len()).rev() {
        let fits = (DENSE_PART / bytes.max(1)).max(1);
        chunk[d] = shape[d].clamp(1, fits);
        bytes = bytes.saturating_mul(chunk[d]);
        if chunk[d] < shape[d] {
            break;
        }
    }
    chunk
}

/// The ranges of chunk numbers that a selection touches, one a dimension.
pub(crate) fn touched(slab: &Hyperslab, chunk: &[u64]) -> Vec<Range<u64>> {
    slab.0.iter().zip(chunk).map(|(r, c)| r.start / c.max(&1)..r.end.div_ceil(*c.max(&1))).collect()
}

/// Calls `f` for each tuple of indices in a box, row-major.
pub(crate) fn each_index<E>(ranges: &[Range<u64>], mut f: impl FnMut(&[u64]) -> Result<(), E>) -> Result<(), E> {
    if ranges.iter().any(|r| r.start >= r.end) {
        return Ok(());
    }
    let mut index: Vec<u64> = ranges.iter().map(|r| r.start).collect();
    loop {
        f(&index)?;
        let mut d = ranges.len();
        loop {
            if d == 0 {
                return Ok(());
            }
            d -= 1;
            index[d] += 1;
            if index[d] < ranges[d].end {
                break;
            }
            index[d] = ranges[d].start;
        }
    }
}

/// Where a dense array lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dense {
    /// In the metadata.
    Inline,
    /// From an address of the file; `record` is the distance of the indices of the first dimension, in bytes.
    File { address: u64, record: Option<u64> },
}

/// The pieces of a dense array that a selection touches, each narrowed to the elements from its first to its last
/// selected one. `None` when an address overflows.
pub(crate) fn dense_pieces(stored: &Stored, dense: Dense, slab: &Hyperslab) -> Option<Vec<Piece>> {
    let clipped =
        Hyperslab(slab.0.iter().zip(&stored.shape).map(|(r, len)| r.start.min(*len)..r.end.min(*len)).collect());
    let mut pieces = Vec::new();
    each_index(&touched(&clipped, &stored.chunk), |chunk| {
        pieces.push(dense_piece(stored, dense, &clipped, chunk).ok_or(())?);
        Ok::<_, ()>(())
    })
    .ok()?;
    Some(pieces)
}

/// One piece. It is contiguous in the file because all dimensions after the one that is cut are whole, and those before
/// it have one index (see [`dense_chunk`]).
fn dense_piece(stored: &Stored, dense: Dense, clipped: &Hyperslab, chunk: &[u64]) -> Option<Piece> {
    let origin: Vec<u64> = chunk.iter().zip(&stored.chunk).map(|(i, len)| i * len).collect();
    let size = stored.size as u64;
    let (mut begin, mut first, mut last) = (0u64, 0u64, 0u64);
    for (d, range) in clipped.0.iter().enumerate() {
        let low = range.start.max(origin[d]) - origin[d];
        let high = range.end.min(origin[d] + stored.chunk[d]) - 1 - origin[d];
        if d > 0 || !matches!(dense, Dense::File { record: Some(_), .. }) {
            begin = begin.checked_mul(stored.shape[d])?.checked_add(origin[d])?;
        }
        first = first.checked_mul(stored.chunk[d])?.checked_add(low)?;
        last = last.checked_mul(stored.chunk[d])?.checked_add(high)?;
    }
    let count = last - first + 1;
    let start = begin.checked_add(first)?.checked_mul(size)?;
    let range = start..start.checked_add(count.checked_mul(size)?)?;
    let place = match dense {
        Dense::Inline => Place::Inline(range),
        Dense::File { address, record } => {
            let record = record.unwrap_or(0).checked_mul(origin.first().copied().unwrap_or(0))?;
            let shift = address.checked_add(record)?;
            Place::Range(shift.checked_add(range.start)?..shift.checked_add(range.end)?)
        }
    };
    Some(Piece { place, mask: 0, origin, first, count })
}
