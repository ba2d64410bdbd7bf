//! The fast path: which stored pieces a selection touches, fetched, decoded and scattered in parallel.

mod blocks;
mod dataset;
mod element;
mod execute;
mod filters;
mod layout;
mod pipeline;
mod unpack;
mod whole;

pub use blocks::Blocks;
pub(crate) use dataset::{At, Chunked, Found, Pieces};
pub(crate) use element::{Element, number_of};
pub(crate) use execute::{Origin, Read, read_bytes, read_elements, read_unpacked};
pub(crate) use filters::Filters;
pub(crate) use layout::{Dense, Layout, Piece, Place, Stored, dense_chunk, dense_pieces, each_index, touched};
pub(crate) use pipeline::{bunzip2, unknown as unknown_filter};
pub(crate) use unpack::{Float, Rule};
pub(crate) use whole::unpack_array;
