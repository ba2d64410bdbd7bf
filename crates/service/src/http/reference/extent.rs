//! Where and when the data of a finished job are: what its manifest tells.

use eventscape_io::stores::{Location, Stores};
use serde::Deserialize;

use crate::error::{Result, ServiceError};
use crate::http::App;
use crate::jobs::{JobRecord, JobStage, JobStatus, place_of};

/// The largest manifest that is read, bytes.
const LARGEST: u64 = 64 << 20;

/// The extent of a job's grid and times.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Extent {
    /// West, south, east, north in degrees; west above east where it crosses ±180°.
    pub(super) bbox: Option<[f64; 4]>,
    properties: Properties,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Properties {
    /// First and last time, on the calendar of the data.
    #[serde(rename = "eventscape:time_coverage")]
    times: Option<(String, String)>,
}

impl Extent {
    /// First and last time as a TOS2CA database shows them: `2020-01-04 00:00:00`.
    pub(super) fn span(&self) -> (Option<String>, Option<String>) {
        let shown = |text: &String| {
            let text = text.trim_end_matches('Z').replacen('T', " ", 1);
            text.split('.').next().map(str::to_owned)
        };
        self.properties.times.as_ref().map_or((None, None), |(first, last)| (shown(first), shown(last)))
    }
}

/// The extent of a PhDef job; `None` where it is not complete or its manifest cannot be read, which is logged.
pub(super) async fn extent(app: &App, job: &JobRecord) -> Result<Option<Extent>> {
    if job.stage != JobStage::Phdef || job.status != JobStatus::Complete {
        return Ok(None);
    }
    let outputs = app.jobs.outputs(job.job_id).await?;
    let manifest = outputs.iter().find(|output| output.kind == "manifest");
    let (Some(manifest), Some(folder)) = (manifest, job.location.as_deref()) else { return Ok(None) };
    let (stores, place) = (app.stores.clone(), place_of(folder, &manifest.name));
    match app.events.heavy.read(move |_| read(&stores, &place)).await {
        Ok(extent) => Ok(Some(extent)),
        Err(error) => {
            tracing::warn!(%error, job = job.job_id, "the manifest cannot be read; its extent is not told");
            Ok(None)
        }
    }
}

fn read(stores: &Stores, place: &str) -> Result<Extent> {
    let source = stores.open(&Location::parse(place)?)?;
    if source.len() > LARGEST {
        return Err(ServiceError::Internal(format!("`{place}` has {} bytes; {LARGEST} are the most", source.len())));
    }
    let mut bytes = Vec::new();
    source.read_into(0..source.len(), &mut bytes)?;
    serde_json::from_slice(&bytes).map_err(|e| ServiceError::Internal(format!("`{place}` is no manifest: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_a_tos2ca_database_shows_them() {
        let read = |text: &str| serde_json::from_str::<Extent>(text).unwrap();
        let extent = read(
            r#"{"type": "Feature", "bbox": [170.0, -5.0, -170.0, 5.0], "assets": {}, "properties": {"title": "x",
                "eventscape:time_coverage": ["2000-02-30T06:00:00Z", "2000-03-01T00:00:00.500000Z"]}}"#,
        );
        assert_eq!(extent.bbox, Some([170.0, -5.0, -170.0, 5.0]));
        let (first, last) = extent.span();
        assert_eq!((first.as_deref(), last.as_deref()), (Some("2000-02-30 06:00:00"), Some("2000-03-01 00:00:00")));
        assert_eq!(read(r#"{"bbox": null, "properties": {}}"#).span(), (None, None));
    }
}
