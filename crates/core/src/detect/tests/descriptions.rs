//! Descriptions against shapes whose measures are known.

use super::{below, degrees, find, globe, picture, scene, time};
use crate::detect::DetectOptions;
use crate::sphere::EARTH_RADIUS_KM;
use crate::{Comparison, Condition, Description, Grid, Scene, Values};

const KM_PER_DEGREE: f64 = EARTH_RADIUS_KM * std::f64::consts::PI / 180.0;

/// A fine grid around 0°N 0°E, and the description of the cells for which `inside` holds (kilometres east and north).
fn shape(inside: impl Fn(f64, f64) -> bool) -> Description {
    let (n, step) = (400, 0.01);
    let axis: Vec<f64> = (0..n).map(|k| (k as f64 - 199.5) * step).collect();
    let grid = Grid::rectilinear(axis.clone(), axis.clone()).unwrap();
    let at = |row: usize, col: usize| (axis[col] * KM_PER_DEGREE, axis[row] * KM_PER_DEGREE);
    let field = (0..n * n)
        .map(|k| {
            let (x, y) = at(k / n, k % n);
            if inside(x, y) { 0.0 } else { 1.0 }
        })
        .collect();
    let found = find(&below(0.5), DetectOptions::default(), &grid, &scene(field));
    assert_eq!(found.components.len(), 1);
    found.components[0].description
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b} within {tolerance}");
}

#[test]
fn an_ellipse_has_its_own_axes() {
    let angle = 30f64.to_radians();
    let d = shape(|x, y| {
        // Along the axis that points 30° clockwise from north, and across it.
        let (along, across) = (x * angle.sin() + y * angle.cos(), x * angle.cos() - y * angle.sin());
        (along / 90.0).powi(2) + (across / 40.0).powi(2) <= 1.0
    });
    close(d.major_axis_km, 180.0, 0.5);
    close(d.minor_axis_km, 80.0, 0.5);
    close(d.orientation_deg, 30.0, 0.1);
    close(d.eccentricity, (1.0f64 - (4.0f64 / 9.0).powi(2)).sqrt(), 1e-3);
    // On the ellipsoid, which is flatter than the sphere of the lengths near the equator.
    close(d.area_km2 / (std::f64::consts::PI * 90.0 * 40.0), 1.0, 0.01);
    close(d.centroid_lat, 0.0, 1e-9);
    close(d.centroid_lon, 0.0, 1e-9);
    assert!(!d.touches_edge);
}

#[test]
fn an_ellipse_that_leans_west_is_turned_by_more_than_90_degrees() {
    let angle = 120f64.to_radians();
    let d = shape(|x, y| {
        let (along, across) = (x * angle.sin() + y * angle.cos(), x * angle.cos() - y * angle.sin());
        (along / 90.0).powi(2) + (across / 40.0).powi(2) <= 1.0
    });
    close(d.orientation_deg, 120.0, 0.1);
}

#[test]
fn a_rectangle_has_the_moments_and_the_perimeter_of_one() {
    let cell = 0.01 * KM_PER_DEGREE;
    let d = shape(|x, y| x.abs() < 30.0 * cell && y.abs() < 60.0 * cell);
    close(d.major_axis_km, 4.0 * 120.0 * cell / 12f64.sqrt(), 0.02);
    close(d.minor_axis_km, 4.0 * 60.0 * cell / 12f64.sqrt(), 0.02);
    close(d.orientation_deg, 0.0, 1e-6);
    close(d.perimeter_km, 360.0 * cell, 0.01);
    close(d.north - d.south, 1.2, 1e-9);
    close(d.east - d.west, 0.6, 1e-9);
}

#[test]
fn a_single_cell_is_where_it_is() {
    let grid = degrees(3, 3);
    let (scene, ..) = picture(&["...", "..#", "..."]);
    let d = find(&below(0.5), DetectOptions::default(), &grid, &scene).components[0].description;
    close(d.centroid_lat, -9.0, 1e-12);
    close(d.centroid_lon, 22.0, 1e-12);
    assert_eq!((d.south, d.north, d.west, d.east), (-9.5, -8.5, 21.5, 22.5));
    close(d.area_km2, grid.areas().get(1, 2), 1e-9);
    assert!(d.touches_edge);
}

#[test]
fn the_edges_of_a_ring_count_inside_and_outside() {
    let grid = degrees(5, 5);
    let (scene, ..) = picture(&[".....", ".###.", ".#.#.", ".###.", "....."]);
    let d = find(&below(0.5), DetectOptions::default(), &grid, &scene).components[0].description;
    let parallel = |lat: f64| KM_PER_DEGREE * lat.to_radians().cos();
    let outer = 6.0 * KM_PER_DEGREE + 3.0 * (parallel(-9.5) + parallel(-6.5));
    let inner = 2.0 * KM_PER_DEGREE + parallel(-8.5) + parallel(-7.5);
    close(d.perimeter_km, outer + inner, 1e-9);
}

