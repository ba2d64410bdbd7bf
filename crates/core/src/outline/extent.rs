//! The box around shapes.

use super::shape::{Kind, Shape};
use crate::sphere::{EARTH_RADIUS_KM, Polygon, half_turn, hull};

/// A box: where it begins in the west, how far it goes east, its south and north; degrees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) west: f64,
    pub(super) width: f64,
    pub(super) south: f64,
    pub(super) north: f64,
}

impl Extent {
    pub(super) fn of(shape: &Shape) -> Self {
        match &shape.0 {
            Kind::Polygons(polygons) => {
                let polygons: Vec<Polygon> = polygons.iter().map(Polygon::new).collect();
                let (west, width) = hull(polygons.iter().map(|p| (p.west, p.east - p.west)));
                let south = polygons.iter().map(|p| p.south).fold(f64::INFINITY, f64::min);
                let north = polygons.iter().map(|p| p.north).fold(f64::NEG_INFINITY, f64::max);
                Self { west, width, south, north }
            }
            Kind::Quadrants(q) => {
                let reach = q.radii_km.iter().copied().fold(0.0, f64::max) / EARTH_RADIUS_KM;
                let half = half_width(q.lat, reach);
                let degrees = reach.to_degrees();
                Self {
                    west: q.lon - half,
                    width: 2.0 * half,
                    south: (q.lat - degrees).max(-90.0),
                    north: (q.lat + degrees).min(90.0),
                }
            }
        }
    }
}

/// How far in longitude a disc of angular radius `reach` goes to either side of its centre, degrees; 180 where it holds a
/// pole.
pub(super) fn half_width(lat: f64, reach: f64) -> f64 {
    let (sin, cos) = (reach.sin(), lat.to_radians().cos());
    if lat.abs() + reach.to_degrees() >= 90.0 - 1e-9 || sin >= cos { 180.0 } else { (sin / cos).asin().to_degrees() }
}

/// West, south, east, north of a box around all shapes, the narrowest in longitude, within -180..=180; `west > east` where it
/// crosses ±180°. `None` where there is no shape.
///
/// ```
/// use eventscape_core::outline::{Shape, extent};
///
/// let storm = Shape::quadrants(0.0, 180.0, [111.195; 4])?;
/// let [west, south, east, north] = extent([&storm]).unwrap();
/// assert!((west - 179.0).abs() < 1e-3 && (east + 179.0).abs() < 1e-3);
/// assert!((south + 1.0).abs() < 1e-3 && (north - 1.0).abs() < 1e-3);
/// # Ok::<(), eventscape_core::CoreError>(())
/// ```
pub fn extent<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Option<[f64; 4]> {
    let extents: Vec<Extent> = shapes.into_iter().map(Extent::of).collect();
    if extents.is_empty() {
        return None;
    }
    let south = extents.iter().map(|e| e.south).fold(f64::INFINITY, f64::min);
    let north = extents.iter().map(|e| e.north).fold(f64::NEG_INFINITY, f64::max);
    let (west, width) = hull(extents.iter().map(|e| (e.west, e.width)));
    let (west, east) = if width >= 360.0 { (-180.0, 180.0) } else { (half_turn(west), half_turn(west + width)) };
    Some([west, south, east, north])
}
