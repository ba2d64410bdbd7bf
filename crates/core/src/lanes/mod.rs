//! What works on many cells at a time: rows of bits, copies of values, and which instructions they may use. Detection and
//! description both stand on it.

pub(crate) mod bits;
mod cell;
mod gather;
mod isa;
mod pack;

pub(crate) use cell::Cell;
pub(crate) use gather::{GROUP, Gathered};
pub(crate) use isa::{Isa, by_isa};
pub(crate) use pack::pack_row;
