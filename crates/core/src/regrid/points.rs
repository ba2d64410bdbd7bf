//! Weights of a source that is a set of points: swaths, stations, curvilinear grids.

use std::collections::HashMap;

use spade::{DelaunayTriangulation, FloatTriangulation, HasPosition, Point2, Triangulation};

use super::Weights;
use super::targets::Targets;
use crate::CoreError;
use crate::grid::EARTH_RADIUS_KM;

/// How values of points reach a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PointMethod {
    /// The nearest point within a distance.
    Nearest {
        /// The distance, km.
        radius_km: f64,
    },
    /// The mean of the points within a distance, weighted by the inverse of their squared distance (Shepard 1968).
    Distance {
        /// The distance, km.
        radius_km: f64,
    },
    /// The plain mean of the points within a distance.
    Mean {
        /// The distance, km.
        radius_km: f64,
    },
    /// Linear on the triangles of a Delaunay triangulation in longitude and latitude; nothing outside their hull.
    Linear,
}

/// Nearer than this is the same place, km.
const SAME_KM: f64 = 1e-6;

/// The weights that bring values of points to cells of a mask. Points without a position (NaN) are passed over; in ties the
/// first point counts as the nearest.
///
/// # Errors
/// [`CoreError::Grid`] for lists of different lengths, a distance that is not positive, a cell outside the mask's grid.
pub fn point_weights(
    lat: &[f64],
    lon: &[f64],
    targets: &Targets<'_>,
    cells: &[(u32, u32)],
    method: PointMethod,
) -> Result<Weights, CoreError> {
    if lat.len() != lon.len() {
        return Err(CoreError::Grid(format!("{} latitudes do not go with {} longitudes", lat.len(), lon.len())));
    }
    let centre = |(row, column): &(u32, u32)| {
        targets.grid().centre(*row as usize, *column as usize).ok_or_else(|| {
            CoreError::Grid(format!("the cell in row {row} and column {column} is not on the mask's grid"))
        })
    };
    let centres = cells.iter().map(centre).collect::<Result<Vec<_>, _>>()?;
    match method {
        PointMethod::Linear => Ok(linear(lat, lon, &centres)),
        PointMethod::Nearest { radius_km } | PointMethod::Distance { radius_km } | PointMethod::Mean { radius_km } => {
            if !(radius_km > 0.0 && radius_km.is_finite()) {
                return Err(CoreError::Grid(format!("a radius of {radius_km} km is not a positive distance")));
            }
            Ok(within(lat, lon, &centres, radius_km, method))
        }
    }
}

fn unit(lat: f64, lon: f64) -> [f64; 3] {
    let (a, o) = (lat.to_radians(), lon.to_radians());
    [a.cos() * o.cos(), a.cos() * o.sin(), a.sin()]
}

/// Great-circle distance of unit vectors, km; exact also where they are close.
fn distance_km(a: [f64; 3], b: [f64; 3]) -> f64 {
    let chord = (0..3).map(|d| (a[d] - b[d]) * (a[d] - b[d])).sum::<f64>().sqrt();
    2.0 * EARTH_RADIUS_KM * (0.5 * chord).min(1.0).asin()
}

/// Points in cubes of space whose side is the search radius: all within it lie in 27 cubes.
struct Cubes {
    side: f64,
    points: Vec<[f64; 3]>,
    cubes: HashMap<[i64; 3], Vec<u32>>,
}

impl Cubes {
    fn new(lat: &[f64], lon: &[f64], radius_km: f64) -> Self {
        let side = (radius_km / EARTH_RADIUS_KM).clamp(1e-6, 2.0);
        let points: Vec<[f64; 3]> = lat.iter().zip(lon).map(|(a, o)| unit(*a, *o)).collect();
        let mut cubes: HashMap<[i64; 3], Vec<u32>> = HashMap::new();
        for (k, point) in points.iter().enumerate().filter(|(_, p)| p.iter().all(|x| x.is_finite())) {
            cubes.entry(Self::key(*point, side)).or_default().push(k as u32);
        }
        Self { side, points, cubes }
    }

