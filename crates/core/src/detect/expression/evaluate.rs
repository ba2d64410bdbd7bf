//! Puts a bound expression to rows of cells.
//!
//! Each cell is inside, outside or missing. A comparison with a missing number is missing; `not missing` is missing; `and` is
//! outside if a part is outside, whatever the others are, and `or` inside if a part is inside; else a missing part makes
//! them missing.

use std::ops::Range;

use super::syntax::Sign;
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

/// Buffers that evaluation uses again; one for each thread, made with `ExpressionScratch::default()`.
#[derive(Debug, Default)]
pub struct ExpressionScratch {
    numbers: Vec<Vec<f64>>,
    bits: Vec<Vec<u64>>,
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
        scratch: &mut ExpressionScratch,
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
        let row = Row { fields, cells };
        row.truth(&self.root, &mut inside[..words], &mut missing[..words], scratch);
        Ok(())
    }
}

/// The values of a number in a row.
enum Operand<'a> {
    Constant(f64),
    F32(&'a [f32]),
    F64(&'a [f64]),
    Made(Vec<f64>),
}

impl Operand<'_> {
    fn get(&self, cell: usize) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::F32(row) => f64::from(row[cell]),
            Self::F64(row) => row[cell],
            Self::Made(row) => row[cell],
        }
    }
}

struct Row<'a> {
    fields: &'a [Values],
    cells: Range<usize>,
}

impl<'a> Row<'a> {
    fn truth(&self, truth: &Truth, inside: &mut [u64], missing: &mut [u64], scratch: &mut ExpressionScratch) {
        match truth {
            Truth::Compare { left, sign, right } => {
                let (a, b) = (self.number(left, scratch), self.number(right, scratch));
                match (&a, &b) {
                    (Operand::F32(row), Operand::Constant(c)) => {
                        let c = f64::from(*c as f32);
                        self.fill(inside, missing, |k| (f64::from(row[k]), c), *sign);
                    }
                    (Operand::Constant(c), Operand::F32(row)) => {
                        let c = f64::from(*c as f32);
                        self.fill(inside, missing, |k| (c, f64::from(row[k])), *sign);
                    }
                    _ => self.fill(inside, missing, |k| (a.get(k), b.get(k)), *sign),
                }
                scratch.keep(a);
                scratch.keep(b);
            }
            Truth::Not(inner) => {
                self.truth(inner, inside, missing, scratch);
                inside.iter_mut().zip(missing.iter()).for_each(|(i, m)| *i = !(*i | *m));
                self.trim(inside);
            }
            Truth::All(parts) => self.junction(parts, true, inside, missing, scratch),
            Truth::Any(parts) => self.junction(parts, false, inside, missing, scratch),
        }
    }

    /// `and` (a cell outside of any part is outside), or `or` (a cell inside any part is inside).
    fn junction(
        &self,
        parts: &[Truth],
        all: bool,
        inside: &mut [u64],
        missing: &mut [u64],
        scratch: &mut ExpressionScratch,
    ) {
        let mut buffers = [scratch.words(inside.len()), scratch.words(inside.len())];
        let [part_inside, part_missing] = &mut buffers;
        for (index, part) in parts.iter().enumerate() {
            if index == 0 {
                self.truth(part, inside, missing, scratch);
                continue;
            }
            self.truth(part, part_inside, part_missing, scratch);
            let words = inside.iter_mut().zip(missing.iter_mut());
            for ((i, m), (pi, pm)) in words.zip(part_inside.iter().zip(part_missing.iter())) {
                let (not_outside, both) = ((*i | *m) & (pi | pm), *i & pi);
                if all {
                    (*i, *m) = (both, not_outside & !both);
                } else {
                    (*i, *m) = (*i | pi, (*m | pm) & !(*i | pi));
                }
            }
        }
        scratch.bits.extend(buffers);
    }

