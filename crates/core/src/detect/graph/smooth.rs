//! Means over the surroundings of cells of a mesh.

use crate::grid::Mesh;
use crate::lanes::Cell;
use crate::{Connectivity, Grid, Values};

/// The mean of the valid cells of the domain within `steps` steps by edges or corners of each cell, in float64, rounded to the
/// data's type. A missing cell stays missing.
pub(in crate::detect) fn smoothed(field: &Values, grid: &Grid, mesh: &Mesh, steps: u32) -> Values {
    match field {
        Values::F32(x) => Values::F32(means(x, grid, mesh, steps)),
        Values::F64(x) => Values::F64(means(x, grid, mesh, steps)),
    }
}

fn means<T: Cell>(field: &[T], grid: &Grid, mesh: &Mesh, steps: u32) -> Vec<T> {
    let valid = |cell: u32| {
        let inside = grid.domain().is_none_or(|domain| domain[cell as usize]);
        inside && !field[cell as usize].is_missing()
    };
    // when each cell was reached last, so that nothing is cleared between cells
    let mut reached = vec![u32::MAX; field.len()];
    let mean = |(cell, value): (usize, &T)| {
        if value.is_missing() {
            return *value;
        }
        let mut near = around(mesh, cell as u32, steps, &mut reached);
        // always in the order of the cells, so that the sum does not depend on the way
        near.sort_unstable();
        let (mut sum, mut count) = (0.0, 0u32);
        for cell in near.into_iter().filter(|cell| valid(*cell)) {
            sum += field[cell as usize].into();
            count += 1;
        }
        if count > 0 { T::round(sum / f64::from(count)) } else { *value }
    };
    field.iter().enumerate().map(mean).collect()
}

/// The cells within some steps of a cell, itself included.
fn around(mesh: &Mesh, cell: u32, steps: u32, reached: &mut [u32]) -> Vec<u32> {
    reached[cell as usize] = cell;
    let mut found = vec![cell];
    let mut ring = 0;
    for _ in 0..steps {
        let end = found.len();
        for at in ring..end {
            for other in mesh.neighbours(found[at], Connectivity::Eight) {
                if reached[*other as usize] != cell {
                    reached[*other as usize] = cell;
                    found.push(*other);
                }
            }
        }
        ring = end;
        if ring == found.len() {
            break;
        }
    }
    found
}
