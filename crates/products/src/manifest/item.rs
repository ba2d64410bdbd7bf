//! The manifest as a STAC Item.

use std::io::Write;

use eventscape_core::time::{Calendar, Civil};
use eventscape_core::{Cells, Grid, Lineage, Timestamp};
use serde_json::{Map, Value, json};

use super::{Artifact, href};
use crate::names::instant_micros;
use crate::polygons::{Outline, Outliner};
use crate::{JobInfo, ProductError};

/// Whether all of the job is in its products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All that was asked for.
    Complete,
    /// Some granules or products are missing; the notices say which.
    Partial,
}

/// Writes the manifest: files by name, granules in the job's order, notices as given.
///
/// # Errors
/// [`ProductError::Unrepresentable`] for two files of one name, a name that is a path, or a checksum that is none;
/// [`ProductError::Write`] when the output refuses.
pub fn write_manifest<W: Write>(
    out: W,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    files: &[Artifact],
    status: Status,
    notices: &[String],
) -> Result<(), ProductError> {
    write_item(out, job, grid, &lineage.times, counts(lineage, grid), files, status, notices)
}

/// Writes the manifest of a job that has no lineage of its own; `counts` is what it counted, by name.
///
/// # Errors
/// As [`write_manifest`].
#[allow(clippy::too_many_arguments)] // each is a part of the item
pub fn write_item<W: Write>(
    mut out: W,
    job: &JobInfo,
    grid: &Grid,
    times: &[Timestamp],
    counts: Value,
    files: &[Artifact],
    status: Status,
    notices: &[String],
) -> Result<(), ProductError> {
    let (start, end) = span(job, times);
    let footprint = footprint(grid);
    let mut geometry = Vec::new();
    let failed = |source| ProductError::Write { product: "the manifest".to_owned(), source };
    footprint.write_geojson(&mut geometry).map_err(failed)?;
    let geometry: Value = serde_json::from_slice(&geometry).map_err(|e| failed(e.into()))?;

    let mut properties = Map::new();
    let mut told = |key: &str, value: Value| {
        if !value.is_null() && value != "" {
            properties.insert(key.to_owned(), value);
        }
    };
    told("title", json!(job.title));
    told("description", json!(job.summary));
    told("start_datetime", json!(rfc3339(start)));
    told("end_datetime", json!(rfc3339(end)));
    told("created", json!(job.created));
    told("license", json!(job.license));
    told("processing:software", json!({"Eventscape": job.software_version}));
    told("processing:facility", json!(job.institution));
    told("processing:lineage", json!(job.history));
    if !job.keywords.is_empty() {
        told("keywords", json!(job.keywords));
    }
    told("eventscape:status", json!(if status == Status::Complete { "complete" } else { "partial" }));
    told("eventscape:notices", json!(notices));
    told("eventscape:calendar", json!(start.calendar().name()));
    told("eventscape:time_coverage", json!([start.to_string(), end.to_string()]));
    told("eventscape:job", description(job));
    told("eventscape:counts", counts);
    if !job.given.is_empty() {
        told("eventscape:tracks", given(job));
    }
    properties.insert("datetime".to_owned(), Value::Null);

    let manifest = json!({
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [
            "https://stac-extensions.github.io/file/v2.1.0/schema.json",
            "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
        ],
        "id": format!("eventscape-{}", job.job_id),
        "geometry": geometry,
        "bbox": footprint.bbox_across(),
        "properties": properties,
        "links": links(job),
        "assets": assets(files)?,
    });
    serde_json::to_writer_pretty(&mut out, &manifest).map_err(|e| failed(e.into()))?;
    out.write_all(b"\n").and_then(|()| out.flush()).map_err(failed)
}

/// The outline of all cells.
fn footprint(grid: &Grid) -> Outline {
    Outliner::new(grid).outline(&Cells::of_rows(0..grid.ny() as u32, grid.nx() as u32))
}

/// First and last time of the scenes; the span asked for where there is no scene.
fn span(job: &JobInfo, times: &[Timestamp]) -> (Timestamp, Timestamp) {
    let first = times.iter().min_by_key(|time| time.micros());
    let last = times.iter().max_by_key(|time| time.micros());
    (first.copied().unwrap_or(job.start), last.copied().unwrap_or(job.end))
}

