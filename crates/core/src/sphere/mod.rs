//! The Earth as a sphere: longitudes, distances, polygons and their texts. All of the crates use these and no others.

mod distance;
mod geojson;
mod lon;
mod polygon;
mod wkt;

pub use distance::{EARTH_RADIUS_KM, bearing_deg, chord_km, distance_km, unit_vector};
pub use lon::{box_width, east_of, eastward, full_turn, half_turn, hull, near, unwrapped, west_east};
pub use polygon::{PolygonRings, signed_area};

pub(crate) use geojson::parse as parse_geojson;
pub(crate) use polygon::{Polygon, check_rings};
pub(crate) use wkt::parse as parse_wkt;
