//! The science of Eventscape, in the order in which the data flows.
//!
//! A [`Scene`] (one variable or several, one time, on a [`Grid`]) is searched for connected regions that meet a
//! [`Condition`]; the regions are the [`Component`]s of a [`SceneComponents`]. A tracker links the components of
//! consecutive scenes into a [`Lineage`] of [`Track`]s.
//!
//! This crate knows no files, no network, no clock and no async runtime, and depends on nothing else of ours.
//!

#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cells;
mod component;
mod condition;
mod describe;
mod error;
mod lanes;
mod lineage;
mod scene;

pub mod detect;
pub mod grid;
pub mod outline;
pub mod regrid;
pub mod sphere;
pub mod time;
pub mod track;
pub mod units;

pub use cells::{CellRange, Cells};
pub use component::{CellBox, Component, Connectivity, Description, EventSource, SceneComponents, SourceError};
pub use condition::{BoundExpression, Comparison, Condition, Expression, Side, Spread};
pub use error::{CoreError, ErrorKind};
pub use grid::Grid;
pub use lineage::{Arrival, Departure, Lineage, Link, Member, Relation, Track};
pub use scene::{Scene, Values};
pub use time::Timestamp;
