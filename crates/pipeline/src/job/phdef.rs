//! The definition of a PhDef job: every flag of the command line is a key here, and the other way round.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::parts::{LimitKeys, OutputKeys, SourceKeys, is_false};
use super::table::job_table;
use super::text::{BoxText, TextOrNumber};
use super::tos2ca_names::Tos2caNames;

/// A phenomenon to be found and followed. Keys that are absent take the default that is given with each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Job {
    /// Where the data lie.
    #[serde(flatten)]
    pub source: SourceKeys,
    /// What is looked for.
    #[serde(flatten)]
    pub phenomenon: PhenomenonKeys,
    /// How the job runs.
    #[serde(flatten)]
    pub running: RunningKeys,
    /// What the job makes, and where.
    #[serde(flatten)]
    pub output: OutputKeys,
    /// How much of the machine it may use.
    #[serde(flatten)]
    pub limits: LimitKeys,
    /// The keys that the tracker has of its own, such as `warm_threshold`.
    #[serde(flatten)]
    pub method: Map<String, Value>,
}

/// The keys of a PhDef job that decide on the components and their tracks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PhenomenonKeys {
    /// Name of a catalogued collection (`eventscape collections list`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// The variable; for an expression the one that is described (default: the first one it names).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The operator: `lessThan`, `lessThanOrEqualTo`, `greaterThan`, `greaterThanOrEqualTo`, `equalTo`,
    /// `anomalyEvent`, or one of ours (`between`, `hysteresisBelow`, `anomalyAbove`, `percentileAbove`,
    /// `climatologyAbove`, `expression`, …; see the guide).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// What the operator compares with: `235`, `"235 K"`, `"230,235"`, or the text of an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<TextOrNumber>,
    /// West, south, east, north in degrees; west > east crosses ±180°.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bbox: Option<BoxText>,
    /// A polygon as WKT or GeoJSON, or a file that holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polygon: Option<String>,
    /// First time, inclusive (`2015-08-12`, `2015-08-12T06:00Z`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<TextOrNumber>,
    /// Last time, inclusive; a date alone means its whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<TextOrNumber>,
    /// The tracker (default `fortracc`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracker: Option<String>,
    /// 4 or 8 neighbours (default 8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connectivity: Option<u8>,
    /// Least part of the earlier component's cells that links two components, 0..1 (default 0.25; AUX-GEOIR: -1, the largest predecessor).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_overlap: Option<f64>,
    /// Least size of a component in cells (default 150; AUX-GEOIR: 81).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_size: Option<u32>,
    /// Least size of a component in km² (default: none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_area_km2: Option<f64>,
    /// Fill holes of up to so many cells (default 0: none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill_holes: Option<u32>,
    /// Smooth by a box of so many cells each way before detection (default 0: none).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smooth: Option<u32>,
    /// Longest gap in hours across which components are linked (default 1.5 steps; in the reference's mode any).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_gap: Option<f64>,
    /// Reproduce the reference bit for bit (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub tos2ca_compat: bool,
}

/// The keys of a PhDef job that change no component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunningKeys {
    /// Cut the job into this number of chunks of time; there are fewer only where there are fewer scenes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunks: Option<u32>,
    /// Cut the job into chunks of this number of steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk_steps: Option<u32>,
    /// Run this chunk alone (from 1), to be joined with `eventscape stitch`; chunks of a job may run side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk: Option<u32>,
    /// Where scenes are kept between passes and jobs: `memory` (default), `disk`, `redis://[:password@]host[:port]` (`rediss://` with
    /// TLS), or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
    /// Folder of the disk cache (default: the user's cache folder).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_dir: Option<String>,
    /// Names of the files in TOS2CA's layouts: `old` as in 2024, `new` as in the newest TOS2CA (default `old`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos2ca_names: Option<Tos2caNames>,
    /// Make no pictures (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub no_plots: bool,
}

job_table! {
    Job,
    title: "Eventscape job: phenomenon definition",
    about: "A phenomenon to be found and followed. Keys that are absent take the default that is given with each.",
    notes: &[(
        "products",
        "Products to make: `all`, or some of their names, with commas (default: all but `svg` and `animation`).",
    )],
    parts: {
        source: SourceKeys,
        phenomenon: PhenomenonKeys,
        running: RunningKeys,
        output: OutputKeys,
        limits: LimitKeys,
    },
    methods: method
}

impl Job {
    /// The job without what does not change its components: where products go, threads, chunks, titles.
    pub(crate) fn what_matters(&self) -> Self {
        Self {
            running: RunningKeys::default(),
            output: OutputKeys::default(),
            limits: LimitKeys::default(),
            ..self.clone()
        }
    }
}
