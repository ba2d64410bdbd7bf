//! Products read back: what curation starts from, what the service answers from, and what is verified.

mod interpolated;
mod masks;
mod picture;
mod places;
mod source;
mod table;
mod tracks;

pub use interpolated::{EventValues, InterpolatedReader};
pub use masks::{MaskFile, MaskedEvent, mask_names_in, time_of_stamp};
pub use picture::{read_gif, read_png};
pub use table::{TableReader, TableRows};
pub use tracks::{Polygons, TrackRow, TracksExtent, TracksReader};
