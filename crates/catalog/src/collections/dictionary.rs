//! The reference's own two dictionaries: JSON objects of collections, in which the keys vary (`dataSetId`, `dataSetID`,
//! `datasetId`), units may be nonsense, and `reader` or `curator` tells what a collection is for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::entry::{
    Axes, Capability, Entry, Instant, LongitudeConvention, Period, Provider, TimeRule, Validity, VariableEntry,
};
use crate::{CatalogError, Result};

/// Keys that only the reference's dictionaries have.
const TELLTALES: [&str; 4] = ["dataSetId", "dataSetID", "datasetId", "coordinateNames"];

/// Whether a JSON text is such a dictionary rather than a catalogue of ours.
pub(super) fn is_dictionary(text: &str) -> bool {
    let Ok(Value::Object(top)) = serde_json::from_str::<Value>(text) else { return false };
    !top.contains_key("collections") && top.values().any(|v| TELLTALES.iter().any(|key| v.get(key).is_some()))
}

/// One collection of a dictionary. Keys that we do not use are left alone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    daac: String,
    start_date: Instant,
    #[serde(default)]
    end_date: Option<Instant>,
    #[serde(default)]
    time_step: Option<String>,
    format: String,
    #[serde(default)]
    product_info: Option<String>,
    full_name: String,
    #[serde(default, rename = "dataSetId", alias = "dataSetID", alias = "datasetId")]
    data_set_id: Option<String>,
    location: String,
    variables: Vec<String>,
    #[serde(default)]
    variable_names: BTreeMap<String, String>,
    coordinate_names: CoordinateNames,
    #[serde(default)]
    units: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct CoordinateNames {
    lat: String,
    lon: String,
    time: String,
}

/// A collection as a dictionary has it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: String,
    capability: Capability,
    raw: Raw,
}

/// Reads a dictionary.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Record>> {
    let wrong = |key: &str, reason: String| CatalogError::Entry { file: file.to_owned(), key: key.to_owned(), reason };
    let top: Value = serde_json::from_str(text).map_err(|e| wrong("", format!("it is not valid JSON: {e}")))?;
    let Value::Object(top) = top else {
        return Err(wrong("", "a dictionary is an object of collections".to_owned()));
    };
    top.into_iter()
        .map(|(id, value)| {
            // the keys tell, even where they are null
            let is_curated = value.get("curator").is_some() && value.get("reader").is_none();
            let raw: Raw = serde_path_to_error::deserialize(value)
                .map_err(|e| wrong(&format!("{id}.{}", e.path()), e.inner().to_string()))?;
            if raw.variables.is_empty() {
                return Err(wrong(&format!("{id}.variables"), "there is none".to_owned()));
            }
            let capability = if is_curated { Capability::Curation } else { Capability::PhDef };
            Ok(Record { id, capability, raw })
        })
        .collect()
}

impl Record {
    /// Takes over what the dictionary says of a collection that the catalogue knows the shape of.
    pub(super) fn apply_to(self, entry: &mut Entry) {
        let raw = self.raw;
        let possible = self.capability == Capability::Curation || !entry.swath;
        if possible && !entry.capabilities.contains(&self.capability) {
            entry.capabilities.push(self.capability);
            entry.capabilities.sort_unstable();
        }
        entry.valid = Validity { start: raw.start_date, end: raw.end_date };
        entry.title = raw.full_name;
        entry.product_info = raw.product_info.or(entry.product_info.take());
        match &mut entry.provider {
            Some(provider) => provider.location = raw.location,
            none => *none = Some(provider(raw.daac, raw.location)),
        }
        if let Some(alias) = raw.data_set_id.filter(|a| *a != entry.id && !entry.aliases.contains(a)) {
            entry.aliases.push(alias);
        }
        // the catalogue's own units and names are right where the dictionary's are not: only gaps are filled
        for name in raw.variables {
            let variable = entry.variables.entry(name.clone()).or_default();
            variable.units = variable.units.take().or(raw.units.get(&name).cloned());
            variable.long_name = variable.long_name.take().or(raw.variable_names.get(&name).cloned());
        }
    }

    /// A collection of which only the dictionary knows.
    pub(super) fn into_entry(self) -> Entry {
        let raw = self.raw;
        let step = match raw.time_step.as_deref() {
            Some("half hourly") => Some(Period::Seconds(1_800)),
            Some("hourly") => Some(Period::Seconds(3_600)),
            Some("monthly") => Some(Period::Months(1)),
            Some("daily") => Some(Period::Seconds(86_400)),
            _ => None,
        };
        let variables = raw
            .variables
            .iter()
            .map(|name| {
                let (units, long_name) = (raw.units.get(name).cloned(), raw.variable_names.get(name).cloned());
                (name.clone(), VariableEntry { units, long_name })
            })
            .collect();
        let names = raw.coordinate_names;
        Entry {
            id: self.id,
            version: None,
            aliases: raw.data_set_id.into_iter().collect(),
            title: raw.full_name,
            capabilities: vec![self.capability],
            swath: false,
            format: raw.format,
            limits: None,
            product_info: raw.product_info,
            doi: None,
            valid: Validity { start: raw.start_date, end: raw.end_date },
            granules: None,
            axes: Axes {
                group: String::new(),
                order: vec![names.time.clone(), names.lat.clone(), names.lon.clone()],
                latitude: names.lat,
                longitude: names.lon,
                time: names.time,
                level: None,
                longitudes: LongitudeConvention::PlusMinus180,
                resolution: [1.0, 1.0],
            },
            // the dictionary says `daily` of collections that are not; the granules' own times decide
            time: TimeRule {
                step,
                encoding: "read from the attributes".to_owned(),
                relabel_calendar: None,
                rounding: None,
            },
            provider: Some(provider(raw.daac, raw.location)),
            curation: None,
            quality: None,
            missing: Vec::new(),
            variables,
        }
    }
}

fn provider(daac: String, location: String) -> Provider {
    Provider { daac, location, region: None, credentials: None }
}
