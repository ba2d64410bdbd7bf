//! Latitudes, longitudes and levels, however a file has them.

use eventscape_core::grid::{Coordinates, Domain};

use crate::support::{Ask, assert_cells, axes, cell, codes, field, files, numbers};
use eventscape_catalog::{NoticeCode, SubsetRequest};

#[test]
fn descending_latitudes_stay_descending() {
    let subset = files(&["descending.nc"]).open();
    let (lat, _) = axes(&subset);
    assert!(lat[0] > lat[1]);
    assert_cells(&subset, 1, 1.0);
    let box_of_it = files(&["descending.nc"]).bbox(-50.0, -20.0, 50.0, 40.0).open();
    assert_eq!(axes(&box_of_it).0, [30.0, 10.0, -10.0]);
    assert_cells(&box_of_it, 3, 3.0);
}

#[test]
fn any_order_of_dimensions_gives_rows_of_latitude() {
    let subset = files(&["lon_lat_time.nc"]).open();
    assert_eq!((subset.grid().ny(), subset.grid().nx(), subset.len()), (6, 8, 4));
    for index in 0..4 {
        assert_cells(&subset, index, index as f64);
    }
    assert_cells(&files(&["lon_lat_time.nc"]).bbox(130.0, -40.0, -80.0, 40.0).open(), 2, 2.0);
}

#[test]
fn both_conventions_of_longitude_give_the_same_cells() {
    for (west, east) in [(-100.0, 100.0), (80.0, 280.0), (130.0, -130.0), (-50.0, 50.0), (-180.0, 180.0), (0.0, 360.0)]
    {
        let subsets =
            ["global_180.nc", "global_360.nc"].map(|name| files(&[name]).bbox(west, -60.0, east, 60.0).open());
        for subset in &subsets {
            assert_cells(subset, 1, 1.0);
        }
        let places = |s: &eventscape_catalog::Subset| axes(s).1.iter().map(|o| o.rem_euclid(360.0)).collect::<Vec<_>>();
        let [a, b] = [places(&subsets[0]), places(&subsets[1])];
        if subsets[0].grid().is_periodic() {
            // the whole globe keeps each file's own order
            assert_eq!(a.len(), 8);
            assert_eq!(b.len(), 8);
        } else {
            assert_eq!(a, b, "{west} {east}");
            assert_eq!(field(&subsets[0], 3), field(&subsets[1], 3));
        }
    }
}

#[test]
fn the_convention_of_the_file_is_kept() {
    let across = |name: &str| axes(&files(&[name]).bbox(130.0, 0.0, -80.0, 20.0).open()).1;
    assert_eq!(across("global_180.nc"), [135.0, -180.0, -135.0, -90.0]);
    assert_eq!(across("global_360.nc"), [135.0, 180.0, 225.0, 270.0]);
    let across = |name: &str| axes(&files(&[name]).bbox(-100.0, 0.0, 50.0, 20.0).open()).1;
    assert_eq!(across("global_180.nc"), [-90.0, -45.0, 0.0, 45.0]);
    assert_eq!(across("global_360.nc"), [270.0, 315.0, 0.0, 45.0]);
}

#[test]
fn longitudes_that_go_west_are_turned() {
    let whole = files(&["westward.nc"]).open();
    assert_eq!(axes(&whole).1[..2], [-180.0, -135.0]);
    assert_cells(&whole, 0, 0.0);
    assert_cells(&files(&["westward.nc"]).bbox(100.0, -60.0, -100.0, 60.0).open(), 2, 2.0);
}

#[test]
fn a_repeated_meridian_is_read_once_and_told() {
    let subset = files(&["repeated_meridian.nc"]).open();
    assert_eq!(subset.grid().nx(), 8);
    assert!(subset.grid().is_periodic());
    assert!(codes(&subset).contains(&NoticeCode::MeridianRepeated));
    assert_cells(&subset, 1, 1.0);
    assert_cells(&files(&["repeated_meridian.nc"]).bbox(-60.0, -60.0, 60.0, 60.0).open(), 1, 1.0);
}

