//! What curation hands out: other data around events, and on the events' own cells.
//!
//! The pipeline gives one [`CuratedTime`] and one [`InterpolatedTime`] after the other; each product takes what it needs of
//! them and holds no more than that.

mod flat_file;
mod info;
mod stationary_file;
mod statistics_table;
mod table;

pub use flat_file::{FlatFile, FlatShape};
pub(crate) use info::{CIRCULAR, UNWEIGHTED};
pub use info::{CuratedVariable, CurationInfo};
pub use stationary_file::{StationaryFile, StationaryLayout};
pub use statistics_table::StatisticsTable;
pub use table::CuratedTable;

use eventscape_core::{Cells, Timestamp, Values};

/// The steps that are gathered around a mask time: before, at and after it.
pub const STEPS: usize = 3;

/// What was gathered around the events of one mask time; of swaths, from one orbit.
#[derive(Clone, Debug, PartialEq)]
pub struct CuratedTime {
    /// The step of the other data that belongs to the mask time (the start of the orbit), `YYYYMMDDhhmmss`, and a count from
    /// 1 of the mask times that share it: `20150812003000-1`.
    pub name: String,
    /// The mask time.
    pub mask_time: Timestamp,
    /// The mask time as the mask file names it.
    pub mask_stamp: String,
    /// Where the values come from.
    pub gathered: Gathered,
    /// The events of the time; of an orbit, those that it saw.
    pub events: Vec<CuratedEvent>,
}

/// Where the values of a mask time come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Gathered {
    /// From the steps of data on a grid.
    Steps {
        /// The steps before, at and after; also where there are no data of them.
        times: [Timestamp; STEPS],
        /// The granules of the steps; `None` where there is none.
        inputs: [Option<String>; STEPS],
    },
    /// From the cells of one orbit, each with a time of its own. The values take the middle one of the three steps.
    Orbit {
        /// The orbit's first time.
        start: Timestamp,
        /// The granule.
        input: String,
    },
}

/// Another data set's values around an event at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct CuratedEvent {
    /// The track's number.
    pub id: u32,
    /// Where the values are.
    pub places: Places,
    /// For each variable, the values of each step, row-major over the places; `None` for a step without data.
    pub values: Vec<[Option<Values>; STEPS]>,
}

/// Where the values of a window are.
#[derive(Clone, Debug, PartialEq)]
pub enum Places {
    /// On a grid: the latitudes of its rows, the longitudes of its columns, degrees.
    Axes {
        /// Latitudes.
        lat: Vec<f64>,
        /// Longitudes.
        lon: Vec<f64>,
    },
    /// One by one.
    Points {
        /// Latitudes.
        lat: Vec<f64>,
        /// Longitudes.
        lon: Vec<f64>,
    },
    /// One by one, each with its own time.
    Swath {
        /// Latitudes.
        lat: Vec<f64>,
        /// Longitudes.
        lon: Vec<f64>,
        /// Microseconds since 1970 on the calendar of the orbit's start.
        micros: Vec<i64>,
    },
}

impl Places {
    /// Number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Axes { lat, lon } => lat.len() * lon.len(),
            Self::Points { lat, .. } | Self::Swath { lat, .. } => lat.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Latitude, longitude and place in the values of each, in the reference's order: on a grid column by column.
    pub fn in_order(&self) -> Vec<(f64, f64, usize)> {
        match self {
            Self::Axes { lat, lon } => {
                let columns = lon.iter().enumerate();
                let rows = |(c, o): (usize, &f64)| {
                    let (o, nx) = (*o, lon.len());
                    lat.iter().enumerate().map(move |(r, a)| (*a, o, r * nx + c)).collect::<Vec<_>>()
                };
                columns.flat_map(rows).collect()
            }
            Self::Points { lat, lon } | Self::Swath { lat, lon, .. } => {
                lat.iter().zip(lon).enumerate().map(|(k, (a, o))| (*a, *o, k)).collect()
            }
        }
    }
}

/// The values on the events' own cells at one mask time.
#[derive(Clone, Debug, PartialEq)]
pub struct InterpolatedTime {
    /// The mask time.
    pub time: Timestamp,
    /// The mask time as the mask file names it.
    pub stamp: String,
    /// The events of the time.
    pub events: Vec<InterpolatedEvent>,
}

/// The values on an event's own cells at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct InterpolatedEvent {
    /// The track's number.
    pub id: u32,
    /// Its cells on the mask's grid; what follows is in their order.
    pub cells: Cells,
    /// Latitude of each cell, degrees.
    pub lat: Vec<f64>,
    /// Longitude of each cell, degrees, in the mask's convention.
    pub lon: Vec<f64>,
    /// Area of each cell, km².
    pub area_km2: Vec<f64>,
    /// For each variable.
    pub variables: Vec<InterpolatedValues>,
}

/// A variable on an event's cells.
#[derive(Clone, Debug, PartialEq)]
pub struct InterpolatedValues {
    /// The values; NaN where there is none.
    pub values: Vec<f64>,
    /// The share of each cell that data cover, 0 to 1.
    pub coverage: Vec<f64>,
    /// How the mask time was met: `exact`, `linear` between two steps, `step` (the step that belongs to it), `window` (cells
    /// seen around it), `none`.
    pub in_time: &'static str,
    /// Statistics of the values; `None` where there is no value.
    pub statistics: Option<EventStatistics>,
}

/// Statistics of a variable inside an event at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventStatistics {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the population.
    pub std_dev: f64,
    /// The 10th, 25th, 50th, 75th and 90th percentile.
    pub percentiles: [f64; 5],
}

/// The percentiles of [`EventStatistics::percentiles`].
pub const PERCENTILES: [u8; 5] = [10, 25, 50, 75, 90];

impl EventStatistics {
    /// Each with its name in the reference's files.
    #[must_use]
    pub fn named(&self) -> [(&'static str, f64); 9] {
        let [p10, p25, p50, p75, p90] = self.percentiles;
        [
            ("Min", self.min),
            ("Max", self.max),
            ("Mean", self.mean),
            ("Std_dev", self.std_dev),
            ("percentile_10", p10),
            ("percentile_25", p25),
            ("percentile_50", p50),
            ("percentile_75", p75),
            ("percentile_90", p90),
        ]
    }
}
