use proptest::prelude::*;

use super::*;
use crate::cells::places;
use crate::sphere::{distance_km, full_turn, half_turn, near};
use crate::time::Calendar;
use crate::{Cells, Grid};

/// An axis of `n` centres from `first`, ascending or not.
fn axis(first: f64, step: f64, n: usize, down: bool) -> Vec<f64> {
    let up: Vec<f64> = (0..n).map(|k| first + step * k as f64).collect();
    if down { up.into_iter().rev().collect() } else { up }
}

/// Longitudes of the convention −180…180 or 0…360, in their order from west to east.
fn in_convention(lon: &[f64], from_zero: bool) -> Vec<f64> {
    lon.iter().map(|x| if from_zero { full_turn(*x) } else { half_turn(*x) }).collect()
}

fn all_cells(grid: &Grid) -> Cells {
    Cells::of_rows(0..grid.ny() as u32, grid.nx() as u32)
}

fn all_places(grid: &Grid) -> Vec<(u32, u32)> {
    places(&all_cells(grid), grid.nx() as u32).collect()
}

fn value_at(lat: f64, lon: f64, around: f64) -> f64 {
    let lon = near(lon, around);
    3.0 + 0.7 * lat - 0.2 * (lon - around)
}

proptest! {
    /// A plane is reproduced to rounding, whatever the directions and conventions of the two grids.
    #[test]
    fn a_plane_is_reproduced(
        west in -180.0f64..180.0, south in -60.0f64..40.0, step in 0.3f64..2.0, fine in 0.05f64..0.29,
        down in any::<[bool; 2]>(), zero in any::<[bool; 2]>(),
    ) {
        let source = Grid::rectilinear(
            axis(south, step, 9, down[0]), in_convention(&axis(west, step, 11, false), zero[0])).unwrap();
        let (lat, lon) = (axis(south + 0.4 * step, fine, 6, down[1]), axis(west + 0.7 * step, fine, 7, false));
        let mask = Grid::rectilinear(lat, in_convention(&lon, zero[1])).unwrap();
        let around = west + 5.0 * step;
        let values: Vec<f64> = all_places(&source).iter().map(|(r, c)| {
            let (a, o) = source.centre(*r as usize, *c as usize).unwrap();
            value_at(a, o, around)
        }).collect();
        let cells = all_cells(&mask);
        let targets = Targets::new(&mask);
        let points: (Vec<f64>, Vec<f64>) =
            all_places(&source).iter().map(|(r, c)| source.centre(*r as usize, *c as usize).unwrap()).unzip();
        let by_grid = grid_weights(&source, &targets, &cells, Method::Linear).unwrap();
        let by_points = point_weights(&points.0, &points.1, &targets, &cells, PointMethod::Linear { radius_km: None }).unwrap();
        for weights in [by_grid, by_points] {
            let (found, shares) = weights.apply(|k| values[k]);
            for ((r, c), (x, share)) in all_places(&mask).iter().zip(found.iter().zip(&shares)) {
                let (a, o) = mask.centre(*r as usize, *c as usize).unwrap();
                prop_assert!((x - value_at(a, o, around)).abs() < 1e-9, "{x} at {a} {o}");
                prop_assert!((share - 1.0).abs() < 1e-9);
            }
        }
    }

    /// Means and conservative values are those of every pair of cells compared; the integral is kept.
    #[test]
    fn overlaps_are_those_of_all_pairs(
        west in -180.0f64..180.0, south in -60.0f64..30.0, steps in (0.2f64..2.0, 0.2f64..2.0),
        shift in (-1.0f64..1.0, -1.0f64..1.0), down in any::<[bool; 2]>(), zero in any::<[bool; 2]>(),
        holes in prop::collection::vec(any::<bool>(), 7 * 8),
    ) {
        let source = Grid::rectilinear(
            axis(south, steps.0, 7, down[0]), in_convention(&axis(west, steps.0, 8, false), zero[0])).unwrap();
        let mask = Grid::rectilinear(
            axis(south + shift.0, steps.1, 6, down[1]), in_convention(&axis(west + shift.1, steps.1, 5, false), zero[1])).unwrap();
        let values: Vec<f64> = holes.iter().enumerate()
            .map(|(k, hole)| if *hole { f64::NAN } else { (k * 37 % 11) as f64 }).collect();
        let cells = all_cells(&mask);
        let targets = Targets::new(&mask);
        for method in [Method::Mean, Method::Conservative] {
            let weights = grid_weights(&source, &targets, &cells, method).unwrap();
            let (found, shares) = weights.apply(|k| values[k]);
            for (place, (x, share)) in all_places(&mask).iter().zip(found.iter().zip(&shares)) {
                let (mean, part) = pairs(&source, &mask, *place, &values, method == Method::Mean);
                prop_assert!((x.is_nan() && mean.is_nan()) || (x - mean).abs() < 1e-9, "{method:?}: {x} {mean}");
                prop_assert!((share - part).abs() < 1e-9, "{method:?}: {share} {part}");
            }
        }
    }

    /// A mask that covers all of the source keeps the integral of its field.
    #[test]
    fn the_integral_is_kept(step in 0.3f64..3.0, field in prop::collection::vec(-5.0f64..5.0, 36)) {
        let source = Grid::rectilinear(axis(-2.5, 1.0, 6, false), axis(10.0, 1.0, 6, false)).unwrap();
        let mask = Grid::rectilinear(
            axis(-6.0, step, (13.0 / step).ceil() as usize + 1, false),
            axis(6.0, step, (14.0 / step).ceil() as usize + 1, false)).unwrap();
        let cells = all_cells(&mask);
        let weights = grid_weights(&source, &Targets::new(&mask), &cells, Method::Conservative).unwrap();
        let (found, shares) = weights.apply(|k| field[k]);
        let zone = |grid: &Grid, (r, c): (u32, u32)| {
            let (lat, lon) = (grid.lat_edges().unwrap(), grid.lon_edges().unwrap());
            let (r, c) = (r as usize, c as usize);
            (lat[r + 1].to_radians().sin() - lat[r].to_radians().sin()) * (lon[c + 1] - lon[c])
        };
        let before: f64 = all_places(&source).iter().zip(&field).map(|(c, v)| zone(&source, *c) * v).sum();
        let after: f64 = all_places(&mask).iter().zip(found.iter().zip(&shares))
            .filter(|(_, (v, _))| !v.is_nan()).map(|(c, (v, s))| zone(&mask, *c) * v * s).sum();
        let size: f64 = all_places(&source).iter().zip(&field).map(|(c, v)| zone(&source, *c) * v.abs()).sum();
        prop_assert!((before - after).abs() <= 1e-12 * size.max(1e-9), "{before} {after}");
    }

    /// Equal weights change nothing, and statistics do not depend on the order.
    #[test]
    fn equal_weights_are_no_weights(values in prop::collection::vec(-1e3f64..1e3, 1..60), weight in 0.1f64..9.0) {
        let plain = statistics(&values, None).unwrap();
        let weights = vec![weight; values.len()];
        let weighted = statistics(&values, Some(&weights)).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs());
        prop_assert!(near(plain.mean, weighted.mean) && near(plain.std_dev, weighted.std_dev));
        for (a, b) in plain.percentiles.iter().zip(weighted.percentiles) {
            prop_assert!(near(*a, b), "{a} {b}");
        }
        prop_assert!(plain.percentiles.is_sorted() && plain.min <= plain.percentiles[0]);
    }
}

