//! Grids of rows and columns.

mod edges;
mod regular;

pub(in crate::grid) use edges::{corners, edges};

use crate::Connectivity;

/// The cells that touch a cell of a lattice of `ny` rows and `nx` columns, ascending.
pub(super) fn neighbours(cell: u32, shape: (usize, usize), periodic: bool, connectivity: Connectivity) -> Vec<u32> {
    let (ny, nx) = (shape.0 as i64, shape.1 as i64);
    let (row, column) = (i64::from(cell) / nx, i64::from(cell) % nx);
    let steps = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dy, dx)));
    let mut found: Vec<u32> = steps
        .filter(|(dy, dx)| (*dy, *dx) != (0, 0) && (connectivity == Connectivity::Eight || dy * dx == 0))
        .filter_map(|(dy, dx)| {
            let (y, mut x) = (row + dy, column + dx);
            if periodic {
                x = x.rem_euclid(nx);
            }
            ((0..ny).contains(&y) && (0..nx).contains(&x)).then_some((y * nx + x) as u32)
        })
        .filter(|other| *other != cell)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
