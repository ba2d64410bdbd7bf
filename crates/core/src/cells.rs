//! Sets of cells: the one shape in which they travel from detection to the files.
//!
//! A cell is a number: `row * nx + column` on a lattice, the cell's own number on a grid of one row. A set is a list of
//! [`CellRange`]s, ascending and apart. A range never goes over the end of a row, so a component that crosses the seam of a
//! periodic grid has ranges at both ends of its rows.
//!
//! ```
//! use eventscape_core::{CellRange, Cells};
//!
//! let nx = 10;
//! let cells = Cells::of([12, 13, 20, 13], nx);
//! assert_eq!(cells[..], [CellRange { start: 12, end: 14 }, CellRange { start: 20, end: 21 }]);
//! assert_eq!(cells.count(), 3);
//! let rows: Vec<u32> = cells.rows(nx).map(|row| row.row).collect();
//! assert_eq!(rows, [1, 2]);
//! ```

use std::ops::{Deref, Range};

/// Consecutive cells of one row: numbers `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellRange {
    /// The first cell.
    pub start: u32,
    /// One past the last cell.
    pub end: u32,
}

impl CellRange {
    /// Columns `columns` of row `row` on a lattice of `nx` columns.
    ///
    /// ```
    /// # use eventscape_core::CellRange;
    /// assert_eq!(CellRange::in_row(2, 3..5, 100), CellRange { start: 203, end: 205 });
    /// ```
    #[must_use]
    #[inline]
    pub fn in_row(row: u32, columns: Range<u32>, nx: u32) -> Self {
        Self { start: row * nx + columns.start, end: row * nx + columns.end }
    }

    /// Number of cells.
    #[must_use]
    #[inline]
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether there is no cell; never in a set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// The cells, ascending.
    pub fn cells(self) -> Range<u32> {
        self.start..self.end
    }
}

/// A set of cells: ranges that ascend, are not empty and do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cells(Vec<CellRange>);

impl Cells {
    /// The set of these cells of a grid with rows of `nx` cells, in whatever order and however often they come.
    #[must_use]
    pub fn of(cells: impl IntoIterator<Item = u32>, nx: u32) -> Self {
        Self::joined(cells.into_iter().map(|cell| CellRange { start: cell, end: cell + 1 }).collect(), nx)
    }

    /// The set of the cells of these ranges, in whatever order they come and however they overlap. Ranges of one row that
    /// touch become one.
    ///
    /// ```
    /// # use eventscape_core::{CellRange, Cells};
    /// let range = |start, end| CellRange { start, end };
    /// let cells = Cells::joined(vec![range(7, 9), range(2, 5), range(5, 7), range(10, 12)], 10);
    /// assert_eq!(cells[..], [range(2, 9), range(10, 12)]);
    /// ```
    #[must_use]
    pub fn joined(mut ranges: Vec<CellRange>, nx: u32) -> Self {
        ranges.sort_unstable();
        ranges.dedup_by(|next, range| {
            let overlap = next.start < range.end;
            let touch = next.start == range.end && !next.start.is_multiple_of(nx.max(1));
            if overlap || touch {
                range.end = range.end.max(next.end);
            }
            overlap || touch
        });
        Self(ranges)
    }

    /// A set that is given as it is kept; `None` where a range is empty, overlaps the one before or does not follow it.
    #[must_use]
    pub fn from_ranges(ranges: Vec<CellRange>) -> Option<Self> {
        let ascends = ranges.windows(2).all(|pair| pair[0].end <= pair[1].start);
        (ascends && !ranges.iter().any(|range| range.is_empty())).then_some(Self(ranges))
    }

