//! The smallest box of rows and columns around a component.

use crate::cells::{RowCursor, rows};
use crate::lanes::bits;
use crate::{CellBox, CellRange};

/// The box of a component that reaches from column `west` to column `east` (exclusive).
pub(in crate::describe) fn cell_box(ranges: &[CellRange], nx: u32, periodic: bool, west: u32, east: u32) -> CellBox {
    let (row0, row1) = row_span(ranges, nx);
    let plain = CellBox { row0, col0: west, row1, col1: east };
    if !(periodic && west == 0 && east == nx) {
        return plain;
    }
    // It reaches the seam from both sides: the box is what the widest gap between its columns leaves.
    let mut taken = vec![0u64; bits::words(nx as usize)];
    for columns in rows(ranges, nx).flat_map(|row| row.columns()) {
        bits::set(&mut taken, columns.start, columns.end);
    }
    match widest_gap(&taken, nx) {
        Some((start, end)) => CellBox { row0, col0: end, row1, col1: start + nx },
        None => plain,
    }
}

/// The first row of a set, and one past its last.
fn row_span(ranges: &[CellRange], nx: u32) -> (u32, u32) {
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return (0, 0) };
    let mut cursor = RowCursor::new(nx);
    cursor.seek(first.start);
    let first = cursor.row;
    cursor.seek(last.start);
    (first, cursor.row + 1)
}

/// The first of the widest stretches of columns that are not taken; the first and the last column are.
fn widest_gap(taken: &[u64], nx: u32) -> Option<(u32, u32)> {
    let mut widest: Option<(u32, u32)> = None;
    let mut gap = None;
    for column in 0..nx {
        let is_taken = bits::any(taken, column, column + 1);
        match (is_taken, gap) {
            (false, None) => gap = Some(column),
            (true, Some(start)) => {
                if widest.is_none_or(|(a, b)| column - start > b - a) {
                    widest = Some((start, column));
                }
                gap = None;
            }
            _ => {}
        }
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(ranges: &[(u32, u32, u32)], nx: u32, periodic: bool, west: u32, east: u32) -> CellBox {
        let ranges: Vec<CellRange> = ranges.iter().map(|r| CellRange::in_row(r.0, r.1..r.2, nx)).collect();
        cell_box(&ranges, nx, periodic, west, east)
    }

    #[test]
    fn a_box_that_crosses_the_seam_ends_past_the_last_column() {
        let ranges = [(3, 0, 2), (3, 95, 100), (4, 0, 5), (5, 90, 100)];
        assert_eq!(boxed(&ranges, 100, true, 0, 100), CellBox { row0: 3, col0: 90, row1: 6, col1: 105 });
    }

    #[test]
    fn without_a_seam_the_box_is_plain() {
        let ranges = [(3, 0, 2), (4, 1, 100)];
        assert_eq!(boxed(&ranges, 100, false, 0, 100), CellBox { row0: 3, col0: 0, row1: 5, col1: 100 });
    }

    #[test]
    fn a_ring_around_the_globe_takes_all_columns() {
        let ranges = [(0, 0, 130)];
        assert_eq!(boxed(&ranges, 130, true, 0, 130), CellBox { row0: 0, col0: 0, row1: 1, col1: 130 });
    }

    #[test]
    fn the_widest_gap_is_found_across_words() {
        let ranges = [(0, 0, 10), (0, 12, 40), (0, 150, 200)];
        assert_eq!(boxed(&ranges, 200, true, 0, 200), CellBox { row0: 0, col0: 150, row1: 1, col1: 240 });
    }
}
