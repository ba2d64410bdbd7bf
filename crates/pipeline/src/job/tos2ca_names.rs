//! How files in TOS2CA's own layouts are called.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the files in TOS2CA's own layouts are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tos2caNames {
    /// As the TOS2CA of 2024 calls them: `<job>-ForTraCC-Mask-Output.nc4`, `<job>-ForTraCC-TOC.json`.
    #[default]
    Old,
    /// As the newest TOS2CA calls them: `<job>-Masks-Output.nc4`, `<job>-Masks-TOC.json`; the mask file names its `algorithm`.
    New,
}
