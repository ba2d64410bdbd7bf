//! Fire perimeters as CAL FIRE publishes them: a feature a fire, with its dates of alarm and containment.

use eventscape_core::Timestamp;
use eventscape_core::outline::{Outline, Phenomenon, When};

use super::OutlineRequest;
use super::dates::instants;
use super::feature::{Feature, Features};
use super::told::Told;
use crate::{CatalogError, Result};

const ALARM: &str = "ALARM_DATE";
const CONTAINED: &str = "CONT_DATE";
const NAME: &str = "FIRE_NAME";
const ID: &str = "OBJECTID";
/// Years of fires; others are slips of the pen.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2200;
/// A fire that burns longer has a wrong date.
const LONGEST_DAYS: f64 = 3.0 * 366.0;
const DAY_MICROS: i64 = 86_400_000_000;

/// Whether features are fires, by their properties.
pub(super) fn are(features: &Features) -> bool {
    let names = features.property_names();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    has(NAME) && has(ALARM)
}

/// A phenomenon for each fire, from its alarm to its containment.
pub(super) fn phenomena(features: Features, request: &OutlineRequest, told: &mut Told) -> Result<Vec<Phenomenon>> {
    let names = features.property_names();
    for wanted in [ALARM, CONTAINED] {
        if !names.iter().any(|name| name.eq_ignore_ascii_case(wanted)) {
            return Err(CatalogError::granule(
                features.location.clone(),
                format!(
                    "it has no property `{wanted}`, as fires of CAL FIRE have; there are {names:?}: for other polygons give \
                     --kind polygons and --time-property, or --start-property and --end-property"
                ),
            ));
        }
    }
    let open = open_micros(request)?;
    let mut fires = Vec::new();
    for feature in features.list {
        let id = feature.text(ID).unwrap_or_else(|| feature.own_id());
        let name = feature.text(NAME);
        let label = name.as_ref().map_or_else(|| id.clone(), |name| format!("{name} ({id})"));
        let Some(when) = burns(&feature, open, &label, told) else { continue };
        let Some(shape) = feature.shape(&label, told) else { continue };
        fires.push(Phenomenon { id, name, outlines: vec![Outline { when, shape }] });
    }
    Ok(fires)
}

/// How long an outline without an end lasts.
pub(super) fn open_micros(request: &OutlineRequest) -> Result<Option<i64>> {
    match request.open_days {
        None => Ok(None),
        Some(days) if days.is_finite() && days > 0.0 && days <= 36_600.0 => Ok(Some((days * DAY_MICROS as f64) as i64)),
        Some(days) => Err(CatalogError::Request(format!(
            "an outline without an end cannot last {days} days; give --open-days a positive number"
        ))),
    }
}

/// The end of what begins at a time and has none: the last moment before `open` has passed.
pub(super) fn open_end(first: Timestamp, open: i64) -> Timestamp {
    Timestamp::from_micros(first.calendar(), first.micros().saturating_add(open - 1))
}

fn burns(feature: &Feature, open: Option<i64>, label: &str, told: &mut Told) -> Option<When> {
    let mut date = |property: &str| -> std::result::Result<Option<(Timestamp, Timestamp)>, ()> {
        let Some(value) = feature.property(property) else { return Ok(None) };
        match instants(value) {
            Ok(instants) if YEARS.contains(&instants.0.civil().year) => Ok(Some(instants)),
            Ok(_) => {
                told.left_out(
                    label,
                    &format!("the year of `{property}` is not one of {}…{}", YEARS.start(), YEARS.end()),
                );
                Err(())
            }
            Err(_) => {
                told.left_out(label, &format!("`{property}` is not a date"));
                Err(())
            }
        }
    };
    let (alarm, contained) = (date(ALARM).ok()?, date(CONTAINED).ok()?);
    let (first, last) = match (alarm, contained, open) {
        (Some((first, _)), Some((_, last)), _) => (first, last),
        (Some((first, _)), None, Some(open)) => {
            told.changed(label, "without a date of containment, taken to end after --open-days");
            (first, open_end(first, open))
        }
        (Some(_), None, None) => {
            told.left_out(label, "no date of containment (--open-days N lets these end N days after the alarm)");
            return None;
        }
        (None, Some((first, last)), _) => {
            told.changed(label, "without a date of alarm, taken at that of containment alone");
            (first, last)
        }
        (None, None, _) => {
            told.left_out(label, "no date at all");
            return None;
        }
    };
    if last.micros() < first.micros() {
        told.left_out(label, "contained before the alarm");
        return None;
    }
    if last.seconds_since(first) > LONGEST_DAYS * 86_400.0 {
        told.left_out(label, "contained more than three years after the alarm, which must be a wrong date");
        return None;
    }
    Some(When::During { first, last })
}
