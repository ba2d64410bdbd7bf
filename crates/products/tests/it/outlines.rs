//! Outlines against the cells themselves, by means that know nothing of how they are traced.

use eventscape_core::{CellRange, Grid};
use eventscape_products::polygons::{Outline, Outliner, Point, Polygon, Ring};
use proptest::prelude::*;

use crate::support::cells_of;

fn area(ring: &Ring) -> f64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| (a[0] * b[1] - b[0] * a[1]) / 2.0).sum()
}

fn edges(ring: &Ring) -> impl Iterator<Item = (Point, Point)> + '_ {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

fn in_ring(ring: &Ring, p: Point) -> bool {
    let crosses = |(a, b): (Point, Point)| {
        (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0]
    };
    edges(ring).filter(|edge| crosses(*edge)).count() % 2 == 1
}

pub(crate) fn polygons_around(outline: &Outline, p: Point) -> usize {
    let within = |polygon: &&Polygon| in_ring(&polygon.shell, p) && !polygon.holes.iter().any(|hole| in_ring(hole, p));
    outline.polygons.iter().filter(within).count()
}

fn turn(a: Point, b: Point, c: Point) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Whether two segments cross, or share more than end points. Within `1e-9`.
fn cross((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let e = 1e-9;
    let (t1, t2, t3, t4) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b));
    if t1.abs() <= e && t2.abs() <= e {
        // on one line: they may touch, not overlap
        let axis = usize::from((a[0] - b[0]).abs() < (a[1] - b[1]).abs());
        let (lo, hi) = (a[axis].min(b[axis]), a[axis].max(b[axis]));
        return c[axis].min(d[axis]).max(lo) + e < c[axis].max(d[axis]).min(hi);
    }
    (t1 > e && t2 < -e || t1 < -e && t2 > e) && (t3 > e && t4 < -e || t3 < -e && t4 > e)
}

fn check_rings(outline: &Outline) -> Result<(), TestCaseError> {
    for polygon in &outline.polygons {
        prop_assert!(area(&polygon.shell) > 0.0);
        for hole in &polygon.holes {
            prop_assert!(area(hole) < 0.0);
            let middle = [(hole[0][0] + hole[1][0]) / 2.0, (hole[0][1] + hole[1][1]) / 2.0];
            prop_assert!(in_ring(&polygon.shell, middle), "a hole lies outside its shell");
        }
        for ring in polygon.rings() {
            prop_assert!(ring.iter().all(|p| (-180.0..=180.0).contains(&p[0]) && (-90.0..=90.0).contains(&p[1])));
            for (index, p) in ring.iter().enumerate() {
                prop_assert!(!ring[index + 1..].contains(p), "a ring comes back to {p:?}");
            }
        }
    }
    let all: Vec<(Point, Point)> = outline.polygons.iter().flat_map(Polygon::rings).flat_map(edges).collect();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            prop_assert!(!cross(*one, *other), "{one:?} crosses {other:?}");
        }
    }
    Ok(())
}

/// Number of regions whose cells hang together by edges.
fn regions(mask: &[bool], nx: usize) -> usize {
    let mut seen = vec![false; mask.len()];
    let mut regions = 0;
    for first in 0..mask.len() {
        if !mask[first] || seen[first] {
            continue;
        }
        regions += 1;
        let mut todo = vec![first];
        while let Some(cell) = todo.pop() {
            if std::mem::replace(&mut seen[cell], true) {
                continue;
            }
            let (row, col) = (cell / nx, cell % nx);
            let mut near = vec![cell.wrapping_sub(nx), cell + nx];
            near.extend((col > 0).then(|| cell - 1));
            near.extend((col + 1 < nx).then(|| cell + 1));
            todo.extend(near.into_iter().filter(|n| mask.get(*n) == Some(&true)));
            assert!(row < mask.len());
        }
    }
    regions
}

fn west_east(lon: f64) -> f64 {
    (lon + 180.0).rem_euclid(360.0) - 180.0
}

