//! Data of other grids, times and calendars than the masks': a field that is linear in space and time is met exactly.

use std::path::{Path, PathBuf};

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_testkit::classic::ClassicFile;

use super::{interpolated, masks_of, run};
use crate::{eventscape, said};

/// Linear in latitude, in longitude east of 170° E around the circle, and in hours since 2021-03-01.
fn value(lat: f64, lon: f64, hours: f64) -> f64 {
    5.0 + 0.3 * lat + 0.05 * (lon - 170.0).rem_euclid(360.0) + 0.01 * hours
}

/// Data on a grid.
struct Field<'a> {
    lat: Vec<f64>,
    lon: Vec<f64>,
    /// Hours since 2021-03-01.
    hours: Vec<f64>,
    calendar: &'a str,
}

impl Field<'_> {
    fn write(&self, folder: &Path) -> PathBuf {
        let mut values = Vec::new();
        for hours in &self.hours {
            for lat in &self.lat {
                values.extend(self.lon.iter().map(|lon| value(*lat, *lon, *hours) as f32));
            }
        }
        let time = [("units", "hours since 2021-03-01 00:00:00"), ("calendar", self.calendar)];
        let path = folder.join("field.nc");
        ClassicFile::default()
            .axis("time", &self.hours, &time)
            .axis("lat", &self.lat, &[("units", "degrees_north")])
            .axis("lon", &self.lon, &[("units", "degrees_east")])
            .field("t2m", &["time", "lat", "lon"], &values, &[("units", "K")])
            .write(&path);
        path
    }
}

fn axis(first: f64, step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|k| first + step * k as f64).collect()
}

fn down(mut axis: Vec<f64>) -> Vec<f64> {
    axis.reverse();
    axis
}

/// The mask's grid, as an empty file of that grid; its event is a box across 180° from `first` to `last`.
struct Events {
    lat: Vec<f64>,
    lon: Vec<f64>,
    west: f64,
    east: f64,
    first: &'static str,
    last: &'static str,
    step: &'static str,
}

impl Events {
    fn across(lat: Vec<f64>, lon: Vec<f64>) -> Self {
        Self { lat, lon, west: 178.03, east: 182.07, first: "2021-03-01T06:00Z", last: "2021-03-01T12:00Z", step: "1h" }
    }

    fn masks(&self, folder: &Path) -> PathBuf {
        let like = folder.join("like.nc");
        ClassicFile::default()
            .axis("lat", &self.lat, &[("units", "degrees_north")])
            .axis("lon", &self.lon, &[("units", "degrees_east")])
            .field("mask", &["lat", "lon"], &vec![0.0; self.lat.len() * self.lon.len()], &[])
            .write(&like);
        let (west, east) = (self.west, self.east);
        let outline = serde_json::json!({"type": "FeatureCollection", "features": [{
            "type": "Feature", "properties": {"start": self.first, "end": self.last},
            "geometry": {"type": "Polygon", "coordinates": [[
                [west, 1.07], [east, 1.07], [east, 4.03], [west, 4.03], [west, 1.07]
            ]]}
        }]});
        let outlines = folder.join("outlines.geojson");
        std::fs::write(&outlines, outline.to_string()).unwrap();
        let like = format!("--grid-like={}", like.display());
        masks_of(&outlines, &[&like, &format!("--step={}", self.step)], folder)
    }
}

/// Curates a field inside events: the largest error, and how many values there are and how many are missing.
fn error(events: &Events, field: &Field<'_>, extra: &[&str]) -> (f64, usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let (phdef, input) = (events.masks(folder.path()), field.write(folder.path()));
    let mut arguments = vec!["curate", "--quiet", "--phdef", phdef.to_str().unwrap(), "--variable=t2m"];
    arguments.extend(["--products=interpolated", "--out", folder.path().to_str().unwrap()]);
    arguments.extend(extra);
    arguments.extend(["--input", input.to_str().unwrap()]);
    run(&arguments);
    let file = interpolated(&folder.path().join("2"));
    let start = Timestamp::parse("2021-03-01", Calendar::Standard).unwrap().0;
    let (mut worst, mut there, mut missing) = (0.0f64, 0, 0);
    for stamp in file.stamps() {
        let event = file.event(stamp, 1, "t2m").unwrap();
        let hours = event.time.seconds_since(start) / 3600.0;
        for (cell, found) in event.cells.cells().zip(&event.values) {
            let (lat, lon) = file.grid().centre_of(cell).unwrap();
            if found.is_nan() {
                missing += 1;
            } else {
                there += 1;
                worst = worst.max((found - value(lat, lon, hours)).abs());
            }
        }
    }
    (worst, there, missing)
}

/// Rounding of float32 values of about 30.
const ROUNDING: f64 = 1e-5;

