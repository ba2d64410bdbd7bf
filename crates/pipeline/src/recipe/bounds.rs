//! The edges of a grid.

use eventscape_core::Grid;
use eventscape_products::Bounds;

/// The edges of the grid.
pub(crate) fn bounds(grid: &Grid) -> Bounds {
    if let (Some(lat), Some(lon)) = (grid.lat_edges(), grid.lon_edges())
        && let ([south, .., north], [west, .., east]) = (lat.as_slice(), lon.as_slice())
    {
        let (south, north) = (south.min(*north), north.max(*south));
        // the grid's own convention: a box over its seam has its east below its west
        let east = if *east > 360.0 || (*west < 180.0 && *east > 180.0 && *west < 0.0) { east - 360.0 } else { *east };
        return Bounds { west: *west, south, east, north };
    }
    let corners = grid.corners();
    let fold =
        |pick: fn(&(f64, f64)) -> f64, start: f64, f: fn(f64, f64) -> f64| corners.iter().map(pick).fold(start, f);
    Bounds {
        west: fold(|c| c.1, f64::INFINITY, f64::min),
        south: fold(|c| c.0, f64::INFINITY, f64::min),
        east: fold(|c| c.1, f64::NEG_INFINITY, f64::max),
        north: fold(|c| c.0, f64::NEG_INFINITY, f64::max),
    }
}
