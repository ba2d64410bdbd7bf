//! Jobs through the pipeline's public face, as a program that embeds it runs them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calendar;
mod formats;
mod job;
mod joint;
mod keys;
mod library;
mod products;
mod stitch;
mod trackers;

use std::path::{Path, PathBuf};

use eventscape_pipeline::{Doors, Job, JobTable};
use eventscape_testkit::classic::ClassicFile;
use serde_json::{Map, Value, json};

/// Rows, columns and hours of the sample.
const SHAPE: (usize, usize, usize) = (20, 60, 4);

/// A disc of cold cells that moves by 12 columns (more than its width) an hour, on a grid of 0.1°.
fn sample(folder: &Path) -> PathBuf {
    let path = folder.join("sample.nc");
    if path.exists() {
        // a file that is written anew is another version of it, and its jobs are other jobs
        return path;
    }
    let (ny, nx, nt) = SHAPE;
    let axis = |count: usize| (0..count).map(|i| 0.1 * i as f64).collect::<Vec<_>>();
    let hours: Vec<f64> = (0..nt).map(|hour| hour as f64).collect();
    let kelvin = |cell: usize| {
        let (hour, row, column) = (cell / (ny * nx), cell / nx % ny, cell % nx);
        let (up, along) = (row as i64 - 10, column as i64 - 10 - 12 * hour as i64);
        if up * up + along * along <= 16 { 210.0 } else { 290.0 }
    };
    let field: Vec<f32> = (0..nt * ny * nx).map(kelvin).collect();
    ClassicFile::default()
        .axis("time", &hours, &[("units", "hours since 2020-01-01 00:00:00"), ("standard_name", "time")])
        .axis("lat", &axis(ny), &[("units", "degrees_north"), ("standard_name", "latitude")])
        .axis("lon", &axis(nx), &[("units", "degrees_east"), ("standard_name", "longitude")])
        .field("Tb", &["time", "lat", "lon"], &field, &[("units", "K")])
        .write(&path);
    path
}

/// The keys of a job on the sample, with others over them.
fn keys(folder: &Path, others: Value) -> Map<String, Value> {
    let mut keys = json!({
        "input": sample(folder).display().to_string(),
        "variable": "Tb",
        "operator": "lessThan",
        "value": 235,
        "min_size": 5,
        "out": folder.join("out").display().to_string(),
    });
    let keys = keys.as_object_mut().unwrap();
    keys.extend(others.as_object().unwrap().clone());
    keys.clone()
}

fn job(folder: &Path, others: Value, doors: &Doors) -> Job {
    Job::read(keys(folder, others), &doors.methods).unwrap()
}
