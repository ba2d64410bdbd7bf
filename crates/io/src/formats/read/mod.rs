//! The fast path: which stored pieces a selection touches, fetched, decoded and scattered in parallel.

mod blocks;
mod element;
mod execute;
mod filters;
mod layout;
mod unpack;

pub(crate) use blocks::Blocks;
pub(crate) use element::{Element, number_of};
pub(crate) use execute::{Origin, Read, read_bytes, read_elements, read_unpacked};
pub(crate) use filters::Filters;
pub(crate) use layout::{Dense, Layout, Piece, Place, Stored, dense_chunk, dense_pieces, each_index, touched};
pub(crate) use unpack::{Float, Rule};