/// The mean of a cell by comparing it with every cell of the source, and the share of it that has data.
fn pairs(source: &Grid, mask: &Grid, (r, c): (u32, u32), values: &[f64], whole: bool) -> (f64, f64) {
    let sine = |x: f64| x.to_radians().sin();
    let boxed = |grid: &Grid, r: usize, c: usize| {
        let (lat, lon) = (grid.lat_edges().unwrap(), grid.lon_edges().unwrap());
        (lat[r].min(lat[r + 1]), lat[r].max(lat[r + 1]), lon[c], lon[c + 1])
    };
    let (south, north, west, east) = boxed(mask, r as usize, c as usize);
    let (mut sum, mut weight, mut all) = (0.0, 0.0, 0.0);
    for (k, (sr, sc)) in all_places(source).into_iter().enumerate() {
        let (s, n, w, e) = boxed(source, sr as usize, sc as usize);
        let turn = 360.0 * ((west - w) / 360.0).round();
        let high = (n.min(north), s.max(south));
        let wide = (e + turn).min(east) - (w + turn).max(west);
        let least = if whole { 1e-3 } else { 0.0 };
        let sliver = (least * (e - w).min(east - west), least * (n - s).min(north - south));
        if high.0 <= high.1 || wide <= sliver.0 || high.0 - high.1 <= sliver.1 {
            continue;
        }
        let own = if whole { (sine(n) - sine(s)) * (e - w) } else { (sine(high.0) - sine(high.1)) * wide };
        all += own;
        if !values[k].is_nan() {
            sum += own * values[k];
            weight += own;
        }
    }
    let cell = (sine(north) - sine(south)) * (east - west);
    let total = if whole { all } else { cell };
    if weight > 0.0 { (sum / weight, weight / total) } else { (f64::NAN, 0.0) }
}

