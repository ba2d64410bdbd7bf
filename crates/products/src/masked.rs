//! The cells of events, as products are read back.

use eventscape_core::{Cells, Timestamp};

/// The cells of an event at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedEvent {
    /// The track's number, from 1.
    pub id: u32,
    /// Its cells on the mask's grid.
    pub cells: Cells,
}

/// A variable on an event's cells at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct EventValues {
    /// The time.
    pub time: Timestamp,
    /// The cells on the mask's grid.
    pub cells: Cells,
    /// The values in the order of the cells; NaN where missing.
    pub values: Vec<f64>,
    /// Units.
    pub units: Option<String>,
    /// Name for people.
    pub long_name: Option<String>,
    /// The statistics as the file tells them, by name; none where no value is valid.
    pub statistics: Vec<(String, f64)>,
}

impl EventValues {
    /// A statistic by its name in the file, e.g. `percentile_50`.
    #[must_use]
    pub fn statistic(&self, name: &str) -> Option<f64> {
        self.statistics.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

/// The cells of a grid with rows of `nx` cells and their values, ascending; of a cell that comes twice the first value counts.
pub(crate) fn by_cell(mut pairs: Vec<(u32, f64)>, nx: usize) -> (Cells, Vec<f64>) {
    // stable
    pairs.sort_by_key(|(cell, _)| *cell);
    pairs.dedup_by_key(|(cell, _)| *cell);
    let cells = Cells::of(pairs.iter().map(|(cell, _)| *cell), nx as u32);
    (cells, pairs.into_iter().map(|(_, value)| value).collect())
}
