//! The netCDF products by CF, and the writer that TOS2CA's layouts use, too.
//!
//! - [`write_masks`]: `<job>-Masks.nc`, flat, dense, packed.
//! - [`write_tracks`]: `<job>-Tracks.nc`, trajectories as a contiguous ragged array, and the links between them.
//!
//! All are written as streams ([`eventscape_formats::write`] says how), so that memory does not grow with the job.

mod axes;
mod in_order;
mod masks;
mod metadata;
mod tracks;

pub(crate) use axes::{Axes, time_variable, write_crs, write_time};
pub(crate) use in_order::scenes_in_order;
pub(crate) use metadata::{FileKind, TIME_UNITS, curation_attributes, on_scale, seconds};

pub use masks::write_masks;
pub use tracks::write_tracks;
