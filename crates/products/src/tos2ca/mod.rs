//! The layouts of TOS2CA, JPL's system: written for its tools, and read where they come from outside or nothing else is
//! there.
//!
//! Positions are float32 in its masks, and its files do not tell their calendar; where it is a model calendar ours do, with
//! the attribute `calendar` of the root, which its tools pass over.

mod curated_file;
mod curation_hierarchy;
mod hierarchy;
mod interpolated_file;
mod interpolated_reader;
mod mask_output;
mod mask_reader;
mod navigation;
mod places;
mod stamps;
mod text;
mod toc;

pub use curated_file::CuratedFile;
pub use curation_hierarchy::CurationHierarchy;
pub use hierarchy::write_hierarchy;
pub use interpolated_file::InterpolatedFile;
pub use interpolated_reader::Tos2caInterpolated;
pub use mask_output::{write_mask_output, write_newest_mask_output};
pub use mask_reader::Tos2caMasks;
pub use navigation::grid_of;
pub use stamps::time_of as time_of_stamp;
pub use toc::write_toc;
