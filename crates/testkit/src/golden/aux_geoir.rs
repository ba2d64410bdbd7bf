//! The cases of AUX-GEOIR.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Cube, MaskStep, cases_of, mask_file, name_of, read};

/// A case: a cube, the options, and what the reference made of them.
#[derive(Clone, Debug)]
pub struct AuxGeoirCase {
    /// The name of its folder.
    pub name: String,
    /// Its folder, with the reference's mask file, TOC and hierarchy.
    pub folder: PathBuf,
    /// The scenes.
    pub cube: Cube,
    /// The options.
    pub params: AuxGeoirParams,
    /// The events by ascending number; none where the reference fails for want of any cluster.
    pub events: Vec<AuxGeoirEvent>,
    /// The reference's mask file; empty where it fails.
    pub masks: Vec<MaskStep>,
}

/// The reference's options.
#[derive(Clone, Debug, Deserialize)]
pub struct AuxGeoirParams {
    /// Cold threshold, K.
    pub temp_thresh: f64,
    /// Warm threshold, K.
    pub temp_warmer_thresh: f64,
    /// Minimum size in cells.
    pub min_size: u32,
    /// Size above which clusters are split, in cells.
    pub max_size_threshold: u32,
    /// Minimum overlap; negative: any.
    pub overlap_percentage: f64,
    /// `on` or `off`.
    pub toggle: String,
}

/// A storm.
#[derive(Clone, Debug, Deserialize)]
pub struct AuxGeoirEvent {
    /// Its number in the mask file.
    pub id: u32,
    /// Its clusters.
    pub path: Vec<AuxGeoirStep>,
}

/// A cluster of a storm.
#[derive(Clone, Debug, Deserialize)]
pub struct AuxGeoirStep {
    /// Its time stamp.
    pub timestamp: String,
    /// Its cells.
    pub area: u32,
    /// `row0, col0, row1, col1`, ends excluded.
    pub bbox: [u32; 4],
}

#[derive(Deserialize)]
struct Expected {
    params: AuxGeoirParams,
    #[serde(default)]
    events: Vec<AuxGeoirEvent>,
}

/// All cases of AUX-GEOIR.
#[must_use]
pub fn aux_geoir_cases() -> Vec<AuxGeoirCase> {
    cases_of("auxgeoir").into_iter().map(load).collect()
}

/// One case by name.
#[must_use]
pub fn aux_geoir_case(name: &str) -> AuxGeoirCase {
    load(crate::fixtures().join("golden/auxgeoir").join(name))
}

fn load(folder: PathBuf) -> AuxGeoirCase {
    let text =
        std::fs::read_to_string(folder.join("expected.json")).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let expected: Expected = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let masks = folder.join("expected_sparse.nc4");
    AuxGeoirCase {
        name: name_of(&folder),
        cube: read::cube(&folder.join("input.nc")),
        params: expected.params,
        events: expected.events,
        masks: if masks.exists() { mask_file(&masks) } else { Vec::new() },
        folder,
    }
}