#[test]
fn a_repeated_meridian_that_is_kept_is_a_column_of_its_own() {
    let request = SubsetRequest { keep_repeated_meridian: true, ..files(&["repeated_meridian.nc"]) };
    let subset = request.open();
    assert_eq!(subset.grid().nx(), 9);
    assert!(!codes(&subset).contains(&NoticeCode::MeridianRepeated));
    assert_cells(&subset, 1, 1.0);
    let globe = request.clone().bbox(-180.0, -90.0, 180.0, 90.0).open();
    assert_cells(&globe, 1, 1.0);
    // inside a box every place is there once
    let seam = request.bbox(-60.0, -60.0, 60.0, 60.0).open();
    assert_eq!(axes(&seam).1.len(), 3);
    assert_cells(&seam, 1, 1.0);
}

#[test]
fn longitudes_that_drop_at_the_seam_inside_a_file_are_one_grid() {
    let subset = files(&["wrapped.nc"]).open();
    assert_eq!(axes(&subset).1, [90.0, 135.0, 180.0, -135.0, -90.0]);
    assert!(!subset.grid().is_periodic());
    assert_cells(&files(&["wrapped.nc"]).bbox(170.0, -60.0, -80.0, 60.0).open(), 1, 1.0);
}

#[test]
fn names_serve_where_attributes_are_missing() {
    assert_cells(&files(&["names_only.nc"]).open(), 1, 1.0);
    let plane = files(&["plane_names.nc"]).open();
    assert_eq!(plane.variables()[0].name, "z");
    assert_cells(&plane, 1, 1.0);
}

#[test]
fn attributes_count_more_than_names() {
    let subset = files(&["attributes_only.nc"]).open();
    assert_eq!((subset.grid().ny(), subset.grid().nx()), (6, 8));
    assert_cells(&subset, 1, 1.0);
}

#[test]
fn coordinates_are_found_in_the_groups_above() {
    let subset = files(&["groups.nc"]).open();
    assert_eq!(subset.variables()[0].path, "model/surface/x");
    assert_cells(&subset, 1, 1.0);
    assert_cells(&files(&["groups.nc"]).variable("x").open(), 0, 0.0);
}

#[test]
fn grids_with_two_dimensional_coordinates_are_read_in_any_order() {
    for name in ["curvilinear.nc", "curvilinear_transposed.nc", "rotated.nc"] {
        let subset = files(&[name]).open();
        assert!(matches!(subset.grid().coordinates(), Coordinates::Curvilinear { .. }), "{name}");
        assert_eq!((subset.grid().ny(), subset.grid().nx()), (5, 7), "{name}");
        assert_cells(&subset, 1, 1.0);
        let part = files(&[name]).bbox(103.0, 11.0, 112.0, 15.0).open();
        assert!(part.grid().len() < 35);
        assert!(part.grid().domain().is_some(), "cells of the window outside the box do not count");
        assert_cells(&part, 0, 0.0);
    }
}

#[test]
fn a_polygon_cuts_the_window_and_marks_the_cells() {
    let mut request = files(&["global_180.nc"]);
    request.domain = Domain::parse_polygon("POLYGON((-100 -60, 10 -60, 10 60, -100 -60))").unwrap();
    let subset = request.open();
    let domain = subset.grid().domain().unwrap();
    assert_eq!(domain.len(), subset.grid().len());
    assert!(domain.iter().any(|d| *d) && domain.iter().any(|d| !*d));
    assert_cells(&subset, 1, 1.0);
    for (row, col) in (0..subset.grid().ny()).flat_map(|r| (0..subset.grid().nx()).map(move |c| (r, c))) {
        let (lat, lon) = subset.grid().centre(row, col).unwrap();
        // below the line from (-100, -60) to (10, 60), left of 10 east
        let inside = lat < -60.0 + (lon + 100.0) / 110.0 * 120.0 && lon < 10.0;
        assert_eq!(domain[row * subset.grid().nx() + col], inside, "{lat} {lon}");
    }
}

