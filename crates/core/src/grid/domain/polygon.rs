//! Which cells' centres lie in polygons.

use super::PolygonRings;
use crate::grid::Coordinates;
use crate::{CoreError, Grid};

/// A polygon with its longitudes unwrapped along each ring.
pub(super) struct Polygon {
    rings: Vec<Vec<(f64, f64)>>,
    pub(super) west: f64,
    pub(super) east: f64,
    pub(super) south: f64,
    pub(super) north: f64,
}

pub(super) fn check(polygons: &[PolygonRings]) -> Result<(), CoreError> {
    let wrong = |text: String| Err(CoreError::Domain(text));
    if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
        return wrong("the polygon has no ring".to_owned());
    }
    for ring in polygons.iter().flatten() {
        if ring.len() < 4 {
            return wrong(format!("a ring of the polygon has {} points; it needs 4, the last equal to the first", ring.len()));
        }
        if ring.first() != ring.last() {
            return wrong("a ring of the polygon is not closed: its last point must equal its first".to_owned());
        }
        if let Some((lon, lat)) = ring.iter().find(|(lon, lat)| !(lon.abs() <= 720.0 && lat.abs() <= 90.0)) {
            return wrong(format!("the polygon has the point {lon} {lat}; points are longitude, latitude in degrees"));
        }
    }
    Ok(())
}

impl Polygon {
    pub(super) fn new(rings: &PolygonRings) -> Self {
        let mut polygon = Self {
            rings: Vec::with_capacity(rings.len()),
            west: f64::INFINITY,
            east: f64::NEG_INFINITY,
            south: f64::INFINITY,
            north: f64::NEG_INFINITY,
        };
        let start = rings.first().and_then(|r| r.first()).map_or(0.0, |p| p.0);
        for ring in rings {
            // every ring begins near the first one and goes on without jumps
            let mut last = start;
            let unwrapped: Vec<(f64, f64)> = ring
                .iter()
                .map(|(lon, lat)| {
                    // a step of exactly 180° or more within ±180 may be meant as it stands: boxes round half the globe
                    let jump = lon - last;
                    let lon = if jump.abs() > 180.0 { lon - 360.0 * (jump / 360.0).round() } else { *lon };
                    last = lon;
                    (lon, *lat)
                })
                .collect();
            let closed = unwrapped.first().zip(unwrapped.last()).is_some_and(|(a, b)| (a.0 - b.0).abs() < 1e-9);
            // a ring that does not close after unwrapping goes round a pole, or spans the globe: take it as written
            let ring = if closed { unwrapped } else { ring.clone() };
            for (lon, lat) in &ring {
                polygon.west = polygon.west.min(*lon);
                polygon.east = polygon.east.max(*lon);
                polygon.south = polygon.south.min(*lat);
                polygon.north = polygon.north.max(*lat);
            }
            polygon.rings.push(ring);
        }
        polygon
    }

    /// Longitudes at which the rings cross a latitude, ascending.
    fn crossings(&self, lat: f64, into: &mut Vec<f64>) {
        into.clear();
        if lat < self.south || lat > self.north {
            return;
        }
        for ring in &self.rings {
            for edge in ring.windows(2) {
                let ((x0, y0), (x1, y1)) = (edge[0], edge[1]);
                if (y0 > lat) != (y1 > lat) {
                    into.push(x0 + (lat - y0) / (y1 - y0) * (x1 - x0));
                }
            }
        }
        into.sort_by(f64::total_cmp);
    }

    /// Even-odd rule at a longitude, in any turn of the circle.
    fn has(&self, crossings: &[f64], lon: f64) -> bool {
        let mut turn = lon - 360.0 * ((lon - self.west) / 360.0).floor();
        while turn <= self.east {
            if crossings.partition_point(|x| *x <= turn) % 2 == 1 {
                return true;
            }
            turn += 360.0;
        }
        false
    }
}

/// One entry a cell of the grid, row-major.
pub(super) fn cells_inside(grid: &Grid, polygons: &[Polygon]) -> Vec<bool> {
    let mut cells = vec![false; grid.len()];
    let mut crossings = Vec::new();
    for polygon in polygons {
        match grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => {
                for (lat, row) in lat.iter().zip(cells.chunks_mut(grid.nx())) {
                    polygon.crossings(*lat, &mut crossings);
                    if !crossings.is_empty() {
                        row.iter_mut().zip(lon).for_each(|(cell, lon)| *cell |= polygon.has(&crossings, *lon));
                    }
                }
            }
            Coordinates::Curvilinear { lat, lon } => {
                for ((cell, lat), lon) in cells.iter_mut().zip(lat).zip(lon) {
                    polygon.crossings(*lat, &mut crossings);
                    *cell |= polygon.has(&crossings, *lon);
                }
            }
        }
    }
    cells
}
