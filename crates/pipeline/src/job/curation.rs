//! The definition of a curation job: every flag of the command line is a key here, and the other way round.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::parts::{LimitKeys, OutputKeys, SourceKeys, is_false};
use super::table::job_table;
use super::text::{TextOrNumber, Texts};

/// Other data to be gathered inside the events of a PhDef job. Keys that are absent take the default that is given with each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct CurationJob {
    /// Where the other data lie.
    #[serde(flatten)]
    pub source: SourceKeys,
    /// What is gathered, and how.
    #[serde(flatten)]
    pub curation: CurationKeys,
    /// What the job makes, and where.
    #[serde(flatten)]
    pub output: OutputKeys,
    /// How much of the machine it may use.
    #[serde(flatten)]
    pub limits: LimitKeys,
}

/// The keys that only a curation job has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CurationKeys {
    /// Folder or URL of the PhDef job (`out/1`), or its mask file; ours or the reference's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phdef: Option<String>,
    /// Name of a catalogued collection (`eventscape collections list`), or several with commas: each becomes a job of its own,
    /// numbered one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<Texts>,
    /// The variable, or several with commas; of several collections each variable goes to the one that has it
    /// (`COLLECTION:variable` where more than one does).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<Texts>,
    /// By how many degrees an event's box is pushed out (default: the collection's, or two of its cells).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// How values reach the mask's cells: `collocation`, `nearest`, `linear`, `mean`, `conservative` (default: by the two
    /// grids); of swaths `distance` (the default), `linear`, `nearest`, `mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Swaths: points farther than this many km from a cell do not count (default: the swath's own spacing).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius_km: Option<f64>,
    /// Swaths: how long before and after a mask time a value may have been seen: `30min`, `6h`; a number means hours
    /// (default: half the masks' step, but at least 30min).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_window: Option<TextOrNumber>,
    /// Swaths: values with any of these quality flags count as missing; `none` keeps all (default: the catalogue's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_flags: Option<Texts>,
    /// Data of a single time hold for all times of the events (default false: only for those within a day of it, or in the cell that
    /// its bounds give).
    #[serde(skip_serializing_if = "is_false")]
    pub constant: bool,
    /// Make the variable over the whole domain of the masks, too, at all their times (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub stationary: bool,
    /// The reference's interpolation and unweighted statistics (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub tos2ca_compat: bool,
}

job_table! {
    CurationJob,
    title: "Eventscape job: data curation",
    about: "Other data to be gathered inside the events of a PhDef job. Keys that are absent take the default that is given with each.",
    notes: &[("job_id", "Number of the job (default: the PhDef job's and one more).")],
    parts: { source: SourceKeys, curation: CurationKeys, output: OutputKeys, limits: LimitKeys }
}
