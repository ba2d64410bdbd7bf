//! Describes components: areas on the ellipsoid; positions, lengths and shapes on the sphere; statistics of the values.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod bounds;
mod convention;
mod geometry;
mod graph;
mod lattice;
mod measurable;
mod moments;
mod statistics;
mod values;

pub(crate) use geometry::Geometry;
pub(crate) use measurable::Measurable;
pub(crate) use values::RangeValues;

use crate::sphere::EARTH_RADIUS_KM;

/// What the pass over a component's cells finds.
#[derive(Clone, Copy, Debug)]
struct Measures {
    moments: moments::Moments,
    perimeter_km: f64,
    statistics: statistics::Statistics,
    /// First column, and one past the last.
    west: u32,
    east: u32,
}
