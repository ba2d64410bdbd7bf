//! Conditions and options, one by one.

use super::{below, cells, degrees, find, globe, picture, scene, time};
use crate::detect::{DetectOptions, Detector, Scratch};
use crate::{CellRange, Comparison, Condition, Connectivity, CoreError, ErrorKind, Expression, Grid, Scene, Values};

const ZERO: f64 = 0.5;

fn four() -> DetectOptions {
    DetectOptions { connectivity: Connectivity::Four, ..DetectOptions::default() }
}

#[test]
fn corners_join_with_8_neighbours_and_not_with_4() {
    let (scene, ny, nx) = picture(&["#..", ".#.", "..#"]);
    assert_eq!(find(&below(ZERO), DetectOptions::default(), &degrees(ny, nx), &scene).components.len(), 1);
    assert_eq!(find(&below(ZERO), four(), &degrees(ny, nx), &scene).components.len(), 3);
}

#[test]
fn small_components_are_dropped_and_keep_their_numbers() {
    let (scene, ny, nx) = picture(&["#..##", ".....", "###.#"]);
    let options = DetectOptions { min_cells: 2, ..DetectOptions::default() };
    let found = find(&below(ZERO), options, &degrees(ny, nx), &scene);
    assert_eq!(found.detected, 4);
    assert_eq!(found.components.iter().map(|c| (c.label, c.cells)).collect::<Vec<_>>(), [(2, 2), (3, 3)]);
}

#[test]
fn components_below_the_minimum_area_are_dropped() {
    // The same number of cells covers less near the pole.
    let grid = Grid::rectilinear(vec![80.0, 40.0, 0.0], vec![0.0, 1.0, 2.0]).unwrap();
    let (scene, ..) = picture(&["##.", "...", "##."]);
    let areas = grid.areas();
    let smallest = 2.0 * areas.get(2, 0) * (1.0 - 1e-12);
    let options = DetectOptions { min_area_km2: Some(smallest), ..DetectOptions::default() };
    let found = find(&below(ZERO), options, &grid, &scene);
    assert_eq!((found.detected, found.components.len(), found.components[0].label), (2, 1, 2));
}

#[test]
fn thresholds_are_rounded_to_the_data_s_type() {
    let compare = |comparison| Condition::Compare { comparison, threshold: 0.1 };
    let grid = degrees(1, 1);
    let narrow = scene(vec![0.1]);
    let wide = Scene::single(time(), Values::F64(vec![f64::from(0.1f32)]));
    let count = |c, s: &Scene| find(&compare(c), DetectOptions::default(), &grid, s).components.len();
    assert_eq!(count(Comparison::EqualTo, &narrow), 1);
    assert_eq!(count(Comparison::GreaterThan, &narrow), 0);
    assert_eq!(count(Comparison::EqualTo, &wide), 0);
    assert_eq!(count(Comparison::GreaterThan, &wide), 1);
}

#[test]
fn a_missing_cell_is_inside_of_nothing() {
    let field = scene(vec![f32::NAN; 3]);
    let grid = degrees(1, 3);
    for comparison in [
        Comparison::LessThan,
        Comparison::LessThanOrEqualTo,
        Comparison::GreaterThan,
        Comparison::GreaterThanOrEqualTo,
        Comparison::EqualTo,
    ] {
        for threshold in [f64::NEG_INFINITY, 0.0, f64::INFINITY] {
            let condition = Condition::Compare { comparison, threshold };
            let found = find(&condition, DetectOptions::default(), &grid, &field);
            assert_eq!((found.detected, found.valid_cells), (0, 0), "{comparison:?} {threshold}");
        }
    }
}

#[test]
fn infinite_values_compare_as_numbers_do() {
    let field = scene(vec![f32::INFINITY, 1.0, f32::NEG_INFINITY]);
    let found = find(&below(2.0), DetectOptions::default(), &degrees(1, 3), &field);
    let d = found.components[0].description;
    assert_eq!((found.components[0].cells, d.min, d.max, d.mean), (2, f64::NEG_INFINITY, 1.0, f64::NEG_INFINITY));
    assert!(d.std_dev.is_nan());
}

#[test]
fn hysteresis_keeps_regions_that_hold_a_seed() {
    let field = scene(vec![1.0, 1.0, 9.0, 1.0, 0.0, 9.0, 0.0, 1.0]);
    let condition = Condition::Hysteresis { comparison: Comparison::LessThan, seed: 0.5, grow: 2.0 };
    let found = find(&condition, DetectOptions::default(), &degrees(1, 8), &field);
    assert_eq!(cells(&found, &degrees(1, 8)), [vec![(0, 3), (0, 4)], vec![(0, 6), (0, 7)]]);
    // A region without a seed is no component: it takes no number.
    assert_eq!((found.detected, found.components[0].label), (2, 1));
}

