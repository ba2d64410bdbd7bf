//! What the attributes of a CF granule tell of its axes, times and levels.

mod cells;
mod layout;
mod level;
mod mapping;
mod numbers;
mod positions;
mod roles;
mod swath;
mod time;

pub use level::LevelChoice;

pub(crate) use cells::{cells, method_in_time};
pub(crate) use layout::{Horizontal, Layout};
pub(crate) use level::{ChosenLevel, choose};
pub(crate) use numbers::{coordinate_unpacking, coordinate_values};
pub(crate) use positions::{FileGrid, Positions};
pub(crate) use roles::{role_of, text};
pub(crate) use swath::SwathLayout;
pub(crate) use time::{decoded, times};
