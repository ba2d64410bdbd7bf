mod lineage;
mod oracle;
mod places;

use super::Shape;
use crate::{CellRange, Grid};

/// The cells of shapes, as flags of a dense image.
fn image(grid: &Grid, cells: &[CellRange]) -> Vec<bool> {
    let mut image = vec![false; grid.len()];
    for cell in cells.iter().flat_map(|range| range.cells()) {
        assert!(!image[cell as usize], "a cell comes twice");
        image[cell as usize] = true;
    }
    image
}

fn polygon(points: &[(f64, f64)]) -> Shape {
    let mut ring = points.to_vec();
    ring.push(points[0]);
    Shape::polygons(vec![vec![ring]]).unwrap()
}