#[test]
fn masks_of_every_convention_meet_data_of_every_convention() {
    let masks = [
        ("0…360, north", axis(0.05, 0.1, 60), axis(175.05, 0.1, 100)),
        ("0…360, south", down(axis(0.05, 0.1, 60)), axis(175.05, 0.1, 100)),
        (
            "±180, across",
            axis(0.05, 0.1, 60),
            axis(175.05, 0.1, 100).iter().map(|x| if *x > 180.0 { x - 360.0 } else { *x }).collect(),
        ),
    ];
    let sources = [
        ("0…360, north", axis(-10.0, 0.5, 61), axis(0.0, 0.5, 720)),
        ("0…360, south", down(axis(-10.0, 0.5, 61)), axis(0.0, 0.5, 720)),
        ("±180, north", axis(-10.0, 0.5, 61), axis(-180.0, 0.5, 720)),
        ("±180, south, centres between", down(axis(-10.25, 0.5, 61)), axis(-179.75, 0.5, 720)),
        ("a part around 180", axis(-10.0, 0.5, 61), axis(170.0, 0.5, 60)),
    ];
    for (mask, lat, lon) in &masks {
        for (source, slat, slon) in &sources {
            let events = Events::across(lat.clone(), lon.clone());
            let field = Field { lat: slat.clone(), lon: slon.clone(), hours: axis(0.0, 1.0, 24), calendar: "standard" };
            let (worst, there, missing) = error(&events, &field, &[]);
            assert!(worst < ROUNDING, "{mask} on {source}: {worst}");
            assert_eq!((there, missing), (41 * 29 * 7, 0), "{mask} on {source}");
        }
    }
}

#[test]
fn masks_at_the_edge_of_the_data_have_values_as_far_as_these_go() {
    let events = Events::across(axis(0.05, 0.1, 60), axis(175.05, 0.1, 100));
    // the last centre is 180.5
    let field =
        Field { lat: axis(-10.0, 0.5, 61), lon: axis(170.0, 0.5, 22), hours: axis(0.0, 1.0, 24), calendar: "standard" };
    let (worst, there, missing) = error(&events, &field, &["--method=linear"]);
    // cells from 178.05 to 180.45 lie between centres; those to 180.75 in the last column's outer half
    assert!(worst < ROUNDING, "{worst}");
    assert_eq!(there + missing, 41 * 29 * 7);
    assert_eq!(there, 25 * 29 * 7);
}

#[test]
fn coarser_and_equal_masks_meet_finer_data() {
    let field = Field {
        lat: axis(-10.0, 0.1, 301),
        lon: axis(0.0, 0.1, 3600),
        hours: axis(0.0, 1.0, 24),
        calendar: "standard",
    };
    // cells whose edges are the edges of the data's cells: the mean of a plane is its value in the middle
    let coarse = Events::across(axis(0.2, 0.5, 12), axis(175.2, 0.5, 20));
    let (worst, there, missing) = error(&coarse, &field, &[]);
    assert!(worst < ROUNDING && there == 8 * 6 * 7 && missing == 0, "{worst} {there} {missing}");
    let equal = Events::across(axis(0.0, 0.1, 60), axis(175.0, 0.1, 100));
    let (worst, there, missing) = error(&equal, &field, &[]);
    assert!(worst < ROUNDING && there == 40 * 30 * 7 && missing == 0, "{worst} {there} {missing}");
}

#[test]
fn steps_from_half_an_hour_to_a_month_are_met_both_ways() {
    let grid = || (axis(0.05, 0.5, 12), axis(175.05, 0.5, 20));
    let spans = [
        ("30min", "2021-03-02T00:00Z", "2021-03-02T03:00Z"),
        ("3h", "2021-03-02T00:00Z", "2021-03-03T00:00Z"),
        ("1d", "2021-03-02T00:00Z", "2021-03-20T00:00Z"),
        ("30d", "2021-03-20T00:00Z", "2021-12-20T00:00Z"),
    ];
    // half-hourly data of ten months would be long: each has the days that masks of its length need
    let steps = [("0.5 h", 0.5, 48 * 30), ("6 h", 6.0, 4 * 330), ("1 d", 24.0, 330), ("31 d", 744.0, 14)];
    for (step, first, last) in spans {
        for (name, hours, count) in steps {
            if hours * count as f64 <= 1000.0 && step == "30d" {
                continue;
            }
            let (lat, lon) = grid();
            let events = Events { first, last, step, ..Events::across(lat, lon) };
            let field = Field {
                lat: axis(-2.0, 1.0, 12),
                lon: axis(170.0, 1.0, 20),
                hours: axis(0.0, hours, count),
                calendar: "proleptic_gregorian",
            };
            let (worst, there, missing) = error(&events, &field, &[]);
            assert!(worst < 4.0 * ROUNDING && there > 0 && missing == 0, "{step} on {name}: {worst} {there} {missing}");
        }
    }
}

