//! The definition of a job that masks outlines: every flag of the command line is a key here.

use std::path::PathBuf;

use eventscape_catalog::{OutlineKind, OutlineRequest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::duration::duration_micros;
use super::parts::{LimitKeys, OutputKeys};
use super::table::job_table;
use super::text::{BoxText, TextOrNumber, Texts};
use super::tos2ca_names::Tos2caNames;
use crate::error::{PipelineError, Result};

const DAY_MICROS: i64 = 86_400_000_000;

/// Outlines with times to be made into masks. Keys that are absent take the default that is given with each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct MaskFromJob {
    /// The outlines, and the grid of the masks.
    #[serde(flatten)]
    pub outlines: OutlineKeys,
    /// What the job makes, and where.
    #[serde(flatten)]
    pub output: OutputKeys,
    /// How much of the machine it may use.
    #[serde(flatten)]
    pub limits: LimitKeys,
}

/// The keys that only a job of outlines has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutlineKeys {
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
    /// Names of the files in TOS2CA's layouts: `old` as in 2024, `new` as in the newest TOS2CA (default `old`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos2ca_names: Option<Tos2caNames>,
}

job_table! {
    MaskFromJob,
    title: "Eventscape job: masks from outlines",
    about: "Outlines with times to be made into masks. Keys that are absent take the default that is given with each.",
    notes: &[
        ("title", "Title of the job, for people (default: the name of the only phenomenon, or what the file has)."),
        ("products", "Products to make: `all`, or some of their names, with commas (default: all but pictures)."),
        ("memory_limit", "Most memory for maps in the making (`2GiB`; default: a quarter of the machine's or container's)."),
    ],
    parts: { outlines: OutlineKeys, output: OutputKeys, limits: LimitKeys }
}

impl MaskFromJob {
    pub(crate) fn path(&self) -> Result<PathBuf> {
        let path = self.outlines.outlines.as_ref().filter(|path| !path.is_empty());
        path.map(PathBuf::from).ok_or_else(|| PipelineError::job("outlines", "name a file of outlines"))
    }

    pub(crate) fn outline_request(&self) -> Result<OutlineRequest> {
        let kind = match self.outlines.kind.as_deref() {
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
            layer: self.outlines.layer.clone(),
            radius_of: self.outlines.radius_of,
            time_property: self.outlines.time_property.clone(),
            start_property: self.outlines.start_property.clone(),
            end_property: self.outlines.end_property.clone(),
            id_property: self.outlines.id_property.clone(),
            name_property: self.outlines.name_property.clone(),
            open_days: self.outlines.open_days,
            only: self.outlines.only.as_ref().map(Texts::names).unwrap_or_default(),
        })
    }

    /// Time between scenes, microseconds.
    pub(crate) fn step_micros(&self) -> Result<i64> {
        self.outlines.step.as_ref().map_or(Ok(DAY_MICROS), |step| duration_micros("step", &step.text()))
    }
}
