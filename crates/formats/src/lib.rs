//! Scientific files: netCDF-4 and HDF5, classic netCDF and Zarr are read, netCDF-4 is written.
//!
//! - [`Granule::open`] finds out the format of a [`ByteSource`] (one file or object), [`Granule::open_directory`] that of a
//!   [`DirectorySource`] (a folder of files, which a Zarr store is). Both read the structure and no data.
//! - [`Granule::read`] gives the stored values of a [`Hyperslab`]; [`Granule::read_values`] gives physical values by a
//!   [`Packing`]. Only the chunks that the box touches are fetched; all cores decode them.
//! - [`FORMATS`] is the table of formats. Each is a [`Format`] that recognises its files and opens them as a [`Dataset`]; a program
//!   may add its own ([`OpenOptions::formats`]).
//! - [`mod@write`] has a writer of netCDF-4 that streams: its memory does not grow with the file.
//!
//! This crate knows arrays, attributes and dimensions. It knows no grid, no time and no network; where bytes come from is behind
//! the two traits of sources.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod error;
mod read;
mod source;

pub mod write;

pub use error::{IoError, Result};
pub use read::{
    Array, ArrayData, Attribute, Attributes, Blocks, Contents, Dataset, Dimension, FORMATS, Factor, Format, Granule,
    Granules, Hyperslab, Number, OpenDirectory, OpenFile, OpenOptions, Opener, Output, Packing, ReadPlan, Remark,
    ScalarType, Unpacking, Unusable, Variable, default_fill, is_data_name,
};
pub use source::{
    ByteSource, Children, DirectorySource, LocalDirectory, LocalFile, MemoryBytes, check_key, checked_len,
};
