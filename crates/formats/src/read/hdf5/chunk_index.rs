//! From a data set's chunk index to the chunks that a selection touches, each checked before it is believed.

use std::collections::HashSet;
use std::ops::Range;

use hdf5_reader::btree_v1::{BTreeV1Key, BTreeV1Node};
use hdf5_reader::chunk_index::{self, ChunkEntry};
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::layout::ChunkIndexing;
use hdf5_reader::{Hdf5File, extensible_array, fixed_array};

use super::stored::undefined_address;
use super::{Blocks, damaged, failed};
use crate::Result;
use crate::read::Hyperslab;
use crate::read::chunks::{Piece, Place, Stored, touched};

/// Where and what a chunk index is.
pub(super) struct Index<'a> {
    pub(super) address: u64,
    /// `None` is a version 1 B-tree.
    pub(super) kind: Option<&'a ChunkIndexing>,
    pub(super) max_shape: Option<&'a [u64]>,
}

/// The pieces, in the order of their addresses.
pub(super) fn pieces(
    file: &Hdf5File,
    blocks: &Blocks,
    stored: &Stored,
    index: &Index<'_>,
    slab: &Hyperslab,
) -> Result<Vec<Piece>> {
    let clipped = Hyperslab(slab.0.iter().zip(&stored.shape).map(|(r, n)| r.start.min(*n)..r.end.min(*n)).collect());
    if clipped.0.iter().any(|r| r.start >= r.end) {
        return Ok(Vec::new());
    }
    let wanted = touched(&clipped, &stored.chunk);
    let mut entries = entries(file, blocks, stored, index, &wanted)?;
    let undefined = undefined_address(file.superblock().offset_size);
    let grid = |entry: &ChunkEntry| -> Option<Vec<u64>> {
        let at: Vec<u64> = entry.offsets.iter().zip(&stored.chunk).map(|(at, len)| at / len).collect();
        (at.len() == wanted.len() && at.iter().zip(&wanted).all(|(i, r)| r.contains(i))).then_some(at)
    };
    entries.retain(|entry| entry.address != undefined && grid(entry).is_some());
    checked(file, blocks, stored, entries)
}

/// Checks entries against the file and each other.
fn checked(file: &Hdf5File, blocks: &Blocks, stored: &Stored, mut entries: Vec<ChunkEntry>) -> Result<Vec<Piece>> {
    let len = file.storage().len();
    let base = file.superblock().base_address;
    let whole = stored.chunk_bytes().unwrap_or(u64::MAX);
    entries.sort_by_key(|entry| entry.address);
    let mut origins = HashSet::with_capacity(entries.len());
    let mut end_of_last = 0;
    let mut pieces = Vec::with_capacity(entries.len());
    for entry in entries {
        let origin = entry.offsets.get(..stored.chunk.len()).unwrap_or_default().to_vec();
        let bad = |reason: &str| damaged(blocks, format!("the index entry of the chunk at {origin:?} {reason}"));
        if origin.iter().zip(&stored.chunk).any(|(at, len)| at % len != 0) {
            return Err(bad("is off the grid of chunks"));
        }
        // Indices of unfiltered chunks do not store the size.
        let size = if entry.size == 0 && stored.filters.is_none() { whole } else { entry.size };
        let end = entry.address.checked_add(size).filter(|end| *end <= len);
        let Some(end) = end else {
            return Err(bad("points outside the file"));
        };
        if !stored.filters.stored_bounds(whole, entry.filter_mask).contains(&size) {
            return Err(bad(&format!("tells {size} stored bytes for {whole}")));
        }
        if entry.address < end_of_last {
            return Err(bad("overlaps another chunk"));
        }
        end_of_last = end;
        if !origins.insert(origin.clone()) {
            return Err(bad("is there twice"));
        }
        pieces.push(Piece {
            place: Place::Range(entry.address + base..end + base),
            mask: entry.filter_mask,
            origin,
            first: 0,
            count: stored.chunk_elements().unwrap_or(0),
        });
    }
    Ok(pieces)
}