    fn key(point: [f64; 3], side: f64) -> [i64; 3] {
        point.map(|x| (x / side).floor() as i64)
    }

    /// The points within the radius by ascending number, with their distances.
    fn around(&self, at: [f64; 3], radius_km: f64, found: &mut Vec<(u32, f64)>) {
        found.clear();
        let [x, y, z] = Self::key(at, self.side);
        for dx in -1..=1 {
            for dy in -1..=1 {
                for dz in -1..=1 {
                    for k in self.cubes.get(&[x + dx, y + dy, z + dz]).into_iter().flatten() {
                        let Some(point) = self.points.get(*k as usize) else { continue };
                        let distance = distance_km(at, *point);
                        if distance <= radius_km {
                            found.push((*k, distance));
                        }
                    }
                }
            }
        }
        found.sort_unstable_by_key(|(k, _)| *k);
    }
}

fn within(lat: &[f64], lon: &[f64], centres: &[(f64, f64)], radius_km: f64, method: PointMethod) -> Weights {
    let cubes = Cubes::new(lat, lon, radius_km);
    let mut weights = Weights::with_capacity(centres.len(), 4, 0.0);
    let mut found = Vec::new();
    for (lat, lon) in centres {
        cubes.around(unit(*lat, *lon), radius_km, &mut found);
        let nearest = found.iter().min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))).copied();
        match (method, nearest) {
            (_, None) => weights.end_target(),
            (PointMethod::Nearest { .. }, Some((k, _))) => {
                weights.push(k as usize, 1.0);
                weights.end_target();
            }
            (PointMethod::Mean { .. }, Some(_)) => {
                found.iter().for_each(|(k, _)| weights.push(*k as usize, 1.0));
                weights.end_scaled();
            }
            (_, Some(_)) => {
                found.iter().for_each(|(k, d)| weights.push(*k as usize, 1.0 / d.max(SAME_KM).powi(2)));
                weights.end_scaled();
            }
        }
    }
    weights
}

struct Vertex {
    position: Point2<f64>,
    place: usize,
}

impl HasPosition for Vertex {
    type Scalar = f64;

    fn position(&self) -> Point2<f64> {
        self.position
    }
}

/// Triangles need all three corners: a missing one leaves a hole, as in SciPy's interpolator.
const ALL_CORNERS: f64 = 1.0 - 1e-9;

fn linear(lat: &[f64], lon: &[f64], centres: &[(f64, f64)]) -> Weights {
    let mut weights = Weights::with_capacity(centres.len(), 3, ALL_CORNERS);
    // longitudes within half a turn of the cells' own
    let middle = centres.first().map_or(0.0, |(_, lon)| *lon);
    let here = |lon: f64| middle - 180.0 + (lon - middle + 180.0).rem_euclid(360.0);
    let vertices: Vec<Vertex> = lat
        .iter()
        .zip(lon)
        .enumerate()
        .filter(|(_, (a, o))| a.is_finite() && o.is_finite())
        // spade refuses numbers that are almost zero
        .map(|(place, (a, o))| (place, tidy(here(*o)), tidy(*a)))
        .map(|(place, x, y)| Vertex { position: Point2::new(x, y), place })
        .collect();
    let triangles = DelaunayTriangulation::<Vertex>::bulk_load_stable(vertices).ok();
    let mut found = Vec::new();
    for (lat, lon) in centres {
        if let Some(triangles) = triangles.as_ref().filter(|t| t.num_vertices() > 0) {
            triangles.barycentric().get_weights(Point2::new(tidy(here(*lon)), tidy(*lat)), &mut found);
            for (vertex, weight) in &found {
                weights.push(triangles.vertex(*vertex).data().place, *weight);
            }
        }
        weights.end_target();
    }
    weights
}

fn tidy(x: f64) -> f64 {
    if x.abs() < 1e-100 { 0.0 } else { x }
}
