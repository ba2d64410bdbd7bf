//! The interpolated file in the reference's layout, ours or its own.

use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Timestamp};
use eventscape_io::formats::{Attribute, Granule, Hyperslab};

use super::masks::{grid_of, time_of};
use crate::ProductError;

/// Missing values in the file.
const FILL: f64 = -9999.0;

/// An interpolated file, open.
#[derive(Debug)]
pub struct InterpolatedReader {
    granule: Granule,
    grid: Grid,
    calendar: Calendar,
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

impl InterpolatedReader {
    /// Understands an interpolated file; times are taken as dates of `calendar`.
    ///
    /// # Errors
    /// [`ProductError::Input`] where it is none; what the granule says.
    pub fn open(granule: Granule, calendar: Calendar) -> Result<Self, ProductError> {
        let grid = grid_of(&granule, "give a file `<job>-Interpolated-Data.nc4`")?;
        Ok(Self { granule, grid, calendar })
    }

    /// The grid of the masks.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The times as the file names them, ascending.
    pub fn stamps(&self) -> Vec<&str> {
        self.granule.groups().filter(|path| !path.contains('/') && time_of(path, self.calendar).is_some()).collect()
    }

    /// The events of a time.
    pub fn events(&self, stamp: &str) -> Vec<u32> {
        let inside = self.granule.groups().filter_map(|path| path.strip_prefix(stamp)?.strip_prefix('/')?.parse().ok());
        let mut ids: Vec<u32> = inside.collect();
        ids.sort_unstable();
        ids
    }

    /// The names of the variables.
    pub fn variables(&self) -> Vec<String> {
        let paths = self.granule.variables().iter().map(|v| v.path.as_str());
        let mut names: Vec<String> = paths
            .filter(|path| path.matches('/').count() == 2)
            .filter_map(|path| path.rsplit('/').next().map(str::to_owned))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// An attribute of the root as text.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self.granule.attributes("").ok()?.get(name)?;
        attribute.text().map(str::to_owned).or_else(|| attribute.number().map(|n| n.to_string()))
    }

    /// The values of an event at a time.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such event, with those that there are, or its rows make no sense.
    pub fn event(&self, stamp: &str, id: u32, variable: &str) -> Result<EventValues, ProductError> {
        let wrong = |reason: String| ProductError::Input { location: self.granule.location().to_owned(), reason };
        let path = format!("{stamp}/{id}/{variable}");
        let Ok(found) = self.granule.variable(&path) else {
            return Err(wrong(self.what_there_is(stamp, id, variable)));
        };
        let time = time_of(stamp, self.calendar).ok_or_else(|| wrong(format!("`{stamp}` is no time")))?;
        let shape = found.shape();
        let [_, 3] = shape[..] else {
            return Err(wrong(format!("`{path}` has the shape {shape:?}, not (observation, 3)")));
        };
        let rows = self.granule.read(&path, &Hyperslab::all(&shape))?.data.to_f64();
        let rows = rows.ok_or_else(|| wrong(format!("`{path}` holds no numbers")))?;
        let mut cells = Vec::with_capacity(rows.len() / 3);
        let mut values = Vec::with_capacity(rows.len() / 3);
        let places = Places::of(&self.grid);
        for row in rows.chunks_exact(3) {
            let cell = places.cell(row[0], row[1]);
            cells.push(
                cell.ok_or_else(|| wrong(format!("`{path}` has a cell at {}, {} off the grid", row[0], row[1])))?,
            );
            values.push(if row[2] == FILL { f64::NAN } else { row[2] });
        }
        let text = |name: &str| found.attribute(name).and_then(Attribute::text).map(|t| t.trim().to_owned());
        let statistic = |name: &str| Some((name.to_owned(), text(name)?.parse().ok()?));
        let names = [
            "Min",
            "Max",
            "Mean",
            "Std_dev",
            "percentile_10",
            "percentile_25",
            "percentile_50",
            "percentile_75",
            "percentile_90",
        ];
        Ok(EventValues {
            time,
            cells,
            values,
            units: text("Units"),
            long_name: text("LongName"),
            statistics: names.iter().filter_map(|name| statistic(name)).collect(),
        })
    }

    fn what_there_is(&self, stamp: &str, id: u32, variable: &str) -> String {
        let stamps = self.stamps();
        let (first, last) = (stamps.first().copied().unwrap_or("none"), stamps.last().copied().unwrap_or("none"));
        if !stamps.contains(&stamp) {
            return format!("it has no time `{stamp}`; its {} times go from {first} to {last}", stamps.len());
        }
        let ids: Vec<String> = self.events(stamp).iter().map(ToString::to_string).collect();
        if !ids.contains(&id.to_string()) {
            return format!("it has no anomaly {id} at {stamp}; there are {}", ids.join(", "));
        }
        format!("it has no variable `{variable}`; there are {}", self.variables().join(", "))
    }
}

/// Finds cells by their centres, which are float32 in one file and float64 in another.
struct Places {
    rows: Vec<(f64, u32)>,
    columns: Vec<(f64, u32)>,
    curvilinear: Option<Vec<(f64, f64)>>,
    nx: usize,
}

impl Places {
    fn of(grid: &Grid) -> Self {
        use eventscape_core::grid::Coordinates;
        let sorted = |values: &[f64]| {
            let mut all: Vec<(f64, u32)> = values.iter().enumerate().map(|(k, v)| (*v, k as u32)).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            all
        };
        match grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => {
                Self { rows: sorted(lat), columns: sorted(lon), curvilinear: None, nx: grid.nx() }
            }
            Coordinates::Curvilinear { lat, lon } => Self {
                rows: Vec::new(),
                columns: Vec::new(),
                curvilinear: Some(lat.iter().copied().zip(lon.iter().copied()).collect()),
                nx: grid.nx(),
            },
        }
    }

    fn cell(&self, lat: f64, lon: f64) -> Option<(u32, u32)> {
        const SAME: f64 = 1e-4;
        if let Some(centres) = &self.curvilinear {
            let at = centres.iter().position(|(a, o)| (a - lat).abs() < SAME && (o - lon).abs() < SAME)?;
            return Some(((at / self.nx) as u32, (at % self.nx) as u32));
        }
        let find = |axis: &[(f64, u32)], x: f64| {
            let k = axis.partition_point(|(v, _)| *v < x - SAME);
            axis.get(k).filter(|(v, _)| (v - x).abs() <= SAME).map(|(_, place)| *place)
        };
        Some((find(&self.rows, lat)?, find(&self.columns, lon)?))
    }
}
