use super::*;

fn global(step: f64, west: f64) -> Grid {
    let n = (360.0 / step) as usize;
    let lat = (0..n / 2).map(|i| -90.0 + step * (i as f64 + 0.5)).collect();
    let into = |x: f64| if x >= 180.0 + west.max(0.0) { x - 360.0 } else { x };
    Grid::rectilinear(lat, (0..n).map(|i| into(west + step * (i as f64 + 0.5))).collect()).unwrap()
}

#[test]
fn the_cells_of_the_globe_have_the_area_of_the_ellipsoid() {
    let grid = global(2.5, -180.0);
    assert!(grid.is_periodic());
    let areas = grid.areas();
    let sum: f64 = (0..grid.ny()).flat_map(|r| (0..grid.nx()).map(move |c| (r, c))).map(|(r, c)| areas.get(r, c)).sum();
    assert!((sum / 510_065_621.724 - 1.0).abs() < 1e-9, "{sum}");
}

#[test]
fn a_curvilinear_grid_has_nearly_the_areas_of_the_same_rectilinear_one() {
    let lat: Vec<f64> = (0..30).map(|i| 20.0 + f64::from(i)).collect();
    let lon: Vec<f64> = (0..40).map(|i| 160.0 + f64::from(i)).map(|x| if x > 180.0 { x - 360.0 } else { x }).collect();
    let flat = Grid::rectilinear(lat.clone(), lon.clone()).unwrap();
    let (ny, nx) = (lat.len(), lon.len());
    let curved = Grid::curvilinear(
        ny,
        nx,
        lat.iter().flat_map(|a| std::iter::repeat_n(*a, nx)).collect(),
        (0..ny).flat_map(|_| lon.clone()).collect(),
    )
    .unwrap();
    let (a, b) = (flat.areas(), curved.areas());
    for (row, col) in [(0, 0), (10, 20), (15, 21), (29, 39), (29, 0)] {
        let ratio = b.get(row, col) / a.get(row, col);
        assert!((ratio - 1.0).abs() < 5e-3, "cell {row},{col}: {ratio}");
    }
}

#[test]
fn a_box_across_the_seam_takes_two_ranges_from_west_to_east_in_any_convention() {
    for west in [-180.0, 0.0] {
        let grid = global(10.0, west);
        let domain = Domain::new_box(160.0, -20.0, -150.0, 20.0).unwrap();
        let (window, cut) = domain.select(&grid).unwrap();
        assert_eq!(cut.nx(), 5, "{west}");
        assert_eq!(cut.ny(), 4);
        let Coordinates::Rectilinear { lon, .. } = cut.coordinates() else { panic!() };
        let turned: Vec<f64> = lon.iter().map(|x| x.rem_euclid(360.0)).collect();
        assert_eq!(turned, [165.0, 175.0, 185.0, 195.0, 205.0]);
        assert_eq!(window.columns.len(), if west < 0.0 { 2 } else { 1 });
        assert!(!cut.is_periodic());
    }
}

#[test]
fn bounds_are_inclusive_though_coordinates_are_rounded_to_float32() {
    let lon: Vec<f64> = (0..10).map(|i| f64::from(0.1f32 * i as f32)).collect();
    let grid = Grid::rectilinear(lon.clone(), lon).unwrap();
    let (window, _) = Domain::new_box(0.1, 0.1, 0.3, 0.7).unwrap().select(&grid).unwrap();
    assert_eq!((window.rows, window.columns), (1..8, vec![1..4]));
}

#[test]
fn the_whole_globe_stays_periodic_and_in_order() {
    let grid = global(10.0, 0.0);
    for (w, e) in [(-180.0, 180.0), (0.0, 360.0)] {
        let (window, cut) = Domain::new_box(w, -90.0, e, 90.0).unwrap().select(&grid).unwrap();
        assert!(cut.is_periodic());
        assert_eq!(window.columns, vec![0..36]);
    }
}

#[test]
fn an_empty_box_says_what_there_is() {
    let grid = Grid::rectilinear(vec![0.0, 1.0], vec![10.0, 11.0]).unwrap();
    let error = Domain::new_box(40.0, 0.0, 50.0, 1.0).unwrap().select(&grid).unwrap_err();
    assert!(error.to_string().contains("longitudes 10..11"), "{error}");
}

#[test]
fn polygons_cut_the_domain_by_the_even_odd_rule() {
    let grid = global(1.0, -180.0);
    let text = "POLYGON((10 10, 30 10, 30 30, 10 30, 10 10), (15 15, 25 15, 25 25, 15 25, 15 15))";
    let (window, cut) = Domain::parse_polygon(text).unwrap().select(&grid).unwrap();
    assert_eq!((cut.ny(), cut.nx()), (20, 20));
    assert_eq!(window.rows, 100..120);
    assert_eq!(cut.domain().unwrap().iter().filter(|d| **d).count(), 400 - 100);
}

#[test]
fn a_polygon_over_the_antimeridian_is_one_piece_however_it_is_written() {
    let grid = global(1.0, -180.0);
    let texts = [
        "POLYGON((170 -5, 190 -5, 190 5, 170 5, 170 -5))",
        "POLYGON((170 -5, -170 -5, -170 5, 170 5, 170 -5))",
        "MULTIPOLYGON(((170 -5, 180 -5, 180 5, 170 5, 170 -5)),((-180 -5, -170 -5, -170 5, -180 5, -180 -5)))",
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[170,-5],[190,-5],[190,5],[170,5],[170,-5]]]}}"#,
    ];
    for text in texts {
        let domain = Domain::parse_polygon(text).unwrap();
        let (_, cut) = domain.select(&grid).unwrap();
        assert_eq!((cut.ny(), cut.nx(), cut.domain()), (10, 20, None), "{text}");
        let [west, _, east, _] = domain.bounds().unwrap();
        assert!((west - 170.0).abs() < 1e-9 && (east + 170.0).abs() < 1e-9, "{west} {east}");
    }
}

#[test]
fn wrong_polygons_and_grids_are_refused_with_a_reason() {
    for (text, part) in [
        ("CIRCLE(1 2)", "not a polygon"),
        ("POLYGON((1 2, 3 4))", "4, the last equal"),
        ("POLYGON((0 0, 1 0, 1 1, 0 1))", "not closed"),
        ("POLYGON((0 0, 1 x, 1 1, 0 0))", "not a point"),
        ("POLYGON((0 0, 1 0, 1 1, 0 0)", "`)` is missing"),
        ("{\"type\":\"Point\",\"coordinates\":[1,2]}", "not an area"),
        ("{", "not valid GeoJSON"),
        ("POLYGON((0 0, 1 0, 1 95, 0 0))", "longitude, latitude"),
    ] {
        let error = Domain::parse_polygon(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert!(Grid::rectilinear(vec![0.0, f64::NAN], vec![0.0]).unwrap_err().to_string().contains("NaN"));
    assert!(Grid::rectilinear(vec![0.0, 0.0], vec![0.0]).is_err());
    assert!(Grid::rectilinear(vec![0.0, 95.0], vec![0.0]).is_err());
    assert!(Grid::rectilinear(vec![0.0], vec![3.0, 2.0]).is_err());
}

#[test]
fn a_grid_survives_being_stored() {
    let grid = global(10.0, 0.0);
    let (_, cut) = Domain::parse_polygon("POLYGON((0 0, 40 0, 0 40, 0 0))").unwrap().select(&grid).unwrap();
    for grid in [grid, cut] {
        let text = serde_json::to_string(&grid).unwrap();
        assert_eq!(serde_json::from_str::<Grid>(&text).unwrap(), grid);
    }
}