    fn fill(&self, inside: &mut [u64], missing: &mut [u64], pair: impl Fn(usize) -> (f64, f64), sign: Sign) {
        for (w, (inside, missing)) in inside.iter_mut().zip(missing).enumerate() {
            (*inside, *missing) = (0, 0);
            for bit in 0..64.min(self.cells.len() - 64 * w) {
                let (a, b) = pair(64 * w + bit);
                let unknown = a.is_nan() | b.is_nan();
                *missing |= u64::from(unknown) << bit;
                *inside |= u64::from(!unknown & sign.holds(a, b)) << bit;
            }
        }
    }

    /// Clears the bits past the end of the row.
    fn trim(&self, words: &mut [u64]) {
        let rest = self.cells.len() % 64;
        if rest != 0
            && let Some(last) = words.last_mut()
        {
            *last &= (1 << rest) - 1;
        }
    }

    fn number(&self, number: &Number, scratch: &mut ExpressionScratch) -> Operand<'a> {
        match number {
            Number::Constant(value) => Operand::Constant(*value),
            Number::Field(index) => match &self.fields[*index] {
                Values::F32(values) => Operand::F32(&values[self.cells.clone()]),
                Values::F64(values) => Operand::F64(&values[self.cells.clone()]),
            },
            Number::Linear { of, factor, summand } => self.changed(of, scratch, |x| x * factor + summand),
            Number::Abs(of) => self.changed(of, scratch, f64::abs),
            Number::Sqrt(of) => self.changed(of, scratch, f64::sqrt),
            Number::Sum(terms) => self.reduced(terms, scratch, |sum, x, minus| if minus { sum - x } else { sum + x }),
            Number::Product(factors) => self.reduced(factors, scratch, times),
            Number::Least(parts) => self.reduced_plain(parts, scratch, least),
            Number::Greatest(parts) => self.reduced_plain(parts, scratch, greatest),
        }
    }

    fn changed(&self, of: &Number, scratch: &mut ExpressionScratch, f: impl Fn(f64) -> f64) -> Operand<'a> {
        let operand = self.number(of, scratch);
        let mut row = self.row(&operand, scratch);
        row.iter_mut().for_each(|x| *x = f(*x));
        scratch.keep(operand);
        Operand::Made(row)
    }

    fn reduced(
        &self,
        parts: &[(Number, bool)],
        scratch: &mut ExpressionScratch,
        f: impl Fn(f64, f64, bool) -> f64,
    ) -> Operand<'a> {
        let mut total: Option<Vec<f64>> = None;
        for (part, inverse) in parts {
            let operand = self.number(part, scratch);
            match &mut total {
                None => total = Some(self.row(&operand, scratch)),
                Some(row) => row.iter_mut().enumerate().for_each(|(k, x)| *x = f(*x, operand.get(k), *inverse)),
            }
            scratch.keep(operand);
        }
        Operand::Made(total.unwrap_or_default())
    }

    fn reduced_plain(&self, parts: &[Number], scratch: &mut ExpressionScratch, f: fn(f64, f64) -> f64) -> Operand<'a> {
        let mut total: Option<Vec<f64>> = None;
        for part in parts {
            let operand = self.number(part, scratch);
            match &mut total {
                None => total = Some(self.row(&operand, scratch)),
                Some(row) => row.iter_mut().enumerate().for_each(|(k, x)| *x = f(*x, operand.get(k))),
            }
            scratch.keep(operand);
        }
        Operand::Made(total.unwrap_or_default())
    }

    fn row(&self, operand: &Operand<'_>, scratch: &mut ExpressionScratch) -> Vec<f64> {
        let mut row = scratch.numbers.pop().unwrap_or_default();
        row.clear();
        row.extend((0..self.cells.len()).map(|k| operand.get(k)));
        row
    }
}

impl ExpressionScratch {
    fn words(&mut self, count: usize) -> Vec<u64> {
        let mut words = self.bits.pop().unwrap_or_default();
        words.clear();
        words.resize(count, 0);
        words
    }

    fn keep(&mut self, operand: Operand<'_>) {
        if let Operand::Made(row) = operand {
            self.numbers.push(row);
        }
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
