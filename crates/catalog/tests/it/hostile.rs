//! Input that is wrong: always an error that names it.

use std::io::Write;

use crate::support::{Ask, files, fixture, text};

#[track_caller]
fn refused(name: &str, variable: Option<&str>, words: &[&str]) {
    let mut request = files(&[name]);
    if let Some(variable) = variable {
        request = request.variable(variable);
    }
    let error = request.refused().to_string();
    let file = name.rsplit('/').next().unwrap();
    for word in words.iter().chain([&file]) {
        assert!(error.contains(word), "{name}: `{word}` is not in: {error}");
    }
}

#[test]
fn unusable_coordinates_are_refused() {
    refused("wrong/nan_longitude.nc", None, &["longitude", "NaN"]);
    refused("wrong/latitude_out_of_range.nc", None, &["latitude", "100"]);
    refused("wrong/not_monotonic.nc", None, &["latitude", "10"]);
}

#[test]
fn empty_dimensions_are_refused() {
    refused("wrong/no_steps.nc", Some("x"), &["`time`", "no element"]);
    refused("wrong/no_rows.nc", Some("x"), &["`lat`", "no element"]);
    refused("wrong/no_rows.nc", None, &["no element"]);
}

#[test]
fn unusable_times_are_refused() {
    refused("wrong/time_out_of_range.nc", None, &["time", "range"]);
    refused("wrong/time_is_nan.nc", None, &["time", "missing"]);
    refused("wrong/time_in_months.nc", None, &["months"]);
    refused("wrong/time_units_wrong.nc", None, &["fortnights"]);
    refused("wrong/calendar.nc", None, &["mayan"]);
}

#[test]
fn what_is_not_a_grid_is_refused() {
    refused("wrong/trajectory.nc", Some("x"), &["not a grid"]);
    refused("wrong/trajectory.nc", None, &["no variable lies on a grid"]);
}

#[test]
fn files_that_are_no_data_are_refused_by_name() {
    let good = std::fs::read(fixture("cf/global_180.nc")).unwrap();
    for (what, bytes) in
        [("empty", Vec::new()), ("text", b"hello, this is not data".to_vec()), ("short", good[..200].to_vec())]
    {
        let mut file = tempfile::Builder::new().prefix(what).suffix(".nc").tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut request = files(&["global_180.nc"]);
        request.source.inputs.push(text(file.path()));
        let error = request.refused().to_string();
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let good = std::fs::read(fixture("cf/levels.nc")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flipped.nc");
    let mut opened = 0;
    for k in 0..400usize {
        let mut bytes = good.clone();
        // a fixed sequence that visits the header densely
        let at = (k * 7919) % 900;
        bytes[at] ^= 1 << (k % 8);
        std::fs::write(&path, &bytes).unwrap();
        let mut request = files(&[]).variable("t").level("#1");
        request.source.inputs = vec![text(&path)];
        if let Ok(subset) = eventscape_catalog::Subset::open(&request, &eventscape_catalog::Context::default()) {
            opened += 1;
            let _ = subset.read(0);
        }
    }
    assert!(opened > 0, "most flips change a value or a name only");
}
