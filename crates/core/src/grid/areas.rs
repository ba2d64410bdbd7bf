//! Areas of cells on the WGS 84 ellipsoid.

use super::{Coordinates, Grid};
use crate::sphere::EARTH_RADIUS_KM;

/// Semi-major axis of WGS 84, km.
const SEMI_MAJOR_KM: f64 = 6378.137;
const FLATTENING: f64 = 1.0 / 298.257_223_563;

/// The areas of a grid's cells, km².
#[derive(Clone, Debug, PartialEq)]
pub enum CellAreas {
    /// A cell's area is its row's factor times its column's width.
    Separable {
        /// km² for each degree of longitude, one a row.
        row: Vec<f64>,
        /// Degrees of longitude, one a column.
        width: Vec<f64>,
    },
    /// One area a cell, row-major.
    Full {
        /// Number of columns.
        nx: usize,
        /// The areas.
        cells: Vec<f64>,
    },
}

impl CellAreas {
    pub(super) fn of(grid: &Grid) -> Self {
        match (grid.coordinates(), grid.lat_edges(), grid.lon_edges()) {
            (Coordinates::Rectilinear { .. }, Some(lat), Some(lon)) => Self::Separable {
                row: lat.windows(2).map(|e| (zone(e[1]) - zone(e[0])).abs().to_radians()).collect(),
                width: lon.windows(2).map(|e| (e[1] - e[0]).max(0.0)).collect(),
            },
            (Coordinates::Mesh(mesh), ..) => Self::Full { nx: grid.nx(), cells: mesh.areas().to_vec() },
            _ => Self::Full { nx: grid.nx(), cells: quads(grid) },
        }
    }

    /// The area of a cell, km²; 0 outside the grid.
    #[must_use]
    pub fn get(&self, row: usize, col: usize) -> f64 {
        match self {
            Self::Separable { row: rows, width } => {
                rows.get(row).zip(width.get(col)).map_or(0.0, |(factor, width)| factor * width)
            }
            Self::Full { nx, cells } => {
                if col < *nx {
                    cells.get(row * nx + col).copied().unwrap_or(0.0)
                } else {
                    0.0
                }
            }
        }
    }
}

/// Area between the equator and a latitude for one radian of longitude, km² (Snyder 1987, eq. 3-12, closed form).
fn zone(lat_deg: f64) -> f64 {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let e = e2.sqrt();
    let s = lat_deg.to_radians().sin();
    0.5 * SEMI_MAJOR_KM * SEMI_MAJOR_KM * (1.0 - e2) * (s / (1.0 - e2 * s * s) + (e * s).atanh() / e)
}

/// Areas of the quadrilaterals between the corners, as two spherical triangles each, scaled to the ellipsoid by the ratio
/// of the zones at the cell's latitude.
fn quads(grid: &Grid) -> Vec<f64> {
    let (ny, nx) = (grid.ny(), grid.nx());
    let corners = grid.corners();
    let point = |row: usize, col: usize| {
        let (lat, lon) = corners[row * (nx + 1) + col];
        let (a, o) = (lat.to_radians(), lon.to_radians());
        [a.cos() * o.cos(), a.cos() * o.sin(), a.sin()]
    };
    let mut areas = Vec::with_capacity(ny * nx);
    for row in 0..ny {
        for col in 0..nx {
            let (a, b, c, d) = (point(row, col), point(row, col + 1), point(row + 1, col + 1), point(row + 1, col));
            let sphere = (triangle(a, b, c).abs() + triangle(a, c, d).abs()) * EARTH_RADIUS_KM * EARTH_RADIUS_KM;
            let lat = grid.centre(row, col).map_or(0.0, |(lat, _)| lat);
            areas.push(sphere * ellipsoid_over_sphere(lat));
        }
    }
    areas
}

/// Local ratio of areas at a latitude, ellipsoid over sphere of [`EARTH_RADIUS_KM`].
fn ellipsoid_over_sphere(lat_deg: f64) -> f64 {
    let e2 = FLATTENING * (2.0 - FLATTENING);
    let s = lat_deg.to_radians().sin();
    let w = 1.0 - e2 * s * s;
    SEMI_MAJOR_KM * SEMI_MAJOR_KM * (1.0 - e2) / (w * w) / (EARTH_RADIUS_KM * EARTH_RADIUS_KM)
}

/// Area of a polygon of great circles on the ellipsoid, km², from its corners on the unit sphere: that on the sphere by
/// triangles, times the ratio of the zones at the latitude of its centre.
pub(super) fn polygon_km2(corners: &[[f64; 3]], lat_deg: f64) -> f64 {
    let [first, rest @ ..] = corners else { return 0.0 };
    let sphere: f64 = rest.windows(2).map(|edge| triangle(*first, edge[0], edge[1])).sum();
    sphere.abs() * EARTH_RADIUS_KM * EARTH_RADIUS_KM * ellipsoid_over_sphere(lat_deg)
}

/// Area of a triangle on the unit sphere (Van Oosterom and Strackee 1983), negative where it goes clockwise seen from outside.
fn triangle(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    let dot = |p: [f64; 3], q: [f64; 3]| p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    let triple =
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
    2.0 * triple.atan2(1.0 + dot(a, b) + dot(b, c) + dot(c, a))
}
