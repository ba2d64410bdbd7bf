//! Any polygons with times.

use std::collections::HashMap;

use eventscape_core::outline::{Outline, Phenomenon, When};

use super::OutlineRequest;
use super::dates::instants;
use super::feature::{Feature, Features};
use super::told::Told;
use super::wildfires::{open_end, open_micros};
use crate::{CatalogError, Result};

/// Names that a property with a time has where nobody says which it is.
const TIME_NAMES: [&str; 6] = ["time", "datetime", "date", "timestamp", "iso_time", "valid_time"];

/// Names that the properties with the first and the last time have where nobody says which they are.
const SPAN_NAMES: [(&str, &str); 6] = [
    ("start", "end"),
    ("start_date", "end_date"),
    ("start_time", "end_time"),
    ("start_datetime", "end_datetime"),
    ("begin", "end"),
    ("begin_date", "end_date"),
];

/// The properties with times.
enum TimeFrom {
    Instant(String),
    Span { start: String, end: String },
}

/// A phenomenon for each id, from its features in the order of the file.
pub(super) fn phenomena(features: Features, request: &OutlineRequest, told: &mut Told) -> Result<Vec<Phenomenon>> {
    let from = time_from(&features, request)?;
    for property in [&request.id_property, &request.name_property].into_iter().flatten() {
        check(&features, property)?;
    }
    let open = open_micros(request)?;
    let mut all: Vec<Phenomenon> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for feature in features.list {
        let id = match &request.id_property {
            Some(property) => feature.text(property),
            None => Some(feature.own_id()),
        };
        let name = request.name_property.as_deref().and_then(|property| feature.text(property));
        let label = match (&name, &id) {
            (Some(name), Some(id)) if name != id => format!("{name} ({id})"),
            (Some(name), _) => name.clone(),
            (None, Some(id)) => id.clone(),
            (None, None) => format!("feature {}", feature.number),
        };
        let Some(id) = id else {
            told.left_out(&label, "no id");
            continue;
        };
        let Some(when) = when(&feature, &from, open, &label, told) else { continue };
        let Some(shape) = feature.shape(&label, told) else { continue };
        let outline = Outline { when, shape };
        // without an id of its own every feature is another phenomenon, whatever the file calls it
        let known = request.id_property.as_ref().and_then(|_| places.get(&id));
        match known.and_then(|place| all.get_mut(*place)) {
            Some(phenomenon) => {
                phenomenon.outlines.push(outline);
                phenomenon.name = phenomenon.name.take().or(name);
            }
            None => {
                places.insert(id.clone(), all.len());
                all.push(Phenomenon { id, name, outlines: vec![outline] });
            }
        }
    }
    Ok(all)
}

fn time_from(features: &Features, request: &OutlineRequest) -> Result<TimeFrom> {
    let names = features.property_names();
    let from = match (&request.time_property, &request.start_property, &request.end_property) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            return Err(CatalogError::Request(
                "give --time-property, or --start-property and --end-property, not both".to_owned(),
            ));
        }
        (Some(time), None, None) => TimeFrom::Instant(time.clone()),
        (None, Some(start), Some(end)) => TimeFrom::Span { start: start.clone(), end: end.clone() },
        (None, Some(_), None) | (None, None, Some(_)) => {
            return Err(CatalogError::Request(
                "outlines that last need both --start-property and --end-property; for instants give --time-property"
                    .to_owned(),
            ));
        }
        (None, None, None) => {
            let named =
                |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)).map(|n| (*n).to_owned());
            let span = || SPAN_NAMES.iter().find_map(|(start, end)| Some((named(start)?, named(end)?)));
            match (TIME_NAMES.iter().find_map(|wanted| named(wanted)), span()) {
                (Some(time), None) => TimeFrom::Instant(time),
                (None, Some((start, end))) => TimeFrom::Span { start, end },
                _ => {
                    return Err(CatalogError::Request(format!(
                        "say which property of `{}` has the time, with --time-property, or --start-property and \
                         --end-property; there are {names:?}",
                        features.location
                    )));
                }
            }
        }
    };
    match &from {
        TimeFrom::Instant(time) => check(features, time)?,
        TimeFrom::Span { start, end } => {
            check(features, start)?;
            check(features, end)?;
        }
    }
    Ok(from)
}

/// That a property is there.
fn check(features: &Features, property: &str) -> Result<()> {
    let is_there =
        features.list.iter().any(|feature| feature.properties.keys().any(|name| name.eq_ignore_ascii_case(property)));
    if is_there {
        return Ok(());
    }
    Err(CatalogError::Request(format!(
        "`{}` has no property `{property}`; there are {:?}",
        features.location,
        features.property_names()
    )))
}

fn when(feature: &Feature, from: &TimeFrom, open: Option<i64>, label: &str, told: &mut Told) -> Option<When> {
    let mut date = |property: &str| -> std::result::Result<Option<_>, ()> {
        let Some(value) = feature.property(property) else { return Ok(None) };
        instants(value).map(Some).map_err(|_| told.left_out(label, &format!("`{property}` is not a date")))
    };
    match from {
        TimeFrom::Instant(property) => match date(property).ok()? {
            Some((first, _)) => Some(When::At(first)),
            None => {
                told.left_out(label, &format!("no `{property}`"));
                None
            }
        },
        TimeFrom::Span { start, end } => {
            let (begun, ended) = (date(start).ok()?, date(end).ok()?);
            let Some((first, _)) = begun else {
                told.left_out(label, &format!("no `{start}`"));
                return None;
            };
            let last = match (ended, open) {
                (Some((_, last)), _) => last,
                (None, Some(open)) => {
                    told.changed(label, &format!("without `{end}`, taken to end after --open-days"));
                    open_end(first, open)
                }
                (None, None) => {
                    told.left_out(label, &format!("no `{end}` (--open-days N lets these last N days)"));
                    return None;
                }
            };
            if last.micros() < first.micros() {
                told.left_out(label, &format!("`{end}` is before `{start}`"));
                return None;
            }
            Some(When::During { first, last })
        }
    }
}
