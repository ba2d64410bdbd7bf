//! Swaths around events: orbits shaped like ASCAT's, against a plain computation in Python (`fixtures/swaths/make.py`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{interpolated, masks_of, numbers, run, shape};
use crate::chunks::files;
use crate::{eventscape, fixtures, open, said};

/// Curates the orbits inside the events; gives the summary.
fn curate(out: &Path, extra: &[&str]) -> Value {
    let folder = fixtures().join("swaths");
    let grid = ["--resolution=0.5", "--bbox=-180,-90,180,90", "--step=1h"];
    let phdef = masks_of(&folder.join("events.geojson"), &grid, out);
    let mut arguments = vec!["curate", "--phdef", phdef.to_str().unwrap(), "--json", "--quiet"];
    arguments.extend(["--variable=wind_speed", "--out", out.to_str().unwrap()]);
    arguments.extend(extra);
    let folder = folder.to_str().unwrap();
    arguments.extend(["--input", folder]);
    serde_json::from_slice(&run(&arguments).stdout).unwrap()
}

#[test]
fn swaths_reach_events_as_a_plain_computation_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let summary = curate(folder.path(), &["--collection=ASCATB-L2-25km"]);
    assert_eq!(summary["method"], "inverse distance within 27.8 km");
    // each granule once, though up to three mask times need it
    assert_eq!(summary["scenes_read"], 3);
    let file = interpolated(&folder.path().join("2"));
    let expected: Value =
        serde_json::from_slice(&std::fs::read(fixtures().join("swaths/expected.json")).unwrap()).unwrap();
    let mut compared = 0;
    for known in expected.as_array().unwrap() {
        let stamp: String = known["time"].as_str().unwrap().chars().filter(char::is_ascii_digit).take(12).collect();
        let id = known["event"].as_u64().unwrap() as u32;
        let event = file.event(&stamp, id, "wind_speed").unwrap();
        let cells = known["cells"].as_array().unwrap();
        assert_eq!(event.cells.count() as usize, cells.len(), "{stamp} {id}");
        let place = |x: f64| (x * 1e3).round() as i64;
        let known: BTreeMap<(i64, i64), Option<f64>> = cells
            .iter()
            .map(|c| ((place(c[0].as_f64().unwrap()), place(c[1].as_f64().unwrap())), c[2].as_f64()))
            .collect();
        for (cell, value) in event.cells.cells().zip(&event.values) {
            let (lat, lon) = file.grid().centre_of(cell).unwrap();
            match known[&(place(lat), place(lon))] {
                Some(mean) => assert!((mean - value).abs() < 1e-5, "{stamp} {id} {lat} {lon}: {mean} {value}"),
                None => assert!(value.is_nan(), "{stamp} {id} {lat} {lon}: {value}"),
            }
            compared += usize::from(!value.is_nan());
        }
    }
    assert_eq!(compared, 59 + 49 + 129 + 6 + 77 + 1470);
}

#[test]
fn swaths_are_curated_by_orbit_with_the_time_of_each_cell() {
    let folder = tempfile::tempdir().unwrap();
    curate(folder.path(), &["--collection=ASCATB-L2-25km", "--products=curated,hierarchy,statistics,table"]);
    let made = folder.path().join("2");
    let hierarchy = std::fs::read_to_string(made.join("2-Curation-Hierarchy.json")).unwrap();
    assert_eq!(
        hierarchy.trim(),
        r#"{"20200301220000-1": {"1": ["wind_speed"]}, "20200301220000-2": {"1": ["wind_speed"]}, "20200301234200-1": {"2": ["wind_speed"]}, "20200301234200-2": {"2": ["wind_speed"]}, "20200302012400-1": {"3": ["wind_speed"]}, "20200302012400-2": {"3": ["wind_speed"]}, "navigation": ["lat", "lon"]}"#
    );
    let curated = open(&made.join("2-Curated-Data.nc4"));
    let path = "20200301234200-1/2/wind_speed";
    let [observations, 3] = shape(&curated, path)[..] else { panic!("{:?}", shape(&curated, path)) };
    let times = numbers(&curated, "20200301234200-1/2/time");
    assert_eq!(times.len() as u64, observations);
    // within half an hour of midnight, in the order of the orbit
    assert!(times.iter().all(|t| (t - 1_583_107_200.0).abs() <= 1800.0) && times.is_sorted());
    let rows = numbers(&curated, path);
    let (lats, lons): (Vec<f64>, Vec<f64>) = rows.chunks_exact(3).map(|row| (row[0], row[1])).unzip();
    assert!(lats.iter().all(|lat| (-3.0..5.0).contains(lat)));
    assert!(lons.iter().any(|lon| *lon > 357.0) && lons.iter().any(|lon| *lon < 2.0), "their own convention");
    let statistics = std::fs::read_to_string(made.join("2-Statistics.csv")).unwrap();
    let row = statistics.lines().find(|line| line.starts_with("1,2020-03-02T00:00:00Z")).unwrap();
    assert!(row.contains(",168,0,168,") && row.ends_with(",none"), "an event that nothing saw is a row: {row}");
}

