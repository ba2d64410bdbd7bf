//! What opening a subset found, kept in the cache: a second job on the same granules opens none of them.

use eventscape_core::grid::{Coordinates, Window};
use eventscape_core::time::Calendar;
use eventscape_core::{CoreError, Grid, Timestamp};
use serde::{Deserialize, Serialize};

use super::axis::Step;
use super::notice::Notice;
use super::variable::VariableMeta;
use super::window::Part;

/// Raised whenever the meaning of a document or of a cached scene changes.
pub(crate) const VERSION: u32 = 2;

/// What opening a subset found.
#[derive(Clone, Debug)]
pub(crate) struct SubsetMetadata {
    pub(crate) names: Vec<String>,
    pub(crate) grid: Grid,
    pub(crate) part: Part,
    pub(crate) steps: Vec<Step>,
    pub(crate) calendar: Calendar,
    pub(crate) variables: Vec<VariableMeta>,
    pub(crate) notices: Vec<Notice>,
}

/// Time, granule, step and cell of time.
type StoredStep = (i64, u32, u32, Option<(i64, i64)>);

/// Its stored form. Coordinates are kept by their bits: decimal text would have to be read back exactly.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    names: Vec<String>,
    lat: Vec<u64>,
    lon: Vec<u64>,
    curvilinear: Option<(usize, usize)>,
    periodic: bool,
    /// Lengths of the runs of cells outside and inside the domain, in turn, beginning outside.
    domain: Option<Vec<usize>>,
    rows: (usize, usize),
    columns: Vec<(usize, usize)>,
    file_columns: usize,
    westward: bool,
    steps: Vec<StoredStep>,
    calendar: String,
    variables: Vec<VariableMeta>,
    notices: Vec<Notice>,
}

impl SubsetMetadata {
    /// The stored form, or what the serialiser says.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect();
        let (lat, lon, curvilinear) = match self.grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => (bits(lat), bits(lon), None),
            Coordinates::Curvilinear { lat, lon } => (bits(lat), bits(lon), Some((self.grid.ny(), self.grid.nx()))),
            Coordinates::Mesh(_) => return Err("a mesh is not kept between jobs".to_owned()),
        };
        let stored = Stored {
            version: VERSION,
            names: self.names.clone(),
            lat,
            lon,
            curvilinear,
            periodic: self.grid.is_periodic(),
            domain: self.grid.domain().map(runs),
            rows: (self.part.window.rows.start, self.part.window.rows.end),
            columns: self.part.window.columns.iter().map(|c| (c.start, c.end)).collect(),
            file_columns: self.part.file_columns,
            westward: self.part.westward,
            steps: self.steps.iter().map(|s| (s.time.micros(), s.granule, s.step, s.cell)).collect(),
            calendar: self.calendar.name().to_owned(),
            variables: self.variables.clone(),
            notices: self.notices.clone(),
        };
        serde_json::to_vec(&stored).map_err(|e| e.to_string())
    }

    /// Reads the stored form; `None` where it is not of this version or not sound, so that the granules are read again.
    pub(crate) fn from_bytes(bytes: &[u8], granules: usize) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok().filter(|s: &Stored| s.version == VERSION)?;
        let calendar: Calendar = stored.calendar.parse().ok()?;
        let grid = stored.grid().ok()?;
        let window = Window {
            rows: stored.rows.0..stored.rows.1,
            columns: stored.columns.iter().map(|(a, b)| *a..*b).collect(),
        };
        let fits = window.rows.len() == grid.ny()
            && window.nx() == grid.nx()
            && window.columns.iter().all(|c| c.end <= stored.file_columns)
            && stored.steps.iter().all(|s| (s.1 as usize) < granules)
            && !stored.steps.is_empty()
            && stored.names.len() == stored.variables.len();
        fits.then(|| Self {
            names: stored.names,
            grid,
            part: Part { window, file_columns: stored.file_columns, westward: stored.westward },
            steps: stored
                .steps
                .iter()
                .map(|(micros, granule, step, cell)| Step {
                    time: Timestamp::from_micros(calendar, *micros),
                    granule: *granule,
                    step: *step,
                    cell: *cell,
                })
                .collect(),
            calendar,
            variables: stored.variables,
            notices: stored.notices,
        })
    }
}

impl Stored {
    fn grid(&self) -> Result<Grid, CoreError> {
        let numbers = |v: &[u64]| v.iter().map(|x| f64::from_bits(*x)).collect();
        let (lat, lon) = (numbers(&self.lat), numbers(&self.lon));
        let grid = match self.curvilinear {
            Some((ny, nx)) => Grid::curvilinear(ny, nx, lat, lon)?,
            None => Grid::rectilinear(lat, lon)?,
        };
        let grid = grid.with_periodic(self.periodic);
        match &self.domain {
            Some(runs) => grid.with_domain(flags(runs)),
            None => Ok(grid),
        }
    }
}

fn runs(flags: &[bool]) -> Vec<usize> {
    let mut runs = vec![0];
    let mut inside = false;
    for flag in flags {
        if *flag != inside {
            inside = *flag;
            runs.push(0);
        }
        if let Some(last) = runs.last_mut() {
            *last += 1;
        }
    }
    runs
}

fn flags(runs: &[usize]) -> Vec<bool> {
    runs.iter().enumerate().flat_map(|(i, n)| std::iter::repeat_n(i % 2 == 1, *n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_as_runs() {
        for flags_in in [vec![], vec![true], vec![false, true, true, false], vec![true, false, false]] {
            assert_eq!(flags(&runs(&flags_in)), flags_in);
        }
    }
}
