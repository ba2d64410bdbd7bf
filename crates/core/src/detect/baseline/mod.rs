//! What a cell's values are compared with: its own mean and spread, its percentiles, its climatology.

mod climatology;
mod field;
mod plan;
mod statistics;
mod tiles;

pub use field::Baseline;
pub use plan::BaselinePlan;
pub use tiles::{TileBaseline, TileStatistics};

#[cfg(test)]
mod tests;
