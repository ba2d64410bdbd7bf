//! Puts a bound expression to rows of cells.
//!
//! Each cell is inside, outside or missing. A comparison with a missing number is missing; `not missing` is missing; `and` is
//! outside if a part is outside, whatever the others are, and `or` inside if a part is inside; else a missing part makes
//! them missing.

use std::ops::Range;

use super::syntax::Sign;
use crate::lanes::pack_row;
use crate::{CoreError, Values};

/// An expression whose variables are fields of a scene, in units that go together.
///
/// Arithmetic is done in float64. Where float32 data are compared with a number directly, the number is rounded to float32
/// first, as a plain threshold is. A quotient by zero and a root of a negative number are missing.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundExpression {
    root: Truth,
    fields: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    Compare { left: Number, sign: Sign, right: Number },
    All(Vec<Truth>),
    Any(Vec<Truth>),
    Not(Box<Truth>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    Constant(f64),
    Field(usize),
    Linear {
        of: Box<Number>,
        factor: f64,
        summand: f64,
    },
    /// Terms, and whether each is subtracted.
    Sum(Vec<(Number, bool)>),
    /// Factors, and whether each divides.
    Product(Vec<(Number, bool)>),
    Abs(Box<Number>),
    Sqrt(Box<Number>),
    Least(Vec<Number>),
    Greatest(Vec<Number>),
}

impl BoundExpression {
    pub(super) fn new(root: Truth, fields: usize) -> Self {
        Self { root, fields }
    }

    /// Evaluates a row: cells `cells` of the fields, as bits (cell `c` of the row is bit `c % 64` of word `c / 64`; there
    /// must be `cells.len().div_ceil(64)` words). A missing cell is never inside.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where a field that is used is not there or too short, or where there are too few words.
    pub fn evaluate_row(
        &self,
        fields: &[Values],
        cells: Range<usize>,
        inside: &mut [u64],
        missing: &mut [u64],
    ) -> Result<(), CoreError> {
        let words = cells.len().div_ceil(64);
        let short = fields.iter().take(self.fields).any(|f| f.len() < cells.end);
        if fields.len() < self.fields || short || inside.len() < words || missing.len() < words {
            return Err(CoreError::Scene(format!(
                "the expression needs {} fields of at least {} cells; the scene has {} fields of {:?} cells",
                self.fields,
                cells.end,
                fields.len(),
                fields.iter().map(Values::len).collect::<Vec<_>>()
            )));
        }
        for (first, (inside, missing)) in cells.clone().step_by(WORD).zip(inside.iter_mut().zip(missing)) {
            let block = Block { fields, first, cells: WORD.min(cells.end - first) };
            let outcome = block.truth(&self.root);
            let within = u64::MAX >> (WORD - block.cells);
            (*inside, *missing) = (outcome.inside & within, outcome.missing & within);
        }
        Ok(())
    }
}

/// Cells that are evaluated at a time: their numbers stay in registers and the first cache.
const WORD: usize = 64;

type Numbers = [f64; WORD];

/// Cells of one word of bits; those past the end of the row are missing.
struct Block<'a> {
    fields: &'a [Values],
    first: usize,
    cells: usize,
}

/// Bits of the cells that are inside, and of those that are missing.
#[derive(Clone, Copy)]
struct Outcome {
    inside: u64,
    missing: u64,
}

