//! Grids and times of our CF files.

use std::ops::Range;

use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Timestamp};
use eventscape_formats::{Attribute, Granule, Hyperslab};

use crate::ProductError;
use crate::netcdf::TIME_UNITS;

/// The grid whose centres are in two variables: one-dimensional of a rectilinear grid, two-dimensional of a curvilinear one.
/// Longitudes that go on past the seam of their convention are folded back to it.
pub(super) fn grid(granule: &Granule, lat: &str, lon: &str) -> Result<Grid, ProductError> {
    let (shape, lat) = numbers(granule, lat)?;
    let (lon_shape, mut lon_values) = numbers(granule, lon)?;
    if shape.len() == 2 && lon_shape != shape {
        return Err(wrong(granule, format!("`{lon}` has another shape than the latitudes")));
    }
    let goes_on = granule.variable(lon)?.attribute("comment").is_some();
    if goes_on {
        let seam = if lon_values.iter().any(|x| *x > 360.0) { 360.0 } else { 180.0 };
        lon_values.iter_mut().filter(|x| **x > seam).for_each(|x| *x -= 360.0);
    }
    let grid = match shape[..] {
        [ny, nx] => Grid::curvilinear(ny as usize, nx as usize, lat, lon_values),
        _ => Grid::rectilinear(lat, lon_values),
    };
    grid.map_err(|e| wrong(granule, format!("its grid cannot be used: {e}")))
}

/// Seconds since 1970 that a time may be away; years of more than five digits are none.
const MOST_SECONDS: f64 = 3.2e12;

/// All times of a variable.
pub(super) fn times(granule: &Granule, name: &str) -> Result<Vec<Timestamp>, ProductError> {
    let variable = granule.variable(name).map_err(|_| wrong(granule, format!("it has no variable `{name}`")))?;
    match variable.shape()[..] {
        [all] => times_of(granule, name, &(0..all)),
        _ => Err(wrong(granule, format!("`{name}` is no list of times"))),
    }
}

/// The times of a part of a variable, exact to the microsecond.
pub(super) fn times_of(granule: &Granule, name: &str, part: &Range<u64>) -> Result<Vec<Timestamp>, ProductError> {
    let variable = granule.variable(name).map_err(|_| wrong(granule, format!("it has no variable `{name}`")))?;
    let text = |name: &str| variable.attribute(name).and_then(Attribute::text);
    if text("units") != Some(TIME_UNITS) {
        return Err(wrong(granule, format!("the units of `{name}` are not `{TIME_UNITS}`; it is no product of ours")));
    }
    let calendar: Calendar = match text("calendar") {
        Some(name) => name.parse().map_err(|e: eventscape_core::CoreError| wrong(granule, e.to_string()))?,
        None => Calendar::Standard,
    };
    let time = |seconds: f64| {
        let is_time = seconds.abs() <= MOST_SECONDS;
        is_time.then(|| Timestamp::from_micros(calendar, (seconds * 1e6).round() as i64))
    };
    let times: Option<Vec<Timestamp>> = numbers_of(granule, name, part)?.into_iter().map(time).collect();
    times.ok_or_else(|| wrong(granule, format!("`{name}` holds what is no time")))
}

/// The numbers of a part of a list.
pub(super) fn numbers_of(granule: &Granule, name: &str, part: &Range<u64>) -> Result<Vec<f64>, ProductError> {
    let values = granule.read(name, &Hyperslab(vec![part.clone()]))?.data.to_f64();
    values.ok_or_else(|| wrong(granule, format!("`{name}` holds no numbers")))
}

/// The shape and the numbers of a variable.
fn numbers(granule: &Granule, name: &str) -> Result<(Vec<u64>, Vec<f64>), ProductError> {
    let variable = granule.variable(name).map_err(|_| wrong(granule, format!("it has no variable `{name}`")))?;
    let shape = variable.shape();
    let values = granule.read(name, &Hyperslab::all(&shape))?.data.to_f64();
    Ok((shape, values.ok_or_else(|| wrong(granule, format!("`{name}` holds no numbers")))?))
}

pub(super) fn wrong(granule: &Granule, reason: String) -> ProductError {
    ProductError::Input { location: granule.location().to_owned(), reason }
}
