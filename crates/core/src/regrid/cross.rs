//! Bilinear interpolation between straight grids: rows first, then columns.

use super::axis::Pair;
use super::sum::{Sum, Values};
use crate::CellRange;
use crate::cells::{count, places, rows};

/// Two rows and two columns of the source for each row and column of the mask: a target's weights are the four products.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cross {
    /// For each row of the mask that is needed; `None` outside of the source.
    rows: Vec<Option<Pair>>,
    columns: Vec<Option<Pair>>,
    /// First and last column of the source that any pair takes from.
    span: (usize, usize),
    /// Every column that is needed has its pair.
    is_inside: bool,
    /// Columns of the source.
    nx: usize,
    /// The targets, cells of the mask.
    targets: Vec<CellRange>,
    /// Columns of the mask.
    mask_nx: u32,
}

/// Columns of the source at one latitude of the mask, from the first of a span on.
#[derive(Default)]
struct Line {
    sums: Vec<Sum>,
    /// Each column has both of its values, all finite.
    is_whole: bool,
}

impl Cross {
    pub(super) fn new(
        rows: Vec<Option<Pair>>,
        columns: Vec<Option<Pair>>,
        nx: usize,
        (targets, mask_nx): (&[CellRange], u32),
    ) -> Self {
        let is_inside = places(targets, mask_nx).all(|(_, column)| pair(&columns, column).is_some());
        let taken = || columns.iter().flatten().flat_map(|pair| pair.map(|(place, _)| place));
        let span = (taken().min().unwrap_or(0), taken().max().unwrap_or(0));
        Self { rows, columns, span, is_inside, nx, targets: targets.to_vec(), mask_nx }
    }

    /// Number of targets.
    pub(super) fn len(&self) -> usize {
        count(&self.targets) as usize
    }

    /// The places that a target takes from, with their weights.
    pub(super) fn of(&self, target: usize) -> Vec<(u32, f64)> {
        let Some((row, column)) = places(&self.targets, self.mask_nx).nth(target) else { return Vec::new() };
        let (Some(rows), Some(columns)) = (pair(&self.rows, row), pair(&self.columns, column)) else {
            return Vec::new();
        };
        let all = rows.iter().flat_map(|(row, height)| {
            columns.iter().map(move |(column, width)| ((row * self.nx + column) as u32, height * width))
        });
        all.filter(|(_, weight)| *weight > 0.0).collect()
    }

    /// Adds the value and share of each target, in order; `end` makes them of a sum.
    pub(super) fn apply(&self, value: impl Fn(usize) -> f64, end: impl Fn(Sum) -> (f64, f64), out: &mut Values) {
        let mut line = Line::default();
        for row in rows(&self.targets, self.mask_nx) {
            let columns = row.columns().flatten().map(|column| pair(&self.columns, column));
            let Some(rows) = pair(&self.rows, row.row) else {
                out.extend(columns.map(|_| end(Sum::default())));
                continue;
            };
            let at = |column: usize| along(rows, |row| value(row * self.nx + column));
            // few targets in a wide span, such as on both sides of a seam, do not need all of it
            let (first, last) = self.span;
            if last - first >= 4 * count(row.ranges) as usize + 8 {
                out.extend(columns.map(|pair| end(pair.map_or(Sum::default(), |pair| across(pair, at)))));
                continue;
            }
            line.fill((first..=last).map(at));
            if line.is_whole && self.is_inside {
                // nothing to decide: most lines are such
                let sums = line.sums.as_slice();
                out.0.extend(columns.map(|pair| {
                    let [(west, left), (east, right)] = pair.copied().unwrap_or_default();
                    let at = |column: usize| sums.get(column - first).map_or(f64::NAN, |sum| sum.value);
                    left * at(west) + right * at(east)
                }));
                out.1.resize(out.0.len(), 1.0);
            } else {
                let at = |column: usize| line.sums.get(column - first).copied().unwrap_or_default();
                out.extend(columns.map(|pair| end(pair.map_or(Sum::default(), |pair| across(pair, at)))));
            }
        }
    }
}

fn pair(pairs: &[Option<Pair>], at: u32) -> Option<&Pair> {
    pairs.get(at as usize).and_then(Option::as_ref)
}

impl Line {
    fn fill(&mut self, sums: impl Iterator<Item = Sum>) {
        self.sums.clear();
        self.sums.extend(sums);
        self.is_whole = self.sums.iter().all(|sum| sum.share == 1.0 && sum.value.is_finite());
    }
}

/// A column's value between two rows.
#[inline]
fn along(rows: &Pair, value: impl Fn(usize) -> f64) -> Sum {
    let [(top, upper), (bottom, lower)] = *rows;
    let (a, b) = (value(top), value(bottom));
    // without branches where both are there, so that whole lines are quick
    if a.is_finite() && b.is_finite() {
        return Sum { value: upper * a + lower * b, share: 1.0 };
    }
    let mut sum = Sum::default();
    for (weight, x) in [(upper, a), (lower, b)] {
        if weight > 0.0 {
            sum.add(weight, x);
        }
    }
    sum
}

/// A target's value between two columns.
#[inline]
fn across(columns: &Pair, at: impl Fn(usize) -> Sum) -> Sum {
    let [(west, left), (east, right)] = *columns;
    let (a, b) = (at(west), at(east));
    if a.share == 1.0 && b.share == 1.0 && a.value.is_finite() && b.value.is_finite() {
        return Sum { value: left * a.value + right * b.value, share: 1.0 };
    }
    let mut sum = Sum::default();
    for (weight, part) in [(left, a), (right, b)] {
        if weight > 0.0 && part.share > 0.0 {
            sum.value += weight * part.value;
            sum.share += weight * part.share;
        }
    }
    sum
}
