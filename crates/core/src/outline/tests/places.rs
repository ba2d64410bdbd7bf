use super::super::{Masker, Shape, extent};
use super::{image, polygon};
use crate::{Cells, CoreError, Grid, Timestamp, time::Calendar};

fn cells(grid: &Grid, shapes: &[&Shape]) -> usize {
    image(grid, &Masker::new(grid, 1.0).unwrap().cells(shapes)).iter().filter(|cell| **cell).count()
}

#[test]
fn an_outline_without_a_centre_takes_the_cell_that_it_lies_in() {
    let grid = Grid::regular(0.0, 0.0, 10.0, 10.0, 1.0).unwrap();
    let masker = Masker::new(&grid, 1.0).unwrap();
    let sliver = polygon(&[(3.6, 4.6), (3.9, 4.6), (3.9, 4.9), (3.6, 4.9)]);
    assert_eq!(masker.cells(&[&sliver]), Cells::of([43], 10));
    // so does one without any area
    assert_eq!(cells(&grid, &[&polygon(&[(3.6, 4.6), (3.7, 4.7), (3.6, 4.6)])]), 1);
    assert_eq!(cells(&grid, &[&Shape::quadrants(4.7, 3.7, [1.0; 4]).unwrap()]), 1);
    // but not one beside the grid
    assert_eq!(cells(&grid, &[&polygon(&[(-3.6, 4.6), (-3.2, 4.6), (-3.2, 4.9)])]), 0);
    assert!(!masker.may_touch(&polygon(&[(-3.6, 4.6), (-3.2, 4.6), (-3.2, 4.9)])));
}

#[test]
fn holes_are_out_and_polygons_of_one_phenomenon_are_joined() {
    let square = |low: f64, high: f64| vec![(low, low), (high, low), (high, high), (low, high), (low, low)];
    let ring = Shape::polygons(vec![vec![square(1.0, 9.0), square(3.0, 6.0)]]).unwrap();
    let grid = Grid::regular(0.0, 0.0, 10.0, 10.0, 1.0).unwrap();
    assert_eq!(cells(&grid, &[&ring]), 64 - 9);
    let both = Shape::polygons(vec![vec![square(1.0, 4.0)], vec![square(2.0, 5.0)]]).unwrap();
    assert_eq!(cells(&grid, &[&both]), 9 + 9 - 4);
    let [a, b] = [Shape::polygons(vec![vec![square(1.0, 4.0)]]), Shape::polygons(vec![vec![square(2.0, 5.0)]])];
    assert_eq!(cells(&grid, &[&a.unwrap(), &b.unwrap()]), 9 + 9 - 4);
}

