//! Area-weighted statistics of a component's values.

use std::mem::MaybeUninit;

use super::{Measurable, RangeValues};
use crate::CellRange;
use crate::lanes::{Cell, GROUP, Isa};

/// The outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Statistics {
    pub(super) min: f64,
    pub(super) mean: f64,
    pub(super) max: f64,
    pub(super) std_dev: f64,
}

/// Running sums over the values of one component, relative to an origin among them (so that a small spread around a
/// large mean keeps its digits).
///
/// There is one sum for each place in a group of cells; they are added up in a fixed order at the end. So the result is
/// the same to the last bit with and without vectors.
pub(crate) trait Sums<T: Cell>: Copy {
    /// Before the first value. `neutral` stands in for cells past the end of a range.
    fn starting_at(neutral: T, origin: f64) -> Self;

    /// Adds a whole group of cells to the row, each weighing as much as its column is wide, and copies it.
    fn add(&mut self, group: &[T; GROUP], widths: &[f64; GROUP], copy: &mut [MaybeUninit<T>; GROUP]);

    /// The same of the first `count` cells of a group; copies the whole group all the same.
    fn add_some(&mut self, group: &[T; GROUP], widths: &[f64; GROUP], count: usize, copy: &mut [MaybeUninit<T>; GROUP]);

    /// Ends a row whose area is `area` for each unit of width.
    fn end_row(&mut self, area: f64);

    /// First and second sums, least and greatest values, by place.
    fn by_place(&self) -> ByPlace<T>;
}

/// What [`Sums`] add up.
pub(crate) struct ByPlace<T> {
    pub(super) first: [f64; GROUP],
    pub(super) second: [f64; GROUP],
    pub(super) low: [T; GROUP],
    pub(super) high: [T; GROUP],
}

/// A value to which the others are compared.
#[inline(always)]
pub(super) fn origin<T: Cell>(first: T) -> f64 {
    let x: f64 = first.into();
    if x.is_finite() { x } else { 0.0 }
}

impl Statistics {
    /// The statistics of values that cover `area`.
    #[inline(always)]
    pub(super) fn of<T: Cell>(sums: &ByPlace<T>, origin: f64, area: f64) -> Self {
        let (mut low, mut high) = (sums.low[0], sums.high[0]);
        for l in 1..GROUP {
            low = if sums.low[l] < low { sums.low[l] } else { low };
            high = if sums.high[l] > high { sums.high[l] } else { high };
        }
        let (min, max): (f64, f64) = (low.into(), high.into());
        if !(min.is_finite() && max.is_finite()) {
            // An infinite value makes the mean infinite; two of opposite signs leave none.
            let mean = if min == f64::NEG_INFINITY && max == f64::INFINITY {
                f64::NAN
            } else if max == f64::INFINITY {
                max
            } else {
                min
            };
            return Self { min, mean, max, std_dev: f64::NAN };
        }
        let shift = sum(&sums.first) / area;
        let variance = sum(&sums.second) / area - shift * shift;
        Self { min, mean: (origin + shift).clamp(min, max), max, std_dev: variance.max(0.0).sqrt() }
    }
}

#[inline(always)]
fn sum(places: &[f64; GROUP]) -> f64 {
    ((places[0] + places[4]) + (places[2] + places[6])) + ((places[1] + places[5]) + (places[3] + places[7]))
}

/// Sums without special instructions.
#[derive(Clone, Copy)]
pub(crate) struct Portable<T> {
    neutral: T,
    origin: f64,
    row_first: [f64; GROUP],
    row_second: [f64; GROUP],
    first: [f64; GROUP],
    second: [f64; GROUP],
    low: [T; GROUP],
    high: [T; GROUP],
}

impl<T: Cell> Sums<T> for Portable<T> {
    fn starting_at(neutral: T, origin: f64) -> Self {
        let zero = [0.0; GROUP];
        Self {
            neutral,
            origin,
            row_first: zero,
            row_second: zero,
            first: zero,
            second: zero,
            low: [neutral; GROUP],
            high: [neutral; GROUP],
        }
    }

