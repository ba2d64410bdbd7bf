//! Polygons of longitudes and latitudes, and which points lie in them.

use crate::CoreError;

/// One polygon: its outer ring and its holes, as (longitude, latitude) vertices.
pub type PolygonRings = Vec<Vec<(f64, f64)>>;

/// A polygon whose longitudes go on across the seam of their convention.
#[derive(Debug)]
pub(crate) struct Polygon {
    bands: Bands,
    pub(crate) west: f64,
    pub(crate) east: f64,
    pub(crate) south: f64,
    pub(crate) north: f64,
}

type Ring = Vec<(f64, f64)>;
type Edge = ((f64, f64), (f64, f64));

/// # Errors
/// [`CoreError::Domain`] where there is no ring, or one is not closed, has fewer than four points, or leaves the Earth.
pub(crate) fn check_rings(polygons: &[PolygonRings]) -> Result<(), CoreError> {
    let wrong = |text: String| Err(CoreError::Domain(text));
    if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
        return wrong("the polygon has no ring".to_owned());
    }
    for ring in polygons.iter().flatten() {
        if ring.len() < 4 {
            return wrong(format!(
                "a ring of the polygon has {} points; it needs 4, the last equal to the first",
                ring.len()
            ));
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
    /// An edge of more than 180° may be meant as it is written, or go the short way round. The outer ring is read the way
    /// that makes it counterclockwise, as GeoJSON (RFC 7946) and OGC demand: `170 -5, -170 -5, -170 5, 170 5` crosses ±180°,
    /// `-170 -5, 170 -5, 170 5, -170 5` is a belt of 340°.
    pub(crate) fn new(rings: &PolygonRings) -> Self {
        let outer = rings.first().map_or(&[][..], Vec::as_slice);
        let start = outer.first().map_or(0.0, |p| p.0);
        let short = shortest_way(outer, start).filter(|short| {
            let (short, written) = (signed_area(short.as_slice()), signed_area(outer));
            short > 0.0 || (short < 0.0 && written <= 0.0)
        });
        let rings: Vec<Ring> = match short {
            Some(outer) => {
                let holes = rings.iter().skip(1).map(|r| shortest_way(r, start).unwrap_or_else(|| r.clone()));
                std::iter::once(outer).chain(holes).collect()
            }
            None => rings.clone(),
        };
        let points = || rings.iter().flatten();
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        let south = points().fold(low, |s, p| s.min(p.1));
        let north = points().fold(high, |n, p| n.max(p.1));
        Self {
            bands: Bands::new(&rings, south, north),
            west: points().fold(low, |w, p| w.min(p.0)),
            east: points().fold(high, |e, p| e.max(p.0)),
            south,
            north,
        }
    }

    /// Longitudes at which the rings cross a latitude, ascending.
    pub(crate) fn crossings(&self, lat: f64, into: &mut Vec<f64>) {
        into.clear();
        if lat < self.south || lat > self.north {
            return;
        }
        for ((x0, y0), (x1, y1)) in self.bands.near(lat) {
            if (*y0 > lat) != (*y1 > lat) {
                into.push(x0 + (lat - y0) / (y1 - y0) * (x1 - x0));
            }
        }
        into.sort_by(f64::total_cmp);
    }

    /// Even-odd rule at a longitude, in any turn of the circle.
    pub(crate) fn has(&self, crossings: &[f64], lon: f64) -> bool {
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

/// A ring that goes the short way along every edge, beginning near `start`; `None` where it then does not close (it goes
/// round a pole).
fn shortest_way(ring: &[(f64, f64)], start: f64) -> Option<Ring> {
    let mut last = start;
    let turned: Ring = ring
        .iter()
        .map(|(lon, lat)| {
            let jump = lon - last;
            last = if jump.abs() > 180.0 { lon - 360.0 * (jump / 360.0).round() } else { *lon };
            (last, *lat)
        })
        .collect();
    let (first, last) = turned.first().zip(turned.last())?;
    ((first.0 - last.0).abs() < 1e-9).then_some(turned)
}

/// Area of a ring of (longitude, latitude) points, in square degrees of the plane; positive where the ring goes
/// counterclockwise. Whether the first point is repeated at the end does not matter.
///
/// ```
/// use eventscape_core::sphere::signed_area;
/// let square = [(170.0, 0.0), (172.0, 0.0), (172.0, 1.0), (170.0, 1.0), (170.0, 0.0)];
/// assert_eq!(signed_area(&square), 2.0);
/// ```
#[must_use]
pub fn signed_area<P: Copy + Into<[f64; 2]>>(ring: &[P]) -> f64 {
    // about the first corner, so that far longitudes cost no digits
    let Some(first) = ring.first() else { return 0.0 };
    let origin: [f64; 2] = (*first).into();
    let from_origin = |p: P| {
        let [x, y]: [f64; 2] = p.into();
        (x - origin[0], y - origin[1])
    };
    let doubled: f64 = ring
        .windows(2)
        .map(|edge| {
            let ((ax, ay), (bx, by)) = (from_origin(edge[0]), from_origin(edge[1]));
            ax * by - bx * ay
        })
        .sum();
    doubled / 2.0
}

/// The edges of a polygon by bands of latitude, so that a detailed coastline is not searched anew for every cell.
#[derive(Debug)]
struct Bands {
    south: f64,
    per_degree: f64,
    edges: Vec<Vec<Edge>>,
}

impl Bands {
    fn new(rings: &[Ring], south: f64, north: f64) -> Self {
        /// An edge lies in so many bands on the average, at most: a zigzag from south to north would fill the memory.
        const BANDS_OF_AN_EDGE: usize = 8;
        let all = rings.iter().map(Vec::len).sum::<usize>();
        let edges = || rings.iter().flat_map(|ring| ring.windows(2)).map(|edge| (edge[0], edge[1]));
        let height = (north - south).max(1e-12);
        let climbed: f64 = edges().map(|(a, b)| (a.1 - b.1).abs() / height).sum();
        let fit = ((BANDS_OF_AN_EDGE * all) as f64 / climbed.max(1e-12)) as usize;
        let count = (all / 8).min(fit).clamp(1, 4096);
        let mut bands = Self { south, per_degree: count as f64 / height, edges: vec![Vec::new(); count] };
        for (a, b) in edges() {
            let (from, to) = (bands.index(a.1.min(b.1)), bands.index(a.1.max(b.1)));
            bands.edges[from..=to].iter_mut().for_each(|band| band.push((a, b)));
        }
        bands
    }

    fn index(&self, lat: f64) -> usize {
        (((lat - self.south) * self.per_degree).max(0.0) as usize).min(self.edges.len() - 1)
    }

    fn near(&self, lat: f64) -> &[Edge] {
        &self.edges[self.index(lat)]
    }
}
