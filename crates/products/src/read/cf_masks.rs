//! `<job>-Masks.nc` read back, time by time.

use std::collections::BTreeMap;

use eventscape_core::{CellRange, Cells, Grid, Timestamp};
use eventscape_formats::{Attribute, Granule, Hyperslab, Variable};

use super::axes::{grid, times};
use crate::ProductError;
use crate::masked::MaskedEvent;
use crate::names::scene_stamps;

/// The variable that numbers the cells; version 0.1 called it otherwise.
const IDS: [&str; 2] = ["track_id", "event_id"];
/// Rows that are read at once.
const BAND: usize = 512;

/// Masks by CF, open.
#[derive(Debug)]
pub(super) struct CfMasks {
    granule: Granule,
    grid: Grid,
    times: Vec<Timestamp>,
    stamps: Vec<String>,
    /// The name of the variable of numbers.
    ids: &'static str,
    /// For each time the further tracks of cells that belong to several.
    shared: BTreeMap<usize, Vec<SharedRun>>,
}

/// Cells of a row that belong to a further track.
#[derive(Clone, Copy, Debug)]
struct SharedRun {
    row: u32,
    first: u32,
    cells: u32,
    track: u32,
}

impl CfMasks {
    pub(super) fn open(granule: Granule) -> Result<Self, ProductError> {
        let wrong = |reason: &str| ProductError::Input {
            location: granule.location().to_owned(),
            reason: format!("{reason}; give the masks of a job (`<job>-Masks.nc`) or its folder"),
        };
        let ids = IDS.into_iter().find(|name| granule.variable(name).is_ok());
        let ids = ids.ok_or_else(|| {
            wrong("it has neither `track_id`, as our masks, nor `navigation/lat`, as those of TOS2CA")
        })?;
        let shape = granule.variable(ids)?.shape();
        let (grid, times) = (grid(&granule, "lat", "lon")?, times(&granule, "time")?);
        if shape != [times.len() as u64, grid.ny() as u64, grid.nx() as u64] {
            return Err(wrong(&format!(
                "`{ids}` has the shape {shape:?}, which is not that of time, rows and columns"
            )));
        }
        if times.is_empty() || !times.is_sorted_by_key(|time| time.micros()) {
            return Err(wrong("its times do not ascend, or there is none"));
        }
        let shared = shared(&granule)?;
        let stamps = scene_stamps(&times);
        Ok(Self { granule, grid, times, stamps, ids, shared })
    }

    pub(super) fn location(&self) -> &str {
        self.granule.location()
    }

    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    pub(super) fn times(&self) -> &[Timestamp] {
        &self.times
    }

    pub(super) fn stamps(&self) -> &[String] {
        &self.stamps
    }

    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        attribute(&self.granule, name)
    }

    /// Reads a band of rows after the other, so that a large grid takes no more memory than its events.
    pub(super) fn events(&self, index: usize) -> Result<Vec<MaskedEvent>, ProductError> {
        let damaged = |reason: String| ProductError::Input { location: self.location().to_owned(), reason };
        if index >= self.times.len() {
            return Err(damaged(format!("there is no time {index} among {}", self.times.len())));
        }
        let (ny, nx) = (self.grid.ny(), self.grid.nx());
        let mut events: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for top in (0..ny).step_by(BAND) {
            let bottom = (top + BAND).min(ny);
            let time = index as u64..index as u64 + 1;
            let slab = Hyperslab(vec![time, top as u64..bottom as u64, 0..nx as u64]);
            let numbers = self.granule.read(self.ids, &slab)?.data.to_i64();
            let numbers = numbers.ok_or_else(|| damaged(format!("`{}` holds no whole numbers", self.ids)))?;
            for (at, id) in numbers.iter().enumerate().filter(|(_, id)| **id > 0) {
                let id = u32::try_from(*id).map_err(|_| damaged(format!("`{}` has the number {id}", self.ids)))?;
                events.entry(id).or_default().push((top * nx + at) as u32);
            }
        }
        let shared = self.shared.get(&index).map_or(&[][..], Vec::as_slice);
        for run in shared {
            let end = run.first.checked_add(run.cells).filter(|end| *end as usize <= nx && (run.row as usize) < ny);
            let end = end.ok_or_else(|| damaged(format!("the shared cells {run:?} lie outside the grid")))?;
            events.entry(run.track).or_default().extend(CellRange::in_row(run.row, run.first..end, nx as u32).cells());
        }
        Ok(events.into_iter().map(|(id, cells)| MaskedEvent { id, cells: Cells::of(cells, nx as u32) }).collect())
    }
}

/// An attribute of the root as text.
pub(super) fn attribute(granule: &Granule, name: &str) -> Option<String> {
    let attribute: &Attribute = granule.attributes("").ok()?.get(name)?;
    attribute.text().map(str::to_owned).or_else(|| attribute.number().map(|number| number.to_string()))
}

/// The further tracks of cells, by the index of their time.
fn shared(granule: &Granule) -> Result<BTreeMap<usize, Vec<SharedRun>>, ProductError> {
    let mut runs: BTreeMap<usize, Vec<SharedRun>> = BTreeMap::new();
    if granule.variable("shared_time").is_err() {
        return Ok(runs);
    }
    let damaged = || ProductError::Input {
        location: granule.location().to_owned(),
        reason: "its list of cells that several tracks share is damaged; run the job anew".to_owned(),
    };
    let column = |name: &str| -> Result<Vec<u32>, ProductError> {
        let shape = granule.variable(name).map(Variable::shape)?;
        let numbers = granule.read(name, &Hyperslab::all(&shape))?.data.to_i64().ok_or_else(damaged)?;
        numbers.into_iter().map(|n| u32::try_from(n).map_err(|_| damaged())).collect()
    };
    let (times, rows, firsts) = (column("shared_time")?, column("shared_row")?, column("shared_column")?);
    let (cells, tracks) = (column("shared_cells")?, column("shared_track_id")?);
    if [rows.len(), firsts.len(), cells.len(), tracks.len()].iter().any(|len| *len != times.len()) {
        return Err(damaged());
    }
    for ((((time, row), first), cells), track) in times.into_iter().zip(rows).zip(firsts).zip(cells).zip(tracks) {
        runs.entry(time as usize).or_default().push(SharedRun { row, first, cells, track });
    }
    Ok(runs)
}
