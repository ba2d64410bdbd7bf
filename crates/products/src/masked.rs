//! The cells of events, as products are read back.

use eventscape_core::Timestamp;

/// The cells of an event at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedEvent {
    /// The track's number, from 1.
    pub id: u32,
    /// Row and column of each cell on the mask's grid, in the order of the file.
    pub cells: Vec<(u32, u32)>,
}

/// A variable on an event's cells at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct EventValues {
    /// The time.
    pub time: Timestamp,
    /// Row and column of each cell on the mask's grid.
    pub cells: Vec<(u32, u32)>,
    /// The values; NaN where missing.
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
