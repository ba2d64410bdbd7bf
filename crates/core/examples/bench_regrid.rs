//! Times regridding: weights and their application, on one thread. Prints JSON with milliseconds and checksums.
//!
//! `cargo run --release -p eventscape-core --example bench_regrid [REPEATS]`; `benches/regrid.py` compares with SciPy and numpy.

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use eventscape_core::regrid::{Method, Targets, grid_weights};
use eventscape_core::{Cells, Grid};

/// The source: 120 by 150 cells of 0.1°.
const SOURCE: (usize, usize, f64) = (120, 150, 0.1);

fn axis(first: f64, step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|k| first + step * k as f64).collect()
}

/// The median time of work in milliseconds, and the sum of the values it made (not timed).
fn median(repeats: usize, mut work: impl FnMut() -> Vec<f64>) -> (f64, f64) {
    let mut times = Vec::new();
    let mut sum = 0.0;
    for _ in 0..repeats {
        let start = Instant::now();
        let values = std::hint::black_box(work());
        times.push(1e3 * start.elapsed().as_secs_f64());
        sum = values.iter().filter(|v| !v.is_nan()).sum();
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], sum)
}

fn main() {
    let repeats = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(9);
    let (ny, nx, step) = SOURCE;
    let source = Grid::rectilinear(axis(0.05, step, ny), axis(0.05, step, nx)).unwrap();
    let field: Vec<f64> =
        (0..ny * nx).map(|k| ((k / nx) as f64 * 0.13).sin() + ((k % nx) as f64 * 0.07).cos()).collect();
    let fine = Grid::rectilinear(axis(0.2, 0.036, 310), axis(0.2, 0.036, 400)).unwrap();
    let coarse = Grid::rectilinear(axis(0.75, 0.5, 22), axis(0.75, 0.5, 28)).unwrap();
    let cells = |grid: &Grid| Cells::of_rows(0..grid.ny() as u32, grid.nx() as u32);
    let mut told = Vec::new();
    for (name, grid, method) in [
        ("linear", &fine, Method::Linear),
        ("mean", &coarse, Method::Mean),
        ("conservative", &coarse, Method::Conservative),
    ] {
        let (targets, cells) = (Targets::new(grid), cells(grid));
        let weights = grid_weights(&source, &targets, &cells, method).unwrap();
        let (all, checksum) =
            median(repeats, || grid_weights(&source, &targets, &cells, method).unwrap().apply(|k| field[k]).0);
        let (apply, _) = median(repeats, || weights.apply(|k| field[k]).0);
        told.push(format!(
            "\"{name}\": {{\"cells\": {}, \"all_ms\": {all}, \"apply_ms\": {apply}, \"sum\": {checksum}}}",
            cells.count()
        ));
    }
    println!("{{{}}}", told.join(", "));
}
