//! The definition of a curation job: every flag of the command line is a key here, and the other way round.

use std::path::Path;

use eventscape_products::{Product, ProductStage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{TextOrNumber, Texts, read_keys, read_table, schema_of};

/// Other data to be gathered inside the events of a PhDef job. Keys that are absent take the default that is given with each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CurationJob {
    /// Folder or URL of the PhDef job (`out/1`), or its mask file; ours or the reference's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phdef: Option<String>,
    /// Name of a catalogued collection (`eventscape collections list`), or several with commas: each becomes a job of its own,
    /// numbered one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<Texts>,
    /// Files, folders, globs or URLs to read; with `collection`, where its granules are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Texts>,
    /// Folder or URL under which the collection's own directories lie; default: its published location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// A file of further collections, or the reference's dictionary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// The variable, or several with commas; of several collections each variable goes to the one that has it
    /// (`COLLECTION:variable` where more than one does).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<Texts>,
    /// Level of a variable with more dimensions: a value (`"850 hPa"`) or an index (`"#3"`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<TextOrNumber>,
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
    /// Folder or `s3://` location (`gs://`, `az://`); the products go to `<out>/<job id>/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    /// Number of the job (default: the PhDef job's and one more).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<u64>,
    /// Title of the job, for people (default: made from the request).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Products to make: `all`, or some of their names, with commas (default: all).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Texts>,
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

impl CurationJob {
    /// The job of a file (TOML or JSON, as those of PhDef), if there is one, with `flags` over its keys.
    ///
    /// # Errors
    /// Names the file, and the key where it can.
    pub fn read(file: Option<&Path>, flags: Map<String, Value>) -> Result<Self> {
        let mut table = match file {
            Some(path) => read_table(path)?,
            None => Map::new(),
        };
        table.extend(flags);
        let subject = file.map_or_else(|| "curate".to_owned(), |path| path.display().to_string());
        read_keys(table).map_err(|wrong| PipelineError::job(subject, format!("key `{}`: {}", wrong.key, wrong.reason)))
    }

    /// The JSON Schema of a job file.
    #[must_use]
    pub fn schema() -> Value {
        schema_of::<Self>("Eventscape job: data curation")
    }

    /// The products that the job asks for; `doors` has those that there are.
    ///
    /// # Errors
    /// A name that is not known, with those that are.
    pub(crate) fn wanted(&self, doors: &Doors) -> Result<Vec<Product>> {
        let all = Texts::One("all".to_owned());
        doors.chosen(ProductStage::Curation, Some(self.products.as_ref().unwrap_or(&all)))
    }
}
