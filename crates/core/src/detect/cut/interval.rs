//! The simple conditions: a comparison with one threshold or two.

use crate::Comparison;
use crate::lanes::{Cell, Isa, pack_row};

/// A test of a value on its own; thresholds as the user gave them, rounded to the data's type when they are applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Interval {
    /// One threshold.
    Compare(Comparison, f64),
    /// Between two, both inside.
    Between(f64, f64),
}

impl Interval {
    /// Finds the cells of a row that are inside, and those that are missing; returns the number of the latter.
    pub(crate) fn cut_f32(self, isa: Isa, row: &[f32], inside: &mut [u64], missing: &mut [u64]) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if let Isa::Avx2(_) = isa {
            // SAFETY: the witness says that the processor has AVX2.
            return unsafe { super::avx2::cut_f32(self, row, inside, missing) };
        }
        let _ = isa;
        self.cut_portable(row, inside, missing)
    }

    /// The same for float64 data.
    pub(crate) fn cut_f64(self, isa: Isa, row: &[f64], inside: &mut [u64], missing: &mut [u64]) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if let Isa::Avx2(_) = isa {
            // SAFETY: the witness says that the processor has AVX2.
            return unsafe { super::avx2::cut_f64(self, row, inside, missing) };
        }
        let _ = isa;
        self.cut_portable(row, inside, missing)
    }

    /// The same without special instructions.
    fn cut_portable<T: Cell>(self, row: &[T], inside: &mut [u64], missing: &mut [u64]) -> u64 {
        pack_row(row.len(), missing, |c| row[c].is_missing());
        match self {
            Self::Compare(comparison, threshold) => {
                let t = T::round(threshold);
                match comparison {
                    Comparison::LessThan => pack_row(row.len(), inside, |c| row[c] < t),
                    Comparison::LessThanOrEqualTo => pack_row(row.len(), inside, |c| row[c] <= t),
                    Comparison::GreaterThan => pack_row(row.len(), inside, |c| row[c] > t),
                    Comparison::GreaterThanOrEqualTo => pack_row(row.len(), inside, |c| row[c] >= t),
                    Comparison::EqualTo => pack_row(row.len(), inside, |c| row[c] == t),
                }
            }
            Self::Between(low, high) => {
                let (low, high) = (T::round(low), T::round(high));
                pack_row(row.len(), inside, |c| (row[c] >= low) & (row[c] <= high));
            }
        }
        missing.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether one value is inside; NaN never is.
    #[cfg(test)]
    pub(crate) fn holds<T: Cell>(self, x: T) -> bool {
        match self {
            Self::Compare(comparison, threshold) => {
                let t = T::round(threshold);
                match comparison {
                    Comparison::LessThan => x < t,
                    Comparison::LessThanOrEqualTo => x <= t,
                    Comparison::GreaterThan => x > t,
                    Comparison::GreaterThanOrEqualTo => x >= t,
                    Comparison::EqualTo => x == t,
                }
            }
            Self::Between(low, high) => x >= T::round(low) && x <= T::round(high),
        }
    }
}
