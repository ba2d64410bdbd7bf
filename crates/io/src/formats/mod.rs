//! Opening granules and reading boxes of their variables.
//!
//! [`Granule::open`] finds out the format of a [`crate::stores::ByteSource`] (netCDF-4 and HDF5, classic netCDF) and
//! reads its structure; [`Granule::open_directory`] does so for a Zarr store. [`Granule::read`] gives stored values, [`Granule::read_values`] physical ones: only the chunks
//! that a [`Hyperslab`] touches are fetched, on all cores they are inflated, un-shuffled, unpacked by a [`Packing`] and
//! scattered into a buffer that the caller keeps.

mod array;
mod contents;
mod granule;
mod granules;
mod hdf5;
mod model;
mod netcdf3;
mod packing;
mod plan;
mod read;
mod zarr;

pub use array::{Array, ArrayData, Hyperslab};
pub use granule::{Granule, OpenOptions};
pub use granules::Granules;
pub use model::{Attribute, Attributes, Dimension, Format, Number, ScalarType, Variable};
pub use packing::{Factor, Output, Packing, default_fill};
pub use plan::ReadPlan;
