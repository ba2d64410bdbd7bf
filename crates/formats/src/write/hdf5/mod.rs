//! The parts of an HDF5 file, written front to back.
//!
//! Why our own: HDF5 libraries build groups and indexes in memory or need the file back to change it. A job's products
//! are written once, in the order of time, and must not need more memory for a longer job. So raw data go out as they
//! come, an object's header follows when the object is complete, and a group keeps only the name and the address of each
//! finished member. Only the superblock, and a few blocks that must be addressed before they are full, are patched.
//!
//! The subset of the format: superblock 2, object headers 2 with their checksums, link messages or (large groups) symbol
//! tables, contiguous and chunked layouts (version 3, B-tree 1), a global heap for the references of dimension lists.

mod check;
mod chunk_index;
mod header;
mod kind;
mod message;
mod output;
mod placement;
mod reference_heap;
mod symbol_table;

pub use check::{Structure, check_structure};
pub(crate) use chunk_index::ChunkIndex;
pub(crate) use header::ObjectHeader;
pub use kind::{Element, Kind, TextByte};
pub(crate) use message::{
    Extent, Filters, Layout, attribute, attribute_info, dataspace, datatype, fill_value, group_info, hard_link,
    link_info, number_type as datatype_of, reference_list_type, references_type, symbol_table_message, text_type,
};
pub use output::Medium;
pub(crate) use output::Output;
pub(crate) use reference_heap::{ReferenceHeap, Slot};
pub(crate) use symbol_table::write_symbol_table;

/// The address that points nowhere.
pub(crate) const UNDEFINED: u64 = u64::MAX;

/// Bytes of the superblock.
pub(crate) const SUPERBLOCK: usize = 48;

/// The superblock of a finished file.
pub(crate) fn superblock(end_of_file: u64, root: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SUPERBLOCK);
    bytes.extend_from_slice(b"\x89HDF\r\n\x1a\n");
    // version 2, offsets and lengths of 8 bytes, no flags
    bytes.extend_from_slice(&[2, 8, 8, 0]);
    for address in [0, UNDEFINED, end_of_file, root] {
        bytes.extend_from_slice(&address.to_le_bytes());
    }
    bytes.extend_from_slice(&hdf5_core::jenkins_lookup3(&bytes).to_le_bytes());
    bytes
}
