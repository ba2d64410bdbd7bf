//! Products read back: what curation, plots and the service start from. Ours are read first; the layouts of TOS2CA
//! ([`crate::tos2ca`]) where they come from outside or nothing else is there.

mod axes;
mod cf_masks;
mod flat;
mod interpolated;
mod masks;
mod picture;
mod source;
mod table;
mod tracks;

pub use crate::masked::{EventValues, MaskedEvent};
pub use crate::tos2ca::time_of_stamp;
pub use interpolated::InterpolatedReader;
pub use masks::{MaskFile, mask_names_in, mask_patterns};
pub use picture::{read_gif, read_png};
pub use table::{TableReader, TableRows};
pub use tracks::{Polygons, TrackRow, TracksExtent, TracksReader};