    /// A set whose ranges are known to ascend.
    pub(crate) fn ascending(ranges: Vec<CellRange>) -> Self {
        debug_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "ranges that ascend");
        Self(ranges)
    }

    /// All cells of rows `rows` on a lattice of `nx` columns.
    #[must_use]
    pub fn of_rows(rows: Range<u32>, nx: u32) -> Self {
        Self(rows.map(|row| CellRange::in_row(row, 0..nx, nx)).collect())
    }

    /// Number of cells.
    #[must_use]
    pub fn count(&self) -> u32 {
        count(&self.0)
    }

    /// The cells, ascending.
    pub fn cells(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().flat_map(|range| range.cells())
    }

    /// Row and column of each cell on a lattice of `nx` columns, ascending.
    pub fn places(&self, nx: u32) -> impl Iterator<Item = (u32, u32)> + Clone + '_ {
        places(&self.0, nx)
    }

    /// The ranges by rows of `nx` cells.
    #[must_use]
    pub fn rows(&self, nx: u32) -> Rows<'_> {
        rows(&self.0, nx)
    }

    /// The cells that `others` does not have.
    ///
    /// ```
    /// # use eventscape_core::Cells;
    /// let left = Cells::of(0..9, 10).without(&Cells::of([3, 4], 10));
    /// assert_eq!(left, Cells::of([0, 1, 2, 5, 6, 7, 8], 10));
    /// ```
    #[must_use]
    pub fn without(&self, others: &[CellRange]) -> Self {
        without(&self.0, others)
    }
}

impl Deref for Cells {
    type Target = [CellRange];

    fn deref(&self) -> &[CellRange] {
        &self.0
    }
}

/// Number of cells of ranges that do not overlap.
#[must_use]
pub fn count(ranges: &[CellRange]) -> u32 {
    ranges.iter().map(|range| range.len()).sum()
}

/// Number of cells that two sets have in common.
///
/// ```
/// use eventscape_core::{Cells, cells::shared};
/// assert_eq!(shared(&Cells::of(0..5, 10), &Cells::of(3..9, 10)), 2);
/// ```
#[must_use]
pub fn shared(a: &[CellRange], b: &[CellRange]) -> u32 {
    let (mut i, mut k, mut cells) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(k)) {
        cells += x.end.min(y.end).saturating_sub(x.start.max(y.start));
        if x.end <= y.end {
            i += 1;
        } else {
            k += 1;
        }
    }
    cells
}

/// The cells of a set that another one does not have.
#[must_use]
pub fn without(ranges: &[CellRange], others: &[CellRange]) -> Cells {
    let mut left = Vec::with_capacity(ranges.len());
    let mut first = 0;
    for range in ranges {
        while others.get(first).is_some_and(|other| other.end <= range.start) {
            first += 1;
        }
        let mut start = range.start;
        for other in others[first..].iter().take_while(|other| other.start < range.end) {
            if other.start > start {
                left.push(CellRange { start, end: other.start });
            }
            start = start.max(other.end);
        }
        if start < range.end {
            left.push(CellRange { start, end: range.end });
        }
    }
    Cells(left)
}

/// The ranges of a set by rows of `nx` cells, ascending; rows without a cell are left out.
#[must_use]
pub fn rows(ranges: &[CellRange], nx: u32) -> Rows<'_> {
    Rows { rest: ranges, cursor: RowCursor::new(nx) }
}

/// Row and column of each cell of a set on a lattice of `nx` columns, ascending.
pub fn places(ranges: &[CellRange], nx: u32) -> impl Iterator<Item = (u32, u32)> + Clone + '_ {
    rows(ranges, nx).flat_map(|row| row.columns().flatten().map(move |column| (row.row, column)))
}

/// The ranges of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellRow<'a> {
    /// The row.
    pub row: u32,
    /// The number of its cell in column 0.
    pub first: u32,
    /// Its ranges, at least one.
    pub ranges: &'a [CellRange],
}

impl<'a> CellRow<'a> {
    /// The columns of its ranges, from west to east.
    pub fn columns(self) -> impl Iterator<Item = Range<u32>> + Clone + 'a {
        self.ranges.iter().map(move |range| range.start - self.first..range.end - self.first)
    }
}

/// What [`rows`] gives.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    rest: &'a [CellRange],
    cursor: RowCursor,
}

impl<'a> Iterator for Rows<'a> {
    type Item = CellRow<'a>;

    #[inline]
    fn next(&mut self) -> Option<CellRow<'a>> {
        let head = self.rest.first()?;
        self.cursor.seek(head.start);
        let count = self.rest.iter().take_while(|range| self.cursor.has(range.start)).count();
        let (ranges, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(CellRow { row: self.cursor.row, first: self.cursor.first, ranges })
    }
}

