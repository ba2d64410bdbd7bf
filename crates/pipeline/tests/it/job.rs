//! Small jobs: on data that the repository has, and on fields made for a test.

use std::path::Path;

use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_pipeline::{BoxText, Cancel, CurationJob, Doors, Job, Silent, Surroundings, TextOrNumber, Texts};
use eventscape_testkit::classic::ClassicFile;

/// Sea-surface temperature of the tropical Pacific, whose warm and cold water are the events.
pub(crate) fn job(out: &Path) -> Job {
    let input = eventscape_testkit::fixtures().join("ostia/ostia_monthly.nc");
    Job {
        input: Some(Texts::One(input.display().to_string())),
        variable: Some("surface_temperature".to_owned()),
        operator: Some("climatologyBeyond".to_owned()),
        value: Some(TextOrNumber::Text("1.2, window=31".to_owned())),
        bbox: Some(BoxText::Numbers([120.0, -5.0, -80.0, 5.0])),
        min_size: Some(60),
        out: Some(out.display().to_string()),
        ..Job::default()
    }
}

/// What a job is run with: nobody watches, and no clock.
pub(crate) fn surroundings(doors: Doors) -> Surroundings<'static> {
    Surroundings {
        observer: &Silent,
        cancel: Cancel::default(),
        now: None,
        stores: Stores::default(),
        cache: None,
        takes_over: false,
        doors,
    }
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
    Job {
        input: Some(Texts::One(input.display().to_string())),
        variable: Some("x".to_owned()),
        operator: Some("lessThan".to_owned()),
        value: Some(TextOrNumber::Text("250".to_owned())),
        min_size: Some(1),
        no_plots: true,
        out: Some(out.display().to_string()),
        ..Job::default()
    }
}

/// A job that looks at the same field inside the events of job 1.
pub(crate) fn curation(input: &Path, out: &Path, phdef: &Path) -> CurationJob {
    CurationJob {
        phdef: Some(phdef.display().to_string()),
        input: Some(Texts::One(input.display().to_string())),
        variable: Some(Texts::One("x".to_owned())),
        out: Some(out.display().to_string()),
        job_id: Some(2),
        ..CurationJob::default()
    }
}

/// Opens a file of a job.
pub(crate) fn granule(path: &Path) -> Granule {
    let place = Location::parse(path.to_str().unwrap()).unwrap();
    Granule::open(Stores::default().open(&place).unwrap(), &OpenOptions::default()).unwrap()
}
