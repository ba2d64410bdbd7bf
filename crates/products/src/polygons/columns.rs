//! The columns of a rectilinear grid, laid out from -180° to 180°.

use std::ops::Range;

use eventscape_core::cells::CellRow;
use eventscape_core::sphere::unwrapped;

/// Where each column lies between the cut at -180° and the one at 180°.
///
/// A column that the cut divides becomes two. On a periodic grid the layout is turned, so that the seam of the grid's own
/// convention is joined; elsewhere columns on either side of the cut are kept apart by an empty column.
pub(super) struct Columns {
    /// Edges of the laid-out columns (those of an empty column have no meaning).
    edges: Vec<f64>,
    /// For each column of the grid, and one past the last, the number of its first piece.
    first_piece: Vec<u32>,
    /// Stretches of pieces between two cuts, and what to add to a piece's number to get its laid-out column.
    stretches: Vec<(Range<u32>, i64)>,
}

impl Columns {
    /// Lays out columns with these `nx + 1` edges, degrees.
    pub(super) fn new(edges: &[f64], periodic: bool) -> Self {
        let edges = unwrapped(edges);
        let widths = edges.windows(2).map(|pair| pair[1] - pair[0]);
        let tolerance = 1e-4 * widths.fold(f64::INFINITY, f64::min).min(1.0);
        let mut first_piece = Vec::with_capacity(edges.len());
        // each piece: its edges within -180..180 and the number of turns that were taken off
        let mut pieces: Vec<(f64, f64, i64)> = Vec::with_capacity(edges.len());
        for pair in edges.windows(2) {
            first_piece.push(pieces.len() as u32);
            let mut turn = ((pair[0] + 180.0) / 360.0).floor();
            if pair[0] - 360.0 * turn > 180.0 - tolerance {
                turn += 1.0;
            }
            let mut left = snapped(pair[0] - 360.0 * turn, tolerance);
            loop {
                let right = snapped(pair[1] - 360.0 * turn, tolerance);
                pieces.push((left, right.min(180.0), turn as i64));
                if right <= 180.0 {
                    break;
                }
                turn += 1.0;
                left = -180.0;
            }
        }
        first_piece.push(pieces.len() as u32);

        let mut sheets: Vec<Range<usize>> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            match sheets.last_mut() {
                Some(sheet) if pieces[sheet.start].2 == piece.2 => sheet.end = index + 1,
                _ => sheets.push(index..index + 1),
            }
        }
        let joined = periodic && sheets.len() == 2;
        if joined {
            sheets.swap(0, 1);
        }
        let mut laid_out: Vec<f64> = Vec::with_capacity(pieces.len() + 2 * sheets.len());
        let mut stretches = Vec::with_capacity(sheets.len());
        for sheet in sheets {
            if joined && !laid_out.is_empty() {
                laid_out.pop();
            }
            stretches.push((sheet.start as u32..sheet.end as u32, laid_out.len() as i64 - sheet.start as i64));
            laid_out.extend(pieces[sheet.clone()].iter().map(|piece| piece.0));
            laid_out.extend(pieces[sheet].last().map(|piece| piece.1));
        }
        Self { edges: laid_out, first_piece, stretches }
    }

    /// The edges of the laid-out columns, degrees within -180..=180.
    pub(super) fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Rounds every edge.
    pub(super) fn round(&mut self, round: impl Fn(f64) -> f64) {
        self.edges.iter_mut().for_each(|edge| *edge = round(*edge));
    }

    /// Whether the grid's columns are laid out as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.stretches.len() == 1
    }

    /// Appends the laid-out columns at which a row steps in and out, alternately, joined where they touch.
    pub(super) fn lay_out(&self, row: CellRow<'_>, out: &mut Vec<u32>) {
        for columns in row.columns() {
            let from = self.first_piece[columns.start as usize];
            let to = self.first_piece[columns.end as usize];
            for (stretch, offset) in &self.stretches {
                let (start, end) = (from.max(stretch.start), to.min(stretch.end));
                if start < end {
                    let column = |piece: u32| (i64::from(piece) + offset) as u32;
                    out.extend([column(start), column(end)]);
                }
            }
        }
        join_touching(out);
    }
}

/// Sorts the stretches of a row (starts and ends, alternately) and joins those that touch.
pub(super) fn join_touching(steps: &mut Vec<u32>) {
    let (stretches, _) = steps.as_chunks_mut::<2>();
    stretches.sort_unstable();
    let mut kept = 0;
    for next in 0..stretches.len() {
        let [start, end] = stretches[next];
        if kept > 0 && stretches[kept - 1][1] == start {
            stretches[kept - 1][1] = end;
        } else {
            stretches[kept] = [start, end];
            kept += 1;
        }
    }
    steps.truncate(2 * kept);
}

/// ±180 for what is ±180 but for rounding.
fn snapped(lon: f64, tolerance: f64) -> f64 {
    if (lon.abs() - 180.0).abs() <= tolerance { 180.0_f64.copysign(lon) } else { lon }
}

#[cfg(test)]
mod tests {
    use eventscape_core::Cells;

    use super::*;

    fn laid_out(columns: &Columns, cells: &[u32]) -> Vec<u32> {
        let nx = columns.first_piece.len() as u32 - 1;
        let mut out = Vec::new();
        for row in Cells::of(cells.iter().copied(), nx).rows(nx) {
            columns.lay_out(row, &mut out);
        }
        out
    }

    #[test]
    fn a_grid_within_the_cut_is_left_alone() {
        let columns = Columns::new(&[-180.0, -90.0, 0.0, 90.0, 180.0], true);
        assert_eq!(columns.edges(), [-180.0, -90.0, 0.0, 90.0, 180.0]);
        assert!(columns.is_plain());
        assert_eq!(laid_out(&columns, &[0, 1, 2, 3]), [0, 4]);
    }

    #[test]
    fn a_globe_from_0_to_360_is_turned_and_joined() {
        let columns = Columns::new(&[0.0, 90.0, 180.0, 270.0, 360.0], true);
        assert_eq!(columns.edges(), [-180.0, -90.0, 0.0, 90.0, 180.0]);
        assert_eq!(laid_out(&columns, &[0, 3]), [1, 3]);
    }

    #[test]
    fn a_column_across_the_cut_is_divided() {
        let columns = Columns::new(&[-45.0, 45.0, 135.0, 225.0, 315.0], true);
        assert_eq!(columns.edges(), [-180.0, -135.0, -45.0, 45.0, 135.0, 180.0]);
        assert_eq!(laid_out(&columns, &[2]), [0, 1, 4, 5]);
    }

    #[test]
    fn a_box_across_the_cut_falls_into_two() {
        for edges in [[170.0, 175.0, 180.0, 185.0], [170.0, 175.0, 180.0, -175.0]] {
            let columns = Columns::new(&edges, false);
            assert_eq!(columns.edges(), [170.0, 175.0, 180.0, -180.0, -175.0]);
            assert_eq!(laid_out(&columns, &[0, 1, 2]), [0, 2, 3, 4]);
        }
    }

    #[test]
    fn rounding_noise_at_the_cut_makes_no_sliver() {
        let columns = Columns::new(&[-180.000_001, -90.0, 0.0, 90.0, 179.999_999], true);
        assert_eq!(columns.edges(), [-180.0, -90.0, 0.0, 90.0, 180.0]);
    }
}
