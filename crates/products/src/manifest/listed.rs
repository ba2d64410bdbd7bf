//! Reads back what a manifest lists.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ProductError;

/// A file that a manifest lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Its name in the job's folder.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Its media type.
    pub media_type: String,
}

#[derive(Deserialize)]
struct Item {
    assets: BTreeMap<String, Asset>,
}

#[derive(Deserialize)]
struct Asset {
    #[serde(rename = "file:size")]
    size: u64,
    #[serde(rename = "eventscape:sha256")]
    sha256: String,
    #[serde(rename = "type")]
    media_type: String,
}

/// The files that a manifest lists, by name.
///
/// # Errors
/// [`ProductError::Unrepresentable`] where the bytes are not a manifest.
pub fn listed_files(manifest: &[u8]) -> Result<Vec<ListedFile>, ProductError> {
    let item: Item = serde_json::from_slice(manifest)
        .map_err(|e| ProductError::Unrepresentable(format!("this is not a manifest: {e}; run the job anew")))?;
    let file = |(name, asset): (String, Asset)| ListedFile {
        name,
        size: asset.size,
        sha256: asset.sha256,
        media_type: asset.media_type,
    };
    Ok(item.assets.into_iter().map(file).collect())
}
