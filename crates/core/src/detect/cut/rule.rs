//! A condition made ready to be put to rows.

use super::Interval;
use super::departure::{Departure, DepartureRows};
use crate::condition::BoundExpression;
use crate::detect::Baseline;
use crate::lanes::{Isa, pack_row};
use crate::{Comparison, Condition, CoreError, Spread, Values};

/// A condition whose thresholds are checked.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// The value alone decides.
    Interval(Interval),
    /// A lax test, and a strict one that a component must meet somewhere.
    Hysteresis {
        /// The lax test.
        grow: Interval,
        /// The strict test.
        seed: Interval,
    },
    /// The value and the cell's own baseline decide.
    Departure(Departure),
    /// Several fields decide.
    Expression(BoundExpression),
}

/// What a rule is put to.
#[derive(Clone, Copy)]
pub(crate) struct RowInput<'a> {
    pub(crate) fields: &'a [Values],
    /// Of the kind that the rule needs (see [`Rule::check_baseline`]).
    pub(crate) baseline: Option<&'a Baseline>,
    pub(crate) row: usize,
    pub(crate) nx: usize,
}

/// Bits of one row.
pub(crate) struct RowBits<'a> {
    pub(crate) inside: &'a mut [u64],
    pub(crate) missing: &'a mut [u64],
    /// Empty where the rule has no seeds.
    pub(crate) seeds: &'a mut [u64],
}

/// Buffers of a rule.
#[derive(Debug, Default)]
pub(crate) struct RuleScratch {
    rows: DepartureRows,
}

impl Rule {
    /// Checks a condition's numbers, and ties an expression to the names and units of the fields.
    pub(crate) fn new(condition: &Condition, fields: &[(&str, Option<&str>)]) -> Result<Self, CoreError> {
        match condition {
            Condition::Compare { comparison, threshold } => {
                number(*threshold, "threshold")?;
                Ok(Self::Interval(Interval::Compare(*comparison, *threshold)))
            }
            Condition::Between { low, high } => {
                number(*low, "lower bound")?;
                number(*high, "upper bound")?;
                if low > high {
                    return Err(CoreError::Condition(format!(
                        "no value lies between {low} and {high}: the lower bound is above the upper one; swap them"
                    )));
                }
                Ok(Self::Interval(Interval::Between(*low, *high)))
            }
            Condition::Hysteresis { comparison, seed, grow } => Self::hysteresis(*comparison, *seed, *grow),
            Condition::Anomaly { side, spread } | Condition::Climatology { side, spread, .. } => {
                Ok(Self::Departure(match spread {
                    Spread::Sigmas(sigmas) => {
                        if sigmas.is_nan() || *sigmas < 0.0 {
                            return Err(CoreError::Condition(format!(
                                "an anomaly of {sigmas} standard deviations has no meaning; give 0 or more"
                            )));
                        }
                        Departure::Sigmas(*side, *sigmas)
                    }
                    Spread::Amount(amount) => {
                        number(*amount, "difference")?;
                        Departure::Amount(*side, *amount)
                    }
                    Spread::Percentile(percentile) => {
                        if !(0.0..=100.0).contains(percentile) {
                            return Err(CoreError::Condition(format!(
                                "{percentile} is not a percentile; give a number from 0 to 100"
                            )));
                        }
                        Departure::Bounds
                    }
                }))
            }
            Condition::Tos2caAnomaly { factor } => {
                number(*factor, "factor")?;
                Ok(Self::Departure(Departure::Tos2ca(*factor)))
            }
            Condition::Expression(expression) => Ok(Self::Expression(expression.bind(fields)?)),
        }
    }

