//! Centroid and axes from the moments of area on the unit sphere.

use super::EARTH_RADIUS_KM;

/// Moments of area of a component, its cells as points at their centres on the unit sphere (x towards 0°E, y towards
/// 90°E, z towards the north pole), times km².
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) area: f64,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) z: f64,
    pub(super) xx: f64,
    pub(super) xy: f64,
    pub(super) yy: f64,
    pub(super) xz: f64,
    pub(super) yz: f64,
    pub(super) zz: f64,
    /// The cells' own extents (width² / 12 to the east, height² / 12 to the north, rad²), which points lack.
    pub(super) east: f64,
    pub(super) north: f64,
}

/// Where a component lies and what ellipse it resembles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) major_km: f64,
    pub(super) minor_km: f64,
    pub(super) eccentricity: f64,
    pub(super) orientation_deg: f64,
}

/// Below this share of the area a mean direction is the noise of rounding.
const NO_DIRECTION: f64 = 1e-9;

impl Moments {
    /// Adds another part of the component.
    pub(super) fn add(&mut self, other: &Self) {
        let pairs = self.all_mut().into_iter().zip(other.all());
        pairs.for_each(|(sum, part)| *sum += part);
    }

    /// All moments times a factor.
    pub(super) fn scaled(mut self, factor: f64) -> Self {
        self.all_mut().into_iter().for_each(|moment| *moment *= factor);
        self
    }

    fn all(&self) -> [f64; 12] {
        let m = self;
        [m.area, m.x, m.y, m.z, m.xx, m.xy, m.yy, m.xz, m.yz, m.zz, m.east, m.north]
    }

    fn all_mut(&mut self) -> [&mut f64; 12] {
        let m = self;
        [
            &mut m.area,
            &mut m.x,
            &mut m.y,
            &mut m.z,
            &mut m.xx,
            &mut m.xy,
            &mut m.yy,
            &mut m.xz,
            &mut m.yz,
            &mut m.zz,
            &mut m.east,
            &mut m.north,
        ]
    }

    /// The centroid is the direction of the area-weighted mean of the cells' unit vectors; the axes come from the second
    /// moments in the plane that touches the sphere there. `lon_if_none` (degrees) is for a component around a pole
    /// whose mean direction has no longitude.
    pub(super) fn shape(&self, lon_if_none: f64) -> Shape {
        // Plain roots: nothing here is near the limits of float64, for which `hypot` pays dearly.
        let horizontal = (self.x * self.x + self.y * self.y).sqrt();
        let (sin_lon, cos_lon) = if horizontal > NO_DIRECTION * self.area {
            (self.y / horizontal, self.x / horizontal)
        } else {
            lon_if_none.to_radians().sin_cos()
        };
        let length = (horizontal * horizontal + self.z * self.z).sqrt();
        let (sin_lat, cos_lat) =
            if length > NO_DIRECTION * self.area { (self.z / length, horizontal / length) } else { (0.0, 1.0) };

        // In the plane: t points east, h away from the Earth's axis.
        let tt = self.xx * sin_lon * sin_lon - 2.0 * self.xy * sin_lon * cos_lon + self.yy * cos_lon * cos_lon;
        let hh = self.xx * cos_lon * cos_lon + 2.0 * self.xy * sin_lon * cos_lon + self.yy * sin_lon * sin_lon;
        let th = (self.yy - self.xx) * sin_lon * cos_lon + self.xy * (cos_lon * cos_lon - sin_lon * sin_lon);
        let tz = self.yz * cos_lon - self.xz * sin_lon;
        let hz = self.xz * cos_lon + self.yz * sin_lon;

        let east = ((tt + self.east) / self.area).max(0.0);
        let north_points = sin_lat * sin_lat * hh - 2.0 * sin_lat * cos_lat * hz + cos_lat * cos_lat * self.zz;
        let north = ((north_points + self.north) / self.area).max(0.0);
        let mixed = (cos_lat * tz - sin_lat * th) / self.area;

        let mean = 0.5 * (east + north);
        let difference = 0.5 * (north - east);
        let half = (difference * difference + mixed * mixed).sqrt();
        let major = 4.0 * (mean + half).sqrt();
        let minor = 4.0 * (mean - half).max(0.0).sqrt();
        let ratio = if major > 0.0 { minor / major } else { 1.0 };
        // Clockwise from north; a circle has no axis, and differences that are rounding alone make none.
        let orientation = if half > 1e-7 * mean { (0.5 * (2.0 * mixed).atan2(north - east)).to_degrees() } else { 0.0 };
        Shape {
            lat: sin_lat.atan2(cos_lat).to_degrees(),
            lon: sin_lon.atan2(cos_lon).to_degrees(),
            major_km: major * EARTH_RADIUS_KM,
            minor_km: minor * EARTH_RADIUS_KM,
            eccentricity: (1.0 - ratio * ratio).max(0.0).sqrt(),
            orientation_deg: if orientation < 0.0 { (orientation + 180.0) % 180.0 } else { orientation },
        }
    }
}