/// An instant as RFC 3339 demands it. A date of a model calendar that the real one does not know (30 February) becomes
/// the last day of its month; `eventscape:time_coverage` has it as it is.
fn rfc3339(time: Timestamp) -> String {
    if let Some(micros) = instant_micros(time) {
        return Timestamp::from_micros(Calendar::ProlepticGregorian, micros).to_string();
    }
    let civil = time.civil();
    let last = Calendar::ProlepticGregorian.days_in_month(civil.year, civil.month);
    let civil = Civil { day: civil.day.min(last), ..civil };
    Timestamp::from_civil(Calendar::ProlepticGregorian, civil)
        .map_or_else(|_| time.to_string(), |real| real.to_string())
}

fn description(job: &JobInfo) -> Value {
    let mut told = Map::new();
    let mut tell = |key: &str, value: Value| {
        if !value.is_null() && value != "" {
            told.insert(key.to_owned(), value);
        }
    };
    tell("job_id", json!(job.job_id));
    tell("collection", json!(job.collection));
    tell("dataset", json!(job.dataset_label));
    tell(
        "variable",
        json!({
            "name": job.variable.name,
            "units": job.variable.units,
            "long_name": job.variable.long_name,
            "standard_name": job.variable.standard_name,
        }),
    );
    tell("condition", json!(job.condition_text));
    tell("event_type", json!(job.event_type));
    tell("threshold", json!(job.threshold_text));
    tell("start", json!(job.start.to_string()));
    tell("end", json!(job.end.to_string()));
    let b = job.bounds;
    tell("bounds", json!([b.west, b.south, b.east, b.north]));
    tell("tracker", json!(job.tracker));
    tell("options", json!(job.options));
    tell("command", json!(job.command));
    tell("project", json!(job.project));
    tell("creator_name", json!(job.creator_name));
    tell("creator_email", json!(job.creator_email));
    tell("creator_url", json!(job.creator_url));
    Value::Object(told)
}

fn counts(lineage: &Lineage, grid: &Grid) -> Value {
    json!({
        "scenes": lineage.times.len(),
        "rows": grid.ny(),
        "columns": grid.nx(),
        "tracks": lineage.tracks.len(),
        "components": lineage.tracks.iter().map(|track| track.members.len()).sum::<usize>(),
        "links": lineage.links.len(),
    })
}

/// What the tracks are called where they come from.
fn given(job: &JobInfo) -> Value {
    let track = |given: &crate::GivenTrack| json!({"id": given.id, "name": given.name, "source_id": given.source_id});
    job.given.iter().map(track).collect()
}

fn links(job: &JobInfo) -> Value {
    let link = |granule: &crate::InputGranule| {
        let mut link = json!({
            "rel": "derived_from",
            "href": href::location(&granule.location),
            "title": granule.location.rsplit('/').next().unwrap_or_default(),
        });
        if let Some(size) = granule.size {
            link["file:size"] = json!(size);
        }
        link
    };
    job.granules.iter().map(link).collect()
}

fn assets(files: &[Artifact]) -> Result<Value, ProductError> {
    let mut assets = Map::new();
    for file in files {
        let wrong =
            |what: &str| ProductError::Unrepresentable(format!("the manifest cannot list {:?}: {what}", file.name));
        if file.name.is_empty() || file.name == "." || file.name == ".." || file.name.contains(['/', '\0']) {
            return Err(wrong("it is not the name of a file in the job's folder"));
        }
        if file.sha256.len() != 64 || !file.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(wrong("its checksum is not a SHA-256 of 64 lower-case hexadecimal digits"));
        }
        let mut asset = json!({
            "href": href::beside(&file.name),
            "title": file.title,
            "type": file.media_type,
            "roles": file.roles,
            "file:size": file.size,
            // a multihash: 0x12 is SHA-256, 0x20 its length
            "file:checksum": format!("1220{}", file.sha256),
            "eventscape:sha256": file.sha256,
            "eventscape:product": file.product,
        });
        if let Some(stamp) = &file.stamp {
            asset["eventscape:stamp"] = json!(stamp);
        }
        if let Some(time) = file.time {
            asset["datetime"] = json!(rfc3339(time));
        }
        if assets.insert(file.name.clone(), asset).is_some() {
            return Err(wrong("there are two files of this name"));
        }
    }
    Ok(Value::Object(assets))
}
