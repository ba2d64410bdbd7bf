//! Brings values of another grid, or of scattered points, to cells of a mask, and steps of other times to the mask's.
//!
//! Geometry and values are apart: [`Weights`] are made once for a pair of places ([`grid_weights`], [`point_weights`]) and
//! applied to each step. Longitudes are compared around the circle, whatever the conventions are.
//!
//! ```
//! use eventscape_core::{Cells, Grid};
//! use eventscape_core::regrid::{Method, Targets, grid_weights};
//!
//! let source = Grid::rectilinear(vec![0.0, 1.0], vec![358.0, 359.0])?;
//! let mask = Grid::rectilinear(vec![0.25, 0.75], vec![-1.5, -1.25])?;
//! let weights = grid_weights(&source, &Targets::new(&mask), &Cells::of([0, 3], 2), Method::Linear)?;
//! let (values, _) = weights.apply(|cell| [10.0, 11.0, 20.0, 21.0][cell]);
//! assert_eq!(values, [13.0, 18.25]);
//! # Ok::<(), eventscape_core::CoreError>(())
//! ```

mod axis;
pub mod compat;
mod cross;
mod directions;
mod grid_source;
mod method;
mod points;
mod statistics;
mod sum;
mod targets;
mod time;
mod weights;

pub use directions::{average_directions, circular_statistics};
pub use grid_source::grid_weights;
pub use method::{Method, spacing};
pub use points::{PointMethod, point_weights};
pub use statistics::{PERCENTILES, Statistics, statistics};
pub use targets::Targets;
pub use time::{InTime, TimeWeights, time_weights};
pub use weights::Weights;

#[cfg(test)]
mod tests;
