//! Statistics over tiles (ranges of cells), each with the values of all times at once, so that memory is bounded by the size
//! of a tile, whatever the length of the job.

use super::climatology::Slots;
use super::{Baseline, statistics};
use crate::{Condition, CoreError, Side, Spread, Timestamp, Values};

/// How a condition's statistics are taken.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Mean and standard deviation as TOS2CA computes them, in float32 and in order of time.
    Tos2ca,
    /// Mean and standard deviation of the valid values.
    Moments,
    /// Percentiles of the valid values.
    Percentiles { low: Option<f64>, high: Option<f64> },
}

/// The statistics of one tile of cells, while its values are gathered.
#[derive(Debug)]
pub struct TileStatistics {
    kind: Kind,
    slots: Slots,
    cells: usize,
    /// The tile's cells at each time.
    values: Vec<Option<Values>>,
}

/// The finished statistics of a tile.
#[derive(Debug)]
pub struct TileBaseline {
    slots: Slots,
    fields: Vec<Baseline>,
}

impl TileStatistics {
    /// Statistics of a tile of `cells` cells for a condition, over the scenes of `times`.
    ///
    /// # Errors
    /// [`CoreError::Condition`] for a condition that needs no statistics, or a base period without a scene;
    /// [`CoreError::Scene`] where there is no scene at all.
    pub fn new(condition: &Condition, times: &[Timestamp], cells: usize) -> Result<Self, CoreError> {
        if times.is_empty() {
            return Err(CoreError::Scene("there is no scene to take statistics of".to_owned()));
        }
        let spread_kind = |side: Side, spread: Spread| match (spread, side) {
            (Spread::Sigmas(_) | Spread::Amount(_), _) => Kind::Moments,
            (Spread::Percentile(p), Side::Above) => Kind::Percentiles { low: None, high: Some(p) },
            (Spread::Percentile(p), Side::Below) => Kind::Percentiles { low: Some(p), high: None },
            (Spread::Percentile(p), Side::Beyond) => Kind::Percentiles { low: Some(100.0 - p), high: Some(p) },
        };
        let (kind, slots) = match condition {
            Condition::Tos2caAnomaly { .. } => (Kind::Tos2ca, Slots::one(times.len())),
            Condition::Anomaly { side, spread } => (spread_kind(*side, *spread), Slots::one(times.len())),
            Condition::Climatology { side, spread, window_days, base_years } => {
                (spread_kind(*side, *spread), Slots::by_day(times, *window_days, *base_years)?)
            }
            _ => return Err(CoreError::Condition("this condition needs no statistics".to_owned())),
        };
        Ok(Self { kind, slots, cells, values: (0..times.len()).map(|_| None).collect() })
    }

    /// Memory that the values of a cell take while its tile is worked on, and that its statistics take, bytes.
    #[must_use]
    pub fn bytes_per_cell(condition: &Condition, times: &[Timestamp], bytes_per_value: usize) -> (usize, usize) {
        let fields = if matches!(condition, Condition::Climatology { .. }) { Slots::days(times) } else { 1 };
        (times.len() * bytes_per_value, 16 * fields)
    }

    /// Takes the tile's cells at time `index`.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the number of cells or the index is wrong.
    pub fn push(&mut self, index: usize, values: Values) -> Result<(), CoreError> {
        if values.len() != self.cells {
            return Err(CoreError::Scene(format!("a tile of {} cells was given {}", self.cells, values.len())));
        }
        let count = self.values.len();
        let slot = self
            .values
            .get_mut(index)
            .ok_or_else(|| CoreError::Scene(format!("there is no time {index} among {count}")))?;
        *slot = Some(values);
        Ok(())
    }

    /// The statistics, once every time is there.
    ///
    /// # Errors
    /// [`CoreError::Scene`] names a time that was not given.
    pub fn finish(self) -> Result<TileBaseline, CoreError> {
        let mut all = Vec::with_capacity(self.values.len());
        for (k, values) in self.values.into_iter().enumerate() {
            all.push(values.ok_or_else(|| CoreError::Scene(format!("time {k} is missing in the statistics")))?);
        }
        let fields = (0..self.slots.count())
            .map(|slot| {
                let chosen: Vec<&Values> = self.slots.members(slot).iter().filter_map(|k| all.get(*k)).collect();
                match self.kind {
                    Kind::Tos2ca => statistics::tos2ca_moments(&chosen, self.cells),
                    Kind::Moments => statistics::moments(&chosen, self.cells),
                    Kind::Percentiles { low, high } => statistics::percentiles(&chosen, self.cells, low, high),
                }
            })
            .collect();
        Ok(TileBaseline { slots: self.slots, fields })
    }
}

impl TileBaseline {
    /// Number of different baselines: one, or one for each day of the year that the job has.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.fields.len()
    }

    /// Which field a scene is compared with.
    #[must_use]
    pub fn slot_of(&self, time_index: usize) -> usize {
        self.slots.slot_of(time_index)
    }

    /// The fields, by slot.
    #[must_use]
    pub fn into_fields(self) -> Vec<Baseline> {
        self.fields
    }
}
