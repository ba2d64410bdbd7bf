//! What the attributes of a CF granule tell of its axes, times and levels.

mod grid;
mod layout;
mod level;
mod numbers;
mod roles;
mod time;

pub use level::LevelChoice;

pub(crate) use grid::{FileGrid, Positions};
pub(crate) use layout::Layout;
pub(crate) use level::{ChosenLevel, choose};
pub(crate) use roles::text;
pub(crate) use time::times;
