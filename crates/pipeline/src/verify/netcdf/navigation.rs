//! The grid of files in the reference's layouts: the group `navigation`, float32.

use super::Nc;
use crate::verify::facts::{Facts, GridFacts};
use crate::verify::finding::{Checked, Trouble};

/// Degrees by which float32 coordinates may pass a pole, by rounding.
const PAST_POLE: f64 = 1e-4;

/// Looks at the grid and notes it; gives its rows and columns.
pub(super) fn check(nc: &Nc<'_>, facts: &mut Facts) -> Checked<(u64, u64)> {
    let [lat_path, lon_path] = ["navigation/lat", "navigation/lon"];
    let shape = nc.variable(lat_path)?.shape();
    let (lat, lon) = (nc.reals(lat_path)?, nc.reals(lon_path)?);
    degrees(lat_path, &lat, 90.0)?;
    degrees(lon_path, &lon, 720.0)?;
    let (size, is_curvilinear) = match shape[..] {
        [ny, nx] => ((ny, nx), true),
        _ => ((lat.len() as u64, lon.len() as u64), false),
    };
    if is_curvilinear {
        if lat.len() != lon.len() {
            return Err(Trouble::at(lon_path, "it does not have the shape of the latitudes"));
        }
    } else {
        one_way(lat_path, &lat, lat.first() > lat.last())?;
        one_way(lon_path, &straight(&lon), false)?;
    }
    facts.counts.extend([("rows", size.0), ("columns", size.1)]);
    let narrow = |values: Vec<f64>| values.into_iter().map(|v| v as f32).collect();
    facts.grid = Some(GridFacts { is_curvilinear, lat: narrow(lat), lon: narrow(lon) });
    Ok(size)
}

fn degrees(path: &str, values: &[f64], limit: f64) -> Checked<()> {
    match values.iter().position(|v| v.is_nan() || v.abs() > limit + PAST_POLE) {
        Some(at) => Err(Trouble::at(format!("{path}[{at}]"), format!("it is {}, not within ±{limit}", values[at]))),
        None => Ok(()),
    }
}

/// As float32, neighbours of a fine grid may be the same.
fn one_way(path: &str, values: &[f64], goes_down: bool) -> Checked<()> {
    let is_back = |pair: &[f64]| if goes_down { pair[0] < pair[1] } else { pair[0] > pair[1] };
    match values.windows(2).position(is_back) {
        Some(at) => Err(Trouble::at(
            format!("{path}[{}]", at + 1),
            format!("it is {} after {}, the others go the other way", values[at + 1], values[at]),
        )),
        None => Ok(()),
    }
}

/// Longitudes without the drop of 360° at the seam of their convention.
fn straight(lon: &[f64]) -> Vec<f64> {
    let (mut turns, mut last) = (0.0, f64::NAN);
    let on = |value: &f64| {
        if value + turns < last - 180.0 {
            turns += 360.0;
        }
        last = value + turns;
        last
    };
    lon.iter().map(on).collect()
}
