//! The keys that several kinds of jobs share, each written once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{TextOrNumber, Texts};

/// Where data lie.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceKeys {
    /// Files, folders, globs or URLs to read; with `collection`, where its granules are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Texts>,
    /// Folder or URL under which the collection's own directories lie; default: its published location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// A file of further collections, or the reference's dictionary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// Level of a variable with more dimensions: a value (`"850 hPa"`) or an index (`"#3"`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<TextOrNumber>,
}

/// What a job makes, and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutputKeys {
    /// Folder or `s3://` location (`gs://`, `az://`); the products go to `<out>/<job id>/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    /// Number of the job (default 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<u64>,
    /// Title of the job, for people (default: made from the request).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Products to make: `all`, or some of their names, with commas (default: all).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Texts>,
    /// Start anew, even if an earlier run of another job left products in the folder (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub overwrite: bool,
    /// Every warning of the data is an error: the job ends before it writes a product (default false).
    #[serde(skip_serializing_if = "is_false")]
    pub strict: bool,
}

/// How much of the machine a job may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitKeys {
    /// Threads to use (default: all cores).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Most memory for scenes in flight (`2GiB`; default: a quarter of the machine's or container's).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<TextOrNumber>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}
