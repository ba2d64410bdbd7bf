//! Finds the components of a scene.
//!
//! In one pass over the rows, the [`Condition`](crate::Condition) turns each row into bits, the bits into runs of
//! neighbouring cells, and runs that touch those of the row above join them; no image of labels is ever made. Then the runs
//! are sorted by component, the small components dropped and the others described.
//!
//! ```
//! use eventscape_core::detect::{DetectOptions, Detector, Scratch};
//! use eventscape_core::{Comparison, Condition, Grid, Scene, Timestamp, Values, time::Calendar};
//!
//! let grid = Grid::rectilinear(vec![10.0, 11.0], vec![20.0, 21.0, 22.0])?;
//! let cold = Condition::Compare { comparison: Comparison::LessThan, threshold: 235.0 };
//! let detector = Detector::new(&cold, &[], DetectOptions::default(), &grid)?;
//! let field = Values::F32(vec![220.0, 280.0, f32::NAN, 280.0, 230.0, 280.0]);
//! let scene = Scene::single(Timestamp::from_micros(Calendar::Standard, 0), field);
//! let found = detector.detect(&scene, None, &mut Scratch::default())?;
//! assert_eq!(found.components.len(), 1); // the two cold cells share a corner
//! assert_eq!(found.components[0].description.min, 220.0);
//! assert_eq!(found.valid_cells, 5);
//! # Ok::<(), eventscape_core::CoreError>(())
//! ```

mod baseline;
mod collect;
mod cut;
mod detector;
mod graph;
mod label;
mod lattice;
mod options;
mod rows;
mod scratch;

pub use baseline::*;
pub use detector::{Detector, detect_all};
pub use options::DetectOptions;
pub use scratch::Scratch;

#[cfg(test)]
mod tests;
