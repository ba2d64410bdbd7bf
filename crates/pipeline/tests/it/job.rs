//! Small jobs: on data that the repository has, and on fields made for a test.

use std::path::Path;

use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_pipeline::{CurationJob, Doors, Environment, Job, JobTable, Silent, Texts};
use eventscape_testkit::classic::ClassicFile;
use serde_json::{Value, json};

/// Sea-surface temperature of the tropical Pacific, whose warm and cold water are the events.
pub(crate) fn job(out: &Path) -> Job {
    let input = eventscape_testkit::fixtures().join("ostia/ostia_monthly.nc");
    read(json!({
        "input": input,
        "variable": "surface_temperature",
        "operator": "climatologyBeyond",
        "value": "1.2, window=31",
        "bbox": [120.0, -5.0, -80.0, 5.0],
        "min_size": 60,
        "out": out,
    }))
}

fn read(keys: Value) -> Job {
    Job::read(keys.as_object().unwrap().clone(), &Doors::default().methods).unwrap()
}

/// A job with other keys.
pub(crate) fn with(mut job: Job, change: impl FnOnce(&mut Job)) -> Job {
    change(&mut job);
    job
}

/// What a job is run with: nobody watches, and no clock.
pub(crate) fn environment(doors: Doors) -> Environment<'static> {
    let mut env = Environment::new(&Silent);
    env.doors = doors;
    env
}

/// The names of some products.
pub(crate) fn names(names: &str) -> Option<Texts> {
    Some(Texts::One(names.to_owned()))
}

/// Fields of one day each on a grid of one degree; a box of cold cells moves east, but not on days that are `empty`.
pub(crate) fn write_days(path: &Path, units: &str, calendar: &str, days: &[f64], empty: &[usize]) {
    let axis = |from: f64, count: usize| (0..count).map(|k| from + k as f64).collect::<Vec<f64>>();
    let (lat, lon) = (axis(-5.0, 11), axis(100.0, 21));
    let mut values = Vec::new();
    for day in 0..days.len() {
        for row in 0..lat.len() {
            for column in 0..lon.len() {
                let is_cold = (3..7).contains(&row) && (5 + day..10 + day).contains(&column);
                let step = (row * lon.len() + column) as f32 / 100.0;
                values.push(if is_cold && !empty.contains(&day) { 200.0 + step } else { 300.0 });
            }
        }
    }
    ClassicFile::default()
        .axis("time", days, &[("units", units), ("calendar", calendar), ("standard_name", "time")])
        .axis("lat", &lat, &[("units", "degrees_north"), ("standard_name", "latitude")])
        .axis("lon", &lon, &[("units", "degrees_east"), ("standard_name", "longitude")])
        .field("x", &["time", "lat", "lon"], &values, &[("units", "K")])
        .write(path);
}

/// A job that finds the cold cells.
pub(crate) fn cold_job(input: &Path, out: &Path) -> Job {
    read(json!({
        "input": input,
        "variable": "x",
        "operator": "lessThan",
        "value": "250",
        "min_size": 1,
        "no_plots": true,
        "out": out,
    }))
}

/// A job that looks at the same field inside the events of job 1.
pub(crate) fn curation(input: &Path, out: &Path, phdef: &Path) -> CurationJob {
    let keys = json!({ "phdef": phdef, "input": input, "variable": "x", "out": out, "job_id": 2 });
    CurationJob::read(keys.as_object().unwrap().clone(), &[]).unwrap()
}

/// Opens a file of a job.
pub(crate) fn granule(path: &Path) -> Granule {
    let place = Location::parse(path.to_str().unwrap()).unwrap();
    Granule::open(Stores::default().open(&place).unwrap(), &OpenOptions::default()).unwrap()
}
