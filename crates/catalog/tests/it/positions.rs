//! Where: positions, however a file's attributes tell them. `lat_right` and `lon_right` hold what is right (fixtures/attributes/make.py).

use eventscape_catalog::{NoticeCode, Subset, SubsetRequest};
use eventscape_core::grid::Coordinates;

use crate::support::{Ask, codes, fixture, numbers, text};

fn file(name: &str) -> SubsetRequest {
    let inputs = vec![text(&fixture("attributes").join(name))];
    SubsetRequest { source: eventscape_catalog::Source { inputs, ..Default::default() }, ..SubsetRequest::default() }
}

fn both(name: &str) -> SubsetRequest {
    file(name).variable("lat_right").variable("lon_right")
}

/// Asserts that each cell lies where the file's right values say, to 1e-6°; cells without a right place are outside.
#[track_caller]
fn assert_placed(subset: &Subset) -> usize {
    let scene = subset.read(0).unwrap();
    let (lat, lon) = (numbers(&scene.fields[0]), numbers(&scene.fields[1]));
    let grid = subset.grid();
    let mut inside = 0;
    for cell in 0..grid.len() {
        let here = grid.domain().is_none_or(|domain| domain[cell]);
        assert_eq!(here, lat[cell].is_finite(), "cell {cell} is at {} {}", lat[cell], lon[cell]);
        if !here {
            continue;
        }
        inside += 1;
        let (a, o) = grid.centre(cell / grid.nx(), cell % grid.nx()).unwrap();
        let east = (o - lon[cell] + 180.0).rem_euclid(360.0) - 180.0;
        assert!(
            (a - lat[cell]).abs() < 1e-6 && east.abs() < 1e-6,
            "cell {cell}: {a} {o}, not {} {}",
            lat[cell],
            lon[cell]
        );
    }
    inside
}

#[test]
fn positions_follow_from_the_grid_mapping() {
    for name in ["lambert_km.nc", "polar.nc"] {
        let subset = both(name).open();
        assert_eq!(assert_placed(&subset), subset.grid().len(), "{name}");
    }
    let disk = both("geostationary.nc").open();
    let inside = assert_placed(&disk);
    assert!(inside > 200 && inside < disk.grid().len(), "{inside} of {} cells are on the disk", disk.grid().len());
    assert!(disk.notices().iter().any(|n| n.message.contains("no position")), "{:?}", disk.notices());
    let part = both("geostationary.nc").bbox(-100.0, 10.0, -60.0, 40.0).open();
    assert!(assert_placed(&part) > 10);
}

#[test]
fn a_mercator_globe_closes() {
    let subset = both("mercator.nc").open();
    assert_eq!(assert_placed(&subset), subset.grid().len());
    assert!(subset.grid().is_periodic() && matches!(subset.grid().coordinates(), Coordinates::Rectilinear { .. }));
}

#[test]
fn axes_of_a_mapping_without_units_are_refused_by_name() {
    let error = both("lambert_without_units.nc").refused().to_string();
    assert!(error.contains("lambert_conformal_conic") && error.contains("no units"), "{error}");
}

#[test]
fn positions_that_coordinates_names_come_before_axes_that_look_right() {
    assert_placed(&both("nominal.nc").open());
    assert!(both("nominal.nc").open().notices().is_empty());
    let unnamed = both("unnamed.nc").open();
    assert_placed(&unnamed);
    assert_eq!(codes(&unnamed), [NoticeCode::AttributeIgnored], "{:?}", unnamed.notices());
}

#[test]
fn units_of_positions_are_read() {
    assert_placed(&both("radian.nc").open());
    let error = both("metres.nc").refused().to_string();
    assert!(error.contains("`m`") && error.contains("no degrees"), "{error}");
}

#[test]
fn longitudes_on_both_sides_of_greenwich_are_one_region() {
    let subset = both("greenwich.nc").open();
    assert_placed(&subset);
    let edges = subset.grid().lon_edges().unwrap();
    assert_eq!((edges[0], edges[10]), (354.5, 364.5));
    assert!(!subset.grid().is_periodic());
    let area: f64 = (0..40).map(|cell| subset.grid().areas().get(cell / 10, cell % 10)).sum();
    assert!((area - 4.0 * 10.0 * 12_091.0).abs() < 5_000.0, "{area} km²");
    let part = both("greenwich.nc").bbox(-2.0, 9.0, 2.0, 12.0).open();
    assert_placed(&part);
    assert_eq!((part.grid().nx(), part.grid().ny()), (5, 3));
    let gap = both("gap.nc").open();
    assert_placed(&gap);
    assert!(gap.notices().iter().any(|n| n.message.contains("no longitudes between 4 and 100")), "{:?}", gap.notices());
}

#[test]
fn cells_without_a_position_are_outside() {
    for name in ["disk.nc", "disk_1e30.nc"] {
        let subset = both(name).open();
        assert!(assert_placed(&subset) < 81, "{name}");
        let corner = both(name).bbox(-45.0, -45.0, -35.0, -35.0).refused();
        assert!(corner.to_string().contains("position") || corner.to_string().contains("no cell"), "{corner}");
    }
}

#[test]
fn positions_of_each_time_are_taken_once_where_they_are_the_same() {
    assert_placed(&both("still.nc").open());
    let error = both("moving.nc").refused().to_string();
    assert!(error.contains("XLAT") && error.contains("changes with time"), "{error}");
}
