//! The cases of ForTraCC.

use std::path::PathBuf;

use eventscape_core::{Comparison, Condition, Connectivity};
use serde::Deserialize;

use super::{Cube, cases_of, name_of, read};

/// A case: a cube, the options, and what the reference made of them.
#[derive(Clone, Debug)]
pub struct TrackingCase {
    /// The name of its folder.
    pub name: String,
    /// Its folder, with the reference's mask files, TOC and hierarchy.
    pub folder: PathBuf,
    /// The scenes.
    pub cube: Cube,
    /// What the reference made of them.
    pub expected: TrackingExpected,
}

/// `expected.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct TrackingExpected {
    /// The operator's name in the reference.
    pub operator: String,
    /// The threshold, or the factor of `anomalyEvent`.
    pub threshold: f64,
    /// 1: 4 neighbours, 2: 8.
    pub connectivity: u8,
    /// Minimum overlap.
    pub min_olap: f64,
    /// Minimum size in cells.
    pub min_size: u32,
    /// The events by ascending id.
    pub events: Vec<Event>,
    /// Cells and kept components of each scene.
    pub scenes: Vec<SceneCount>,
    /// The links before the minimum overlap is applied, where recorded.
    pub overlaps: Option<Vec<OverlapStep>>,
    /// The time stamps of each chunk, where the case was also run in chunks.
    pub chunks: Option<Vec<Vec<String>>>,
    /// The result of stitching the chunks.
    pub stitched: Option<Stitched>,
}

/// An event of the reference.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: u32,
    /// First time stamp.
    pub start: String,
    /// Last time stamp.
    pub end: String,
    /// Its components.
    pub path: Vec<PathStep>,
}

/// A component of an event.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct PathStep {
    /// Its time stamp.
    pub timestamp: String,
    /// Its tag.
    pub tag: String,
    /// Its cells.
    pub area: u32,
    /// `row0, col0, row1, col1`, ends excluded.
    pub bbox: [u32; 4],
    /// Its label among all components of the scene.
    pub label: u32,
}

/// Counts of a scene.
#[derive(Clone, Debug, Deserialize)]
pub struct SceneCount {
    /// Cells inside, those of dropped components included.
    pub mask_pixels: u32,
    /// Components kept.
    pub n_kept: usize,
}

/// The links between two scenes.
#[derive(Clone, Debug, Deserialize)]
pub struct OverlapStep {
    /// The links.
    pub links: Vec<ReferenceOverlap>,
}

/// A link.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct ReferenceOverlap {
    /// Label in the earlier scene.
    pub prev: u32,
    /// Label in the later scene.
    pub cur: u32,
    /// Connected pieces of the overlap.
    pub n_components: u32,
    /// Its cells.
    pub overlap_area: u32,
    /// Forward fraction by the reference's formula.
    pub forward: f64,
    /// Backward fraction by the reference's formula.
    pub backward: f64,
    /// Cells over the earlier component's cells.
    pub true_fraction: f64,
}

/// What stitching chunks gave.
#[derive(Clone, Debug, Deserialize)]
pub struct Stitched {
    /// Number of events.
    pub num_events: usize,
    /// Whether ids and cells equal those of the unchunked run.
    pub same_ids_and_pixels_as_unchunked: bool,
    /// Tags that differ from those of the unchunked run.
    pub tag_differences: Vec<TagDifference>,
}

/// A tag that stitching changed.
#[derive(Clone, Debug, Deserialize)]
pub struct TagDifference {
    /// The event.
    pub id: u32,
    /// The time stamp.
    pub timestamp: String,
    /// The tag of the unchunked run.
    pub unchunked: String,
}

impl TrackingCase {
    /// The condition.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let comparison = match self.expected.operator.as_str() {
            "lessThan" => Comparison::LessThan,
            "lessThanOrEqualTo" => Comparison::LessThanOrEqualTo,
            "greaterThan" => Comparison::GreaterThan,
            "greaterThanOrEqualTo" => Comparison::GreaterThanOrEqualTo,
            "equalTo" => Comparison::EqualTo,
            "anomalyEvent" => return Condition::Tos2caAnomaly { factor: self.expected.threshold },
            other => panic!("{}: operator {other}", self.name),
        };
        Condition::Compare { comparison, threshold: self.expected.threshold }
    }

    /// The connectivity.
    #[must_use]
    pub fn connectivity(&self) -> Connectivity {
        if self.expected.connectivity == 1 { Connectivity::Four } else { Connectivity::Eight }
    }
}

/// All cases of ForTraCC.
#[must_use]
pub fn tracking_cases() -> Vec<TrackingCase> {
    cases_of("tracking").into_iter().map(load).collect()
}

/// One case by name.
#[must_use]
pub fn tracking_case(name: &str) -> TrackingCase {
    load(crate::fixtures().join("golden/tracking").join(name))
}

fn load(folder: PathBuf) -> TrackingCase {
    let text =
        std::fs::read_to_string(folder.join("expected.json")).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    TrackingCase {
        name: name_of(&folder),
        cube: read::cube(&folder.join("input.nc")),
        expected: serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display())),
        folder,
    }
}
