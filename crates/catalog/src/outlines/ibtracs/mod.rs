//! Tropical cyclones from IBTrACS (v04r00, v04r01): the wind radii of the US agencies, in nautical miles, for four quarters.

mod netcdf;
mod storms;
mod table;

pub(super) use netcdf::read as read_netcdf;
pub(super) use table::read as read_csv;

use crate::{CatalogError, Result};

/// Wind speeds that IBTrACS has radii of, knots.
const SPEEDS: [u32; 3] = [34, 50, 64];

/// The wind speed whose radii are the area.
pub(super) fn check_radius(asked: Option<u32>) -> Result<u32> {
    let knots = asked.unwrap_or(SPEEDS[0]);
    if SPEEDS.contains(&knots) {
        return Ok(knots);
    }
    Err(CatalogError::Request(format!("IBTrACS has no radii of {knots} knots; give --radius-of 34, 50 or 64")))
}
