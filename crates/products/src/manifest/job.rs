//! What a manifest says of its job.

use std::collections::BTreeMap;

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Artifact, listed_files};
use crate::ProductError;

/// What a manifest says of its job.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The job's number.
    pub job_id: u64,
    /// Its title.
    pub title: String,
    /// The version of Eventscape that wrote its products.
    pub software: String,
    /// The command line that does it again.
    pub command: String,
    /// The calendar of its times.
    pub calendar: Calendar,
    /// The first and the last time of its scenes.
    pub coverage: (Timestamp, Timestamp),
    /// What was counted, by name: `scenes`, `tracks`, `components`, …
    pub counts: BTreeMap<String, u64>,
    /// Whether its phenomena were given, not found: they may share cells.
    pub is_given: bool,
    /// The files, by name.
    pub files: Vec<Artifact>,
}

#[derive(Deserialize)]
struct WholeItem {
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(default)]
    title: String,
    #[serde(rename = "eventscape:calendar")]
    calendar: String,
    #[serde(rename = "eventscape:time_coverage")]
    coverage: [String; 2],
    #[serde(rename = "eventscape:job")]
    job: Job,
    #[serde(rename = "eventscape:counts")]
    counts: BTreeMap<String, Value>,
    #[serde(default, rename = "processing:software")]
    software: BTreeMap<String, String>,
    #[serde(rename = "eventscape:tracks")]
    tracks: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
struct Job {
    job_id: u64,
    #[serde(default)]
    command: String,
}

/// What a manifest says of its job, and the files that it lists.
///
/// # Errors
/// [`ProductError::Unrepresentable`] where the bytes are not a manifest.
pub fn read_manifest(manifest: &[u8]) -> Result<Manifest, ProductError> {
    let WholeItem { properties } = serde_json::from_slice(manifest).map_err(|e| none(&e))?;
    let calendar: Calendar = properties.calendar.parse().map_err(|e| none(&e))?;
    let time = |text: &str| Timestamp::parse(text, calendar).map(|(time, _)| time).map_err(|e| none(&e));
    let [first, last] = &properties.coverage;
    Ok(Manifest {
        job_id: properties.job.job_id,
        title: properties.title,
        software: properties.software.into_values().next().unwrap_or_default(),
        command: properties.job.command,
        calendar,
        coverage: (time(first)?, time(last)?),
        counts: properties.counts.into_iter().filter_map(|(name, count)| Some((name, count.as_u64()?))).collect(),
        is_given: properties.tracks.is_some(),
        files: listed_files(manifest)?,
    })
}

fn none(why: &dyn std::fmt::Display) -> ProductError {
    ProductError::Unrepresentable(format!("this is not a manifest: {why}; run the job anew"))
}
