//! The B-tree that finds a dataset's chunks, written as the chunks come.
//!
//! Chunks come in row-major order, which is the order of the keys, so a leaf is complete after every 64 chunks and goes out:
//! memory holds one leaf, and 40 bytes or so for each earlier one.

use std::io;

use super::{Medium, Output, UNDEFINED};

/// Children of a node: the format's default, since superblock 2 states no other.
const CHILDREN: usize = 64;

/// A chunk or a node, with the first of its cells.
#[derive(Clone, Copy)]
struct Child {
    /// Number of the chunk in row-major order of the chunk grid.
    number: u64,
    /// Bytes of the chunk (0 for a node's own key would do; readers look at chunks alone).
    size: u32,
    address: u64,
}

/// The index of one dataset.
pub(crate) struct ChunkIndex {
    /// Chunks in each dimension.
    grid: Vec<u64>,
    /// Cells of a chunk in each dimension.
    chunk: Vec<u64>,
    chunks: u64,
    leaf: Vec<Child>,
    /// Where the leaf being filled will lie.
    leaf_address: u64,
    previous_leaf: u64,
    leaves: Vec<Child>,
}

impl ChunkIndex {
    /// The index of a dataset of this shape in chunks of that.
    pub(crate) fn new(shape: &[u64], chunk: &[u64]) -> Self {
        let grid = shape.iter().zip(chunk).map(|(n, c)| n.div_ceil((*c).max(1))).collect();
        Self {
            grid,
            chunk: chunk.to_vec(),
            chunks: 0,
            leaf: Vec::with_capacity(CHILDREN),
            leaf_address: UNDEFINED,
            previous_leaf: UNDEFINED,
            leaves: Vec::new(),
        }
    }

    /// Chunks that the whole dataset has.
    pub(crate) fn expected(&self) -> u64 {
        self.grid.iter().product()
    }

    /// Chunks so far.
    pub(crate) fn len(&self) -> u64 {
        self.chunks
    }

    /// Appends the next chunk in row-major order.
    pub(crate) fn push<W: Medium>(&mut self, out: &mut Output<W>, encoded: &[u8]) -> io::Result<()> {
        if self.leaf.len() == CHILDREN {
            let next = out.reserve(self.node_size())?;
            self.flush_leaf(out, next)?;
            self.leaf_address = next;
        } else if self.leaf_address == UNDEFINED {
            self.leaf_address = out.reserve(self.node_size())?;
        }
        let address = out.append(encoded)?;
        self.leaf.push(Child { number: self.chunks, size: encoded.len() as u32, address });
        self.chunks += 1;
        Ok(())
    }

    /// Writes the rest; gives the root's address, [`UNDEFINED`] where there is no chunk.
    pub(crate) fn finish<W: Medium>(mut self, out: &mut Output<W>) -> io::Result<u64> {
        if self.leaf.is_empty() {
            return Ok(UNDEFINED);
        }
        self.flush_leaf(out, UNDEFINED)?;
        let mut children = std::mem::take(&mut self.leaves);
        let mut level = 1;
        while children.len() > 1 {
            let size = self.node_size() as u64;
            let count = children.len().div_ceil(CHILDREN);
            let first = out.reserve(count * size as usize)?;
            let mut parents = Vec::with_capacity(count);
            for (n, part) in children.chunks(CHILDREN).enumerate() {
                let address = first + n as u64 * size;
                let left = if n == 0 { UNDEFINED } else { address - size };
                let right = if n + 1 == count { UNDEFINED } else { address + size };
                let end = children.get((n + 1) * CHILDREN).map_or(self.chunks, |next| next.number);
                out.patch(address, &self.node(level, part, left, right, end))?;
                parents.push(Child { address, ..part[0] });
            }
            children = parents;
            level += 1;
        }
        Ok(children.first().map_or(UNDEFINED, |root| root.address))
    }

    fn flush_leaf<W: Medium>(&mut self, out: &mut Output<W>, next: u64) -> io::Result<()> {
        let node = self.node(0, &self.leaf, self.previous_leaf, next, self.chunks);
        out.patch(self.leaf_address, &node)?;
        if let Some(first) = self.leaf.first() {
            self.leaves.push(Child { address: self.leaf_address, ..*first });
        }
        self.previous_leaf = self.leaf_address;
        self.leaf.clear();
        Ok(())
    }

    fn key_size(&self) -> usize {
        8 + 8 * (self.chunk.len() + 1)
    }

    fn node_size(&self) -> usize {
        24 + (CHILDREN + 1) * self.key_size() + CHILDREN * 8
    }

    fn node(&self, level: u8, children: &[Child], left: u64, right: u64, end: u64) -> Vec<u8> {
        let mut node = Vec::with_capacity(self.node_size());
        node.extend_from_slice(b"TREE\x01");
        node.push(level);
        node.extend_from_slice(&(children.len() as u16).to_le_bytes());
        node.extend_from_slice(&left.to_le_bytes());
        node.extend_from_slice(&right.to_le_bytes());
        for child in children {
            self.key(&mut node, child.size, child.number);
            node.extend_from_slice(&child.address.to_le_bytes());
        }
        self.key(&mut node, 0, end);
        node.resize(self.node_size(), 0);
        node
    }

    /// Appends a key: the chunk's size, no filter left out, and its first cell; past the end, the row of chunks after.
    fn key(&self, node: &mut Vec<u8>, size: u32, number: u64) {
        node.extend_from_slice(&size.to_le_bytes());
        node.extend_from_slice(&0u32.to_le_bytes());
        let mut origin = vec![0; self.chunk.len()];
        let mut rest = number;
        for d in (0..origin.len()).rev() {
            let (along, size) = (self.grid[d].max(1), self.chunk[d]);
            // the first dimension takes what is left, so that the key past the end is above all others
            origin[d] = size * if d == 0 { rest } else { rest % along };
            rest /= along;
        }
        node.extend(origin.iter().chain([&0]).flat_map(|n| n.to_le_bytes()));
    }
}
