//! AUX-GEOIR: storms in infrared brightness temperature, by two thresholds and by cooling, linked by overlap.
//!
//! Detection ([`AuxGeoirDetector`], or [`detect`] for a single scene):
//!
//! 1. Missing cells are filled linearly along rows, then along columns, the ends by the nearest value; what is compared is
//!    then held within 182 K and 312 K.
//! 2. A cell is inside if it is colder than [`AuxGeoirOptions::cold_kelvin`], or (two stages) if it is colder than
//!    [`AuxGeoirOptions::warm_kelvin`] and at least 2 K colder at the next time. The last time has no next one.
//! 3. Clusters are the 8-connected regions of at least [`AuxGeoirOptions::min_cells`] cells. With two stages, a cluster
//!    of more than [`AuxGeoirOptions::max_cells`] cells gives way to its parts below the cold threshold, if any is large
//!    enough.
//!
//! Tracking ([`AuxGeoir`]): each cluster takes the track of the earlier cluster that it overlaps with, of several the
//! largest one; so a track may have several clusters at a time. Times without any cluster are skipped. At the end, tracks
//! of fewer than [`AuxGeoirOptions::min_steps`] times are dropped, and those that are neither cold nor small at any time.
//!
//! Where [`AuxGeoirOptions::reference`] is set, the faults of the reference are kept:
//!
//! - clusters at the grid's first or last longitude are joined if their boxes overlap, wherever they are, while clusters
//!   that touch across ±180° stay apart (by default, those are one cluster on a periodic grid, and no others are joined);
//! - of several clusters of one track, the next time sees only the last;
//! - values are those that were compared, held within 182 K and 312 K (by default the original ones).
//!
//! One thing is not copied: the reference attaches the values of joined clusters to the wrong cells, and tests the
//! coldness of a joined cluster on its first part alone.

mod detect;
mod fill;
mod join;
mod label;
mod method;
mod options;
mod tracker;

pub use detect::{AuxGeoirDetector, detect};
pub(in crate::track) use method::AuxGeoirMethod;
pub use options::AuxGeoirOptions;
pub use tracker::AuxGeoir;
