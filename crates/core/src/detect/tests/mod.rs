//! Detection against an independent oracle: flood fill and sums over single cells.

mod anomalies;
mod descriptions;
mod invariants;
mod oracle;
mod properties;
mod rules;

use crate::cells::places;
use crate::detect::{DetectOptions, Detector, Scratch};
use crate::time::Calendar;
use crate::{Comparison, Condition, Grid, Scene, SceneComponents, Timestamp, Values};

pub(super) fn time() -> Timestamp {
    Timestamp::from_micros(Calendar::Standard, 0)
}

/// A grid of `ny` by `nx` cells of a degree, from 10°S, 20°E on.
pub(super) fn degrees(ny: usize, nx: usize) -> Grid {
    let lat = (0..ny).map(|k| k as f64 - 10.0).collect();
    let lon = (0..nx).map(|k| k as f64 + 20.0).collect();
    Grid::rectilinear(lat, lon).unwrap()
}

/// A grid once round the globe.
pub(super) fn globe(ny: usize, nx: usize) -> Grid {
    let lat = (0..ny).map(|k| 60.0 - k as f64).collect();
    let lon = (0..nx).map(|k| -180.0 + 360.0 * (k as f64 + 0.5) / nx as f64).collect();
    let grid = Grid::rectilinear(lat, lon).unwrap();
    assert!(grid.is_periodic());
    grid
}

pub(super) fn below(threshold: f64) -> Condition {
    Condition::Compare { comparison: Comparison::LessThan, threshold }
}

pub(super) fn scene(values: Vec<f32>) -> Scene {
    Scene::single(time(), Values::F32(values))
}

/// A field of zeros where the picture has `#`, missing where it has `?`, ones elsewhere.
pub(super) fn picture(rows: &[&str]) -> (Scene, usize, usize) {
    let values = rows
        .iter()
        .flat_map(|row| row.chars())
        .map(|c| match c {
            '#' => 0.0,
            '?' => f32::NAN,
            _ => 1.0,
        })
        .collect();
    (scene(values), rows.len(), rows[0].len())
}

pub(super) fn find(condition: &Condition, options: DetectOptions, grid: &Grid, scene: &Scene) -> SceneComponents {
    Detector::new(condition, &[], options, grid).unwrap().detect(scene, None, &mut Scratch::default()).unwrap()
}

/// Row and column of the cells of each component.
pub(super) fn cells(found: &SceneComponents, grid: &Grid) -> Vec<Vec<(u32, u32)>> {
    found.components.iter().map(|c| places(found.cells_of(c), grid.nx() as u32).collect()).collect()
}