#[test]
fn a_component_across_the_seam_is_one_and_whole() {
    let (scene, ny, nx) = picture(&["........", "##....##", "........"]);
    let grid = globe(ny, nx);
    let found = find(&below(0.5), DetectOptions::default(), &grid, &scene);
    let c = &found.components[0];
    assert_eq!((c.cell_box.col0, c.cell_box.col1), (6, 10));
    let d = c.description;
    assert_eq!((d.west, d.east), (90.0, -90.0));
    close(d.centroid_lon.abs(), 180.0, 1e-9);
    assert!(!d.touches_edge);
    let (scene, ..) = picture(&["........", "..####..", "........"]);
    let other = find(&below(0.5), DetectOptions::default(), &grid, &scene).components[0].description;
    close(d.perimeter_km, other.perimeter_km, 1e-9);
    close(d.major_axis_km, other.major_axis_km, 1e-9);
}

#[test]
fn a_ring_round_the_globe_has_no_ends() {
    let (scene, ny, nx) = picture(&["........", "########", "........"]);
    let grid = globe(ny, nx);
    let d = find(&below(0.5), DetectOptions::default(), &grid, &scene).components[0].description;
    let parallel = |lat: f64| 360.0 * KM_PER_DEGREE * lat.to_radians().cos();
    close(d.perimeter_km, parallel(59.5) + parallel(58.5), 1e-6);
    assert_eq!((d.west, d.east), (-180.0, 180.0));
    assert!(d.centroid_lat.is_finite() && d.centroid_lon.is_finite());
}

#[test]
fn the_mean_weighs_cells_by_their_area() {
    let grid = Grid::rectilinear(vec![60.0, 0.0], vec![0.0, 1.0]).unwrap();
    let field = Scene::single(time(), Values::F64(vec![1.0, 9.0, 2.0, 9.0]));
    let d = find(&below(5.0), DetectOptions::default(), &grid, &field).components[0].description;
    let areas = grid.areas();
    let (a, b) = (areas.get(0, 0), areas.get(1, 0));
    close(d.mean, (a + 2.0 * b) / (a + b), 1e-12);
    assert!(d.mean > 1.5);
}

#[test]
fn a_small_spread_around_a_large_mean_keeps_its_digits() {
    let field = Scene::single(time(), Values::F64((0..1000).map(|k| 1e9 + f64::from(k % 2)).collect()));
    let condition = Condition::Compare { comparison: Comparison::GreaterThan, threshold: 0.0 };
    let d = find(
        &condition,
        DetectOptions::default(),
        &degrees(1, 1000 / 4).clone(),
        &Scene::single(
            time(),
            match &field.fields[0] {
                Values::F64(x) => Values::F64(x[..250].to_vec()),
                Values::F32(_) => panic!(),
            },
        ),
    )
    .components[0]
        .description;
    close(d.std_dev, 0.5, 1e-9);
    close(d.mean, 1e9 + 0.5, 1e-6);
}

/// The same field on a rectilinear grid, and on the same cells given one by one.
#[test]
fn a_curvilinear_grid_of_the_same_cells_gives_the_same_measures() {
    let (ny, nx) = (40, 50);
    let (lat, lon): (Vec<f64>, Vec<f64>) =
        ((0..ny).map(|k| 20.0 + 0.25 * k as f64).collect(), (0..nx).map(|k| -175.0 - 0.25 * (nx - k) as f64).collect());
    let flat = Grid::rectilinear(lat.clone(), lon.clone()).unwrap();
    let curved = Grid::curvilinear(
        ny,
        nx,
        lat.iter().flat_map(|a| vec![*a; nx]).collect(),
        lat.iter().flat_map(|_| lon.clone()).collect(),
    )
    .unwrap();
    let inside = |k: usize| ((k / nx) as f64 - 20.0).powi(2) + 0.5 * ((k % nx) as f64 - 24.0).powi(2) < 150.0;
    let field = scene((0..ny * nx).map(|k| if inside(k) { (k % 7) as f32 } else { 99.0 }).collect());
    let a = find(&below(50.0), DetectOptions::default(), &flat, &field).components[0].clone();
    let b = find(&below(50.0), DetectOptions::default(), &curved, &field).components[0].clone();
    assert_eq!((a.cells, a.cell_box), (b.cells, b.cell_box));
    let (a, b) = (a.description, b.description);
    close(b.area_km2 / a.area_km2, 1.0, 1e-3);
    close(b.centroid_lat, a.centroid_lat, 1e-3);
    close(b.centroid_lon, a.centroid_lon, 1e-3);
    close(b.mean, a.mean, 1e-3);
    close(b.std_dev, a.std_dev, 1e-3);
    close(b.perimeter_km / a.perimeter_km, 1.0, 1e-3);
    close(b.major_axis_km / a.major_axis_km, 1.0, 1e-3);
    close(b.minor_axis_km / a.minor_axis_km, 1.0, 1e-3);
    close(b.orientation_deg, a.orientation_deg, 0.1);
    for (x, y) in [(a.south, b.south), (a.north, b.north), (a.west, b.west), (a.east, b.east)] {
        close(y, x, 1e-2);
    }
    assert_eq!((a.min, a.max, a.touches_edge), (b.min, b.max, b.touches_edge));
}