impl Block<'_> {
    fn truth(&self, truth: &Truth) -> Outcome {
        match truth {
            Truth::Compare { left, sign, right } => {
                let (mut a, mut b) = (self.number(left), self.number(right));
                self.round(left, right, &mut b);
                self.round(right, left, &mut a);
                let (mut inside, mut missing) = ([0], [0]);
                pack_row(WORD, &mut missing, |c| a[c].is_nan() | b[c].is_nan());
                match sign {
                    Sign::Less => pack_row(WORD, &mut inside, |c| a[c] < b[c]),
                    Sign::LessOrEqual => pack_row(WORD, &mut inside, |c| a[c] <= b[c]),
                    Sign::Greater => pack_row(WORD, &mut inside, |c| a[c] > b[c]),
                    Sign::GreaterOrEqual => pack_row(WORD, &mut inside, |c| a[c] >= b[c]),
                    Sign::Equal => pack_row(WORD, &mut inside, |c| a[c] == b[c]),
                    Sign::NotEqual => pack_row(WORD, &mut inside, |c| a[c] != b[c]),
                }
                Outcome { inside: inside[0] & !missing[0], missing: missing[0] }
            }
            Truth::Not(inner) => {
                let Outcome { inside, missing } = self.truth(inner);
                Outcome { inside: !(inside | missing), missing }
            }
            Truth::All(parts) => {
                let every = Outcome { inside: u64::MAX, missing: 0 };
                parts.iter().map(|part| self.truth(part)).fold(every, |a, b| {
                    let (inside, not_outside) = (a.inside & b.inside, (a.inside | a.missing) & (b.inside | b.missing));
                    Outcome { inside, missing: not_outside & !inside }
                })
            }
            Truth::Any(parts) => {
                let none = Outcome { inside: 0, missing: 0 };
                parts.iter().map(|part| self.truth(part)).fold(none, |a, b| {
                    let inside = a.inside | b.inside;
                    Outcome { inside, missing: (a.missing | b.missing) & !inside }
                })
            }
        }
    }

    /// Rounds a constant to float32 where it is compared with float32 data.
    fn round(&self, data: &Number, constant: &Number, values: &mut Numbers) {
        if let (Number::Field(index), Number::Constant(value)) = (data, constant)
            && matches!(self.fields[*index], Values::F32(_))
        {
            *values = [f64::from(*value as f32); WORD];
        }
    }

    fn number(&self, number: &Number) -> Numbers {
        match number {
            Number::Constant(value) => [*value; WORD],
            Number::Field(index) => self.field(&self.fields[*index]),
            Number::Linear { of, factor, summand } => self.number(of).map(|x| x * factor + summand),
            Number::Abs(of) => self.number(of).map(f64::abs),
            Number::Sqrt(of) => self.number(of).map(f64::sqrt),
            Number::Sum(terms) => self.reduced(terms, |sum, x, minus| if minus { sum - x } else { sum + x }),
            Number::Product(factors) => self.reduced(factors, times),
            Number::Least(parts) => self.folded(parts, least),
            Number::Greatest(parts) => self.folded(parts, greatest),
        }
    }

    fn field(&self, values: &Values) -> Numbers {
        let mut numbers = [f64::NAN; WORD];
        let cells = self.first..self.first + self.cells;
        match values {
            Values::F32(v) => numbers.iter_mut().zip(&v[cells]).for_each(|(to, x)| *to = f64::from(*x)),
            Values::F64(v) => numbers[..self.cells].copy_from_slice(&v[cells]),
        }
        numbers
    }

    fn reduced(&self, parts: &[(Number, bool)], f: impl Fn(f64, f64, bool) -> f64) -> Numbers {
        let Some(((first, _), rest)) = parts.split_first() else { return [f64::NAN; WORD] };
        rest.iter().fold(self.number(first), |mut total, (part, inverse)| {
            let numbers = self.number(part);
            total.iter_mut().zip(numbers).for_each(|(total, x)| *total = f(*total, x, *inverse));
            total
        })
    }

    fn folded(&self, parts: &[Number], f: impl Fn(f64, f64) -> f64) -> Numbers {
        let Some((first, rest)) = parts.split_first() else { return [f64::NAN; WORD] };
        rest.iter().fold(self.number(first), |mut total, part| {
            let numbers = self.number(part);
            total.iter_mut().zip(numbers).for_each(|(total, x)| *total = f(*total, x));
            total
        })
    }
}

fn times(product: f64, x: f64, divide: bool) -> f64 {
    match (divide, x == 0.0) {
        (true, true) => f64::NAN,
        (true, false) => product / x,
        (false, _) => product * x,
    }
}

/// NaN where one of the two is NaN.
fn least(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }
}

fn greatest(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

impl Number {
    pub(super) fn linear(self, factor: f64, summand: f64) -> Self {
        if factor == 1.0 && summand == 0.0 { self } else { Self::Linear { of: Box::new(self), factor, summand } }
    }

    /// Its value where it is the same in every cell.
    fn constant(&self) -> Option<f64> {
        let each = |parts: &[Self]| parts.iter().map(Self::constant).collect::<Option<Vec<_>>>();
        let fold = |parts: &[(Self, bool)], f: &dyn Fn(f64, f64, bool) -> f64| {
            let (first, rest) = parts.split_first()?;
            rest.iter().try_fold(first.0.constant()?, |total, (p, inverse)| Some(f(total, p.constant()?, *inverse)))
        };
        match self {
            Self::Constant(value) => Some(*value),
            Self::Field(_) => None,
            Self::Linear { of, factor, summand } => of.constant().map(|x| x * factor + summand),
            Self::Abs(of) => of.constant().map(f64::abs),
            Self::Sqrt(of) => of.constant().map(f64::sqrt),
            Self::Sum(terms) => fold(terms, &|sum, x, minus| if minus { sum - x } else { sum + x }),
            Self::Product(factors) => fold(factors, &times),
            Self::Least(parts) => each(parts)?.into_iter().reduce(least),
            Self::Greatest(parts) => each(parts)?.into_iter().reduce(greatest),
        }
    }

    /// A constant in place of a calculation of constants.
    pub(super) fn folded(self) -> Self {
        self.constant().map_or(self, Self::Constant)
    }
}
