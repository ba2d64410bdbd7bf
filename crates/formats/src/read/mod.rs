//! Opening granules and reading boxes of their variables.
//!
//! The way of the data: a [`Format`] of the table recognises a source and opens it as a [`Dataset`]; [`Granule`] checks what is
//! asked for. Formats of ours say which pieces of bytes a box touches (`chunks`: fetched, decoded on all cores, unpacked by a
//! [`Packing`] and scattered into a buffer that the caller keeps).

mod array;
mod chunks;
mod contents;
mod dataset;
mod foreign;
mod granule;
mod granules;
mod hdf5;
mod model;
mod netcdf3;
mod packing;
mod plan;
mod zarr;

pub use array::{Array, ArrayData, Hyperslab};
pub use chunks::Blocks;
pub use contents::Contents;
pub use dataset::{Dataset, FORMATS, Format, OpenDirectory, OpenFile, OpenOptions, Opener, is_data_name};
pub use granule::Granule;
pub use granules::Granules;
pub use model::{Attribute, Attributes, Dimension, Number, ScalarType, Variable};
pub use packing::{Factor, Output, Packing, Remark, Unpacking, Unusable, default_fill};
pub use plan::ReadPlan;
