//! 8-connected regions of cells.

use std::ops::Range;

use crate::cells::rows;
use crate::{CellRange, Cells};

/// A region: its cells and their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) ranges: Cells,
    pub(super) cells: u32,
}

impl Cluster {
    /// The cluster of both.
    pub(super) fn absorb(&mut self, other: Self, nx: u32) {
        self.ranges = Cells::joined([&self.ranges[..], &other.ranges[..]].concat(), nx);
        self.cells += other.cells;
    }
}

/// Appends the ranges of inside cells among the cells `cells` of one row.
pub(super) fn push_ranges(ranges: &mut Vec<CellRange>, cells: Range<u32>, inside: impl Fn(u32) -> bool) {
    let mut open = None;
    for cell in cells.clone() {
        match (inside(cell), open) {
            (true, None) => open = Some(cell),
            (false, Some(start)) => {
                ranges.push(CellRange { start, end: cell });
                open = None;
            }
            _ => {}
        }
    }
    if let Some(start) = open {
        ranges.push(CellRange { start, end: cells.end });
    }
}

/// The regions of cells on a lattice of `nx` columns, in row-major order of their first cells.
pub(super) fn clusters(cells: &[CellRange], nx: u32, periodic: bool) -> Vec<Cluster> {
    let mut parents: Vec<u32> = (0..cells.len() as u32).collect();
    let mut above = (0, 0..0);
    let mut from = 0;
    for row in rows(cells, nx) {
        let here = from..from + row.ranges.len();
        from = here.end;
        if above.0 + 1 == row.row {
            touch(&mut parents, cells, nx, above.1.clone(), here.clone());
        } else {
            above.1 = 0..0;
        }
        if periodic {
            join_seam(&mut parents, cells, nx, above.1, here.clone());
        }
        above = (row.row, here);
    }
    let mut found: Vec<(Vec<CellRange>, u32)> = Vec::new();
    let mut of_root = vec![u32::MAX; cells.len()];
    for (index, range) in cells.iter().enumerate() {
        let root = find(&mut parents, index as u32) as usize;
        if of_root[root] == u32::MAX {
            of_root[root] = found.len() as u32;
            found.push((Vec::new(), 0));
        }
        let (ranges, cells) = &mut found[of_root[root] as usize];
        ranges.push(*range);
        *cells += range.len();
    }
    found.into_iter().map(|(ranges, cells)| Cluster { ranges: Cells::ascending(ranges), cells }).collect()
}

/// Joins the ranges of neighbouring rows that touch by edge or corner.
fn touch(parents: &mut [u32], cells: &[CellRange], nx: u32, above: Range<usize>, row: Range<usize>) {
    let (mut i, mut k) = (above.start, row.start);
    while i < above.end && k < row.end {
        // the range above by the numbers of the row below
        let (start, end) = (cells[i].start + nx, cells[i].end + nx);
        if start <= cells[k].end && cells[k].start <= end {
            union(parents, i as u32, k as u32);
        }
        if end < cells[k].end {
            i += 1;
        } else {
            k += 1;
        }
    }
}

/// Joins the last column's ranges with the first column's, in the row itself and the one above.
fn join_seam(parents: &mut [u32], cells: &[CellRange], nx: u32, above: Range<usize>, row: Range<usize>) {
    let first = |range: &Range<usize>| {
        range.clone().next().filter(|&index| cells[index].start.is_multiple_of(nx)).map(|index| index as u32)
    };
    let last = |range: &Range<usize>| {
        range.clone().next_back().filter(|&index| cells[index].end.is_multiple_of(nx)).map(|index| index as u32)
    };
    for (west, east) in [(first(&row), last(&row)), (first(&above), last(&row)), (first(&row), last(&above))] {
        if let (Some(west), Some(east)) = (west, east) {
            union(parents, west, east);
        }
    }
}

fn find(parents: &mut [u32], mut index: u32) -> u32 {
    while parents[index as usize] != index {
        let parent = parents[index as usize];
        parents[index as usize] = parents[parent as usize];
        index = parent;
    }
    index
}

fn union(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parents, a), find(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}
