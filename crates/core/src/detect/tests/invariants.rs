//! What must not change the result.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{below, cells, find, globe, scene, time};
use crate::detect::{DetectOptions, Detector, Scratch, detect_all};
use crate::{Connectivity, Grid, Scene, Values};

const NY: usize = 6;

fn options(four: bool) -> DetectOptions {
    let connectivity = if four { Connectivity::Four } else { Connectivity::Eight };
    DetectOptions { connectivity, ..DetectOptions::default() }
}

fn field(nx: usize) -> impl Strategy<Value = Vec<f32>> {
    vec(prop_oneof![Just(0.0f32), Just(0.25), Just(1.0), Just(f32::NAN)], NY * nx)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rolling_a_periodic_grid_only_renumbers(
        (nx, roll, field, four) in (3usize..140).prop_flat_map(|nx| (Just(nx), 0..nx, field(nx), any::<bool>()))
    ) {
        let grid = globe(NY, nx);
        let found = find(&below(0.5), options(four), &grid, &scene(field.clone()));
        let rolled: Vec<f32> = field.chunks(nx).flat_map(|row| (0..nx).map(|c| row[(c + roll) % nx])).collect();
        let after = find(&below(0.5), options(four), &grid, &scene(rolled));
        prop_assert_eq!(found.detected, after.detected);
        let n = nx as u32;
        let back = |c: (u32, u32)| (c.0, (c.1 + roll as u32) % n);
        let mut before = cells(&found, &grid);
        let mut turned: Vec<Vec<(u32, u32)>> =
            cells(&after, &grid).into_iter().map(|c| c.into_iter().map(back).collect()).collect();
        turned.iter_mut().for_each(|c| c.sort_unstable());
        turned.sort_unstable();
        before.sort_unstable();
        prop_assert_eq!(before, turned);
        let mut areas: Vec<f64> = found.components.iter().map(|c| c.description.area_km2).collect();
        let mut areas_after: Vec<f64> = after.components.iter().map(|c| c.description.area_km2).collect();
        areas.sort_unstable_by(f64::total_cmp);
        areas_after.sort_unstable_by(f64::total_cmp);
        for (a, b) in areas.iter().zip(&areas_after) {
            prop_assert!((a - b).abs() < 1e-9 * a);
        }
    }

    #[test]
    fn a_cell_belongs_to_one_component(
        (nx, field, four) in (1usize..140).prop_flat_map(|nx| (Just(nx), field(nx), any::<bool>()))
    ) {
        let grid = super::degrees(NY, nx);
        let found = find(&below(0.5), options(four), &grid, &scene(field.clone()));
        let mut all: Vec<(u32, u32)> = cells(&found, &grid).into_iter().flatten().collect();
        let inside = field.iter().filter(|x| **x < 0.5).count();
        prop_assert_eq!(all.len(), inside);
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(all.len(), inside);
    }

    #[test]
    fn shifting_longitude_by_360_changes_nothing(
        (nx, field) in (2usize..100).prop_flat_map(|nx| (Just(nx), field(nx)))
    ) {
        let lat: Vec<f64> = (0..NY).map(|k| 10.0 + k as f64).collect();
        let grid = |first: f64| Grid::rectilinear(lat.clone(), (0..nx).map(|k| first + k as f64).collect()).unwrap();
        let found = find(&below(0.5), DetectOptions::default(), &grid(20.0), &scene(field.clone()));
        let shifted = find(&below(0.5), DetectOptions::default(), &grid(380.0), &scene(field));
        for (a, b) in found.components.iter().zip(&shifted.components) {
            prop_assert_eq!((a.label, a.cells, a.cell_box), (b.label, b.cells, b.cell_box));
            let (a, b) = (a.description, b.description);
            for (x, y) in [
                (a.area_km2, b.area_km2), (a.centroid_lat, b.centroid_lat), (a.mean, b.mean),
                (a.major_axis_km, b.major_axis_km), (a.perimeter_km, b.perimeter_km),
            ] {
                prop_assert!((x - y).abs() <= 1e-9 * x.abs().max(1.0), "{} {}", x, y);
            }
            prop_assert!((a.centroid_lon - b.centroid_lon).rem_euclid(360.0).min((b.centroid_lon - a.centroid_lon).rem_euclid(360.0)) < 1e-9);
        }
        prop_assert_eq!(found.ranges, shifted.ranges);
    }
}

#[test]
fn many_threads_give_what_one_gives() {
    let nx = 97;
    let grid = globe(NY, nx);
    let scenes: Vec<Scene> = (0..40u32)
        .map(|t| {
            let value = |k: u32| if (k * 7 + t * 13) % 11 < 5 { 0.0 } else { f64::from(k % 5) };
            Scene::single(time(), Values::F64((0..(NY * nx) as u32).map(value).collect()))
        })
        .collect();
    let detector = Detector::new(&below(0.5), &[], DetectOptions::default(), &grid).unwrap();
    let mut scratch = Scratch::default();
    let one: Vec<_> = scenes.iter().map(|s| detector.detect(s, None, &mut scratch).unwrap()).collect();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| detect_all(&detector, &scenes, None)).unwrap(), one);
    }
}

#[test]
fn the_first_scene_in_error_is_reported() {
    let grid = globe(2, 4);
    let good = scene(vec![0.0; 8]);
    let scenes = [good.clone(), scene(vec![0.0; 7]), good, scene(vec![0.0; 5])];
    let detector = Detector::new(&below(0.5), &[], DetectOptions::default(), &grid).unwrap();
    assert!(detect_all(&detector, &scenes, None).unwrap_err().to_string().contains("7 values"));
}
