//! Scientific files: netCDF-4 and HDF5, classic netCDF and Zarr are read, netCDF-4 is written.
//!
//! - [`Granule::open`] finds out the format of a [`ByteSource`] (one file or object), [`Granule::open_directory`] that of a
//!   [`DirectorySource`] (a folder of files, which a Zarr store is). Both read the structure and no data.
//! - [`Granule::read`] gives the stored values of a [`Hyperslab`]; [`Granule::read_values`] gives physical values by a
//!   [`Packing`]. Only the chunks that the box touches are fetched; all cores decode them.
//! - [`FORMATS`] is the table of formats. Each is a [`Format`] that recognises its files and opens them as a [`Dataset`]; a program
//!   may add its own ([`OpenOptions::formats`]).
//! - [`write`] has a writer of netCDF-4 that streams: its memory does not grow with the file.
//!
//! This crate knows arrays, attributes and dimensions. It knows no grid, no time and no network; where bytes come from is behind
//! the two traits of sources.
//!
//! # Example
//!
//! A file is written to memory, opened, and a box of it read back.
//!
//! ```
//! use std::io::Cursor;
//! use std::sync::Arc;
//! use eventscape_formats::write::{NcFile, Variable};
//! use eventscape_formats::{ArrayData, Granule, Hyperslab, MemoryBytes, OpenOptions};
//!
//! let mut file = NcFile::create(Cursor::new(Vec::new()), "the example")?;
//! file.dimension("lat", 2)?;
//! file.dimension("lon", 3)?;
//! let sst = Variable::of::<f32>("sst", &["lat", "lon"]).with("units", "K");
//! file.variable(sst, &[290.0f32, 291.0, 292.0, 293.0, 294.0, 295.0])?;
//! let bytes = file.finish()?.into_inner();
//!
//! let granule = Granule::open(Arc::new(MemoryBytes::new("sst.nc", bytes)), &OpenOptions::default())?;
//! assert_eq!(granule.variable("sst")?.shape(), [2, 3]);
//! let eastern = granule.read("sst", &Hyperslab(vec![0..2, 2..3]))?;
//! assert_eq!(eastern.data, ArrayData::F32(vec![292.0, 295.0]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod error;
mod read;
mod source;

pub mod write;

pub use error::{IoError, Result};
pub use read::{
    Array, ArrayData, Attribute, Attributes, Blocks, Contents, Dataset, Dimension, FORMATS, Factor, Format, Granule,
    Granules, Hyperslab, Number, OpenOptions, Opener, Output, Packing, ReadPlan, ScalarType, Variable, default_fill,
    is_data_name,
};
pub use source::{
    ByteSource, Children, DirectorySource, LocalDirectory, LocalFile, MemoryBytes, check_key, checked_len,
};
