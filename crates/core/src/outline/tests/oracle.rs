//! Against other ways to find the same cells: winding numbers by angles, and distances by vectors.

use proptest::prelude::*;

use super::super::{Masker, Shape};
use super::{image, polygon};
use crate::Grid;
use crate::sphere::EARTH_RADIUS_KM;

/// Whether the angles under which a point sees the edges of a ring add up to an odd number of turns.
fn sees_odd_turns(point: (f64, f64), ring: &[(f64, f64)]) -> bool {
    let mut sum = 0.0;
    for edge in ring.windows(2) {
        let (a, b) = ((edge[0].0 - point.0, edge[0].1 - point.1), (edge[1].0 - point.0, edge[1].1 - point.1));
        sum += (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1);
    }
    (sum / std::f64::consts::TAU).round() as i64 % 2 != 0
}

/// Distance along the sphere and bearing by unit vectors.
fn polar(centre: (f64, f64), point: (f64, f64)) -> (f64, f64) {
    let unit = |(lat, lon): (f64, f64)| {
        let (lat, lon) = (lat.to_radians(), lon.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let cross =
        |a: [f64; 3], b: [f64; 3]| [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let (c, p) = (unit(centre), unit(point));
    let across = cross(c, p);
    let angle = dot(across, across).sqrt().atan2(dot(c, p));
    let lon = centre.1.to_radians();
    let east = [-lon.sin(), lon.cos(), 0.0];
    let north = cross(c, east);
    (angle * EARTH_RADIUS_KM, dot(p, east).atan2(dot(p, north)).to_degrees().rem_euclid(360.0))
}

proptest! {
    #[test]
    fn cells_of_a_polygon_are_those_that_it_winds_around(
        points in prop::collection::vec((-9.0f64..9.0, -7.0f64..7.0), 3..12),
        east in prop::sample::select(vec![0.0, 100.0, 176.0, -178.0, 356.0]),
        down in any::<bool>(),
    ) {
        // no vertex at the latitude of a centre
        let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x + east + 1e-4, y + 1e-7)).collect();
        let lat: Vec<f64> = (0..30).map(|k| -7.25 + 0.5 * f64::from(k)).collect();
        let lat = if down { lat.into_iter().rev().collect() } else { lat };
        let lon = (0..40).map(|k| -10.0 + 0.5 * f64::from(k) + east).map(|x| if x >= 180.0 { x - 360.0 } else { x }).collect();
        let grid = Grid::rectilinear(lat, lon).unwrap();
        let shape = polygon(&points);
        let masker = Masker::new(&grid, 1.0).unwrap();
        let found = image(&grid, &masker.cells(&[&shape]));
        let mut ring = points.clone();
        ring.push(points[0]);
        let expected: Vec<bool> = (0..grid.len())
            .map(|cell| {
                let (lat, lon) = grid.centre(cell / grid.nx(), cell % grid.nx()).unwrap();
                (-2..=2).any(|turn| sees_odd_turns((lon + 360.0 * f64::from(turn), lat), &ring))
            })
            .collect();
        if expected.contains(&true) {
            prop_assert!(found == expected);
        } else {
            prop_assert_eq!(found.iter().filter(|cell| **cell).count(), 1);
        }
        prop_assert!(masker.may_touch(&shape));
    }

    #[test]
    fn cells_of_a_storm_are_those_within_the_radius_of_their_quarter(
        lat in -90.0f64..90.0,
        lon in -180.0f64..360.0,
        radii in prop::array::uniform4(0.0f64..1500.0),
        convention in any::<bool>(),
    ) {
        let start = if convention { 0.0 } else { -180.0 };
        let grid = Grid::regular(start, -90.0, start + 360.0, 90.0, 3.0).unwrap();
        let shape = Shape::quadrants(lat, lon, radii).unwrap();
        let found = image(&grid, &Masker::new(&grid, 34.0).unwrap().cells(&[&shape]));
        let mut doubtful = 0;
        let mut any = false;
        for (cell, found) in found.iter().enumerate() {
            let centre = grid.centre(cell / grid.nx(), cell % grid.nx()).unwrap();
            let (distance, bearing) = polar((lat, lon), centre);
            let radius = radii[(bearing / 90.0) as usize % 4];
            // where rounding may decide
            if (distance - radius).abs() < 1e-6 || (bearing / 90.0 - (bearing / 90.0).round()).abs() < 1e-9 {
                doubtful += 1;
                continue;
            }
            any |= distance < radius;
            if any || distance < radius {
                prop_assert_eq!(*found, distance < radius, "at {:?}, {} km, {}°", centre, distance, bearing);
            }
        }
        if !any && doubtful == 0 {
            prop_assert_eq!(found.iter().filter(|cell| **cell).count(), 1);
        }
    }
}
