//! Conditions that compare each cell with a baseline of its own.

use crate::detect::Baseline;
use crate::lanes::pack_row;
use crate::{CoreError, Side, Values};

/// A test of a value against its cell's baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Departure {
    /// Further than so many standard deviations from the mean, in float64.
    Sigmas(Side, f64),
    /// Below the lower bound or above the upper one, where there are such.
    Bounds,
    /// TOS2CA's `x - mean < factor * std_dev`, in float32 where data and statistics are float32.
    Tos2ca(f64),
}

/// Rows of a baseline in float64, used again.
#[derive(Debug, Default)]
pub(crate) struct DepartureRows {
    value: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Departure {
    /// Refuses a baseline that belongs to another condition, or to a grid with another number of cells.
    pub(crate) fn check(self, baseline: Option<&Baseline>, cells: usize) -> Result<&Baseline, CoreError> {
        let Some(baseline) = baseline else {
            return Err(CoreError::Condition(
                "this condition compares each cell with statistics of its own; give the baseline".to_owned(),
            ));
        };
        let fields: [Option<&Values>; 2] = match (self, baseline) {
            (Self::Sigmas(..) | Self::Tos2ca(_), Baseline::Moments { mean, std_dev }) => [Some(mean), Some(std_dev)],
            (Self::Bounds, Baseline::Bounds { low, high }) => [low.as_ref(), high.as_ref()],
            _ => {
                return Err(CoreError::Condition(
                    "the baseline holds other statistics than the condition asks for; compute it from this \
                     condition"
                        .to_owned(),
                ));
            }
        };
        match fields.into_iter().flatten().find(|field| field.len() != cells) {
            Some(field) => {
                Err(CoreError::Scene(format!("the baseline has {} values, the grid has {cells} cells", field.len())))
            }
            None => Ok(baseline),
        }
    }

    /// Finds the cells of a row (`cells` of the field) that are inside, and those that are missing; returns the number
    /// of the latter.
    pub(crate) fn cut(
        self,
        field: &Values,
        baseline: &Baseline,
        cells: std::ops::Range<usize>,
        rows: &mut DepartureRows,
        inside: &mut [u64],
        missing: &mut [u64],
    ) -> u64 {
        let n = cells.len();
        widen(field, cells.clone(), &mut rows.value);
        let x = &rows.value[..n];
        match (self, baseline) {
            (Self::Tos2ca(factor), Baseline::Moments { mean: Values::F32(m), std_dev: Values::F32(s) })
                if matches!(field, Values::F32(_)) =>
            {
                let (m, s, factor) = (&m[cells.clone()], &s[cells], factor as f32);
                // The widened values are float32 values still.
                pack_row(n, inside, |c| x[c] as f32 - m[c] < factor * s[c]);
            }
            (_, Baseline::Moments { mean, std_dev }) => {
                widen(mean, cells.clone(), &mut rows.first);
                widen(std_dev, cells, &mut rows.second);
                let (m, s) = (&rows.first[..n], &rows.second[..n]);
                match self {
                    Self::Tos2ca(factor) => pack_row(n, inside, |c| x[c] - m[c] < factor * s[c]),
                    Self::Sigmas(Side::Above, k) => pack_row(n, inside, |c| x[c] - m[c] > k * s[c]),
                    Self::Sigmas(Side::Below, k) => pack_row(n, inside, |c| m[c] - x[c] > k * s[c]),
                    Self::Sigmas(Side::Beyond, k) => pack_row(n, inside, |c| (x[c] - m[c]).abs() > k * s[c]),
                    Self::Bounds => inside.fill(0),
                }
            }
            (_, Baseline::Bounds { low, high }) => {
                bound(low.as_ref(), cells.clone(), &mut rows.first);
                bound(high.as_ref(), cells, &mut rows.second);
                let (low, high) = (&rows.first[..], &rows.second[..]);
                match (low.is_empty(), high.is_empty()) {
                    (false, false) => pack_row(n, inside, |c| (x[c] < low[c]) | (x[c] > high[c])),
                    (false, true) => pack_row(n, inside, |c| x[c] < low[c]),
                    (true, false) => pack_row(n, inside, |c| x[c] > high[c]),
                    (true, true) => inside.fill(0),
                }
            }
        }
        pack_row(n, missing, |c| x[c].is_nan());
        missing.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// A bound's row; empty where there is no such bound.
fn bound(field: Option<&Values>, cells: std::ops::Range<usize>, out: &mut Vec<f64>) {
    match field {
        Some(field) => widen(field, cells, out),
        None => out.clear(),
    }
}

fn widen(field: &Values, cells: std::ops::Range<usize>, out: &mut Vec<f64>) {
    out.clear();
    match field {
        Values::F32(x) => out.extend(x[cells].iter().map(|x| f64::from(*x))),
        Values::F64(x) => out.extend_from_slice(&x[cells]),
    }
}
