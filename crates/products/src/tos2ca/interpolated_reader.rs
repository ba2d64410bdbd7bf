//! The interpolated file of TOS2CA, ours or its own.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use eventscape_core::Grid;
use eventscape_core::time::Calendar;
use eventscape_formats::{Attribute, Granule, Hyperslab};

use super::navigation::grid_of;
use super::places::Places;
use super::stamps::{calendar_of, time_of};
use crate::ProductError;
use crate::masked::{EventValues, by_cell};

/// Missing values in the file.
const FILL: f64 = -9999.0;

/// An interpolated file, open.
#[derive(Debug)]
pub struct Tos2caInterpolated {
    granule: Granule,
    grid: Grid,
    calendar: Calendar,
    /// The events of each time, ascending.
    events: BTreeMap<String, Vec<u32>>,
    /// Made when first a cell is looked for.
    places: OnceLock<Places>,
}

impl Tos2caInterpolated {
    /// Understands an interpolated file; times are taken as dates of `calendar` where the file does not tell its own.
    ///
    /// # Errors
    /// [`ProductError::Input`] where it is none; what the granule says.
    pub fn open(granule: Granule, calendar: Calendar) -> Result<Self, ProductError> {
        let calendar = calendar_of(&granule, calendar)?;
        let grid = grid_of(&granule, "give a file `<job>-Interpolated.nc`")?;
        let events = events_of(&granule, calendar);
        Ok(Self { granule, grid, calendar, events, places: OnceLock::new() })
    }

    /// The grid of the masks.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The times as the file names them, ascending.
    pub fn stamps(&self) -> Vec<&str> {
        self.events.keys().map(String::as_str).collect()
    }

    /// The events of a time.
    pub fn events(&self, stamp: &str) -> Vec<u32> {
        self.events.get(stamp).cloned().unwrap_or_default()
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
        let mut pairs: Vec<(u32, f64)> = Vec::with_capacity(rows.len() / 3);
        let places = self.places.get_or_init(|| Places::of(&self.grid));
        for row in rows.chunks_exact(3) {
            let cell = places.cell(&self.grid, row[0], row[1]);
            let cell =
                cell.ok_or_else(|| wrong(format!("`{path}` has a cell at {}, {} off the grid", row[0], row[1])))?;
            pairs.push((cell, if row[2] == FILL { f64::NAN } else { row[2] }));
        }
        let (cells, values) = by_cell(pairs, self.grid.nx());
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
            return format!("it has no track {id} at {stamp}; there are {}", ids.join(", "));
        }
        format!("it has no variable `{variable}`; there are {}", self.variables().join(", "))
    }
}

/// The events of each time, from the names of the groups: `<time>/<event>`.
fn events_of(granule: &Granule, calendar: Calendar) -> BTreeMap<String, Vec<u32>> {
    let is_time = |path: &&str| !path.contains('/') && time_of(path, calendar).is_some();
    let mut events: BTreeMap<String, Vec<u32>> =
        granule.groups().filter(is_time).map(|stamp| (stamp.to_owned(), Vec::new())).collect();
    for (stamp, rest) in granule.groups().filter_map(|path| path.split_once('/')) {
        if let (Some(ids), Ok(id)) = (events.get_mut(stamp), rest.parse()) {
            ids.push(id);
        }
    }
    events.values_mut().for_each(|ids| ids.sort_unstable());
    events
}