prop_compose! {
    fn masks()(ny in 1_usize..9, nx in 1_usize..12, share in 0.1..0.95_f64)
        (ny in Just(ny), nx in Just(nx), mask in prop::collection::vec(prop::bool::weighted(share), ny * nx))
        -> (usize, usize, Vec<bool>) { (ny, nx, mask) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn outlines_on_a_box_hold_their_cells_and_nothing_else(
        (ny, nx, mask) in masks(), west in -200.0..380.0_f64, upward: bool, step in prop::sample::select(vec![0.25, 1.0, 3.5]),
    ) {
        let west = (west * 4.0).round() / 4.0;
        let lat: Vec<f64> = (0..ny).map(|k| 10.0 + step * k as f64).collect();
        let lat = if upward { lat } else { lat.into_iter().rev().collect() };
        let lon: Vec<f64> = (0..nx).map(|k| west + step * (k as f64 + 0.5)).collect();
        // a single row or column has no step of its own; the grid chooses one
        prop_assume!(ny > 1 && nx > 1);
        let grid = Grid::rectilinear(lat.clone(), lon.clone()).unwrap();
        let outline = Outliner::new(&grid).outline(&cells_of(&mask, nx));
        check_rings(&outline)?;
        let cells = mask.iter().filter(|inside| **inside).count();
        prop_assert!((outline.area() - cells as f64 * step * step).abs() < 1e-5);
        for (cell, inside) in mask.iter().enumerate() {
            // off the middle, so that no cut and no edge is hit
            let p = [west_east(lon[cell % nx] + 0.11 * step), lat[cell / nx] + 0.07 * step];
            prop_assert_eq!(polygons_around(&outline, p), usize::from(*inside));
        }
        for ring in outline.polygons.iter().flat_map(Polygon::rings) {
            for k in 0..ring.len() {
                let (a, b, c) = (ring[k], ring[(k + 1) % ring.len()], ring[(k + 2) % ring.len()]);
                prop_assert!(turn(a, b, c).abs() > 1e-9, "{b:?} is not a corner");
            }
        }
        let (first, last) = (west, west + step * nx as f64);
        if ((first + 180.0) / 360.0).floor() == ((last + 179.999_999) / 360.0).floor() {
            prop_assert_eq!(outline.polygons.len(), regions(&mask, nx));
        }
    }

    #[test]
    fn outlines_on_the_globe_join_the_seam_and_are_cut_at_180(
        (ny, nx, mask) in masks(), west in prop::sample::select(vec![-180.0, 0.0, -179.5, 12.25, 180.0, -10.0]),
    ) {
        prop_assume!(ny > 1 && nx > 2);
        let step = 360.0 / nx as f64;
        let lat: Vec<f64> = (0..ny).map(|k| -40.0 + 5.0 * k as f64).collect();
        let lon: Vec<f64> = (0..nx).map(|k| west + step * (k as f64 + 0.5)).collect();
        let grid = Grid::rectilinear(lat.clone(), lon.clone()).unwrap();
        prop_assert!(grid.is_periodic());
        let outline = Outliner::new(&grid).outline(&cells_of(&mask, nx));
        check_rings(&outline)?;
        let cells = mask.iter().filter(|inside| **inside).count();
        prop_assert!((outline.area() - cells as f64 * step * 5.0).abs() < 1e-3);
        for (cell, inside) in mask.iter().enumerate() {
            for share in [-0.49, -0.3, 0.11, 0.49] {
                let p = [west_east(lon[cell % nx] + share * step), lat[cell / nx] + 0.7];
                prop_assume!(p[0].abs() < 179.999);
                prop_assert_eq!(polygons_around(&outline, p), usize::from(*inside));
            }
        }
    }

    #[test]
    fn outlines_on_a_slanted_grid_hold_their_cells(
        (ny, nx, mask) in masks(), angle in 0.0..360.0_f64, west in prop::sample::select(vec![10.0, 177.3, -178.2]),
        mirrored: bool,
    ) {
        prop_assume!(ny > 1 && nx > 1);
        let (sin, cos) = angle.to_radians().sin_cos();
        let side = if mirrored { -1.0 } else { 1.0 };
        let place = |row: f64, col: f64| [west + cos * col - side * sin * row, 5.0 + sin * col + side * cos * row];
        let centres: Vec<Point> = (0..ny * nx).map(|cell| place((cell / nx) as f64, (cell % nx) as f64)).collect();
        let lat = centres.iter().map(|p| p[1]).collect();
        let lon = centres.iter().map(|p| west_east(p[0])).collect();
        let grid = Grid::curvilinear(ny, nx, lat, lon).unwrap();
        let outline = Outliner::new(&grid).outline(&cells_of(&mask, nx));
        // the grid chooses the corners; each cell is the quadrangle of its four
        let corners = grid.corners();
        let of_cell = |cell: usize| -> f64 {
            let first = cell / nx * (nx + 1) + cell % nx;
            let quad = [first, first + 1, first + nx + 2, first + nx + 1].map(|k| [corners[k].1, corners[k].0]);
            let about = |p: Point| [west_east(p[0] - quad[0][0]), p[1] - quad[0][1]];
            area(&quad.into_iter().map(about).collect()).abs()
        };
        let sum: f64 = (0..mask.len()).filter(|cell| mask[*cell]).map(of_cell).sum();
        prop_assert!((outline.area() - sum).abs() < 1e-5, "{} {}", outline.area(), sum);
        for polygon in &outline.polygons {
            prop_assert!(area(&polygon.shell) > 0.0);
            prop_assert!(polygon.holes.iter().all(|hole| area(hole) < 0.0));
        }
        for (cell, inside) in mask.iter().enumerate() {
            let p = place((cell / nx) as f64 + 0.03, (cell % nx) as f64 + 0.04);
            let p = [west_east(p[0]), p[1]];
            prop_assume!(p[0].abs() < 179.999);
            prop_assert_eq!(polygons_around(&outline, p), usize::from(*inside));
        }
    }
}

#[test]
fn neighbours_share_their_corners_to_the_bit() {
    let lat: Vec<f64> = (0..5).map(|k| f64::from(-1.05_f32 + 0.1 * k as f32)).collect();
    let lon: Vec<f64> = (0..7).map(|k| f64::from(179.65_f32 + 0.1 * k as f32)).collect();
    let outliner = Outliner::new(&Grid::rectilinear(lat, lon).unwrap());
    let half = |from, to| (0..5).map(|row| CellRange::in_row(row, from..to, 7)).collect::<Vec<_>>();
    let (left, right) = (outliner.outline(&half(0, 2)), outliner.outline(&half(2, 3)));
    let eastern = left.polygons[0].shell.iter().map(|p| p[0]).fold(f64::MIN, f64::max);
    let western = right.polygons[0].shell.iter().map(|p| p[0]).fold(f64::MAX, f64::min);
    assert_eq!(eastern.to_bits(), western.to_bits());
}

#[test]
fn a_cap_on_a_swath_over_the_pole_reaches_the_pole() {
    // a polar stereographic grid of 5 by 5 cells around the north pole
    let place = |row: usize, col: usize| {
        let (x, y) = (col as f64 - 2.0 + 0.01, row as f64 - 2.0 + 0.02);
        (90.0 - 2.0 * x.hypot(y), y.atan2(x).to_degrees())
    };
    let centres: Vec<(f64, f64)> = (0..25).map(|cell| place(cell / 5, cell % 5)).collect();
    let grid = Grid::curvilinear(5, 5, centres.iter().map(|p| p.0).collect(), centres.iter().map(|p| p.1).collect());
    let outliner = Outliner::new(&grid.unwrap());
    let cells: Vec<CellRange> = (1..4).map(|row| CellRange::in_row(row, 1..4, 5)).collect();
    let outline = outliner.outline(&cells);
    assert_eq!(outline.polygons.len(), 1);
    assert_eq!(outline.bbox().map(|b| [b[0], b[2], b[3]]), Some([-180.0, 180.0, 90.0]));
    assert_eq!(polygons_around(&outline, [12.0, 89.99]), 1);
    assert_eq!(polygons_around(&outline, [12.0, 84.0]), 0);
}