    #[inline(always)]
    fn add(&mut self, group: &[T; GROUP], widths: &[f64; GROUP], copy: &mut [MaybeUninit<T>; GROUP]) {
        self.add_some(group, widths, GROUP, copy);
    }

    #[inline(always)]
    fn add_some(
        &mut self,
        group: &[T; GROUP],
        widths: &[f64; GROUP],
        count: usize,
        copy: &mut [MaybeUninit<T>; GROUP],
    ) {
        *copy = group.map(MaybeUninit::new);
        for l in 0..GROUP {
            let x = if l < count { group[l] } else { self.neutral };
            let difference = x.into() - self.origin;
            let weighted = widths[l] * difference;
            self.row_first[l] += weighted;
            self.row_second[l] += weighted * difference;
            self.low[l] = if x < self.low[l] { x } else { self.low[l] };
            self.high[l] = if x > self.high[l] { x } else { self.high[l] };
        }
    }

    fn end_row(&mut self, area: f64) {
        for l in 0..GROUP {
            self.first[l] += area * self.row_first[l];
            self.second[l] += area * self.row_second[l];
            (self.row_first[l], self.row_second[l]) = (0.0, 0.0);
        }
    }

    fn by_place(&self) -> ByPlace<T> {
        ByPlace { first: self.first, second: self.second, low: self.low, high: self.high }
    }
}

/// Adds a range's cells: `values` and `widths` begin at its first cell and go on for a group past its last, as does `copy`,
/// which receives the values.
#[inline(always)]
pub(super) fn add_range<T: Cell, S: Sums<T>>(
    sums: &mut S,
    cells: usize,
    values: &[T],
    widths: &[f64],
    copy: &mut [MaybeUninit<T>],
) {
    let whole = (cells - 1) / GROUP;
    let padded = (whole + 1) * GROUP;
    let (values, _) = values[..padded].as_chunks::<GROUP>();
    let (widths, _) = widths[..padded].as_chunks::<GROUP>();
    let (copy, _) = copy[..padded].as_chunks_mut::<GROUP>();
    for k in 0..whole {
        sums.add(&values[k], &widths[k], &mut copy[k]);
    }
    sums.add_some(&values[whole], &widths[whole], cells - whole * GROUP, &mut copy[whole]);
}

/// Statistics of a component whose cells each have an area of their own: `areas` has one a cell of the grid and a group
/// more, `total` is that of the component. Writes its values.
pub(super) fn by_areas<T: Measurable>(
    isa: Isa,
    areas: &[f64],
    ranges: &[CellRange],
    source: RangeValues<'_, T>,
    values: &mut [MaybeUninit<T>],
    total: f64,
) -> Statistics {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        fn wide<T: Measurable>(
            areas: &[f64],
            ranges: &[CellRange],
            source: RangeValues<'_, T>,
            values: &mut [MaybeUninit<T>],
            total: f64,
        ) -> Statistics {
            sum_by_areas::<T, T::Wide>(areas, ranges, source, values, total)
        }
        if let Isa::Avx2(_) = isa {
            // SAFETY: the witness says that the processor has all these features.
            return unsafe { wide(areas, ranges, source, values, total) };
        }
    }
    let _ = isa;
    sum_by_areas::<T, Portable<T>>(areas, ranges, source, values, total)
}

#[inline(always)]
fn sum_by_areas<T: Cell, S: Sums<T>>(
    areas: &[f64],
    ranges: &[CellRange],
    source: RangeValues<'_, T>,
    values: &mut [MaybeUninit<T>],
    total: f64,
) -> Statistics {
    let origin = origin(source.first());
    let mut sums = S::starting_at(source.first(), origin);
    let mut at = 0;
    for (k, range) in ranges.iter().enumerate() {
        let cells = range.len() as usize;
        add_range(&mut sums, cells, source.of_range(k), &areas[range.start as usize..], &mut values[at..]);
        at += cells;
    }
    sums.end_row(1.0);
    Statistics::of(&sums.by_place(), origin, total)
}
