//! Labels the runs of inside cells, row by row, without an image of labels.

mod forest;
mod steps;

pub(crate) use forest::{Forest, NONE};
pub(crate) use steps::push_steps;
