//! Groups with many members: names in a local heap, under a B-tree that finds one in a few reads.
//!
//! Link messages are read one after the other, so that opening each of n members costs n²/2 of them.

use std::io;

use super::header::Message;
use super::{Medium, Output, UNDEFINED, symbol_table_message};

/// Members of a leaf and children of a node: the format's defaults, since superblock 2 states no others.
const LEAF: usize = 8;
const CHILDREN: usize = 32;
const ENTRY: usize = 40;

/// Writes the table of `members` (name, address of the header); gives the message for the group's header.
pub(crate) fn write_symbol_table<W: Medium>(
    out: &mut Output<W>,
    mut members: Vec<(String, u64)>,
) -> io::Result<Message> {
    members.sort_unstable();
    // the heap begins with the empty name, which is the lowest key of all
    let mut names = vec![0u8; 8];
    let mut children = Vec::with_capacity(members.len().div_ceil(LEAF));
    for leaf in members.chunks(LEAF) {
        let mut node = Vec::with_capacity(8 + LEAF * ENTRY);
        node.extend_from_slice(b"SNOD\x01\0");
        node.extend_from_slice(&(leaf.len() as u16).to_le_bytes());
        let mut last = 0;
        for (name, address) in leaf {
            last = names.len() as u64;
            names.extend_from_slice(name.as_bytes());
            names.push(0);
            names.resize(names.len().next_multiple_of(8), 0);
            node.extend_from_slice(&last.to_le_bytes());
            node.extend_from_slice(&address.to_le_bytes());
            // nothing cached
            node.extend_from_slice(&[0; 24]);
        }
        node.resize(8 + LEAF * ENTRY, 0);
        children.push((last, out.append_aligned(&node)?));
    }
    let tree = write_tree(out, children)?;

    let data = out.append_aligned(&names)?;
    let mut heap = b"HEAP\0\0\0\0".to_vec();
    // 1 says that the heap has no free space
    for number in [names.len() as u64, 1, data] {
        heap.extend_from_slice(&number.to_le_bytes());
    }
    let heap = out.append_aligned(&heap)?;
    Ok(symbol_table_message(tree, heap))
}

/// Writes a tree over `children` (key of the last name, address), level by level; gives the root.
fn write_tree<W: Medium>(out: &mut Output<W>, mut children: Vec<(u64, u64)>) -> io::Result<u64> {
    let mut level = 0u8;
    loop {
        const NODE: usize = 24 + (2 * CHILDREN + 1) * 8;
        let first = out.reserve(NODE * children.len().div_ceil(CHILDREN).max(1))?;
        let mut parents = Vec::new();
        let mut low = 0u64;
        let nodes = children.chunks(CHILDREN).count();
        for (n, part) in children.chunks(CHILDREN).enumerate() {
            let address = first + (n * NODE) as u64;
            let mut node = b"TREE\0".to_vec();
            node.push(level);
            node.extend_from_slice(&(part.len() as u16).to_le_bytes());
            let left = if n == 0 { UNDEFINED } else { address - NODE as u64 };
            let right = if n + 1 == nodes { UNDEFINED } else { address + NODE as u64 };
            for number in [left, right, low] {
                node.extend_from_slice(&number.to_le_bytes());
            }
            for (key, child) in part {
                node.extend_from_slice(&child.to_le_bytes());
                node.extend_from_slice(&key.to_le_bytes());
                low = *key;
            }
            node.resize(NODE, 0);
            out.patch(address, &node)?;
            parents.push((low, address));
        }
        if parents.len() <= 1 {
            return Ok(first);
        }
        children = parents;
        level += 1;
    }
}