#[test]
fn means_take_no_neighbour_whose_edge_only_rounding_moves() {
    let source = Grid::rectilinear(axis(-10.0, 0.1, 301, false), axis(0.0, 0.1, 100, false)).unwrap();
    let narrow = |axis: Vec<f64>| axis.into_iter().map(|x| f64::from(x as f32)).collect::<Vec<f64>>();
    let mask = Grid::rectilinear(narrow(axis(0.2, 0.5, 12, true)), narrow(axis(1.2, 0.5, 10, false))).unwrap();
    let cells = all_cells(&mask);
    let weights = grid_weights(&source, &Targets::new(&mask), &cells, Method::Mean).unwrap();
    assert!((0..cells.count() as usize).all(|k| weights.of(k).len() == 25));
    // a cell that is tiny beside the source's has the value of the one that it lies in
    let tiny = Grid::rectilinear(axis(0.2, 1e-5, 3, false), axis(1.2, 1e-5, 3, false)).unwrap();
    let weights = grid_weights(&source, &Targets::new(&tiny), &all_cells(&tiny), Method::Mean).unwrap();
    assert!((0..9).all(|k| weights.of(k) == [(102 * 100 + 12, 1.0)]), "{:?}", weights.of(0));
}

#[test]
fn collocation_loses_no_cell_to_float32() {
    let exact = axis(-60.0, 0.036_383_683, 300, false);
    let remade: Vec<f64> = exact.iter().map(|x| f64::from(*x as f32)).collect();
    let source = Grid::rectilinear(exact.clone(), exact).unwrap();
    let mask = Grid::rectilinear(remade.clone(), remade).unwrap();
    let cells = all_cells(&mask);
    let weights = grid_weights(&source, &Targets::new(&mask), &cells, Method::Collocation).unwrap();
    let (found, _) = weights.apply(|k| k as f64);
    assert!(found.iter().enumerate().all(|(k, x)| *x == k as f64));
}

#[test]
fn outside_of_the_source_there_is_nothing() {
    let source = Grid::rectilinear(axis(0.0, 1.0, 4, false), axis(0.0, 1.0, 4, false)).unwrap();
    let mask = Grid::rectilinear(axis(-3.0, 1.5, 7, false), axis(-3.0, 1.5, 7, false)).unwrap();
    for (method, expected) in [(Method::Linear, 9), (Method::Nearest, 9), (Method::Conservative, 9)] {
        let weights = grid_weights(&source, &Targets::new(&mask), &all_cells(&mask), method).unwrap();
        let (found, shares) = weights.apply(|_| 1.0);
        let valid = found.iter().filter(|x| !x.is_nan()).count();
        assert!(valid >= 4 && valid <= expected + 7, "{method:?}: {valid}");
        assert!(found.iter().zip(&shares).all(|(x, s)| x.is_nan() == (*s == 0.0)));
    }
}

