//! The times of a granule's steps.

use std::str::FromStr;

use eventscape_core::time::{Calendar, TimeUnits};
use eventscape_core::{CoreError, Timestamp};
use eventscape_formats::{ArrayData, Attribute, Granule, Hyperslab, Variable};

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
    let variable = granule.variable(path)?;
    match units_of(granule, variable)? {
        Some(units) => Ok((units.calendar(), decoded_as(granule, variable, &units)?)),
        None => texts(granule, variable),
    }
}

/// The units and the calendar of a time variable; `None` for one of texts.
pub(crate) fn units_of(granule: &Granule, variable: &Variable) -> Result<Option<TimeUnits>> {
    if !variable.scalar.is_numeric() {
        return Ok(None);
    }
    let Some(units) = text(variable, "units") else {
        let why = format!("the time variable `{}` has no units", variable.path);
        return Err(CatalogError::granule(granule.location(), why));
    };
    TimeUnits::parse(units, calendar_of(granule, variable)?).map(Some).map_err(told(granule, variable))
}

/// The values of a variable in units of time.
pub(crate) fn decoded_as(granule: &Granule, variable: &Variable, units: &TimeUnits) -> Result<Vec<Option<Timestamp>>> {
    // float64 holds no more whole numbers: nanoseconds of today miss a microsecond
    const EXACT: f64 = 9e15;
    let counts = coordinate_values(granule, variable)?;
    let time = |count: &f64| {
        if count.is_nan() {
            return Ok(None);
        }
        let exact = count.fract() == 0.0 && count.abs() < EXACT;
        let time = units.decode_f64(*count).map_err(told(granule, variable))?;
        Ok(Some(if exact { time } else { snapped(time) }))
    };
    counts.iter().map(time).collect()
}

/// What the file says, not what was asked for, is wrong.
fn told<'a>(granule: &'a Granule, variable: &'a Variable) -> impl Fn(CoreError) -> CatalogError + 'a {
    move |e| CatalogError::granule(format!("{}: `{}`", granule.location(), variable.path), e.to_string())
}

fn calendar_of(granule: &Granule, variable: &Variable) -> Result<Calendar> {
    match text(variable, "calendar") {
        Some(name) => Calendar::from_str(name).map_err(told(granule, variable)),
        None => Ok(Calendar::Standard),
    }
}

/// Times that are written as texts, in strings or in lines of characters: `2005-08-28_00:00:00`, `2005-08-28T00:00:00Z`.
fn texts(granule: &Granule, variable: &Variable) -> Result<(Calendar, Vec<Option<Timestamp>>)> {
    let calendar = calendar_of(granule, variable)?;
    let array = granule.read(&variable.path, &Hyperslab::all(&variable.shape()))?;
    let words: Vec<String> = match (&array.data, array.shape.last()) {
        (ArrayData::Text(words), _) => words.clone(),
        (ArrayData::Char(bytes), Some(length)) if *length > 0 => {
            bytes.chunks(*length as usize).map(|line| String::from_utf8_lossy(line).into_owned()).collect()
        }
        _ => Vec::new(),
    };
    let time = |word: &String| {
        let word = word.trim_matches(['\0', ' ']);
        if word.is_empty() {
            return Ok(None);
        }
        Timestamp::parse(word, calendar).map(|(time, _)| Some(time)).map_err(told(granule, variable))
    };
    Ok((calendar, words.iter().map(time).collect::<Result<_>>()?))
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
