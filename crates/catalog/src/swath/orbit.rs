//! Reading a granule of a swath.

use eventscape_core::time::Calendar;
use eventscape_core::{Timestamp, Values};
use eventscape_formats::{Granule, Hyperslab, Output, Packing, Remark};

use super::flags::Flags;
use crate::cf::{SwathLayout, coordinate_values, decoded};
use crate::{CatalogError, Result};

/// The cells of a granule that have a position and a time, in the granule's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Orbit {
    /// The earliest time of a cell.
    pub start: Timestamp,
    /// Latitude of each cell, degrees.
    pub lat: Vec<f64>,
    /// Longitude of each cell, degrees, in the granule's convention.
    pub lon: Vec<f64>,
    /// Time of each cell, microseconds since 1970 on the calendar of `start`.
    pub micros: Vec<i64>,
    /// For each variable, the value of each cell; NaN where it is missing or not to be trusted.
    pub values: Vec<Values>,
    /// How many values are missing because of their quality flags.
    pub rejected: usize,
}

/// A variable to be read.
pub(super) struct Asked {
    pub(super) layout: SwathLayout,
    pub(super) packing: Packing,
    /// What the user should be told of its attributes.
    pub(super) remarks: Vec<Remark>,
}

/// Reads all cells. All variables lie on the cells of the first.
pub(super) fn read(granule: &Granule, asked: &[Asked], flags: Option<&Flags>) -> Result<Orbit> {
    let location = granule.location();
    let Some(first) = asked.first() else {
        return Err(CatalogError::Request("no variable is asked for".to_owned()));
    };
    let layout = &first.layout;
    let cells = layout.shape.iter().product::<u64>() as usize;
    let (lat, lon) = positions(granule, layout)?;
    let (calendar, times) = decoded(granule, &layout.time)?;
    let time_of = |cell: usize| times.get(layout.time_of(cell)).copied().flatten();
    let here = |cell: &usize| {
        let on_earth = |x: Option<&f64>, most: f64| x.is_some_and(|x| x.abs() <= most);
        on_earth(lat.get(*cell), 90.0) && on_earth(lon.get(*cell), 540.0)
    };
    let known: Vec<(usize, Timestamp)> =
        (0..cells).filter(here).filter_map(|cell| Some((cell, time_of(cell)?))).collect();
    let Some(start) = known.iter().map(|(_, time)| time.micros()).min() else {
        return Err(CatalogError::granule(location, "none of its cells has a position and a time"));
    };
    let bad = flags.map(|flags| flags.rejected(granule)).transpose()?;
    let mut rejected = 0;
    let mut values = Vec::with_capacity(asked.len());
    for variable in asked {
        let path = &variable.layout.path;
        let mut all = Values::F32(Vec::new());
        let shape = granule.variable(path)?.shape();
        granule.read_values(path, &Hyperslab::all(&shape), &variable.packing, &mut all)?;
        let is_bad = |cell: usize| bad.as_ref().is_some_and(|bad| bad.get(cell) == Some(&true));
        let mut count = 0;
        let mut kept = |cell: usize| {
            let value = all.get(cell).unwrap_or(f64::NAN);
            let drop = is_bad(cell) && !value.is_nan();
            count += usize::from(drop);
            if drop { f64::NAN } else { value }
        };
        values.push(match variable.packing.output {
            Output::F32 => Values::F32(known.iter().map(|(cell, _)| kept(*cell) as f32).collect()),
            Output::F64 => Values::F64(known.iter().map(|(cell, _)| kept(*cell)).collect()),
        });
        rejected += count;
    }
    let pick = |from: &[f64]| known.iter().filter_map(|(cell, _)| from.get(*cell).copied()).collect();
    Ok(Orbit {
        start: Timestamp::from_micros(calendar, start),
        lat: pick(&lat),
        lon: pick(&lon),
        micros: known.iter().map(|(_, time)| time.micros()).collect(),
        values,
        rejected,
    })
}

/// Latitude and longitude of each cell; NaN where they are missing.
pub(super) fn positions(granule: &Granule, layout: &SwathLayout) -> Result<(Vec<f64>, Vec<f64>)> {
    let read = |path: &str| coordinate_values(granule, granule.variable(path)?);
    Ok((read(&layout.latitude)?, read(&layout.longitude)?))
}

/// The calendar of a granule's cells and their first and last time.
pub(super) fn span(granule: &Granule, layout: &SwathLayout) -> Result<(Calendar, i64, i64)> {
    let (calendar, times) = decoded(granule, &layout.time)?;
    let all = || times.iter().flatten().map(|time| time.micros());
    match (all().min(), all().max()) {
        (Some(first), Some(last)) => Ok((calendar, first, last)),
        _ => Err(CatalogError::granule(granule.location(), "none of its cells has a time")),
    }
}
