//! The times of a granule's steps.

use std::str::FromStr;

use eventscape_core::time::{Calendar, TimeUnits};
use eventscape_core::{CoreError, Timestamp};
use eventscape_formats::{Attribute, Granule};

use super::layout::TimeAxis;
use super::numbers::coordinate_values;
use super::roles::text;
use crate::{CatalogError, NameDate, Result};

/// Fractions of days or hours in float64 miss a whole second by less than this.
const SNAP_MICROS: i64 = 1_000;
const MICROS: i64 = 1_000_000;

/// The times along a variable's time axis, or the one time of the granule. `name_date` is what its name tells.
pub(crate) fn times(granule: &Granule, axis: &TimeAxis, name_date: Option<NameDate>) -> Result<Vec<Timestamp>> {
    let Some(path) = &axis.path else { return Ok(vec![single(granule, name_date)?]) };
    let (_, times) = decoded(granule, path)?;
    let missing =
        |i: usize| CatalogError::granule(granule.location(), format!("time number {i} of `{path}` is missing"));
    times.into_iter().enumerate().map(|(i, time)| time.ok_or_else(|| missing(i))).collect()
}

/// All values of a time variable, row-major, and their calendar; `None` for missing ones.
pub(crate) fn decoded(granule: &Granule, path: &str) -> Result<(Calendar, Vec<Option<Timestamp>>)> {
    let location = granule.location();
    let variable = granule.variable(path)?;
    // what the file says, not what was asked for, is wrong
    let core = |e: CoreError| CatalogError::granule(format!("{location}: `{path}`"), e.to_string());
    let Some(units) = text(variable, "units") else {
        return Err(CatalogError::granule(location, format!("the time variable `{path}` has no units")));
    };
    let calendar = match text(variable, "calendar") {
        Some(name) => Calendar::from_str(name).map_err(core)?,
        None => Calendar::Standard,
    };
    let units = TimeUnits::parse(units, calendar).map_err(core)?;
    let counts = coordinate_values(granule, variable)?;
    let time = |count: &f64| {
        if count.is_nan() {
            return Ok(None);
        }
        units.decode_f64(*count).map(|t| Some(if count.fract() == 0.0 { t } else { snapped(t) })).map_err(core)
    };
    Ok((calendar, counts.iter().map(time).collect::<Result<_>>()?))
}

/// The whole second that a decoded fraction means.
fn snapped(time: Timestamp) -> Timestamp {
    let nearest = (time.micros() + MICROS / 2).div_euclid(MICROS) * MICROS;
    if (nearest - time.micros()).abs() <= SNAP_MICROS { Timestamp::from_micros(time.calendar(), nearest) } else { time }
}

/// The time of a granule without a time variable.
fn single(granule: &Granule, name_date: Option<NameDate>) -> Result<Timestamp> {
    if let Some(date) = name_date {
        return Ok(date.start());
    }
    let root = granule.attributes("")?;
    let attribute = ["time_coverage_start", "start_time", "start_date"].into_iter().find_map(|name| {
        root.get(name).and_then(Attribute::text).and_then(|t| Timestamp::parse(t, Calendar::Standard).ok())
    });
    match attribute {
        Some((time, _)) => Ok(time),
        None => Err(CatalogError::granule(
            granule.location(),
            "it has no time: no time variable, no attribute time_coverage_start, and no catalogued collection tells it from \
             the file's name (--collection)",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_day_find_their_second() {
        let units = TimeUnits::parse("days since 1900-01-01", Calendar::Standard).unwrap();
        for half_hour in 0..48 {
            let count = 43_831.0 + f64::from(half_hour) / 48.0;
            let time = snapped(units.decode_f64(count).unwrap());
            assert_eq!(time.micros().rem_euclid(1_800 * MICROS), 0, "{time}");
        }
    }

    #[test]
    fn real_fractions_of_a_second_stay() {
        let time = Timestamp::from_micros(Calendar::Standard, 1_500_000);
        assert_eq!(snapped(time), time);
    }
}
