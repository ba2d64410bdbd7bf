//! The reference's mask file, ours or its own, read time by time.

use std::collections::BTreeMap;

use eventscape_core::time::{Calendar, Civil};
use eventscape_core::{Cells, Grid, Timestamp};
use eventscape_io::formats::{Attribute, Granule, Hyperslab};

use crate::ProductError;

const ENDING: &str = "-ForTraCC-Mask-Output.nc4";

/// The cells of an event at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedEvent {
    /// The track's number, from 1.
    pub id: u32,
    /// Its cells on the mask's grid.
    pub cells: Cells,
}

/// A mask file in the layout of the reference (sparse or dense writer), open. Any number of threads may read it.
#[derive(Debug)]
pub struct MaskFile {
    granule: Granule,
    grid: Grid,
    stamps: Vec<String>,
    times: Vec<Timestamp>,
}

/// The names among these that are of mask files, e.g. `1-ForTraCC-Mask-Output.nc4`.
pub fn mask_names_in<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    names.into_iter().filter(|name| name.ends_with(ENDING)).collect()
}

impl MaskFile {
    /// Understands a mask file. The file does not tell its calendar; times are taken as dates of `calendar`.
    ///
    /// # Errors
    /// [`ProductError::Input`] where it is no mask file; what the granule says.
    pub fn open(granule: Granule, calendar: Calendar) -> Result<Self, ProductError> {
        let damaged = |reason: String| ProductError::Input { location: granule.location().to_owned(), reason };
        let grid = grid_of(&granule, "give a mask file (`<job>-ForTraCC-Mask-Output.nc4`) or the folder of a job")?;
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

/// The grid of the group `navigation`; `hint` says what to give in its place.
pub(super) fn grid_of(granule: &Granule, hint: &str) -> Result<Grid, ProductError> {
    let damaged = |reason: String| ProductError::Input { location: granule.location().to_owned(), reason };
    let axis = |name: &str| -> Result<(Vec<u64>, Vec<f64>), ProductError> {
        let path = format!("navigation/{name}");
        let variable = granule.variable(&path).map_err(|_| damaged(format!("it has no `{path}`; {hint}")))?;
        let shape = variable.shape();
        let values = granule.read(&path, &Hyperslab::all(&shape))?.data.to_f64();
        Ok((shape, values.ok_or_else(|| damaged(format!("`{path}` holds no numbers")))?))
    };
    let ((lat_shape, lat), (_, lon)) = (axis("lat")?, axis("lon")?);
    let grid = match lat_shape[..] {
        [ny, nx] => Grid::curvilinear(ny as usize, nx as usize, lat, lon),
        _ => Grid::rectilinear(lat, lon),
    };
    grid.map_err(|e| damaged(format!("its grid cannot be used: {e}")))
}

fn number_text(attribute: &Attribute) -> Option<String> {
    attribute.number().map(|number| number.to_string())
}

/// The time that a group is named by: 12 digits to the minute, 14 to the second, 20 to the microsecond.
pub(super) fn time_of(stamp: &str, calendar: Calendar) -> Option<Timestamp> {
    if !matches!(stamp.len(), 12 | 14 | 20) || !stamp.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, until: usize| stamp.get(from..until).map_or(Some(0), |digits| digits.parse::<u32>().ok());
    let narrow = |from: usize| part(from, from + 2).and_then(|n| u8::try_from(n).ok());
    let civil = Civil {
        year: i32::try_from(part(0, 4)?).ok()?,
        month: narrow(4)?,
        day: narrow(6)?,
        hour: narrow(8)?,
        minute: narrow(10)?,
        second: narrow(12)?,
        micros: part(14, 20)?,
    };
    Timestamp::from_civil(calendar, civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_by_times_of_three_lengths() {
        let text = |stamp: &str| time_of(stamp, Calendar::Standard).map(|t| t.to_string());
        assert_eq!(text("201508120030").as_deref(), Some("2015-08-12T00:30:00Z"));
        assert_eq!(text("20150812003015").as_deref(), Some("2015-08-12T00:30:15Z"));
        assert!(text("20150812003015000001").is_some_and(|t| t.contains("15.000001")));
        for wrong in ["", "2015", "20150812", "201513120030", "2015081200300", "20150812003x"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
        assert!(time_of("201502300000", Calendar::Day360).is_some());
    }
}
