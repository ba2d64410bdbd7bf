//! Distances and directions on the sphere.

/// Mean radius of the Earth (IUGG), km.
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Great-circle distance between two points (latitude, longitude; degrees), km, by the haversine formula.
///
/// ```
/// let quarter = eventscape_core::sphere::distance_km((0.0, 0.0), (90.0, 0.0));
/// assert!((quarter - 10_007.557).abs() < 0.001);
/// ```
#[must_use]
pub fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (a, b) = (from.0.to_radians(), to.0.to_radians());
    let (da, dl) = (b - a, (to.1 - from.1).to_radians());
    let h = (0.5 * da).sin().powi(2) + a.cos() * b.cos() * (0.5 * dl).sin().powi(2);
    2.0 * EARTH_RADIUS_KM * h.clamp(0.0, 1.0).sqrt().asin()
}

/// Direction of the great circle at its start, degrees clockwise from north in `0..360`; 0 where the points are one.
///
/// ```
/// assert_eq!(eventscape_core::sphere::bearing_deg((0.0, 0.0), (0.0, 10.0)), 90.0);
/// ```
#[must_use]
pub fn bearing_deg(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (a, b, dl) = (from.0.to_radians(), to.0.to_radians(), (to.1 - from.1).to_radians());
    let (y, x) = (dl.sin() * b.cos(), a.cos() * b.sin() - a.sin() * b.cos() * dl.cos());
    if x == 0.0 && y == 0.0 { 0.0 } else { super::full_turn(y.atan2(x).to_degrees()) }
}

/// A point (latitude, longitude; degrees) on the unit sphere: x towards 0°E, y towards 90°E, z towards the north pole.
#[must_use]
pub fn unit_vector(lat: f64, lon: f64) -> [f64; 3] {
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (lat.to_radians().sin_cos(), lon.to_radians().sin_cos());
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

/// Great-circle distance between two unit vectors, km; exact also where they are close.
///
/// ```
/// use eventscape_core::sphere::{chord_km, distance_km, unit_vector};
/// let (a, b) = ((10.0, 20.0), (11.0, -170.0));
/// let by_vectors = chord_km(unit_vector(a.0, a.1), unit_vector(b.0, b.1));
/// assert!((by_vectors - distance_km(a, b)).abs() < 1e-6);
/// ```
#[must_use]
pub fn chord_km(a: [f64; 3], b: [f64; 3]) -> f64 {
    let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let chord = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
    2.0 * EARTH_RADIUS_KM * (0.5 * chord).min(1.0).asin()
}
