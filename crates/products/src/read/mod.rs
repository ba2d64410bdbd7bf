//! Products read back: what curation starts from.

mod interpolated;
mod masks;
mod places;
mod tracks;

pub use interpolated::{EventValues, InterpolatedReader};
pub use masks::{MaskFile, MaskedEvent, mask_names_in};
pub use tracks::{Polygons, TrackRow, TracksExtent, TracksReader};
