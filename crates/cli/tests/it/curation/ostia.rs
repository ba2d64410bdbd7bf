//! Real sea-surface temperatures: their cold regions, with a field like MERRA-2's and with the temperatures themselves inside,
//! against a plain computation in Python (`fixtures/ostia/make.py`).

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{interpolated, run};
use crate::fixtures;

fn phdef(out: &Path) {
    let input = fixtures().join("ostia/ostia_monthly.nc");
    let mut arguments = vec!["phdef", "--quiet", "--no-plots", "--products=mask-output", "--input"];
    arguments.extend([input.to_str().unwrap(), "--variable=surface_temperature", "--operator=lessThan"]);
    arguments.extend(["--value=297.5", "--bbox=-120,-6,-80,6", "--min-size=20", "--start=2007-09-01"]);
    arguments.extend(["--end=2008-03-31", "--out", out.to_str().unwrap()]);
    run(&arguments);
}

/// Rows of a table of statistics, each by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    lines.map(|row| names.iter().cloned().zip(row).collect()).collect()
}

/// Curates a file inside the cold regions and compares each value and each statistic with the plain computation of a method.
fn compare(file: &str, variable: &str, method: Option<&str>, known: &str, said: &str) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    phdef(out);
    let (job, input) = (out.join("1"), fixtures().join("ostia").join(file));
    let variable_flag = format!("--variable={variable}");
    let method_flag = method.map(|name| format!("--method={name}"));
    let mut arguments = vec!["curate", "--quiet", "--phdef", job.to_str().unwrap(), &variable_flag];
    arguments.extend(method_flag.as_deref());
    arguments.extend(["--products=interpolated,statistics", "--out", out.to_str().unwrap()]);
    arguments.extend(["--input", input.to_str().unwrap()]);
    run(&arguments);
    let made = interpolated(&out.join("2"));
    let table = rows(&out.join("2/2-Statistics.csv"));
    let expected: Vec<Value> =
        serde_json::from_slice(&std::fs::read(fixtures().join("ostia/curated.json")).unwrap()).unwrap();
    assert_eq!(table.len(), expected.len());
    let mut missing = 0;
    for (region, row) in expected.iter().zip(&table) {
        let time = region["time"].as_str().unwrap();
        let stamp: String = time.chars().filter(char::is_ascii_digit).take(12).collect();
        assert_eq!((row["time"].as_str(), row["method"].as_str()), (time, said));
        let event = made.event(&stamp, row["track_id"].parse().unwrap(), variable).unwrap();
        // the mask file's own grid is the box; places are compared by their coordinates in steps of the grid
        let place = |cell: u32| {
            let (lat, lon) = made.grid().centre_of(cell).unwrap();
            (((lat + 5.0) * 1.8).round() as i64, (lon.rem_euclid(360.0) * 1.2).round() as i64)
        };
        let found: BTreeMap<(i64, i64), f64> =
            event.cells.cells().map(place).zip(event.values.iter().copied()).collect();
        let (cells, values) = (region["cells"].as_array().unwrap(), region[known]["values"].as_array().unwrap());
        assert_eq!(found.len(), cells.len(), "{time}");
        for (cell, value) in cells.iter().zip(values) {
            let at = (cell[0].as_i64().unwrap(), cell[1].as_i64().unwrap());
            match value.as_f64() {
                Some(value) => assert!((found[&at] - value).abs() < 1e-4, "{time} {at:?}: {} {value}", found[&at]),
                None => assert!(found[&at].is_nan(), "{time} {at:?}: {}", found[&at]),
            }
            missing += usize::from(value.is_null());
        }
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        assert!((number("area_km2") / region["area_km2"].as_f64().unwrap() - 1.0).abs() < 1e-4, "{time}");
        for (name, value) in region[known]["statistics"].as_object().unwrap() {
            let value = value.as_f64().unwrap();
            assert!((number(name) - value).abs() < 1e-4, "{time} {name}: {} {value}", number(name));
        }
    }
    assert_eq!(missing > 0, known != "ostia");
}

#[test]
fn a_field_like_merra_2_reaches_the_cold_regions_of_ostia_by_interpolation() {
    compare("merra2_like.nc4", "T2M", Some("linear"), "linear", "linear");
}

#[test]
fn a_field_like_merra_2_reaches_the_cold_regions_of_ostia_by_means() {
    compare("merra2_like.nc4", "T2M", Some("mean"), "mean", "mean");
}

#[test]
fn a_field_like_merra_2_reaches_the_cold_regions_of_ostia_conservatively() {
    compare("merra2_like.nc4", "T2M", Some("conservative"), "conservative", "conservative");
}

#[test]
fn cold_regions_of_ostia_hold_their_own_temperatures() {
    compare("ostia_monthly.nc", "surface_temperature", None, "ostia", "collocation");
}

#[test]
fn little_memory_reads_in_smaller_parts_and_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    phdef(folder.path());
    let input = fixtures().join("ostia/merra2_like.nc4");
    let curate = |name: &str, extra: &[&str]| {
        let (out, job) = (folder.path().join(name), folder.path().join("1"));
        let mut arguments = vec!["curate", "--quiet", "--phdef", job.to_str().unwrap(), "--variable=T2M"];
        arguments.extend(["--products=interpolated,statistics,hierarchy", "--out", out.to_str().unwrap()]);
        arguments.extend(extra);
        arguments.extend(["--input", input.to_str().unwrap()]);
        let output = run(&arguments);
        let read = |file: &str| std::fs::read(out.join("2").join(file)).unwrap_or_default();
        (output.stdout, read("2-Interpolated-Data.nc4"), read("2-Statistics.csv"), read("2-Curation-Hierarchy.json"))
    };
    let (plenty, little) = (curate("plenty", &[]), curate("little", &["--memory-limit=20kB"]));
    assert!(!plenty.2.is_empty());
    assert!(plenty.1 == little.1 && plenty.2 == little.2 && plenty.3 == little.3);
    // the plan counts what the run reads
    let told = curate("plan", &["--dry-run", "--json", "--memory-limit=20kB"]);
    let told: Value = serde_json::from_slice(&told.0).unwrap();
    assert_eq!((told["times"].as_u64(), told["planned"]["chunks"].as_u64()), (Some(6), Some(7)));
}
