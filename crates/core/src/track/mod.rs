//! Links the components of consecutive scenes into a lineage.
//!
//! - [`Fortracc`] links components of neighbouring scenes that overlap enough, the largest first; by the correct
//!   [`OverlapRule`], or bit for bit as the TOS2CA reference.
//! - [`AuxGeoir`] links storms in brightness temperature that [`AuxGeoirDetector`] found.
//! - [`track_summaries`] tells of each track how long it lasts, how it moves and grows, how it begins and ends.
//!
//! Both trackers stream: they take [`crate::SceneComponents`] in the order of time, remember the cells of one scene, and
//! give the [`crate::Lineage`] at the end. Nothing of them depends on threads or chunks: a job in chunks is linked over the
//! concatenation of its scenes.
//!
//! # Example
//!
//! A cold disc that drifts eastwards is one track of three components.
//!
//! ```
//! use eventscape_core::detect::{DetectOptions, Detector, Scratch};
//! use eventscape_core::time::{Calendar, Timestamp};
//! use eventscape_core::track::{Fortracc, FortraccOptions};
//! use eventscape_core::{Comparison, Condition, Grid, Scene, Values};
//!
//! let axis = |count: usize| (0..count).map(|i| 0.1 * i as f64).collect();
//! let grid = Grid::rectilinear(axis(20), axis(40))?;
//! let cold = Condition::Compare { comparison: Comparison::LessThan, threshold: 235.0 };
//! let detector = Detector::new(&cold, &[], DetectOptions::default(), &grid)?;
//! let mut tracker = Fortracc::new(FortraccOptions::default(), &grid)?;
//!
//! let mut scratch = Scratch::default();
//! for hour in 0..3_i32 {
//!     let kelvin = |cell: i32| {
//!         let (row, column) = (cell / 40, cell % 40);
//!         if (row - 10).pow(2) + (column - 10 - 2 * hour).pow(2) <= 25 { 210.0 } else { 290.0 }
//!     };
//!     let time = Timestamp::from_micros(Calendar::Standard, i64::from(hour) * 3_600_000_000);
//!     let scene = Scene::single(time, Values::F32((0..20 * 40).map(kelvin).collect()));
//!     tracker.push(&detector.detect(&scene, None, &mut scratch)?)?;
//! }
//!
//! let lineage = tracker.finish();
//! assert_eq!(lineage.tracks.len(), 1);
//! assert_eq!(lineage.tracks[0].members.len(), 3);
//! # Ok::<(), eventscape_core::CoreError>(())
//! ```

pub mod aux_geoir;
mod fortracc;
mod overlap;
mod recorder;
mod rows;
mod summary;

pub use aux_geoir::{AuxGeoir, AuxGeoirDetector, AuxGeoirOptions};
pub use fortracc::{Fortracc, FortraccOptions, usual_step_seconds};
pub use overlap::{Overlap, OverlapRule};
pub use summary::{EndStatus, MemberState, Motion, StartStatus, TrackSummary, track_summaries, track_summary};