#[test]
fn a_polygon_across_the_seam_reads_two_windows() {
    let mut request = files(&["global_180.nc"]);
    request.domain = Domain::parse_polygon("POLYGON((120 -30, 240 -30, 240 30, 120 30, 120 -30))").unwrap();
    let subset = request.open();
    assert_eq!(axes(&subset).1, [135.0, -180.0, -135.0]);
    assert_cells(&subset, 2, 2.0);
}

#[test]
fn levels_are_chosen_by_value_in_any_unit_and_by_place() {
    let ask = |level: &str| files(&["levels.nc"]).variable("t").level(level).open();
    for (level, k) in [("850 hPa", 1.0), ("85000", 1.0), ("#2", 1.0), ("500 mbar", 2.0), ("#1", 0.0), ("100 kPa", 0.0)]
    {
        let subset = ask(level);
        let (lat, lon) = axes(&subset);
        let values = field(&subset, 1);
        assert_eq!(values[9], cell(1.0, lat[1], lon[1]) + 0.25 * k, "{level}");
    }
    assert_eq!(ask("850 hPa").variables()[0].level.as_deref(), Some("85000 Pa"));
}

#[test]
fn a_level_that_is_not_there_is_refused_with_those_that_are() {
    let request = || files(&["levels.nc"]).variable("t");
    for refused in [
        request().refused(),
        request().level("700 hPa").refused(),
        request().level("#4").refused(),
        request().level("3 km").refused(),
    ] {
        let text = refused.to_string();
        assert!(text.contains("#1 = 100000, #2 = 85000, #3 = 50000 Pa along `plev`"), "{text}");
    }
    let unnamed = files(&["unnamed_levels.nc"]).refused().to_string();
    assert!(unnamed.contains("#4") && unnamed.contains("member"), "{unnamed}");
    let second = files(&["unnamed_levels.nc"]).level("#2").open();
    let (lat, lon) = axes(&second);
    assert_eq!(field(&second, 0)[0], cell(0.0, lat[0], lon[0]) + 0.25);
}

#[test]
fn a_level_applies_to_those_variables_that_have_one() {
    let subset = files(&["levels.nc"]).variable("ps").variable("t").level("#3").open();
    let scene = subset.read(1).unwrap();
    let (flat, high) = (numbers(&scene.fields[0]), numbers(&scene.fields[1]));
    assert!(flat.iter().zip(&high).all(|(a, b)| b - a == 0.5));
    assert_eq!(subset.variables()[0].level, None);
}

#[test]
fn two_dimensions_to_choose_from_are_refused() {
    let error = files(&["two_extra.nc"]).variable("x").level("#1").refused().to_string();
    assert!(error.contains("member") && error.contains("plev"), "{error}");
}

#[test]
fn a_variable_that_is_not_named_must_be_the_only_one() {
    let error = files(&["several.nc"]).refused().to_string();
    assert!(error.contains("first") && error.contains("second") && error.contains("orography"), "{error}");
    let error = files(&["several.nc"]).variable("third").refused().to_string();
    assert!(error.contains("no variable `third`") && error.contains("first"), "{error}");
    let error = files(&["several.nc"]).variable("First").refused().to_string();
    assert!(error.contains("did you mean first"), "{error}");
    let subset = files(&["several.nc"]).variable("second").variable("orography").open();
    assert_eq!(subset.len(), 2);
    let scenes = [subset.read(0).unwrap(), subset.read(1).unwrap()];
    assert_ne!(scenes[0].fields[0], scenes[1].fields[0]);
    assert_eq!(scenes[0].fields[1], scenes[1].fields[1], "a field without time goes with every time");
}

#[test]
fn zarr_stores_are_granules_too() {
    for name in ["global_v2.zarr", "global_v3.zarr"] {
        let subset = files(&[name]).bbox(130.0, -60.0, -80.0, 60.0).open();
        assert_eq!(subset.len(), 4, "{name}");
        for index in 0..4 {
            assert_cells(&subset, index, index as f64);
        }
        assert_eq!(subset.granules()[0].size, None);
        assert!(!subset.granules()[0].version.is_empty());
    }
}
