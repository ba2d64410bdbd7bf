//! Headers that claim absurd sizes, coordinates that are no numbers, and times out of range.

use std::path::Path;

use super::classic::Classic;
use super::{check, phdef};
use crate::store::Cube;

fn refused(file: &Classic, what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("claims.nc"), folder.path().join("out"));
    file.write(&input);
    check(&phdef(&input, &out, &["--variable=x"]), &[3], "claims.nc", &out, what);
}

#[test]
fn the_file_of_these_tests_is_read_where_nothing_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("claims.nc"), folder.path().join("out"));
    Classic::default().write(&input);
    check(&phdef(&input, &out, &[]), &[0], "", &out, "a sound file");
}

#[test]
fn a_header_that_claims_absurd_lengths_is_refused_without_the_memory_for_them() {
    for exponent in [28, 31, 32, 40, 60, 62, 63] {
        for dimension in 0..3 {
            let mut file = Classic::default();
            file.lengths[dimension] = 1 << exponent;
            refused(&file, &format!("dimension {dimension} of 2^{exponent}"));
        }
        refused(&Classic { lengths: [1 << exponent; 3], ..Classic::default() }, &format!("all of 2^{exponent}"));
    }
    refused(&Classic { lengths: [u64::MAX; 3], ..Classic::default() }, "all of 2^64 - 1");
}

#[test]
fn a_scene_that_is_too_large_for_this_machine_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("claims.nc"), folder.path().join("out"));
    let n = 60_000;
    let axis = |span: f64| (0..n).map(|k| -span / 2.0 + span * f64::from(k) / f64::from(n)).collect();
    let lengths = [2, n as u64, n as u64];
    let file = Classic { lengths, coordinates: [vec![0.0, 1.0], axis(170.0), axis(350.0)], ..Classic::default() };
    file.write(&input);
    // a file with holes: everything that the header tells is there
    let held = std::fs::File::options().write(true).open(&input).unwrap();
    held.set_len(held.metadata().unwrap().len() + 2 * 4 * lengths[1] * lengths[2]).unwrap();
    check(&phdef(&input, &out, &["--memory-limit=2 GB"]), &[2, 3], "emory", &out, "a scene of 14 GB");
}

#[test]
fn coordinates_that_are_no_numbers_or_none_at_all_are_refused() {
    for dimension in 0..3 {
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
            let mut file = Classic::default();
            file.coordinates[dimension][1] = wrong;
            refused(&file, &format!("coordinate {dimension} is {wrong}"));
        }
    }
}

#[test]
fn a_dimension_without_elements_is_refused() {
    for dimension in 0..3 {
        let mut file = Classic::default();
        file.lengths[dimension] = 0;
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("claims.nc"), folder.path().join("out"));
        file.write(&input);
        // in this format a length of 0 is that of the record dimension, which has no records here
        check(&phdef(&input, &out, &["--variable=x"]), &[2, 3], "claims.nc", &out, &format!("no {dimension}"));
    }
}

#[test]
fn times_out_of_range_are_refused() {
    for time_units in [
        "days since 999999-01-01",
        "days since 99999-12-31",
        "seconds since -99999-01-01",
        "days since 2020-13-41",
        "days since ",
        "hours since 2020-01-01 99:99",
    ] {
        let file = Classic { time_units, coordinates: Classic::default().coordinates, ..Classic::default() };
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("claims.nc"), folder.path().join("out"));
        file.write(&input);
        check(&phdef(&input, &out, &["--variable=x"]), &[0, 3], "claims.nc", &out, time_units);
    }
}

#[test]
fn a_zarr_store_that_claims_absurd_sizes_is_refused() {
    let claims = [
        ("\"shape\":[2,3,4]", "\"shape\":[2,3,1152921504606846976]"),
        ("\"shape\":[2,3,4]", "\"shape\":[1152921504606846976,3,4]"),
        ("\"chunks\":[1,3,4]", "\"chunks\":[1,3,1152921504606846976]"),
        ("\"chunks\":[1,3,4]", "\"chunks\":[1152921504606846976,1152921504606846976,4]"),
        ("\"chunks\":[1,3,4]", "\"chunks\":[0,3,4]"),
        ("\"chunks\":[1,3,4]", "\"chunks\":[1,3]"),
        ("\"shape\":[2,3,4]", "\"shape\":[2,3,-4]"),
        ("\"shape\":[2,3,4]", "\"shape\":[2,0,4]"),
    ];
    for (from, to) in claims {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("claims.zarr"), folder.path().join("out"));
        Cube { ny: 3, nx: 4, fields: vec![[vec![1.0; 12], vec![1.0; 12]]; 2] }.write(&input);
        replace(&input.join("a/.zarray"), from, to);
        check(&phdef(&input, &out, &["--variable=a"]), &[2, 3], "claims.zarr", &out, to);
    }
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}
