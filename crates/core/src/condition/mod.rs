//! The condition that cuts a phenomenon out of a field.

mod expression;
mod parse;
mod words;

pub use expression::{BoundExpression, Expression};

/// An inequality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `x < threshold`
    LessThan,
    /// `x <= threshold`
    LessThanOrEqualTo,
    /// `x > threshold`
    GreaterThan,
    /// `x >= threshold`
    GreaterThanOrEqualTo,
    /// `x == threshold`
    EqualTo,
}

/// Which side of the baseline counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Above the baseline.
    Above,
    /// Below the baseline.
    Below,
    /// Away from the baseline on either side.
    Beyond,
}

/// How far from the baseline counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// So many standard deviations from the mean.
    Sigmas(f64),
    /// So much from the mean, in the variable's units.
    Amount(f64),
    /// Past this percentile (0..100) of the cell's own values; for [`Side::Beyond`] past `p` or below `100 - p`.
    Percentile(f64),
}

/// What makes a cell belong to the phenomenon. A missing cell (NaN) never does.
///
/// Comparisons are made in the data's own type: for float32 data a threshold is first rounded to float32.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// One of TOS2CA's five inequalities.
    Compare {
        /// The inequality.
        comparison: Comparison,
        /// What the value is compared with, in the variable's units.
        threshold: f64,
    },
    /// `low <= x <= high`.
    Between {
        /// Lower bound, inside.
        low: f64,
        /// Upper bound, inside.
        high: f64,
    },
    /// Two thresholds: regions of cells that meet `grow` and hold at least one cell that meets `seed`.
    Hysteresis {
        /// The inequality, the same for both.
        comparison: Comparison,
        /// The strict threshold.
        seed: f64,
        /// The lax threshold.
        grow: f64,
    },
    /// Away from the cell's own mean (or percentile) over the whole job, sides and spread as given.
    Anomaly {
        /// Which side.
        side: Side,
        /// How far.
        spread: Spread,
    },
    /// TOS2CA's `anomalyEvent`, fault and all: `x - mean < factor * std`, in float32.
    Tos2caAnomaly {
        /// The factor.
        factor: f64,
    },
    /// Away from the cell's climatology: its values within a window of days around the same day of the year, over the
    /// years of a base period.
    ///
    /// Days lie on the circle of the calendar's longest year: 31 December is next to 1 January, and 29 February is a day of
    /// its own that other years have no values for (1 March is the same day in every year). All times of a day count.
    Climatology {
        /// Which side.
        side: Side,
        /// How far.
        spread: Spread,
        /// Full width of the window in days (odd).
        window_days: u32,
        /// First and last year of the base period; all years of the job if `None`.
        base_years: Option<(i32, i32)>,
    },
    /// A boolean expression over the fields of the scene.
    Expression(Expression),
}

impl Condition {
    /// Whether cells are compared with statistics of their own, which take a pass over the data first.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        matches!(self, Self::Anomaly { .. } | Self::Tos2caAnomaly { .. } | Self::Climatology { .. })
    }

    /// The threshold, where it is one number.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        match self {
            Self::Compare { threshold, .. } => Some(*threshold),
            Self::Hysteresis { seed, .. } => Some(*seed),
            Self::Anomaly { spread, .. } | Self::Climatology { spread, .. } => match spread {
                Spread::Sigmas(k) | Spread::Amount(k) | Spread::Percentile(k) => Some(*k),
            },
            Self::Tos2caAnomaly { factor } => Some(*factor),
            Self::Between { .. } | Self::Expression(_) => None,
        }
    }
}
