//! Distances and directions on the sphere.

/// Mean radius of the Earth (IUGG), km.
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Great-circle distance between two points (latitude, longitude; degrees), km, by the haversine formula.
#[must_use]
pub fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (a, b) = (from.0.to_radians(), to.0.to_radians());
    let (da, dl) = (b - a, (to.1 - from.1).to_radians());
    let h = (0.5 * da).sin().powi(2) + a.cos() * b.cos() * (0.5 * dl).sin().powi(2);
    2.0 * EARTH_RADIUS_KM * h.clamp(0.0, 1.0).sqrt().asin()
}

/// Direction of the great circle at its start, degrees clockwise from north in `0..360`; 0 where the points are one.
#[must_use]
pub fn bearing_deg(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (a, b, dl) = (from.0.to_radians(), to.0.to_radians(), (to.1 - from.1).to_radians());
    let (y, x) = (dl.sin() * b.cos(), a.cos() * b.sin() - a.sin() * b.cos() * dl.cos());
    if x == 0.0 && y == 0.0 { 0.0 } else { y.atan2(x).to_degrees().rem_euclid(360.0) }
}
