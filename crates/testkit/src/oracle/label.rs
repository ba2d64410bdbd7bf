//! Connected components by flood fill.

use eventscape_core::{
    CellBox, CellRange, Cells, Component, Connectivity, Description, SceneComponents, Timestamp, Values,
};

/// Numbers the components of a mask from 1 in row-major order of their first cells; 0 outside. Gives the label image and
/// the number of components.
#[must_use]
pub fn label(mask: &[bool], ny: usize, nx: usize, connectivity: Connectivity, periodic: bool) -> (Vec<u32>, u32) {
    let mut labels = vec![0; mask.len()];
    let mut count = 0;
    for start in 0..mask.len() {
        if !mask[start] || labels[start] != 0 {
            continue;
        }
        count += 1;
        labels[start] = count;
        let mut stack = vec![start];
        while let Some(cell) = stack.pop() {
            let (row, column) = ((cell / nx) as i64, (cell % nx) as i64);
            for (dy, dx) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)] {
                if dy != 0 && dx != 0 && connectivity == Connectivity::Four {
                    continue;
                }
                let (y, mut x) = (row + dy, column + dx);
                if periodic {
                    x = x.rem_euclid(nx as i64);
                }
                if y < 0 || y >= ny as i64 || x < 0 || x >= nx as i64 {
                    continue;
                }
                let next = y as usize * nx + x as usize;
                if mask[next] && labels[next] == 0 {
                    labels[next] = count;
                    stack.push(next);
                }
            }
        }
    }
    (labels, count)
}

/// The components of a mask of at least `min_size` cells, without descriptions. On a periodic grid boxes are those of
/// the grid's own columns.
#[must_use]
pub fn components(
    time: Timestamp,
    values: &[f32],
    mask: &[bool],
    shape: (usize, usize),
    connectivity: Connectivity,
    periodic: bool,
    min_size: u32,
) -> SceneComponents {
    let (ny, nx) = shape;
    let (labels, detected) = label(mask, ny, nx, connectivity, periodic);
    let mut scene = SceneComponents {
        time,
        components: Vec::new(),
        ranges: Vec::new(),
        values: Values::F32(Vec::new()),
        missing: Cells::default(),
        detected,
        valid_cells: values.iter().filter(|v| !v.is_nan()).count() as u64,
    };
    let mut kept_values = Vec::new();
    let mut cells_of = vec![Vec::new(); detected as usize + 1];
    labels.iter().enumerate().for_each(|(cell, &label)| cells_of[label as usize].push(cell));
    for wanted in 1..=detected {
        let cells = &cells_of[wanted as usize];
        if (cells.len() as u32) < min_size {
            continue;
        }
        let (first_range, first_value) = (scene.ranges.len(), kept_values.len());
        let mut cell_box = CellBox { row0: u32::MAX, col0: u32::MAX, row1: 0, col1: 0 };
        for &cell in cells {
            let (row, column) = ((cell / nx) as u32, (cell % nx) as u32);
            cell_box.row0 = cell_box.row0.min(row);
            cell_box.col0 = cell_box.col0.min(column);
            cell_box.row1 = cell_box.row1.max(row + 1);
            cell_box.col1 = cell_box.col1.max(column + 1);
            kept_values.push(values.get(cell).copied().unwrap_or(f32::NAN));
            let cell = cell as u32;
            match scene.ranges[first_range..].last_mut() {
                Some(range) if range.end == cell && column > 0 => range.end += 1,
                _ => scene.ranges.push(CellRange { start: cell, end: cell + 1 }),
            }
        }
        scene.components.push(Component {
            label: wanted,
            cells: cells.len() as u32,
            ranges: first_range..scene.ranges.len(),
            values: first_value..kept_values.len(),
            cell_box,
            description: no_description(),
        });
    }
    scene.values = Values::F32(kept_values);
    scene
}

/// A description of nothing.
#[must_use]
pub fn no_description() -> Description {
    Description {
        area_km2: 0.0,
        centroid_lat: 0.0,
        centroid_lon: 0.0,
        south: 0.0,
        north: 0.0,
        west: 0.0,
        east: 0.0,
        min: 0.0,
        mean: 0.0,
        max: 0.0,
        std_dev: 0.0,
        perimeter_km: 0.0,
        major_axis_km: 0.0,
        minor_axis_km: 0.0,
        eccentricity: 0.0,
        orientation_deg: 0.0,
        touches_edge: false,
    }
}