#[test]
fn a_global_source_closes_at_the_seam() {
    let lon = axis(0.0, 30.0, 12, false);
    let source = Grid::rectilinear(axis(-45.0, 45.0, 3, false), lon.clone()).unwrap();
    assert!(source.is_periodic());
    let mask = Grid::rectilinear(vec![0.0, 0.5], vec![-15.0, -14.0]).unwrap();
    let weights = grid_weights(&source, &Targets::new(&mask), &Cells::of([0], 1), Method::Linear).unwrap();
    let (found, _) = weights.apply(|k| {
        if k % 12 == 11 {
            10.0
        } else if k % 12 == 0 {
            20.0
        } else {
            f64::NAN
        }
    });
    assert_eq!(found, [15.0]);
    let weights = grid_weights(&source, &Targets::new(&mask), &Cells::of([0], 1), Method::Conservative).unwrap();
    let (found, shares) = weights.apply(|k| if k % 12 == 11 { 10.0 } else { 20.0 });
    assert!((found[0] - 15.0).abs() < 1e-9 && (shares[0] - 1.0).abs() < 1e-9, "{found:?} {shares:?}");
}

#[test]
fn half_of_the_corners_suffice() {
    let source = Grid::rectilinear(vec![0.0, 1.0], vec![0.0, 1.0]).unwrap();
    let mask = Grid::rectilinear(vec![0.25, 0.75], vec![0.25, 0.75]).unwrap();
    let weights = grid_weights(&source, &Targets::new(&mask), &all_cells(&mask), Method::Linear).unwrap();
    let (found, shares) = weights.apply(|k| if k == 0 { f64::NAN } else { 4.0 });
    assert!(found[0].is_nan() && shares[0] == 0.0);
    assert!((found[3] - 4.0).abs() < 1e-12 && (shares[3] - 0.9375).abs() < 1e-12);
}

#[test]
fn points_are_found_by_distance_on_the_sphere_across_the_seam() {
    let mask = Grid::rectilinear(vec![60.0, 60.5], vec![179.9, -179.9]).unwrap();
    let (lat, lon) = (vec![60.0, 60.0, 10.0, f64::NAN], vec![-179.95, 179.0, 0.0, 0.0]);
    let targets = Targets::new(&mask);
    let apply = |method| {
        point_weights(&lat, &lon, &targets, &Cells::of([0], 1), method).unwrap().apply(|k| [1.0, 2.0, 3.0, 4.0][k]).0[0]
    };
    assert_eq!(apply(PointMethod::Nearest { radius_km: 30.0 }), 1.0);
    assert_eq!(apply(PointMethod::Mean { radius_km: 100.0 }), 1.5);
    // 0.15° and 0.9° of longitude at 60° N: 36 times the weight
    assert!((apply(PointMethod::Distance { radius_km: 100.0 }) - (36.0 + 2.0) / 37.0).abs() < 1e-4);
    assert!(apply(PointMethod::Nearest { radius_km: 1.0 }).is_nan());
    assert!(
        point_weights(&lat, &lon, &targets, &Cells::of([0], 1), PointMethod::Mean { radius_km: f64::NAN }).is_err()
    );
    assert!(point_weights(&lat, &lon, &targets, &Cells::of([5], 1), PointMethod::Linear { radius_km: None }).is_err());
}

