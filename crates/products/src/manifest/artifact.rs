//! A file of a job's folder: what the manifest says of it, and how that is read back.

use std::collections::BTreeMap;

use eventscape_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Product, ProductError};

/// A file of a job's folder, as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// Its name in the folder; no path.
    pub name: String,
    /// The product that it is of, as `--products` names it.
    pub product: String,
    /// What it is, for people.
    pub title: String,
    /// Its media type.
    pub media_type: String,
    /// Its roles in STAC.
    pub roles: Vec<String>,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// The time that it shows as its name has it (`YYYYMMDDhhmm`, see [`crate::scene_stamps`]), where it is of one time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// That time, where it is known; the manifest gives it as an instant.
    #[serde(skip)]
    pub time: Option<Timestamp>,
}

impl Artifact {
    /// A file of a product, of no single time.
    #[must_use]
    pub fn new(product: &Product, name: String, size: u64, sha256: String) -> Self {
        Self {
            name,
            product: product.name.to_owned(),
            title: product.title.to_owned(),
            media_type: product.media_type.to_owned(),
            roles: product.roles.iter().map(|role| (*role).to_owned()).collect(),
            size,
            sha256,
            stamp: None,
            time: None,
        }
    }
}

#[derive(Deserialize)]
struct Item {
    assets: BTreeMap<String, Asset>,
}

#[derive(Deserialize)]
struct Asset {
    title: String,
    #[serde(rename = "type")]
    media_type: String,
    roles: Vec<String>,
    #[serde(rename = "file:size")]
    size: u64,
    #[serde(rename = "eventscape:sha256")]
    sha256: String,
    // manifests of version 0.1 do not have it
    #[serde(rename = "eventscape:product", default)]
    product: String,
    #[serde(rename = "eventscape:stamp", default)]
    stamp: Option<String>,
}

/// The files that a manifest lists, by name. Their times are left out: the manifest has instants, not the job's calendar.
///
/// # Errors
/// [`ProductError::Unrepresentable`] where the bytes are not a manifest.
pub fn listed_files(manifest: &[u8]) -> Result<Vec<Artifact>, ProductError> {
    let item: Item = serde_json::from_slice(manifest)
        .map_err(|e| ProductError::Unrepresentable(format!("this is not a manifest: {e}; run the job anew")))?;
    let file = |(name, asset): (String, Asset)| Artifact {
        name,
        product: asset.product,
        title: asset.title,
        media_type: asset.media_type,
        roles: asset.roles,
        size: asset.size,
        sha256: asset.sha256,
        stamp: asset.stamp,
        time: None,
    };
    Ok(item.assets.into_iter().map(file).collect())
}
