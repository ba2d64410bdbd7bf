//! Products read back: what curation starts from.

mod masks;

pub use masks::{MaskFile, MaskedEvent, mask_names_in};
