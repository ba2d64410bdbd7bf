mod lineage;
mod oracle;
mod places;

use super::Shape;
use crate::{Grid, Run};

/// The cells of shapes, as flags of a dense image.
fn image(grid: &Grid, runs: &[Run]) -> Vec<bool> {
    let mut image = vec![false; grid.len()];
    for run in runs {
        for column in run.start..run.end {
            let cell = &mut image[run.row as usize * grid.nx() + column as usize];
            assert!(!*cell, "a cell comes twice");
            *cell = true;
        }
    }
    image
}

fn polygon(points: &[(f64, f64)]) -> Shape {
    let mut ring = points.to_vec();
    ring.push(points[0]);
    Shape::polygons(vec![vec![ring]]).unwrap()
}
