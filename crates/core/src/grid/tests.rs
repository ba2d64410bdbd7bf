use proptest::prelude::*;

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
fn a_wide_polygon_is_read_counterclockwise() {
    let grid = global(1.0, -180.0);
    for (text, columns, cells) in [
        ("POLYGON((-170 -5, 170 -5, 170 5, -170 5, -170 -5))", 340, 3400),
        ("POLYGON((170 -5, -170 -5, -170 5, 170 5, 170 -5))", 20, 200),
        ("POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", 360, 360 * 180),
        ("POLYGON((-180 60, -90 60, 0 60, 90 60, 180 60, 180 90, -180 90, -180 60))", 360, 360 * 30),
        ("POLYGON((170 -5, -170 -5, -170 5, 170 5, 170 -5),(175 -2, -175 -2, -175 2, 175 2, 175 -2))", 20, 160),
    ] {
        let (_, cut) = Domain::parse_polygon(text).unwrap().select(&grid).unwrap();
        let inside = cut.domain().map_or(cut.len(), |d| d.iter().filter(|d| **d).count());
        assert_eq!((cut.nx(), inside), (columns, cells), "{text}");
    }
}

#[test]
fn a_single_row_or_column_of_a_curvilinear_grid_has_an_area() {
    for (ny, nx) in [(1, 3), (3, 1), (1, 1)] {
        let at = |k: usize, n: usize| if n == 1 { 40.0 } else { 40.0 + k as f64 };
        let cells: Vec<(f64, f64)> = (0..ny).flat_map(|r| (0..nx).map(move |c| (at(r, ny), at(c, nx)))).collect();
        let (lat, lon) = cells.into_iter().unzip();
        let areas = Grid::curvilinear(ny, nx, lat, lon).unwrap().areas();
        for (row, col) in [(0, 0), (ny - 1, nx - 1)] {
            let expected = 111.2 * 111.2 * (40.0 + row as f64).to_radians().cos();
            assert!((areas.get(row, col) / expected - 1.0).abs() < 0.02, "{ny} {nx}: {}", areas.get(row, col));
        }
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

/// Even-odd rule, edge by edge, in the plane.
fn inside_plainly(ring: &[(f64, f64)], lon: f64, lat: f64) -> bool {
    let crosses = |((x0, y0), (x1, y1)): ((f64, f64), (f64, f64))| {
        (y0 > lat) != (y1 > lat) && x0 + (lat - y0) / (y1 - y0) * (x1 - x0) <= lon
    };
    ring.windows(2).filter(|e| crosses((e[0], e[1]))).count() % 2 == 1
}

fn star(points: &[(f64, f64)], centre: f64) -> Vec<(f64, f64)> {
    let mut ring: Vec<(f64, f64)> = points.iter().map(|(x, y)| (centre + x, *y)).collect();
    ring.push(ring[0]);
    ring
}

fn turned(lon: &[f64], west: f64) -> Vec<f64> {
    lon.iter().map(|x| (x - west).rem_euclid(360.0) + west).collect()
}

proptest! {
    #[test]
    fn cells_in_a_polygon_are_those_that_a_plain_search_finds(
        points in prop::collection::vec((-80.0f64..80.0, -60.0f64..60.0), 3..60),
        centre in -180.0f64..180.0,
        turn in -1i32..2,
        west in -180.0f64..0.0,
    ) {
        let ring = star(&points, centre);
        let written: Vec<(f64, f64)> = ring.iter().map(|(x, y)| (x + 360.0 * f64::from(turn), *y)).collect();
        prop_assume!(written.iter().all(|p| p.0.abs() <= 720.0));
        let lat: Vec<f64> = (-30..30).map(|i| 2.0 * f64::from(i) + 1.0).collect();
        let lon: Vec<f64> = (0..90).map(|i| west + 4.0 * f64::from(i) + 2.0).collect();
        let grid = Grid::rectilinear(lat.clone(), lon.clone()).unwrap();
        let expected: Vec<bool> = lat
            .iter()
            .flat_map(|a| lon.iter().map(|o| (-2..3).any(|t| inside_plainly(&ring, o + 360.0 * f64::from(t), *a))))
            .collect();
        let found = Domain::Polygons(vec![vec![written]]).select(&grid);
        if !expected.contains(&true) {
            prop_assert!(found.is_err());
            return Ok(());
        }
        let (window, cut) = found.unwrap();
        let columns: Vec<usize> = window.columns.iter().flat_map(Clone::clone).collect();
        let mut got = vec![false; grid.len()];
        for (k, row) in window.rows.clone().enumerate() {
            for (j, column) in columns.iter().enumerate() {
                got[row * 90 + column] = cut.domain().is_none_or(|d| d[k * columns.len() + j]);
            }
        }
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn shifting_longitudes_by_360_selects_the_same_cells(
        west in -180.0f64..0.0, width in 2.1f64..357.0, south in -89.0f64..60.0, height in 2.1f64..29.0,
        shift in -1i32..2, seam in prop::sample::select(vec![-180.0, 0.0, 20.0]),
    ) {
        let lat: Vec<f64> = (0..90).map(|i| -89.0 + 2.0 * f64::from(i)).collect();
        let lon: Vec<f64> = (0..180).map(|i| -179.0 + 2.0 * f64::from(i)).collect();
        let grid = Grid::rectilinear(lat.clone(), lon.clone()).unwrap();
        let mut own = turned(&lon, seam);
        own.sort_by(f64::total_cmp);
        let other = Grid::rectilinear(lat, own).unwrap();
        let by = 360.0 * f64::from(shift);
        let select = |grid: &Grid, by: f64| {
            let domain = Domain::new_box(west + by, south, west + width + by, south + height).unwrap();
            let cut = domain.select(grid).unwrap().1;
            let Coordinates::Rectilinear { lat, lon } = cut.coordinates() else { panic!() };
            (lat.clone(), turned(lon, 0.0))
        };
        let expected = select(&grid, 0.0);
        prop_assert_eq!(&select(&grid, by), &expected);
        prop_assert_eq!(&select(&other, by), &expected);
        // from west to east, all inside
        let east_of_west: Vec<f64> = expected.1.iter().map(|x| (x - west).rem_euclid(360.0)).collect();
        prop_assert!(east_of_west.windows(2).all(|p| p[0] < p[1]) && east_of_west.last().unwrap() <= &(width + 1e-4));
    }

    #[test]
    fn no_text_makes_the_polygon_parsers_panic(
        text in "\\PC{0,60}",
        wkt in "(MULTI)?POLYGON *(\\(|\\)|,|[-0-9.e ]|[0-9]{1,3} [0-9]{1,2}|nan|inf){0,40}",
        json in "\\{\"type\":\"(Polygon|MultiPolygon|Feature|FeatureCollection|GeometryCollection)\",\"(coordinates|geometry|features|geometries)\":[\\[\\],0-9{}a-z\"]{0,40}\\}",
    ) {
        let grid = global(30.0, -180.0);
        for text in [text, wkt, json] {
            if let Ok(domain) = Domain::parse_polygon(&text) {
                let _ = domain.bounds();
                let _ = domain.select(&grid);
            }
        }
    }

    #[test]
    fn no_numbers_make_a_grid_panic(
        lat in prop::collection::vec(prop_oneof![4 => -95.0f64..95.0, 1 => any::<f64>()], 0..6),
        lon in prop::collection::vec(prop_oneof![4 => -370.0f64..370.0, 1 => any::<f64>()], 0..6),
        ny in 0usize..4, nx in 0usize..4,
        bounds in prop::array::uniform4(prop_oneof![4 => -190.0f64..190.0, 1 => any::<f64>()]),
    ) {
        let mut ordered = lat.clone();
        ordered.sort_by(f64::total_cmp);
        for grid in [Grid::rectilinear(ordered, lon.clone()), Grid::curvilinear(ny, nx, lat, lon)].into_iter().flatten() {
            prop_assert_eq!(grid.corners().len(), (grid.ny() + 1) * (grid.nx() + 1));
            prop_assert!(grid.areas().get(0, 0) >= 0.0);
            let [w, s, e, n] = bounds;
            if let Ok((window, cut)) = Domain::new_box(w, s, e, n).and_then(|domain| domain.select(&grid)) {
                prop_assert_eq!((window.rows.len(), window.nx()), (cut.ny(), cut.nx()));
            }
        }
    }
}