fn entries(
    file: &Hdf5File,
    blocks: &Blocks,
    stored: &Stored,
    index: &Index<'_>,
    wanted: &[Range<u64>],
) -> Result<Vec<ChunkEntry>> {
    let superblock = file.superblock();
    let (offsets, lengths) = (superblock.offset_size, superblock.length_size);
    let storage = file.storage();
    let dims: Vec<u32> = stored.chunk.iter().map(|len| u32::try_from(*len).unwrap_or(u32::MAX)).collect();
    let first: Vec<u64> = wanted.iter().map(|r| r.start).collect();
    let last: Vec<u64> = wanted.iter().map(|r| r.end.saturating_sub(1)).collect();
    let bounds = Some((first.as_slice(), last.as_slice()));
    let shape = &stored.shape;
    let address = index.address;
    let found = match index.kind {
        None => return Tree { file, blocks, rank: dims.len(), chunk: &stored.chunk, wanted }.collect(address),
        Some(ChunkIndexing::SingleChunk { filtered_size, filters }) => {
            Ok(vec![chunk_index::single_chunk_entry(address, *filtered_size, *filters, dims.len())])
        }
        Some(ChunkIndexing::Implicit) => {
            chunk_index::collect_implicit_chunk_entries(address, shape, &dims, stored.size, bounds, storage.len())
        }
        Some(ChunkIndexing::FixedArray { .. }) => fixed_array::collect_fixed_array_chunk_entries_storage(
            storage, address, offsets, lengths, shape, &dims, bounds,
        ),
        Some(ChunkIndexing::ExtensibleArray { .. }) => {
            extensible_array::collect_extensible_array_chunk_entries_storage(
                storage,
                address,
                offsets,
                lengths,
                shape,
                index.max_shape,
                &dims,
                bounds,
            )
        }
        Some(ChunkIndexing::BTreeV2) => chunk_index::collect_v2_chunk_entries_storage(
            storage,
            address,
            offsets,
            lengths,
            dims.len() as u32,
            &dims,
            bounds,
        ),
    };
    found.map_err(|e| failed(blocks, &e))
}

/// The walk of a version 1 B-tree: level by level, each level fetched in one round, only where wanted chunks can be.
struct Tree<'a> {
    file: &'a Hdf5File,
    blocks: &'a Blocks,
    rank: usize,
    chunk: &'a [u64],
    wanted: &'a [Range<u64>],
}

/// A node to visit: its address, its level (the root's is not known), and the keys between which its chunks lie.
struct Visit {
    address: u64,
    level: Option<u8>,
    low: Vec<u64>,
    high: Option<Vec<u64>>,
}

