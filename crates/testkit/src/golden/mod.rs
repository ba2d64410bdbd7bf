//! The golden cases: inputs, and what the unmodified reference made of them.

mod aux_geoir;
mod read;
mod tracking;

pub use aux_geoir::{AuxGeoirCase, AuxGeoirEvent, AuxGeoirParams, AuxGeoirStep, aux_geoir_case, aux_geoir_cases};
pub use read::{MaskStep, mask_file};
pub use tracking::{
    Event, OverlapStep, PathStep, ReferenceOverlap, SceneCount, Stitched, TagDifference, TrackingCase,
    TrackingExpected, tracking_case, tracking_cases,
};

use std::path::PathBuf;

use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Scene, Timestamp, Values};

/// The image of a case: the scenes in the order in which the reference got them.
#[derive(Clone, Debug)]
pub struct Cube {
    /// Latitudes, degrees north.
    pub lat: Vec<f64>,
    /// Longitudes, degrees east.
    pub lon: Vec<f64>,
    /// The times.
    pub times: Vec<Timestamp>,
    /// The times as `YYYYMMDDhhmm`.
    pub stamps: Vec<String>,
    /// For each time the field, row-major.
    pub image: Vec<Vec<f32>>,
}

impl Cube {
    /// The grid.
    #[must_use]
    pub fn grid(&self) -> Grid {
        Grid::rectilinear(self.lat.clone(), self.lon.clone()).expect("the grid of a golden case")
    }

    /// One scene.
    #[must_use]
    pub fn scene(&self, index: usize) -> Scene {
        Scene::single(self.times[index], Values::F32(self.image[index].clone()))
    }

    /// All scenes.
    #[must_use]
    pub fn scenes(&self) -> Vec<Scene> {
        (0..self.times.len()).map(|index| self.scene(index)).collect()
    }
}

fn cases_of(kind: &str) -> Vec<PathBuf> {
    let folder = crate::fixtures().join("golden").join(kind);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder entry").path()).collect();
    cases.sort();
    cases
}

fn name_of(folder: &std::path::Path) -> String {
    folder.file_name().expect("a case has a name").to_string_lossy().into_owned()
}

fn minutes(minutes: f64) -> Timestamp {
    Timestamp::from_micros(Calendar::Standard, (minutes * 60e6).round() as i64)
}
