//! Phenomena that are given by their outlines and times, not found by a condition: a fire's perimeter, a storm's wind radii,
//! any polygon with a time.
//!
//! A [`Phenomenon`] has [`Outline`]s, each a [`Shape`] and [`When`] it holds. A [`Timeline`] says which of them make up each
//! scene, a [`Masker`] turns these into the cells of a grid (without an image), and [`Follow`] writes down the
//! [`crate::Lineage`]: one track for each phenomenon, which nobody had to find.
//!
//! ```
//! use eventscape_core::outline::{Follow, Masker, Outline, Phenomenon, Shape, Timeline, When};
//! use eventscape_core::{Grid, Timestamp, time::Calendar};
//!
//! let ring = vec![(10.0, 50.0), (12.0, 50.0), (12.0, 51.0), (10.0, 51.0), (10.0, 50.0)];
//! let day = |n: i64| Timestamp::from_micros(Calendar::Standard, n * 86_400_000_000);
//! let when = When::During { first: day(3), last: day(5) };
//! let fire = Phenomenon {
//!     id: "17".to_owned(),
//!     name: Some("CAMP".to_owned()),
//!     outlines: vec![Outline { when, shape: Shape::polygons(vec![vec![ring]])? }],
//! };
//! let phenomena = [fire];
//! let grid = Grid::regular(9.0, 49.0, 13.0, 52.0, 0.5)?;
//! let timeline = Timeline::of(&phenomena, 86_400_000_000, (None, None), |_| true)?;
//! let masker = Masker::new(&grid, 1.0)?;
//! let mut follow = Follow::new(&timeline);
//! for scene in 0..timeline.times().len() {
//!     let cells = masker.cells(&[&phenomena[0].outlines[0].shape]);
//!     let masked = masker.scene(timeline.times()[scene], vec![(0, cells.into())]);
//!     assert_eq!(masked.components.components[0].cells, 8);
//!     follow.push(&masked);
//! }
//! let followed = follow.finish();
//! assert_eq!(followed.lineage.tracks.len(), 1);
//! assert_eq!(followed.lineage.tracks[0].members.len(), 3);
//! # Ok::<(), eventscape_core::CoreError>(())
//! ```

mod columns;
mod extent;
mod follow;
mod masker;
mod polygons;
mod quadrants;
mod shape;
mod timeline;

pub use extent::extent;
pub use follow::{Follow, Followed, Origin};
pub use masker::{MaskedScene, Masker};
pub use shape::{Outline, Phenomenon, Shape, When};
pub use timeline::{Active, Timeline};

#[cfg(test)]
mod tests;
