//! The netCDF products: the reference's mask file, and CF files of masks and tracks.
//!
//! - [`write_mask_output`]: `<job>-ForTraCC-Mask-Output.nc4`, a group for each time, as the reference has it.
//! - [`write_masks`]: `<job>-Masks.nc`, flat, dense, packed.
//! - [`write_tracks`]: `<job>-Tracks.nc`, trajectories as a contiguous ragged array, and the links between them.
//!
//! All are written as streams ([`eventscape_formats::write`] says how), so that memory does not grow with the job.

mod axes;
mod in_order;
mod mask_output;
mod masks;
mod metadata;
mod tracks;

pub(crate) use axes::{Axes, time_variable, write_crs, write_time};
pub(crate) use metadata::{FileKind, curation_attributes, on_scale, seconds};

pub use mask_output::write_mask_output;
pub use masks::write_masks;
pub use tracks::write_tracks;
