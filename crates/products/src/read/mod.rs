//! Products read back: what curation starts from.

mod interpolated;
mod masks;

pub use interpolated::{EventValues, InterpolatedReader};
pub use masks::{MaskFile, MaskedEvent, mask_names_in};
