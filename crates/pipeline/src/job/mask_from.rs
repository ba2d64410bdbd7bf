//! The definition of a job that masks outlines: every flag of the command line is a key here.

use std::path::PathBuf;

use eventscape_catalog::{OutlineKind, OutlineRequest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{PipelineError, Result};
use crate::job::{BoxText, TextOrNumber, Texts, duration_micros, read_keys, schema_of};

const DAY_MICROS: i64 = 86_400_000_000;

/// Outlines with times to be made into masks. Keys that are absent take the default that is given with each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaskFromJob {
    /// The file: GeoJSON, GeoPackage, shapefile (`.shp`), or IBTrACS as CSV or netCDF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlines: Option<String>,
    /// What it has: `polygons`, `wildfires`, `cyclones` (default `auto`: told by its content).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The layer of a GeoPackage that has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// Only these phenomena, by name or id, with commas (default: all).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<Texts>,
    /// Width and height of a cell, degrees (default for wildfires 0.005).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<f64>,
    /// West, south, east, north of the grid's outer edges, degrees; west > east crosses ±180° (default: around all
    /// outlines, with a cell more, at multiples of the resolution).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<BoxText>,
    /// A CF file or a mask file whose grid is taken, in place of `resolution` and `bbox`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid_like: Option<String>,
    /// First time, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<TextOrNumber>,
    /// Last time, inclusive; a date alone means its whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<TextOrNumber>,
    /// Time between two scenes of an outline that lasts: `1d`, `6h`, `30min`; a number means hours (default `1d`).
    /// Scenes are at whole steps since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<TextOrNumber>,
    /// How many days an outline without an end lasts, such as a fire that is not contained (default: it is left out).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_days: Option<f64>,
    /// Cyclones: the wind speed in knots whose radii are the area, 34, 50 or 64 (default 34).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius_of: Option<u32>,
    /// Polygons: the property with the time of an outline (default: one that is called `time`, `date` or the like).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_property: Option<String>,
    /// Polygons: the property with the first time of an outline that lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_property: Option<String>,
    /// Polygons: the property with its last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_property: Option<String>,
    /// Polygons: the property that says which outlines are of one phenomenon (default: each is one of its own).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_property: Option<String>,
    /// Polygons: the property with the phenomenon's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_property: Option<String>,
    /// Folder or `s3://` location (`gs://`, `az://`); the products go to `<out>/<job id>/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    /// Number of the job (default 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<u64>,
    /// Title of the job, for people (default: the name of the only phenomenon, or what the file has).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Products to make: `all`, or some of their names, with commas (default: all but pictures).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Texts>,
    /// Threads to use (default: all cores).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Most memory for maps in the making (`2GiB`; default: a quarter of the machine's or container's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<TextOrNumber>,
    /// Start anew, even if an earlier run of another job left products in the folder (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub overwrite: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(value: &bool) -> bool {
    !*value
}

impl MaskFromJob {
    /// The job that a table of keys spells.
    ///
    /// # Errors
    /// Names the key.
    pub fn read(keys: Map<String, Value>) -> Result<Self> {
        read_keys(keys).map_err(|wrong| PipelineError::job(format!("--{}", wrong.key.replace('_', "-")), wrong.reason))
    }

    /// The JSON Schema of the job.
    #[must_use]
    pub fn schema() -> Value {
        schema_of::<Self>("Eventscape job: masks from outlines")
    }

    /// The job without what does not change cells or tracks.
    pub(super) fn essence(&self) -> Self {
        Self {
            outlines: None,
            out: None,
            job_id: None,
            title: None,
            products: None,
            threads: None,
            memory_limit: None,
            overwrite: false,
            ..self.clone()
        }
    }

    pub(super) fn path(&self) -> Result<PathBuf> {
        let path = self.outlines.as_ref().filter(|path| !path.is_empty());
        path.map(PathBuf::from).ok_or_else(|| PipelineError::job("outlines", "name a file of outlines"))
    }

    pub(super) fn outline_request(&self) -> Result<OutlineRequest> {
        let kind = match self.kind.as_deref() {
            None | Some("auto") => None,
            Some(name) => Some(
                OutlineKind::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind).ok_or_else(|| {
                    let known: Vec<&str> = OutlineKind::ALL.iter().map(|(_, known)| *known).collect();
                    PipelineError::job("kind", format!("`{name}` is no kind; there are auto, {}", known.join(", ")))
                })?,
            ),
        };
        Ok(OutlineRequest {
            kind,
            layer: self.layer.clone(),
            radius_of: self.radius_of,
            time_property: self.time_property.clone(),
            start_property: self.start_property.clone(),
            end_property: self.end_property.clone(),
            id_property: self.id_property.clone(),
            name_property: self.name_property.clone(),
            open_days: self.open_days,
            only: self.only.as_ref().map(Texts::names).unwrap_or_default(),
        })
    }

    /// Time between scenes, microseconds.
    pub(super) fn step_micros(&self) -> Result<i64> {
        self.step.as_ref().map_or(Ok(DAY_MICROS), |step| duration_micros("step", &step.text()))
    }
}