#[test]
fn a_seed_anywhere_in_a_region_is_enough() {
    let field = scene(vec![1.0, 9.0, 1.0, 1.0, 1.0, 0.0]);
    let condition = Condition::Hysteresis { comparison: Comparison::LessThan, seed: 0.5, grow: 2.0 };
    let found = find(&condition, DetectOptions::default(), &degrees(2, 3), &field);
    assert_eq!(found.components[0].cells, 5);
}

#[test]
fn an_expression_looks_at_all_fields_and_describes_the_first() {
    let condition = Condition::Expression(Expression::parse("Tb < 235 K and rain > 1 mm/h").unwrap());
    let fields = [("Tb", Some("K")), ("rain", Some("mm/h"))];
    let grid = degrees(1, 4);
    let scene = Scene {
        time: time(),
        fields: vec![Values::F32(vec![230.0, 230.0, 240.0, f32::NAN]), Values::F64(vec![2.0, 0.5, 2.0, 2.0])],
    };
    let detector = Detector::new(&condition, &fields, DetectOptions::default(), &grid).unwrap();
    let found = detector.detect(&scene, None, &mut Scratch::default()).unwrap();
    assert_eq!(cells(&found, &grid), [vec![(0, 0)]]);
    assert_eq!((found.components[0].description.mean, found.valid_cells), (230.0, 3));
}

#[test]
fn a_cell_without_the_tracked_value_is_missing_whatever_the_others_say() {
    let condition = Condition::Expression(Expression::parse("a < 1 or b > 1").unwrap());
    let options = DetectOptions { keep_missing: true, ..DetectOptions::default() };
    let grid = degrees(1, 2);
    let scene = Scene { time: time(), fields: vec![Values::F32(vec![f32::NAN, 0.0]), Values::F32(vec![2.0, 2.0])] };
    let detector = Detector::new(&condition, &[("a", None), ("b", None)], options, &grid).unwrap();
    let found = detector.detect(&scene, None, &mut Scratch::default()).unwrap();
    assert_eq!(cells(&found, &grid), [vec![(0, 1)]]);
    assert_eq!(found.missing[..], [CellRange { start: 0, end: 1 }]);
}