#[test]
fn calendars_that_name_the_same_days_are_met_by_date() {
    for calendar in ["julian", "noleap", "360_day"] {
        let events = Events::across(axis(0.05, 0.1, 60), axis(175.05, 0.1, 100));
        let field = Field { lat: axis(-10.0, 0.5, 61), lon: axis(170.0, 0.5, 60), hours: axis(0.0, 1.0, 24), calendar };
        let (worst, there, missing) = error(&events, &field, &[]);
        assert!(worst < ROUNDING && there == 41 * 29 * 7 && missing == 0, "{calendar}: {worst} {there} {missing}");
    }
    // the 31st is no day of 360
    let folder = tempfile::tempdir().unwrap();
    let events = Events {
        first: "2021-03-31T00:00Z",
        last: "2021-03-31T02:00Z",
        ..Events::across(axis(0.05, 0.1, 60), axis(175.05, 0.1, 100))
    };
    let field = Field {
        lat: axis(-10.0, 0.5, 61),
        lon: axis(170.0, 0.5, 60),
        hours: axis(0.0, 1.0, 24 * 40),
        calendar: "360_day",
    };
    let (phdef, input) = (events.masks(folder.path()), field.write(folder.path()));
    let out = folder.path().to_str().unwrap();
    let output = eventscape(&[
        "curate",
        "--quiet",
        "--phdef",
        phdef.to_str().unwrap(),
        "--out",
        out,
        "--input",
        input.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("360_day"), "{}", said(&output));
}

#[test]
fn directions_are_averaged_around_north() {
    let folder = tempfile::tempdir().unwrap();
    let events = Events::across(axis(0.05, 0.1, 60), axis(175.05, 0.1, 100));
    let phdef = events.masks(folder.path());
    let (lat, lon, hours) = (axis(-2.0, 0.5, 20), axis(170.0, 0.5, 60), axis(0.0, 1.0, 24));
    let cells = lat.len() * lon.len();
    let values: Vec<f32> = (0..hours.len() * cells).map(|k| if k % 2 == 0 { 350.0 } else { 10.0 }).collect();
    let input = folder.path().join("wind.nc");
    ClassicFile::default()
        .axis("time", &hours, &[("units", "hours since 2021-03-01 00:00:00")])
        .axis("lat", &lat, &[("units", "degrees_north")])
        .axis("lon", &lon, &[("units", "degrees_east")])
        .field("wd", &["time", "lat", "lon"], &values, &[("units", "degree"), ("long_name", "wind direction")])
        .write(&input);
    let out = folder.path().to_str().unwrap();
    let arguments = ["curate", "--quiet", "--stationary", "--phdef", phdef.to_str().unwrap(), "--out", out];
    run(&[&arguments[..], &["--input", input.to_str().unwrap()]].concat());
    let file = interpolated(&folder.path().join("2"));
    let whole = crate::open(&folder.path().join("2/2-Stationary.nc"));
    let (field, shape) = (super::numbers(&whole, "wd"), super::shape(&whole, "wd"));
    let off_north = |x: f64| ((x + 180.0).rem_euclid(360.0) - 180.0).abs();
    let mut compared = 0;
    for (step, stamp) in file.stamps().iter().enumerate() {
        let event = file.event(stamp, 1, "wd").unwrap();
        assert!(off_north(event.statistic("Mean").unwrap()) < 2.0 && event.statistic("Std_dev").unwrap() < 10.0);
        for (cell, value) in event.cells.cells().zip(&event.values) {
            let (row, column) = file.grid().place_of(cell);
            assert!((0.0..360.0).contains(value) && off_north(*value) < 10.001, "{value}");
            let at = (step * shape[1] as usize + row) * shape[2] as usize + column;
            assert!(off_north(field[at] - value) < 1e-3);
            compared += 1;
        }
    }
    assert_eq!(compared, 41 * 29 * 7);
}

/// Each of two threads of the pool waited for threads that waited for the pool: such a job never ended.
#[test]
fn windows_far_apart_of_several_steps_are_read_on_two_threads() {
    let folder = tempfile::tempdir().unwrap();
    let tall = |west: f64| {
        let (east, south, north) = (west + 10.0, -60.0, 60.0);
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        serde_json::json!({"type": "Feature",
            "properties": {"start": "2021-03-01T01:00Z", "end": "2021-03-01T04:00Z", "id": west},
            "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    let outlines = folder.path().join("outlines.geojson");
    let all = serde_json::json!({"type": "FeatureCollection", "features": [tall(10.0), tall(160.0)]});
    std::fs::write(&outlines, all.to_string()).unwrap();
    let phdef = masks_of(&outlines, &["--id-property=id", "--resolution=2", "--step=1h"], folder.path());
    // a step takes several blocks of the file, so that even one window of it is read in parallel
    let field = Field {
        lat: axis(-90.0, 0.5, 361),
        lon: axis(-180.0, 0.5, 720),
        hours: axis(0.0, 1.0, 6),
        calendar: "standard",
    };
    let input = field.write(folder.path());
    let arguments = ["curate", "--quiet", "--threads=2", "--variable=t2m", "--products=interpolated,statistics"];
    let places = ["--phdef", phdef.to_str().unwrap(), "--input", input.to_str().unwrap()];
    run(&[&arguments[..], &places, &["--out", folder.path().to_str().unwrap()]].concat());
    let file = interpolated(&folder.path().join("2"));
    assert_eq!(file.stamps().len(), 4);
    assert!(file.stamps().iter().all(|stamp| file.events(stamp) == [1, 2]));
}