impl Tree<'_> {
    fn collect(&self, root: u64) -> Result<Vec<ChunkEntry>> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        let mut level = vec![Visit { address: root, level: None, low: vec![0; self.rank], high: None }];
        while !level.is_empty() {
            let base = self.file.superblock().base_address;
            let ranges: Vec<Range<u64>> = level
                .iter()
                .map(|v| {
                    v.address.saturating_add(base)..v.address.saturating_add(base).saturating_add(self.node_bytes())
                })
                .collect();
            self.blocks.prefetch(&ranges)?;
            let mut next = Vec::new();
            for visit in &level {
                if !seen.insert(visit.address) {
                    return Err(self.bad(visit.address, "is reached twice"));
                }
                self.visit(visit, &mut entries, &mut next)?;
            }
            level = next;
        }
        Ok(entries)
    }

    fn visit(&self, visit: &Visit, entries: &mut Vec<ChunkEntry>, next: &mut Vec<Visit>) -> Result<()> {
        let node = self.node(visit.address)?;
        if node.node_type != 1 || visit.level.is_some_and(|level| level != node.level) {
            return Err(self.bad(visit.address, "is of another kind or level"));
        }
        let mut keys = Vec::with_capacity(node.keys.len());
        for key in &node.keys {
            let BTreeV1Key::RawData { chunk_size, filter_mask, offsets } = key else {
                return Err(self.bad(visit.address, "has keys of another kind"));
            };
            keys.push((*chunk_size, *filter_mask, offsets.get(..self.rank).unwrap_or_default().to_vec()));
        }
        // Chunks would be missed silently if the keys were not in order. The last one is no chunk's: it bounds the node, in
        // some files with the offsets of the last chunk itself, and the parent has a better bound.
        let children = node.children.len();
        let ordered = keys.get(..children).is_some_and(|keys| keys.is_sorted_by(|a, b| a.2 < b.2));
        let first_fits = keys.first().is_none_or(|key| key.2 >= visit.low);
        let last_fits =
            children == 0 || visit.high.as_ref().is_none_or(|high| keys.get(children - 1).is_none_or(|k| k.2 < *high));
        if !ordered || !first_fits || !last_fits {
            return Err(self.bad(visit.address, "has keys that are not in order"));
        }
        for (i, address) in node.children.iter().enumerate() {
            let Some((size, mask, low)) = keys.get(i) else { break };
            if node.level == 0 {
                entries.push(ChunkEntry {
                    address: *address,
                    size: u64::from(*size),
                    filter_mask: *mask,
                    offsets: low.clone(),
                });
                continue;
            }
            let high =
                if i + 1 == children { visit.high.clone() } else { keys.get(i + 1).map(|(_, _, key)| key.clone()) };
            if self.may_hold(low, high.as_deref()) {
                next.push(Visit { address: *address, level: Some(node.level - 1), low: low.clone(), high });
            }
        }
        Ok(())
    }

    /// Whether a wanted chunk can lie from `low` up to before `high`, in row-major order.
    fn may_hold(&self, low: &[u64], high: Option<&[u64]>) -> bool {
        // The first wanted chunk at or after `low`: keep the dimensions that are wanted, raise the first that is not.
        let low: Vec<u64> = low.iter().zip(self.chunk).map(|(at, len)| at.div_ceil(*len)).collect();
        let mut first = low.clone();
        let mut d = 0;
        while d < self.rank && self.wanted[d].contains(&low[d]) {
            d += 1;
        }
        if d < self.rank {
            let mut raised = None;
            if low[d] < self.wanted[d].start {
                raised = Some((d, self.wanted[d].start));
            }
            let mut k = d;
            while raised.is_none() {
                if k == 0 {
                    return false;
                }
                k -= 1;
                if low[k] + 1 < self.wanted[k].end {
                    raised = Some((k, low[k] + 1));
                }
            }
            if let Some((at, value)) = raised {
                first[at] = value;
                for (slot, wanted) in first.iter_mut().zip(self.wanted).skip(at + 1) {
                    *slot = wanted.start;
                }
            }
        }
        let Some(high) = high else { return true };
        let first: Vec<u64> = first.iter().zip(self.chunk).map(|(i, len)| i.saturating_mul(*len)).collect();
        first.as_slice() < high
    }

    fn node(&self, address: u64) -> Result<BTreeV1Node> {
        let superblock = self.file.superblock();
        let base = superblock.base_address;
        let start = address.checked_add(base).ok_or_else(|| self.bad(address, "overflows"))?;
        let head = 8 + 2 * u64::from(superblock.offset_size);
        let bytes = self.blocks.read(start..start.saturating_add(head))?;
        let used = bytes.get(6..8).map_or(0, |b| u64::from(u16::from_le_bytes([b[0], b[1]])));
        let key = 8 + 8 * (self.rank as u64 + 1);
        let len = head + used * (key + u64::from(superblock.offset_size)) + key;
        let bytes = self.blocks.read(start..start.saturating_add(len))?;
        BTreeV1Node::parse(
            &mut Cursor::new(&bytes),
            superblock.offset_size,
            superblock.length_size,
            Some(self.rank as u32),
        )
        .map_err(|e| failed(self.blocks, &e))
    }

    /// Bytes of a node that is full.
    fn node_bytes(&self) -> u64 {
        let superblock = self.file.superblock();
        let half = if superblock.indexed_storage_k > 0 { u64::from(superblock.indexed_storage_k) } else { 32 };
        let key = 8 + 8 * (self.rank as u64 + 1);
        8 + 2 * u64::from(superblock.offset_size) + 2 * half * (key + u64::from(superblock.offset_size)) + key
    }

    fn bad(&self, address: u64, reason: &str) -> crate::IoError {
        damaged(self.blocks, format!("the node of the chunk index at {address} {reason}"))
    }
}
