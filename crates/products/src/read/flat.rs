//! `<job>-Interpolated.nc` read back, event by event.

use std::collections::BTreeMap;
use std::ops::Range;

use eventscape_core::regrid::{circular_statistics, statistics};
use eventscape_core::{Grid, Timestamp};
use eventscape_formats::{Attribute, Granule, Variable};

use super::axes::{grid, numbers_of, times_of, wrong};
use super::cf_masks::attribute;
use crate::ProductError;
use crate::curation::{CIRCULAR, EventStatistics, UNWEIGHTED};
use crate::masked::{EventValues, by_cell};
use crate::names::scene_stamps;

/// Points whose numbers and times are read at once.
const BLOCK: u64 = 1 << 20;

/// Values on events' cells by CF, open.
#[derive(Debug)]
pub(super) struct FlatInterpolated {
    granule: Granule,
    grid: Grid,
    /// By the names of the times, the points of each event.
    times: BTreeMap<String, (Timestamp, BTreeMap<u32, Range<u64>>)>,
}

impl FlatInterpolated {
    pub(super) fn open(granule: Granule) -> Result<Self, ProductError> {
        let not_ours = "give a file `<job>-Interpolated.nc` or `<job>-Interpolated-Data.nc4`";
        let Ok(ids) = granule.variable("track_id").map(Variable::shape) else {
            return Err(wrong(&granule, format!("it has no variable `track_id`; {not_ours}")));
        };
        let [points] = ids[..] else { return Err(wrong(&granule, format!("it is not a list of points; {not_ours}"))) };
        let grid = grid(&granule, "mask_lat", "mask_lon")?;
        let mut found: BTreeMap<i64, (Timestamp, BTreeMap<u32, Range<u64>>)> = BTreeMap::new();
        for first in (0..points).step_by(BLOCK as usize) {
            let block = first..(first + BLOCK).min(points);
            let ids = numbers_of(&granule, "track_id", &block)?;
            let times = times_of(&granule, "time", &block)?;
            for (at, (id, time)) in block.zip(ids.iter().zip(times)) {
                let events = &mut found.entry(time.micros()).or_insert_with(|| (time, BTreeMap::new())).1;
                let range = events.entry(*id as u32).or_insert(at..at);
                if range.end != at {
                    return Err(wrong(
                        &granule,
                        format!("the points of track {id} at {time} do not follow each other"),
                    ));
                }
                range.end = at + 1;
            }
        }
        let all: Vec<Timestamp> = found.values().map(|(time, _)| *time).collect();
        let times = scene_stamps(&all).into_iter().zip(found.into_values()).collect();
        Ok(Self { granule, grid, times })
    }

    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    pub(super) fn stamps(&self) -> Vec<&str> {
        let mut stamps: Vec<(i64, &str)> =
            self.times.iter().map(|(stamp, (time, _))| (time.micros(), stamp.as_str())).collect();
        stamps.sort_unstable();
        stamps.into_iter().map(|(_, stamp)| stamp).collect()
    }

    pub(super) fn events(&self, stamp: &str) -> Vec<u32> {
        self.times.get(stamp).map(|(_, events)| events.keys().copied().collect()).unwrap_or_default()
    }

    /// Those that have a coverage beside them.
    pub(super) fn variables(&self) -> Vec<String> {
        let names = self.granule.variables().iter().map(|variable| variable.path.as_str());
        let has_coverage = |name: &&str| self.granule.variable(&format!("{name}_coverage")).is_ok();
        let mut names: Vec<String> = names.filter(has_coverage).map(str::to_owned).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let own = match name {
            "JobID" => "job_id",
            "PhDefJobID" => "phdef_job_id",
            "Dataset" => "dataset",
            other => other,
        };
        attribute(&self.granule, own)
    }

    pub(super) fn event(&self, stamp: &str, id: u32, variable: &str) -> Result<EventValues, ProductError> {
        let Some((time, events)) = self.times.get(stamp) else {
            let stamps = self.stamps();
            let (first, last) = (stamps.first().copied().unwrap_or("none"), stamps.last().copied().unwrap_or("none"));
            let reason = format!("it has no time `{stamp}`; its {} times go from {first} to {last}", stamps.len());
            return Err(wrong(&self.granule, reason));
        };
        let Some(points) = events.get(&id) else {
            let ids: Vec<String> = events.keys().map(ToString::to_string).collect();
            return Err(wrong(&self.granule, format!("it has no track {id} at {stamp}; there are {}", ids.join(", "))));
        };
        let variables = self.variables();
        if !variables.iter().any(|name| name == variable) {
            let there = variables.join(", ");
            return Err(wrong(&self.granule, format!("it has no variable `{variable}`; there are {there}")));
        }
        let column = |name: &str| numbers_of(&self.granule, name, points);
        let (ny, nx) = (self.grid.ny(), self.grid.nx());
        let place = |(row, column): (f64, f64)| {
            let on = |at: f64, size: usize| at >= 0.0 && at < size as f64;
            let off = || {
                wrong(
                    &self.granule,
                    format!("track {id} at {stamp} has a cell at row {row}, column {column} off the grid"),
                )
            };
            (on(row, ny) && on(column, nx)).then(|| row as u32 * nx as u32 + column as u32).ok_or_else(off)
        };
        let cells = column("row")?.into_iter().zip(column("column")?).map(place).collect::<Result<Vec<u32>, _>>()?;
        let (values, areas) = (column(variable)?, column("cell_area")?);
        let found = self.granule.variable(variable)?;
        let text = |name: &str| found.attribute(name).and_then(Attribute::text).map(|t| t.trim().to_owned());
        let is_weighted = self.attribute("statistics").as_deref() != Some(UNWEIGHTED);
        let by_area = is_weighted.then_some(areas.as_slice());
        let statistics = of_values(&values, by_area, text("statistics").as_deref() == Some(CIRCULAR));
        let (cells, values) = by_cell(cells.into_iter().zip(values).collect(), nx);
        Ok(EventValues {
            time: *time,
            cells,
            statistics: statistics
                .map(|s| s.named().into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                .unwrap_or_default(),
            values,
            units: text("units"),
            long_name: text("long_name"),
        })
    }
}

fn of_values(values: &[f64], by_area: Option<&[f64]>, is_direction: bool) -> Option<EventStatistics> {
    let s = statistics(values, by_area)?;
    let round = is_direction.then(|| circular_statistics(values, by_area)).flatten();
    let (mean, std_dev) = round.unwrap_or((s.mean, s.std_dev));
    Some(EventStatistics { min: s.min, max: s.max, mean, std_dev, percentiles: s.percentiles })
}