#[test]
fn an_expression_of_unknown_fields_is_refused() {
    let condition = Condition::Expression(Expression::parse("Tb < 235 K").unwrap());
    let error = Detector::new(&condition, &[], DetectOptions::default(), &degrees(1, 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn holes_up_to_the_given_size_are_filled() {
    let (scene, ny, nx) = picture(&["#####.", "#.#..#", "#####.", "......"]);
    let fill = |max_hole_cells| DetectOptions { max_hole_cells, ..DetectOptions::default() };
    let grid = degrees(ny, nx);
    let count = |n| find(&below(ZERO), fill(n), &grid, &scene).components[0].cells;
    // The second hole is held in by corners, which is enough with 8 neighbours.
    assert_eq!([count(0), count(1), count(2)], [13, 14, 16]);
}

#[test]
fn with_4_neighbours_a_hole_leaks_through_corners() {
    let (scene, ny, nx) = picture(&[".#.", "#.#", ".#.", "..."]);
    let options = DetectOptions { max_hole_cells: 9, ..DetectOptions::default() };
    assert_eq!(find(&below(ZERO), options, &degrees(ny, nx), &scene).components[0].cells, 5);
    let options = DetectOptions { max_hole_cells: 9, ..four() };
    assert_eq!(find(&below(ZERO), options, &degrees(ny, nx), &scene).components.len(), 4);
}

#[test]
fn a_hole_with_a_missing_cell_stays() {
    let (scene, ny, nx) = picture(&["#####", "#.?.#", "#####"]);
    let options = DetectOptions { max_hole_cells: 9, ..DetectOptions::default() };
    assert_eq!(find(&below(ZERO), options, &degrees(ny, nx), &scene).components[0].cells, 12);
}

#[test]
fn what_reaches_the_edge_is_no_hole() {
    let (scene, ny, nx) = picture(&["##.##", "#...#", "#####"]);
    let options = DetectOptions { max_hole_cells: 9, ..DetectOptions::default() };
    assert_eq!(find(&below(ZERO), options, &degrees(ny, nx), &scene).components[0].cells, 11);
}

#[test]
fn a_hole_across_the_seam_is_filled() {
    let (scene, ny, nx) = picture(&["#########", ".#######.", "#########"]);
    let options = DetectOptions { max_hole_cells: 2, ..DetectOptions::default() };
    assert_eq!(find(&below(ZERO), options, &globe(ny, nx), &scene).components[0].cells, 27);
    assert_eq!(find(&below(ZERO), options, &degrees(ny, nx), &scene).components[0].cells, 25);
}

#[test]
fn holes_are_not_filled_across_the_domain_s_edge() {
    let (scene, ny, nx) = picture(&["#####", "#...#", "#####"]);
    let domain = (0..ny * nx).map(|k| k != nx + 2).collect();
    let grid = degrees(ny, nx).with_domain(domain).unwrap();
    let options = DetectOptions { max_hole_cells: 9, ..DetectOptions::default() };
    assert_eq!(find(&below(ZERO), options, &grid, &scene).components[0].cells, 12);
}

#[test]
fn smoothing_takes_the_mean_of_the_valid_neighbours() {
    let field = scene(vec![0.0, 3.0, f32::NAN, 3.0, 9.0]);
    let options = DetectOptions { smooth_cells: 1, ..DetectOptions::default() };
    // Means: 1.5, 1.5, missing, 6, 6.
    let found = find(&below(2.0), options, &degrees(1, 5), &field);
    assert_eq!(cells(&found, &degrees(1, 5)), [vec![(0, 0), (0, 1)]]);
    assert_eq!(found.valid_cells, 4);
    // The values are those of the field itself.
    assert_eq!(found.components[0].description.max, 3.0);
}

#[test]
fn smoothing_equals_a_plain_mean_over_the_box() {
    let (ny, nx, half) = (7usize, 9usize, 2usize);
    let value = |k: usize| if k % 11 == 3 { f64::NAN } else { ((k * 37) % 23) as f64 };
    for grid in [degrees(ny, nx), globe(ny, nx)] {
        let field = Values::F64((0..ny * nx).map(value).collect());
        let Values::F64(smooth) = crate::detect::lattice::smooth::smoothed(&field, &grid, half as u32) else {
            panic!()
        };
        for cell in 0..ny * nx {
            let (row, col) = ((cell / nx) as i64, (cell % nx) as i64);
            let (mut sum, mut count) = (0.0, 0.0);
            for r in row - 2..=row + 2 {
                for c in col - 2..=col + 2 {
                    let c = if grid.is_periodic() { c.rem_euclid(nx as i64) } else { c };
                    if (0..ny as i64).contains(&r) && (0..nx as i64).contains(&c) {
                        let x = value(r as usize * nx + c as usize);
                        if !x.is_nan() {
                            (sum, count) = (sum + x, count + 1.0);
                        }
                    }
                }
            }
            let expected = if value(cell).is_nan() { f64::NAN } else { sum / count };
            assert!((smooth[cell] - expected).abs() < 1e-12 || (smooth[cell].is_nan() && expected.is_nan()));
        }
    }
}

#[test]
fn wrong_requests_are_refused_as_such() {
    let nan = f64::NAN;
    let grid = degrees(1, 1);
    let hysteresis = |comparison, seed, grow| Condition::Hysteresis { comparison, seed, grow };
    let conditions = [
        below(nan),
        Condition::Between { low: nan, high: 1.0 },
        Condition::Between { low: 0.0, high: nan },
        Condition::Between { low: 2.0, high: 1.0 },
        hysteresis(Comparison::LessThan, nan, 1.0),
        hysteresis(Comparison::LessThan, 1.0, nan),
        hysteresis(Comparison::LessThan, 2.0, 1.0),
        hysteresis(Comparison::GreaterThan, 1.0, 2.0),
        hysteresis(Comparison::EqualTo, 1.0, 1.0),
        Condition::Tos2caAnomaly { factor: nan },
    ];
    for condition in conditions {
        let error = Detector::new(&condition, &[], DetectOptions::default(), &grid).unwrap_err();
        assert!(matches!(error, CoreError::Condition(_)), "{condition:?}");
    }
    for area in [nan, -1.0, f64::INFINITY] {
        let options = DetectOptions { min_area_km2: Some(area), ..DetectOptions::default() };
        assert!(matches!(Detector::new(&below(0.0), &[], options, &grid), Err(CoreError::Option(_))));
    }
    let options = DetectOptions { smooth_cells: u32::MAX, ..DetectOptions::default() };
    assert!(matches!(Detector::new(&below(0.0), &[], options, &grid), Err(CoreError::Option(_))));
}

#[test]
fn a_scene_of_another_shape_is_refused() {
    let grid = degrees(2, 2);
    let detector = Detector::new(&below(0.0), &[], DetectOptions::default(), &grid).unwrap();
    let error = detector.detect(&scene(vec![0.0; 3]), None, &mut Scratch::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    let empty = Scene { time: time(), fields: Vec::new() };
    assert!(detector.detect(&empty, None, &mut Scratch::default()).is_err());
}

#[test]
fn a_scene_with_nothing_inside_has_no_components() {
    let found = find(&below(-5.0), DetectOptions::default(), &degrees(3, 70), &scene(vec![0.0; 210]));
    assert_eq!((found.detected, found.valid_cells, found.ranges.len(), found.values.len()), (0, 210, 0, 0));
}