#[test]
fn what_crosses_the_seam_is_the_same_on_every_convention() {
    let over = polygon(&[(176.0, -4.0), (-175.0, -4.0), (-175.0, 4.0), (176.0, 4.0)]);
    let storm = Shape::quadrants(0.0, 179.9, [600.0, 500.0, 400.0, 300.0]).unwrap();
    for shape in [&over, &storm] {
        let sizes: Vec<usize> = [(-180.0, 180.0), (0.0, 360.0), (170.0, -170.0), (-190.0, -170.0)]
            .map(|(west, east)| cells(&Grid::regular(west, -10.0, east, 10.0, 0.5).unwrap(), &[shape]))
            .to_vec();
        assert!(sizes[0] > 200 && sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    }
    let [west, south, east, north] = extent([&over, &storm]).unwrap();
    assert!((170.0..176.0).contains(&west) && (-175.0..=-174.0).contains(&east), "{west} {east}");
    assert!(south < -3.5 && north > 5.0);
}

#[test]
fn a_storm_over_the_pole_goes_all_round() {
    let grid = Grid::regular(-180.0, -90.0, 180.0, 90.0, 1.0).unwrap();
    let cells = Masker::new(&grid, 34.0).unwrap().cells(&[&Shape::quadrants(89.9, 20.0, [300.0; 4]).unwrap()]);
    assert!(cells.iter().any(|range| range.len() == 360), "{cells:?}");
}

#[test]
fn a_curvilinear_grid_gives_the_cells_of_the_straight_one() {
    let straight = Grid::regular(0.0, 40.0, 10.0, 50.0, 0.5).unwrap();
    let centres = (0..straight.len()).map(|k| straight.centre(k / straight.nx(), k % straight.nx()).unwrap());
    let (lat, lon) = centres.unzip();
    let bent = Grid::curvilinear(straight.ny(), straight.nx(), lat, lon).unwrap();
    let triangle = polygon(&[(1.1, 41.1), (8.3, 42.2), (4.1, 49.3)]);
    let storm = Shape::quadrants(45.0, 5.0, [300.0, 200.0, 100.0, 250.0]).unwrap();
    let small = polygon(&[(5.3, 45.3), (5.4, 45.3), (5.4, 45.4)]);
    for shape in [&triangle, &storm, &small] {
        let of = |grid| image(grid, &Masker::new(grid, 1.0).unwrap().cells(&[shape]));
        assert_eq!(of(&straight), of(&bent));
    }
}

#[test]
fn components_have_true_areas_one_value_and_the_order_of_their_cells() {
    let grid = Grid::regular(0.0, 40.0, 10.0, 50.0, 0.5).unwrap();
    let masker = Masker::new(&grid, 64.0).unwrap();
    let square = |low: f64, high: f64| {
        polygon(&[(low, low + 40.0), (high, low + 40.0), (high, high + 40.0), (low, high + 40.0)])
    };
    let of = |shape: &Shape| masker.cells(&[shape]).into();
    let time = Timestamp::from_micros(Calendar::Standard, 0);
    let scene =
        masker.scene(time, vec![(0, of(&square(4.0, 8.0))), (1, of(&square(1.0, 5.0))), (2, Cells::default().into())]);
    assert_eq!(scene.phenomena, [1, 0]);
    assert_eq!(scene.shared_cells, 4);
    let areas = grid.areas();
    for (component, (low, high)) in scene.components.components.iter().zip([(2, 10), (8, 16)]) {
        let expected: f64 =
            (low..high).flat_map(|r| (low..high).map(move |c| (r, c))).map(|(r, c)| areas.get(r, c)).sum();
        assert_eq!(component.cells, 64);
        assert!((component.description.area_km2 / expected - 1.0).abs() < 1e-9);
        assert_eq!((component.description.min, component.description.max), (64.0, 64.0));
        assert!(component.description.std_dev < 1e-6 && !component.description.touches_edge);
        assert_eq!(component.values.len(), 64);
    }
}

#[test]
fn nonsense_is_refused() {
    let ring = |points: &[(f64, f64)]| Shape::polygons(vec![vec![points.to_vec()]]);
    for wrong in [
        ring(&[]),
        ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]),
        ring(&[(0.0, 0.0), (f64::NAN, 0.0), (1.0, 1.0), (0.0, 0.0)]),
        ring(&[(0.0, 0.0), (1.0, 91.0), (1.0, 1.0), (0.0, 0.0)]),
        Shape::quadrants(f64::NAN, 0.0, [1.0; 4]),
        Shape::quadrants(0.0, 0.0, [0.0; 4]),
        Shape::quadrants(0.0, 0.0, [1.0, -1.0, 1.0, 1.0]),
        Shape::quadrants(0.0, 0.0, [1.0, f64::INFINITY, 1.0, 1.0]),
    ] {
        assert!(matches!(wrong, Err(CoreError::Domain(_))));
    }
}

#[test]
fn a_zigzag_of_many_tall_edges_takes_little_memory() {
    let points: Vec<(f64, f64)> =
        (0..40_000).map(|k| (f64::from(k) * 1e-3, if k % 2 == 0 { 0.01 } else { 9.99 })).collect();
    let grid = Grid::regular(0.0, 0.0, 40.0, 10.0, 1.0).unwrap();
    assert!(cells(&grid, &[&polygon(&points)]) > 100);
}
