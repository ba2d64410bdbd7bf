//! Weights of a source that is a set of points: swaths, stations, curvilinear grids.

use spade::{DelaunayTriangulation, FloatTriangulation, HasPosition, Point2, Triangulation};

use super::Weights;
use super::targets::Targets;
use crate::sphere::{EARTH_RADIUS_KM, chord_km, full_turn, near, unit_vector};
use crate::{CellRange, CoreError};

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
    Linear {
        /// Triangles with a corner farther from the cell than twice this distance, km, do not count: they span a gap.
        radius_km: Option<f64>,
    },
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
    cells: &[CellRange],
    method: PointMethod,
) -> Result<Weights, CoreError> {
    if lat.len() != lon.len() {
        return Err(CoreError::Grid(format!("{} latitudes do not go with {} longitudes", lat.len(), lon.len())));
    }
    let centre = |cell: u32| targets.grid().centre_of(cell).ok_or_else(|| targets.outside(cell));
    let centres = cells.iter().flat_map(|range| range.cells()).map(centre).collect::<Result<Vec<_>, _>>()?;
    match method {
        PointMethod::Linear { radius_km } => Ok(linear(lat, lon, &centres, radius_km)),
        PointMethod::Nearest { radius_km } | PointMethod::Distance { radius_km } | PointMethod::Mean { radius_km } => {
            if !(radius_km > 0.0 && radius_km.is_finite()) {
                return Err(CoreError::Grid(format!("a radius of {radius_km} km is not a positive distance")));
            }
            Ok(within(lat, lon, &centres, radius_km, method))
        }
    }
}

/// Points in belts of latitude as high as the search radius, by longitude in each: all within it lie in three belts.
struct Belts {
    radius_km: f64,
    /// Height of a belt, degrees.
    height: f64,
    /// Number of the first belt.
    first: i64,
    /// Where each belt's points begin in `points`.
    starts: Vec<usize>,
    points: Vec<Placed>,
}

struct Placed {
    /// Longitude from 0 to 360 degrees.
    lon: f64,
    place: u32,
    at: [f64; 3],
}

impl Belts {
    fn new(lat: &[f64], lon: &[f64], radius_km: f64) -> Self {
        let height = (radius_km / EARTH_RADIUS_KM).to_degrees().clamp(1e-3, 180.0);
        let belt = |lat: f64| (lat / height).floor() as i64;
        let known = lat.iter().zip(lon).enumerate().filter(|(_, (a, o))| a.is_finite() && o.is_finite());
        let mut points: Vec<(i64, Placed)> = known
            .map(|(k, (a, o))| (belt(*a), Placed { lon: full_turn(*o), place: k as u32, at: unit_vector(*a, *o) }))
            .collect();
        points.sort_unstable_by(|(a, p), (b, q)| a.cmp(b).then(p.lon.total_cmp(&q.lon)).then(p.place.cmp(&q.place)));
        let first = points.first().map_or(0, |(belt, _)| *belt);
        let last = points.last().map_or(-1, |(belt, _)| *belt);
        let starts = (first..=last + 1).map(|number| points.partition_point(|(belt, _)| *belt < number)).collect();
        Self { radius_km, height, first, starts, points: points.into_iter().map(|(_, point)| point).collect() }
    }

    /// The points within the radius by ascending number, with their distances.
    fn around(&self, lat: f64, lon: f64, found: &mut Vec<(u32, f64)>) {
        found.clear();
        let at = unit_vector(lat, lon);
        // the farthest meridian that a circle of the radius touches; near a pole all
        let (angle, colat) = (self.radius_km / EARTH_RADIUS_KM, (90.0 - lat.abs()).to_radians());
        let reach = if angle < colat { (angle.sin() / colat.sin()).min(1.0).asin().to_degrees() + 1e-9 } else { 180.0 };
        let lon = full_turn(lon);
        let own = (lat / self.height).floor() as i64;
        for belt in own - 1..=own + 1 {
            let Ok(number) = usize::try_from(belt - self.first) else { continue };
            let (Some(start), Some(end)) = (self.starts.get(number), self.starts.get(number + 1)) else { continue };
            let points = self.points.get(*start..*end).unwrap_or_default();
            if reach >= 90.0 {
                self.take(points, at, found);
                continue;
            }
            for turn in [-360.0, 0.0, 360.0] {
                let (west, east) = (lon + turn - reach, lon + turn + reach);
                if east >= 0.0 && west <= 360.0 {
                    let from = points.partition_point(|p| p.lon < west);
                    let until = points.partition_point(|p| p.lon <= east);
                    self.take(points.get(from..until).unwrap_or_default(), at, found);
                }
            }
        }
        found.sort_unstable_by_key(|(k, _)| *k);
    }

    fn take(&self, points: &[Placed], at: [f64; 3], found: &mut Vec<(u32, f64)>) {
        let near = points.iter().map(|p| (p.place, chord_km(at, p.at)));
        found.extend(near.filter(|(_, distance)| *distance <= self.radius_km));
    }
}

fn within(lat: &[f64], lon: &[f64], centres: &[(f64, f64)], radius_km: f64, method: PointMethod) -> Weights {
    let belts = Belts::new(lat, lon, radius_km);
    let mut weights = Weights::with_capacity(centres.len(), 4, 0.0);
    let mut found = Vec::new();
    for (lat, lon) in centres {
        belts.around(*lat, *lon, &mut found);
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

fn linear(lat: &[f64], lon: &[f64], centres: &[(f64, f64)], radius_km: Option<f64>) -> Weights {
    let mut weights = Weights::with_capacity(centres.len(), 3, ALL_CORNERS);
    // longitudes within half a turn of the cells' own
    let middle = centres.first().map_or(0.0, |(_, lon)| *lon);
    let here = |lon: f64| near(lon, middle);
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
            let far = |corner: Point2<f64>, radius: f64| {
                chord_km(unit_vector(corner.y, corner.x), unit_vector(*lat, *lon)) > 2.0 * radius
            };
            let spans_a_gap = radius_km.is_some_and(|radius| {
                found.iter().any(|(vertex, weight)| *weight > 0.0 && far(triangles.vertex(*vertex).position(), radius))
            });
            if spans_a_gap {
                found.clear();
            }
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