#[test]
fn swaths_without_a_collection_keep_what_the_flags_tell() {
    let folder = tempfile::tempdir().unwrap();
    let valid = |out: &str, extra: &[&str]| {
        let out = folder.path().join(out);
        curate(&out, extra);
        let text = std::fs::read_to_string(out.join("2/2-Statistics.csv")).unwrap();
        text.lines().skip(1).map(|line| line.split(',').nth(5).unwrap().parse::<usize>().unwrap()).sum::<usize>()
    };
    let radius = "--radius-km=27.79875";
    let all = valid("all", &[radius, "--products=statistics"]);
    let none = valid("none", &[radius, "--products=statistics", "--collection=ASCATB-L2-25km", "--quality-flags=none"]);
    let some = valid("some", &[radius, "--products=statistics", "--quality-flags=knmi_quality_control_fails"]);
    let usual = valid("usual", &[radius, "--products=statistics", "--collection=ASCATB-L2-25km"]);
    assert_eq!(all, none);
    assert!(usual < some && some < all, "{usual} {some} {all}");
    let narrow = valid("narrow", &[radius, "--products=statistics", "--time-window=10min"]);
    assert!(narrow < all / 2, "{narrow} {all}");
}

#[test]
fn swaths_reach_whole_domains_and_threads_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--stationary", "--collection=ASCATB-L2-25km", "--products=interpolated,statistics", "--title=t"];
    let of = |threads: &str| -> PathBuf {
        let out = folder.path().join(threads);
        let mut all = vec![threads];
        all.extend(flags);
        curate(&out, &all);
        out.join("2")
    };
    let (one, two) = (files(&of("--threads=1")), files(&of("--threads=2")));
    assert_eq!(one["2-Statistics.csv"], two["2-Statistics.csv"]);
    let whole = |name: &str| {
        let file = open(&folder.path().join(name).join("2/2-Stationary.nc"));
        (numbers(&file, "wind_speed"), shape(&file, "wind_speed"), numbers(&file, "lat"), numbers(&file, "lon"))
    };
    let ((field, shape, lats, lons), (second, ..)) = (whole("--threads=1"), whole("--threads=2"));
    assert!(field.iter().zip(&second).all(|(a, b)| a == b || (a.is_nan() && b.is_nan())));
    let file = interpolated(&folder.path().join("--threads=1/2"));
    let mut compared = 0;
    for (step, stamp) in file.stamps().iter().enumerate() {
        for id in file.events(stamp) {
            let event = file.event(stamp, id, "wind_speed").unwrap();
            for (cell, value) in event.cells.cells().zip(&event.values) {
                let (row, column) = file.grid().place_of(cell);
                let at = (step * shape[1] as usize + row) * shape[2] as usize + column;
                assert!(lats.len() == 360 && lons.len() == 720);
                let same = (field[at] - value).abs() < 1e-5 || (field[at].is_nan() && value.is_nan());
                assert!(same, "{stamp} {id}: {} {value}", field[at]);
                compared += usize::from(!value.is_nan());
            }
        }
    }
    assert!(compared > 1700, "{compared}");
}

#[test]
fn keys_for_swaths_are_refused_where_there_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let phdef = masks_of(
        &fixtures().join("swaths/events.geojson"),
        &["--resolution=0.5", "--bbox=-180,-90,180,90", "--step=1h"],
        folder.path(),
    );
    let swaths = fixtures().join("swaths");
    let grid = fixtures().join("ostia/ostia_monthly.nc");
    let out = folder.path().join("out");
    let refused = |input: &Path, flags: &[&str]| {
        let mut arguments = vec!["curate", "--quiet", "--phdef", phdef.to_str().unwrap()];
        arguments.extend(["--out", out.to_str().unwrap()]);
        arguments.extend(flags);
        arguments.extend(["--input", input.to_str().unwrap()]);
        let output = eventscape(&arguments);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        said(&output)
    };
    assert!(refused(&grid, &["--variable=sst", "--time-window=1h"]).contains("for swaths"));
    assert!(refused(&swaths, &["--variable=wind_speed", "--method=conservative"]).contains("distance"));
    assert!(refused(&swaths, &["--variable=wind_speed", "--radius-km=0"]).contains("radius_km"));
    assert!(refused(&swaths, &["--variable=wind_speed", "--time-window=soon"]).contains("30min"));
    assert!(refused(&swaths, &["--variable=wind_speed", "--tos2ca-compat"]).contains("swaths"));
    assert!(refused(&swaths, &["--variable=gust"]).contains("wind_speed"));
    assert!(!out.exists(), "something was left behind");
}
