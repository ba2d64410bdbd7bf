//! Rotated poles: a turn of the sphere, which `proj4rs` has no projection for.

use super::parameters::Parameters;

/// Where the pole of a rotated grid lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rotated {
    pole_lat: f64,
    pole_lon: f64,
    /// The longitude of the true north pole in the rotated grid.
    north_lon: f64,
}

impl Rotated {
    pub(super) fn of(parameters: &Parameters<'_>) -> Result<Self, String> {
        Ok(Self {
            pole_lat: parameters.needed(&["grid_north_pole_latitude"])?.to_radians(),
            pole_lon: parameters.needed(&["grid_north_pole_longitude"])?.to_radians(),
            north_lon: parameters.number("north_pole_grid_longitude").unwrap_or(0.0).to_radians(),
        })
    }

    /// Latitude and longitude of a place of the rotated grid, degrees.
    pub(super) fn place(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (lat, lon) = (lat.to_radians(), lon.to_radians() - self.north_lon);
        let (sin_pole, cos_pole) = self.pole_lat.sin_cos();
        // in space, with the rotated pole in the plane of the prime meridian
        let x = cos_pole * lat.sin() - sin_pole * lat.cos() * lon.cos();
        let y = -lat.cos() * lon.sin();
        let z = sin_pole * lat.sin() + cos_pole * lat.cos() * lon.cos();
        let turned = (self.pole_lon + y.atan2(x)).to_degrees();
        (z.atan2(x.hypot(y)).to_degrees(), (turned + 180.0).rem_euclid(360.0) - 180.0)
    }
}
