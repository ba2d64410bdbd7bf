//! Means over boxes of cells.

use crate::lanes::Cell;
use crate::{Grid, Values};

/// The mean of the valid cells of the domain within `half` cells to each side of each cell (fewer at the edges of the
/// grid; across the seam of a periodic one), in float64, rounded to the data's type. A missing cell stays missing.
pub(in crate::detect) fn smoothed(field: &Values, grid: &Grid, half: u32) -> Values {
    match field {
        Values::F32(x) => Values::F32(means(x, grid, half as usize)),
        Values::F64(x) => Values::F64(means(x, grid, half as usize)),
    }
}

/// Sums of the valid cells of a row's windows, and how many there are.
#[derive(Clone, Default)]
struct RowSums {
    sums: Vec<f64>,
    counts: Vec<u32>,
}

fn means<T: Cell>(field: &[T], grid: &Grid, half: usize) -> Vec<T> {
    let (ny, nx) = (grid.ny(), grid.nx());
    let mut out = field.to_vec();
    // The rows of a window, in a ring.
    let ring = 2 * half + 1;
    let mut rows: Vec<RowSums> = vec![RowSums::default(); ring.min(ny)];
    let held = rows.len();
    let mut next = 0;
    for row in 0..ny {
        while next < ny && next <= row + half {
            sum_row(field, grid, next, half, &mut rows[next % held]);
            next += 1;
        }
        let window = row.saturating_sub(half)..(row + half + 1).min(ny);
        for column in 0..nx {
            let cell = &mut out[row * nx + column];
            if cell.is_missing() {
                continue;
            }
            // Always in the order of the rows, so that the sum does not depend on where the ring begins.
            let (mut sum, mut count) = (0.0, 0u32);
            for above in window.clone() {
                sum += rows[above % held].sums[column];
                count += rows[above % held].counts[column];
            }
            if count > 0 {
                *cell = T::round(sum / f64::from(count));
            }
        }
    }
    out
}

fn sum_row<T: Cell>(field: &[T], grid: &Grid, row: usize, half: usize, out: &mut RowSums) {
    let nx = grid.nx();
    let line = &field[row * nx..][..nx];
    let domain = grid.domain().map(|domain| &domain[row * nx..][..nx]);
    let valid = |c: usize| !line[c].is_missing() && domain.is_none_or(|domain| domain[c]);
    let (sums, counts) = (&mut out.sums, &mut out.counts);
    sums.clear();
    counts.clear();
    for column in 0..nx {
        let (mut sum, mut count) = (0.0, 0);
        let mut take = |c: usize| {
            if valid(c) {
                sum += line[c].into();
                count += 1;
            }
        };
        if grid.is_periodic() {
            // No cell twice, however wide the box.
            let reach = half.min((nx - 1) / 2);
            (0..=2 * reach).for_each(|k| take((column + nx + k - reach) % nx));
        } else {
            (column.saturating_sub(half)..(column + half + 1).min(nx)).for_each(&mut take);
        }
        sums.push(sum);
        counts.push(count);
    }
}
