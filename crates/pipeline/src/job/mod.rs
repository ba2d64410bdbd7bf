//! The definition of a PhDef job: every flag of the command line is a key here, and the other way round.

mod duration;
mod file;
mod keys;
mod text;

pub(crate) use duration::duration_micros;
pub(crate) use file::schema_of;
pub use file::{canonical_keys, job_schema, read_job_file, read_table, read_toml_table};
pub use keys::{WrongKey, read_keys, takes_text};
pub use text::{BoxText, TextOrNumber, Texts, parse_bytes};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How components are linked through time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrackerName {
    /// Overlap of consecutive scenes, with merging and splitting.
    #[default]
    Fortracc,
    /// The tracker for infrared brightness temperature.
    AuxGeoir,
}

/// A phenomenon to be found and followed. Keys that are absent take the default that is given with each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Job {
    /// Name of a catalogued collection (`eventscape collections list`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// Files, folders, globs or URLs to read; with `collection`, where its granules are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Texts>,
    /// Folder or URL under which the collection's own directories lie; default: its published location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// A file of further collections, or the reference's dictionary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
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
    /// Level of a variable with more dimensions: a value (`"850 hPa"`) or an index (`"#3"`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<TextOrNumber>,
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
    pub tracker: Option<TrackerName>,
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
    /// AUX-GEOIR: the warm threshold in K (default 265).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_threshold: Option<f64>,
    /// AUX-GEOIR: components larger than this many cells are cut into their cores (default 2500).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size: Option<u32>,
    /// AUX-GEOIR: fewest steps of a track (default 6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_steps: Option<u32>,
    /// AUX-GEOIR: the cold threshold alone, without growth into the warm one (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub cold_only: bool,
    /// Reproduce the reference bit for bit (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub tos2ca_compat: bool,
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
    /// Folder or `s3://` location (`gs://`, `az://`); the products go to `<out>/<job id>/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    /// Number of the job (default 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<u64>,
    /// Title of the job, for people (default: made from the request).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Products to make: `all`, or some of their names, with commas (default: all but `svg` and `animation`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Texts>,
    /// Make no pictures (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub no_plots: bool,
    /// Threads to use (default: all cores).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Most memory for scenes in flight (`2GiB`; default: a quarter of the machine's or container's).
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

impl Job {
    /// This job with every key that `over` sets replaced by it: flags over a job file.
    #[must_use]
    pub fn overridden_by(self, over: Self) -> Self {
        macro_rules! either {
            ($($key:ident),*) => { Self { $($key: over.$key.or(self.$key),)*
                cold_only: self.cold_only || over.cold_only,
                tos2ca_compat: self.tos2ca_compat || over.tos2ca_compat,
                no_plots: self.no_plots || over.no_plots,
                overwrite: self.overwrite || over.overwrite,
            } };
        }
        either!(
            collection,
            input,
            root,
            catalog,
            variable,
            operator,
            value,
            level,
            bbox,
            polygon,
            start,
            end,
            tracker,
            connectivity,
            min_overlap,
            min_size,
            min_area_km2,
            fill_holes,
            smooth,
            max_gap,
            warm_threshold,
            max_size,
            min_steps,
            chunks,
            chunk_steps,
            chunk,
            cache,
            cache_dir,
            out,
            job_id,
            title,
            products,
            threads,
            memory_limit
        )
    }
}
