//! The mask file of TOS2CA, ours or its own, read time by time.

use std::collections::BTreeMap;

use eventscape_core::time::Calendar;
use eventscape_core::{Cells, Grid, Timestamp};
use eventscape_formats::{Attribute, Granule, Hyperslab};

use super::navigation::grid_of;
use super::stamps::{calendar_of, time_of};
use crate::ProductError;
use crate::masked::MaskedEvent;

/// A mask file in the layout of TOS2CA (sparse or dense writer), open. Any number of threads may read it.
#[derive(Debug)]
pub struct Tos2caMasks {
    granule: Granule,
    grid: Grid,
    stamps: Vec<String>,
    times: Vec<Timestamp>,
}

impl Tos2caMasks {
    /// Understands a mask file. Times are taken as dates of `calendar` where the file does not tell its own.
    ///
    /// # Errors
    /// [`ProductError::Input`] where it is no mask file; what the granule says.
    pub fn open(granule: Granule, calendar: Calendar) -> Result<Self, ProductError> {
        let damaged = |reason: String| ProductError::Input { location: granule.location().to_owned(), reason };
        let calendar = calendar_of(&granule, calendar)?;
        let grid = grid_of(&granule, "give a mask file (`<job>-Masks.nc`) or the folder of a job")?;
        let stamps: Vec<String> = granule
            .groups()
            .filter_map(|path| path.strip_prefix("masks/"))
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect();
        let time = |stamp: &String| {
            time_of(stamp, calendar).ok_or_else(|| damaged(format!("the group `masks/{stamp}` is not named by a time")))
        };
        let times = stamps.iter().map(time).collect::<Result<Vec<_>, _>>()?;
        if stamps.is_empty() {
            return Err(damaged("it has no time in its group `masks`".to_owned()));
        }
        let mut order: Vec<(Timestamp, String)> = times.into_iter().zip(stamps).collect();
        order.sort_by_key(|(time, _)| time.micros());
        let (times, stamps) = order.into_iter().unzip();
        Ok(Self { granule, grid, stamps, times })
    }

    /// Where it was read from.
    #[must_use]
    pub fn location(&self) -> &str {
        self.granule.location()
    }

    /// The grid of the masks (coordinates are float32 in the file).
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The times, ascending.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// The times as the file names them (`YYYYMMDDhhmm`).
    #[must_use]
    pub fn stamps(&self) -> &[String] {
        &self.stamps
    }

    /// An attribute of the root as text, e.g. `dataset`, `variable`, `job_id`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self.granule.attributes("").ok()?.get(name)?;
        attribute.text().map(str::to_owned).or_else(|| number_text(attribute))
    }

    /// The events of a time, by ascending number.
    ///
    /// # Errors
    /// [`ProductError::Input`] for a cell outside the grid or an event without a number; what the granule says.
    pub fn events(&self, index: usize) -> Result<Vec<MaskedEvent>, ProductError> {
        let damaged = |reason: String| ProductError::Input { location: self.location().to_owned(), reason };
        let Some(stamp) = self.stamps.get(index) else {
            return Err(damaged(format!("there is no time {index} among {}", self.stamps.len())));
        };
        let path = format!("masks/{stamp}/mask_indices");
        // a time without events may have no list of cells at all
        let Ok(variable) = self.granule.variable(&path) else { return Ok(Vec::new()) };
        let shape = variable.shape();
        let [_, 3] = shape[..] else {
            return Err(damaged(format!("`{path}` has the shape {shape:?}, not (cells, 3)")));
        };
        let numbers = self.granule.read(&path, &Hyperslab::all(&shape))?.data.to_i64();
        let numbers = numbers.ok_or_else(|| damaged(format!("`{path}` holds no whole numbers")))?;
        let nx = self.grid.nx() as u32;
        let mut events: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for cell in numbers.chunks_exact(3) {
            let place = |value: i64, size: usize| u32::try_from(value).ok().filter(|v| (*v as usize) < size);
            let (row, column) = (place(cell[0], self.grid.ny()), place(cell[1], self.grid.nx()));
            let id = u32::try_from(cell[2]).ok().filter(|id| *id > 0);
            let (Some(row), Some(column), Some(id)) = (row, column, id) else {
                return Err(damaged(format!("`{path}` has the entry {cell:?}, which is no cell of an event")));
            };
            events.entry(id).or_default().push(row * nx + column);
        }
        Ok(events.into_iter().map(|(id, cells)| MaskedEvent { id, cells: Cells::of(cells, nx) }).collect())
    }
}

fn number_text(attribute: &Attribute) -> Option<String> {
    attribute.number().map(|number| number.to_string())
}