    fn hysteresis(comparison: Comparison, seed: f64, grow: f64) -> Result<Self, CoreError> {
        number(seed, "seed threshold")?;
        number(grow, "growth threshold")?;
        let stricter = match comparison {
            Comparison::LessThan | Comparison::LessThanOrEqualTo => seed <= grow,
            Comparison::GreaterThan | Comparison::GreaterThanOrEqualTo => seed >= grow,
            Comparison::EqualTo => false,
        };
        if !stricter {
            return Err(CoreError::Condition(format!(
                "with {comparison:?}, a seed threshold of {seed} is not stricter than a growth threshold of {grow}; \
                 give a seed that fewer cells meet"
            )));
        }
        Ok(Self::Hysteresis { grow: Interval::Compare(comparison, grow), seed: Interval::Compare(comparison, seed) })
    }

    /// Whether components need a seed.
    pub(crate) fn has_seeds(&self) -> bool {
        matches!(self, Self::Hysteresis { .. })
    }

    /// Refuses a baseline that the rule cannot use.
    pub(crate) fn check_baseline(&self, baseline: Option<&Baseline>, cells: usize) -> Result<(), CoreError> {
        match self {
            Self::Departure(departure) => departure.check(baseline, cells).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Finds the cells of a row that are inside, and those whose tracked value is missing (or, in an expression, whose
    /// truth is); returns the number of the latter.
    pub(crate) fn cut_row(
        &self,
        isa: Isa,
        input: RowInput<'_>,
        bits: &mut RowBits<'_>,
        scratch: &mut RuleScratch,
    ) -> Result<u64, CoreError> {
        let cells = input.row * input.nx..(input.row + 1) * input.nx;
        let Some(field) = input.fields.first() else {
            return Err(CoreError::Scene("the scene has no field".to_owned()));
        };
        match (self, input.baseline) {
            (Self::Interval(interval), _) => Ok(cut(*interval, isa, field, cells, bits.inside, bits.missing)),
            (Self::Hysteresis { grow, seed }, _) => {
                cut(*seed, isa, field, cells.clone(), bits.seeds, bits.missing);
                Ok(cut(*grow, isa, field, cells, bits.inside, bits.missing))
            }
            (Self::Departure(departure), Some(baseline)) => {
                Ok(departure.cut(field, baseline, cells, &mut scratch.rows, bits.inside, bits.missing))
            }
            (Self::Departure(departure), None) => departure.check(None, field.len()).map(|_| 0),
            (Self::Expression(expression), _) => {
                expression.evaluate_row(input.fields, cells.clone(), bits.inside, bits.missing)?;
                Ok(without_value(field, cells, bits))
            }
        }
    }
}

/// A cell without a value of the tracked variable cannot be described: it counts as missing, whatever the other fields
/// say. Returns the number of missing cells.
fn without_value(field: &Values, cells: std::ops::Range<usize>, bits: &mut RowBits<'_>) -> u64 {
    let n = cells.len();
    let mut unknown = vec![0; bits.missing.len()];
    match field {
        Values::F32(x) => pack_row(n, &mut unknown, |c| x[cells.start + c].is_nan()),
        Values::F64(x) => pack_row(n, &mut unknown, |c| x[cells.start + c].is_nan()),
    }
    let mut count = 0;
    for ((inside, missing), unknown) in bits.inside.iter_mut().zip(bits.missing.iter_mut()).zip(unknown) {
        *missing |= unknown;
        *inside &= !*missing;
        count += u64::from(missing.count_ones());
    }
    count
}

fn cut(
    interval: Interval,
    isa: Isa,
    field: &Values,
    cells: std::ops::Range<usize>,
    inside: &mut [u64],
    missing: &mut [u64],
) -> u64 {
    match field {
        Values::F32(x) => interval.cut_f32(isa, &x[cells], inside, missing),
        Values::F64(x) => interval.cut_f64(isa, &x[cells], inside, missing),
    }
}

fn number(x: f64, what: &str) -> Result<(), CoreError> {
    if x.is_nan() {
        return Err(CoreError::Condition(format!("the {what} is not a number; give one in the variable's units")));
    }
    Ok(())
}