proptest! {
    /// Points within a distance are those of a search through all of them, poles and seam included.
    #[test]
    fn points_within_a_distance_are_all_found(
        points in prop::collection::vec((-90.0f64..=90.0, -200.0f64..400.0), 1..60),
        near_the_pole in any::<bool>(), radius_km in 50.0f64..9000.0, south in -90.0f64..80.0, west in -180.0f64..360.0,
    ) {
        let (lat, lon): (Vec<f64>, Vec<f64>) =
            points.iter().map(|(a, o)| (if near_the_pole { 80.0 + a / 9.0 } else { *a }, *o)).unzip();
        let south = if near_the_pole { 85.0 + south / 25.0 } else { south };
        let mask = Grid::rectilinear(vec![south, south + 1.0], vec![west, west + 20.0]).unwrap();
        let targets = Targets::new(&mask);
        let cells = all_cells(&mask);
        let weights = point_weights(&lat, &lon, &targets, &cells, PointMethod::Mean { radius_km }).unwrap();
        for (k, (r, c)) in all_places(&mask).iter().enumerate() {
            let at = mask.centre(*r as usize, *c as usize).unwrap();
            let expected: Vec<u32> = (0..lat.len())
                .filter(|p| distance_km(at, (lat[*p], lon[*p])) <= radius_km).map(|p| p as u32).collect();
            let found: Vec<u32> = weights.of(k).iter().map(|(place, _)| *place).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

#[test]
fn triangles_across_a_gap_do_not_count() {
    let (lat, lon) = (vec![0.0, 1.0, 0.0, 1.0], vec![0.0, 0.0, 8.0, 8.0]);
    let mask = Grid::rectilinear(vec![0.4, 0.6], vec![3.9, 4.1]).unwrap();
    let apply = |radius_km| {
        let method = PointMethod::Linear { radius_km };
        point_weights(&lat, &lon, &Targets::new(&mask), &Cells::of([0], 1), method).unwrap().apply(|_| 1.0).0[0]
    };
    assert!((apply(None) - 1.0).abs() < 1e-12);
    assert!(apply(Some(100.0)).is_nan() && (apply(Some(300.0)) - 1.0).abs() < 1e-12);
}

#[test]
fn degenerate_points_make_no_triangle() {
    let mask = Grid::rectilinear(vec![0.0, 0.5], vec![0.0, 0.5]).unwrap();
    let targets = Targets::new(&mask);
    for (lat, lon) in
        [(vec![], vec![]), (vec![0.1], vec![0.1]), (vec![0.1; 5], vec![0.1; 5]), (vec![1.0, 2.0, 3.0], vec![1.0; 3])]
    {
        let weights =
            point_weights(&lat, &lon, &targets, &Cells::of([0], 1), PointMethod::Linear { radius_km: None }).unwrap();
        assert!(weights.apply(|_| 1.0).0[0].is_nan(), "{lat:?}");
    }
}

#[test]
fn the_choice_is_by_the_spacings() {
    let choose = |mask: f64, source: f64| Method::choose((mask, mask), (source, source));
    assert_eq!(choose(0.036_38, 0.036_41), Method::Collocation);
    assert_eq!(choose(0.036, 0.1), Method::Linear);
    assert_eq!(choose(0.5, 0.1), Method::Mean);
    assert_eq!(Method::choose((0.5, 0.625), (0.5, 1.0)), Method::Mean);
    let grid =
        Grid::rectilinear(axis(10.0, 0.5, 5, true), in_convention(&axis(178.0, 0.625, 8, false), false)).unwrap();
    assert_eq!(spacing(&grid), (0.5, 0.625));
    assert!(Method::parse("bicubic").unwrap_err().to_string().contains("conservative"));
}

#[test]
fn times_are_met_by_true_weights() {
    let at = |hours: f64| Timestamp::from_micros(Calendar::Standard, (hours * 3.6e9) as i64);
    let steps = [at(0.0), at(1.0), at(2.0)];
    let of = |hours: f64, present: [bool; 3]| {
        let found = time_weights(at(hours), steps, present);
        (found.weights, found.how)
    };
    assert_eq!(of(1.0, [true; 3]), ([0.0, 1.0, 0.0], InTime::Exact));
    assert_eq!(of(1.25, [true; 3]), ([0.0, 0.75, 0.25], InTime::Linear));
    assert_eq!(of(0.5, [true; 3]), ([0.5, 0.5, 0.0], InTime::Linear));
    assert_eq!(of(1.25, [true, true, false]), ([0.0, 1.0, 0.0], InTime::Step));
    assert_eq!(of(1.25, [true, false, true]).1, InTime::None);
}

use crate::Timestamp;

#[test]
fn statistics_are_numpys() {
    // numpy.percentile([1, 2, 4, 8], [10, 25, 50, 75, 90]), std 2.680951323690902
    let found = statistics(&[4.0, 1.0, f64::NAN, 8.0, 2.0], None).unwrap();
    assert_eq!((found.valid, found.missing, found.min, found.max, found.mean), (4, 1, 1.0, 8.0, 3.75));
    assert!((found.std_dev - 2.680_951_323_690_902).abs() < 1e-15);
    let expected = [1.3, 1.75, 3.0, 5.0, 6.8];
    assert!(found.percentiles.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{:?}", found.percentiles);
    assert_eq!(statistics(&[f64::NAN], None), None);
    assert_eq!(statistics(&[], Some(&[])), None);
    let weighted = statistics(&[1.0, 3.0], Some(&[3.0, 1.0])).unwrap();
    assert_eq!(weighted.mean, 1.5);
}
