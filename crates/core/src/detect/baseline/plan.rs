//! How the statistics of a job fit into memory.

use std::ops::Range;

use super::TileStatistics;
use crate::{Condition, CoreError, Timestamp};

/// The tiles of rows in which a job's statistics are taken, one after the other.
///
/// Each tile takes one pass over the scenes, of which it reads its own rows: a job that fits into memory in one tile reads
/// everything once. The statistics themselves, [`BaselinePlan::result_bytes`] for the whole grid, are kept for detection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselinePlan {
    ny: usize,
    rows: usize,
    tile_bytes: u64,
    result_bytes: u64,
}

impl BaselinePlan {
    /// Plans the statistics of a condition over the scenes of `times` on a grid of `ny` rows and `nx` columns, whose values take
    /// `bytes_per_value` each, so that a tile's values take no more than `limit` bytes. `None` for a condition that needs
    /// no statistics.
    ///
    /// # Errors
    /// [`CoreError::Option`] where one row does not fit, with what it needs; [`CoreError::Condition`] and
    /// [`CoreError::Scene`] as [`TileStatistics::new`].
    pub fn new(
        condition: &Condition,
        times: &[Timestamp],
        (ny, nx): (usize, usize),
        bytes_per_value: usize,
        limit: u64,
    ) -> Result<Option<Self>, CoreError> {
        if !condition.needs_baseline() {
            return Ok(None);
        }
        TileStatistics::new(condition, times, 0)?;
        let (values, results) = TileStatistics::bytes_per_cell(condition, times, bytes_per_value);
        let row_bytes = (values as u64).saturating_mul(nx as u64).max(1);
        if row_bytes > limit {
            return Err(CoreError::Option(format!(
                "the statistics of one row of {nx} cells over {} scenes need {}, more than the limit of {}; raise the memory limit, or \
                 ask for a smaller area or fewer scenes",
                times.len(),
                mebibytes(row_bytes),
                mebibytes(limit)
            )));
        }
        let rows = usize::try_from(limit / row_bytes).unwrap_or(usize::MAX).clamp(1, ny.max(1));
        Ok(Some(Self {
            ny,
            rows,
            tile_bytes: row_bytes.saturating_mul(rows as u64),
            result_bytes: (results as u64).saturating_mul(nx as u64).saturating_mul(ny as u64),
        }))
    }

    /// The rows of each tile, from the first row on.
    pub fn tiles(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let (ny, rows) = (self.ny, self.rows);
        (0..ny.div_ceil(rows)).map(move |k| k * rows..((k + 1) * rows).min(ny))
    }

    /// Memory that the values of a tile take, bytes.
    #[must_use]
    pub fn tile_bytes(&self) -> u64 {
        self.tile_bytes
    }

    /// Memory that the finished statistics of the whole grid take, bytes.
    #[must_use]
    pub fn result_bytes(&self) -> u64 {
        self.result_bytes
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Calendar;
    use crate::{Side, Spread};

    fn times(count: i64) -> Vec<Timestamp> {
        (0..count).map(|k| Timestamp::from_micros(Calendar::Standard, k * 86_400_000_000)).collect()
    }

    #[test]
    fn tiles_cover_the_rows_and_fit_the_limit() {
        let condition = Condition::Anomaly { side: Side::Above, spread: Spread::Sigmas(2.0) };
        let plan = |limit| BaselinePlan::new(&condition, &times(100), (10, 50), 4, limit);
        let row = 100 * 50 * 4;
        let three = plan(3 * row + 7).unwrap().unwrap();
        assert_eq!(three.tiles().collect::<Vec<_>>(), [0..3, 3..6, 6..9, 9..10]);
        assert_eq!((three.tile_bytes(), three.result_bytes()), (3 * row, 500 * 16));
        assert!(plan(u64::MAX).unwrap().unwrap().tiles().eq(std::iter::once(0..10)));
        let error = plan(row - 1).unwrap_err();
        assert!(error.to_string().contains("raise the memory limit"), "{error}");
    }

    #[test]
    fn a_plain_threshold_needs_no_plan() {
        let condition = Condition::Between { low: 0.0, high: 1.0 };
        assert_eq!(BaselinePlan::new(&condition, &times(3), (10, 50), 4, 1), Ok(None));
    }
}
