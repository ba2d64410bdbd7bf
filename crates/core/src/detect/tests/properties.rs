//! Random fields on random grids, against the oracle.

use proptest::collection::vec;
use proptest::prelude::*;

use super::oracle::{OracleComponent, flood_fill, measure};
use super::{cells, time};
use crate::detect::cut::Interval;
use crate::detect::{DetectOptions, Detector, Scratch};
use crate::sphere::EARTH_RADIUS_KM;
use crate::{Comparison, Condition, Connectivity, Description, Grid, Scene, SceneComponents, Values};

/// A grid, a field of small whole numbers and gaps, and what is asked of them.
#[derive(Clone, Debug)]
struct Case {
    grid: Grid,
    field: Values,
    condition: Condition,
    options: DetectOptions,
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop_oneof![
        Just(Comparison::LessThan),
        Just(Comparison::LessThanOrEqualTo),
        Just(Comparison::GreaterThan),
        Just(Comparison::GreaterThanOrEqualTo),
        Just(Comparison::EqualTo),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    // tenths, so that rounding to float32 matters
    let number = (-1i32..=6).prop_map(|k| f64::from(k) / 10.0);
    prop_oneof![
        3 => (comparison(), number.clone()).prop_map(|(comparison, threshold)| Condition::Compare { comparison, threshold }),
        1 => (number, 0u32..4).prop_map(|(low, k)| Condition::Between { low, high: low + f64::from(k) / 10.0 }),
    ]
}

/// Columns about the length of a word, and few.
fn columns() -> impl Strategy<Value = usize> {
    prop_oneof![1usize..10, 60usize..70, 126usize..132]
}

fn grid() -> impl Strategy<Value = Grid> {
    (1usize..11, columns(), any::<bool>(), any::<bool>(), -180.0..180.0f64, vec(0.05..1.0f64, 132)).prop_map(
        |(ny, nx, periodic, northward, first, steps)| {
            let periodic = periodic && nx > 2;
            let lat = (0..ny).map(|k| 7.0 * k as f64 - 33.0).map(|a| if northward { a } else { -a }).collect();
            let mut at = first;
            let lon: Vec<f64> = (0..nx)
                .map(|k| {
                    if k > 0 {
                        at += if periodic { 360.0 / nx as f64 } else { steps[k] };
                    }
                    (at + 180.0).rem_euclid(360.0) - 180.0
                })
                .collect();
            Grid::rectilinear(lat, lon).unwrap().with_periodic(periodic)
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    (grid(), any::<bool>(), condition(), any::<bool>(), 1u32..5, any::<bool>(), 0u8..3).prop_flat_map(
        |(grid, wide, condition, four, min_cells, keep_missing, domain)| {
            let n = grid.len();
            (vec(0u8..7, n), vec(0u8..5, n)).prop_map(move |(numbers, outside)| {
                let number = |k: &u8| if *k == 6 { f64::NAN } else { f64::from(*k) / 10.0 };
                let field = if wide {
                    Values::F64(numbers.iter().map(number).collect())
                } else {
                    Values::F32(numbers.iter().map(|k| number(k) as f32).collect())
                };
                let allowed: Vec<bool> = outside.iter().map(|k| *k > 0).collect();
                let grid = if domain == 0 && allowed.contains(&true) {
                    grid.clone().with_domain(allowed).unwrap()
                } else {
                    grid.clone()
                };
                let connectivity = if four { Connectivity::Four } else { Connectivity::Eight };
                let options = DetectOptions { connectivity, min_cells, keep_missing, ..DetectOptions::default() };
                Case { grid, field, condition: condition.clone(), options }
            })
        },
    )
}

fn inside(case: &Case) -> Vec<bool> {
    let interval = match case.condition {
        Condition::Compare { comparison, threshold } => Interval::Compare(comparison, threshold),
        Condition::Between { low, high } => Interval::Between(low, high),
        _ => unreachable!("no other condition is made here"),
    };
    let allowed = |cell: usize| case.grid.domain().is_none_or(|domain| domain[cell]);
    match &case.field {
        Values::F32(x) => x.iter().enumerate().map(|(k, x)| interval.holds(*x) && allowed(k)).collect(),
        Values::F64(x) => x.iter().enumerate().map(|(k, x)| interval.holds(*x) && allowed(k)).collect(),
    }
}

fn detect(case: &Case) -> SceneComponents {
    let scene = Scene::single(time(), case.field.clone());
    let detector = || Detector::new(&case.condition, &[], case.options, &case.grid).unwrap();
    let mut scratch = Scratch::default();
    let found = detector().detect(&scene, None, &mut scratch).unwrap();
    assert_eq!(found, detector().detect(&scene, None, &mut scratch).unwrap(), "a used scratch changes the result");
    assert_eq!(found, detector().portable().detect(&scene, None, &mut scratch).unwrap(), "SIMD changes the result");
    found
}

fn check_description(case: &Case, found: &SceneComponents, index: usize, oracle: &OracleComponent) {
    let component = &found.components[index];
    let d = component.description;
    let m = measure(&case.grid, &case.grid.areas(), &oracle.cells, &case.field);
    let close = |what: &str, a: f64, b: f64, tolerance: f64| {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{what}: {a} is not {b}, {component:?}");
    };
    close("area", d.area_km2, m.area, 1e-10);
    close("mean", d.mean, m.mean, 1e-12);
    close("std_dev", d.std_dev, m.std_dev, 1e-7);
    close("perimeter", d.perimeter_km, m.perimeter, 1e-9);
    assert_eq!((d.min, d.max, d.touches_edge), (m.min, m.max, m.touches_edge));
    // Cells all round the globe have no centre worth the name.
    if component.cell_box.col1 - component.cell_box.col0 < case.grid.nx() as u32 / 2 || !case.grid.is_periodic() {
        close("latitude", d.centroid_lat, m.lat, 1e-9);
        close("longitude", (d.centroid_lon - m.lon + 180.0).rem_euclid(360.0), 180.0, 1e-9);
        // Second moments are taken about the Earth's centre, so rounding leaves a few units of 1 in the last place of R².
        let rounding = 1e-13 * EARTH_RADIUS_KM.powi(2) + 1e-11 * m.major.powi(2);
        for (what, a, b) in [("major", d.major_axis_km, m.major), ("minor", d.minor_axis_km, m.minor)] {
            assert!((a * a - b * b).abs() <= rounding, "{what} axis: {a} is not {b}, {component:?}");
        }
    }
    assert!((0.0..180.0).contains(&d.orientation_deg));
    assert!((0.0..=1.0).contains(&d.eccentricity));
    assert!((-180.0..180.0).contains(&d.centroid_lon));
    assert!(is_in_reach(&d), "the centroid is out of reach: {d:?}");
}

/// Whether the centroid can be that of cells in the box. On the sphere the centre of a long arc of a parallel lies
/// poleward of it: for an arc of 2 h, tan(latitude) grows by up to 1 / cos(h).
fn is_in_reach(d: &Description) -> bool {
    let span = if d.east > d.west { d.east - d.west } else { d.east - d.west + 360.0 };
    let shortest = (0.5 * span).min(90.0).to_radians().cos();
    let poleward = |lat: f64| lat.to_radians().tan().atan2(shortest).to_degrees() * (1.0 + 1e-12);
    let south = if d.south < 0.0 { poleward(d.south) } else { d.south };
    let north = if d.north > 0.0 { poleward(d.north) } else { d.north };
    (south..=north).contains(&d.centroid_lat)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn components_are_those_of_a_flood_fill(case in case()) {
        let found = detect(&case);
        let oracle = flood_fill(&inside(&case), &case.grid, case.options.connectivity);
        prop_assert_eq!(found.detected as usize, oracle.len());
        let kept: Vec<&OracleComponent> =
            oracle.iter().filter(|c| c.cells.len() >= case.options.min_cells as usize).collect();
        prop_assert_eq!(found.components.len(), kept.len());
        let of_cells = cells(&found, &case.grid);
        let nx = case.grid.nx();
        for (index, (component, oracle)) in found.components.iter().zip(kept).enumerate() {
            let expected: Vec<(u32, u32)> = oracle.cells.iter().map(|c| (c.0 as u32, c.1 as u32)).collect();
            prop_assert_eq!(component.label, oracle.label);
            prop_assert_eq!(component.cells as usize, expected.len());
            prop_assert_eq!(&of_cells[index], &expected);
            let values: Vec<f64> = component.values.clone().map(|k| found.values.get(k).unwrap()).collect();
            let expected: Vec<f64> = oracle.cells.iter().map(|c| case.field.get(c.0 * nx + c.1).unwrap()).collect();
            prop_assert_eq!(values, expected);
            check_description(&case, &found, index, oracle);
        }
        prop_assert_eq!(found.values.len(), found.components.last().map_or(0, |c| c.values.end));
    }

    #[test]
    fn missing_cells_are_counted_and_kept_on_demand(case in case()) {
        let found = detect(&case);
        let allowed = |cell: usize| case.grid.domain().is_none_or(|domain| domain[cell]);
        let of_domain: Vec<usize> = (0..case.grid.len()).filter(|k| allowed(*k)).collect();
        let missing: Vec<usize> =
            of_domain.iter().copied().filter(|k| case.field.get(*k).unwrap().is_nan()).collect();
        prop_assert_eq!(found.valid_cells as usize, of_domain.len() - missing.len());
        let kept: Vec<usize> = found.missing.cells().map(|cell| cell as usize).collect();
        prop_assert_eq!(kept, if case.options.keep_missing { missing } else { Vec::new() });
    }

    #[test]
    fn boxes_hold_all_cells_and_no_smaller_box_does(case in case()) {
        let found = detect(&case);
        let nx = case.grid.nx() as u32;
        for (component, cells) in found.components.iter().zip(cells(&found, &case.grid)) {
            let b = component.cell_box;
            prop_assert_eq!(b.row0, cells.iter().map(|c| c.0).min().unwrap());
            prop_assert_eq!(b.row1, cells.iter().map(|c| c.0).max().unwrap() + 1);
            prop_assert!(b.col0 < nx && b.col1 - b.col0 <= nx);
            let within = |c: u32| (b.col0..b.col1).contains(&c) || (b.col0..b.col1).contains(&(c + nx));
            prop_assert!(cells.iter().all(|c| within(c.1)));
            // The narrowest circular range of columns, by trying every first column.
            let width = |first: u32| cells.iter().map(|c| (c.1 + nx - first) % nx).max().unwrap() + 1;
            let narrowest = if case.grid.is_periodic() {
                (0..nx).map(width).min().unwrap()
            } else {
                cells.iter().map(|c| c.1).max().unwrap() + 1 - cells.iter().map(|c| c.1).min().unwrap()
            };
            prop_assert_eq!(b.col1 - b.col0, narrowest);
        }
    }
}