/// Finds the rows of cells that mostly ascend: the row itself and the next one without a division.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowCursor {
    nx: u32,
    pub(crate) row: u32,
    /// The number of the row's first cell.
    pub(crate) first: u32,
}

impl RowCursor {
    /// At row 0 of a grid with rows of `nx` cells.
    #[inline]
    pub(crate) fn new(nx: u32) -> Self {
        Self { nx: nx.max(1), row: 0, first: 0 }
    }

    /// Whether a cell lies in the row.
    #[inline(always)]
    pub(crate) fn has(&self, cell: u32) -> bool {
        cell.wrapping_sub(self.first) < self.nx
    }

    /// Goes to the row of a cell.
    #[inline(always)]
    pub(crate) fn seek(&mut self, cell: u32) {
        let past = cell.wrapping_sub(self.first);
        if past < self.nx {
            return;
        }
        if cell > self.first && past - self.nx < self.nx {
            self.row += 1;
            self.first += self.nx;
        } else {
            self.row = cell / self.nx;
            self.first = self.row * self.nx;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn range(start: u32, end: u32) -> CellRange {
        CellRange { start, end }
    }

    #[test]
    fn ranges_of_two_rows_stay_two_though_their_numbers_touch() {
        assert_eq!(Cells::of(8..12, 10)[..], [range(8, 10), range(10, 12)]);
        let rows: Vec<_> = Cells::of(8..12, 10).rows(10).map(|row| row.columns().collect::<Vec<_>>()).collect();
        assert_eq!(rows, [vec![8..10], vec![0..2]]);
    }

    #[test]
    fn a_list_that_is_no_set_is_refused() {
        assert!(Cells::from_ranges(vec![range(0, 2), range(2, 3), range(9, 10)]).is_some());
        for wrong in
            [vec![range(3, 3)], vec![range(4, 3)], vec![range(0, 3), range(2, 5)], vec![range(5, 6), range(0, 1)]]
        {
            assert!(Cells::from_ranges(wrong.clone()).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn rows_of_the_largest_numbers_are_found() {
        let nx = 65_535;
        let last = u32::MAX - 1;
        let cells = Cells::of([0, nx, last], nx);
        let rows: Vec<(u32, u32)> = cells.rows(nx).map(|row| (row.row, row.first)).collect();
        assert_eq!(rows, [(0, 0), (1, nx), (last / nx, last / nx * nx)]);
    }

    #[test]
    fn rows_are_found_backwards_too() {
        let nx = 2_000_000_000;
        let mut cursor = RowCursor::new(nx);
        for cell in [nx, 0, nx + 7, 3] {
            cursor.seek(cell);
            assert_eq!((cursor.row, cursor.first), (cell / nx, cell / nx * nx), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn sets_are_what_sets_of_numbers_are(
            nx in 1u32..12,
            a in prop::collection::vec(0u32..120, 0..60),
            b in prop::collection::vec(0u32..120, 0..60),
        ) {
            let sets: [BTreeSet<u32>; 2] = [a.iter().copied().collect(), b.iter().copied().collect()];
            let (a, b) = (Cells::of(a, nx), Cells::of(b, nx));
            prop_assert_eq!(a.cells().collect::<BTreeSet<_>>(), sets[0].clone());
            prop_assert_eq!(a.count() as usize, sets[0].len());
            prop_assert_eq!(shared(&a, &b) as usize, sets[0].intersection(&sets[1]).count());
            prop_assert_eq!(a.without(&b).cells().collect::<Vec<_>>(), sets[0].difference(&sets[1]).copied().collect::<Vec<_>>());
            prop_assert_eq!(Cells::from_ranges(a.to_vec()), Some(a.clone()));
            let of_rows: Vec<u32> = a
                .rows(nx)
                .flat_map(|row| row.columns().flatten().map(move |column| row.row * nx + column))
                .collect();
            prop_assert_eq!(of_rows, sets[0].iter().copied().collect::<Vec<_>>());
        }
    }
}
