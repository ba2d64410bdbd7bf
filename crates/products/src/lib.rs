//! Every file that Eventscape hands out.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod curation;
mod error;
mod geojson;
mod job_info;
mod kinds;
mod manifest;
mod masked;
mod members;
mod names;
mod parquet;
mod product;
mod writers;

pub mod map;
pub mod netcdf;
pub mod polygons;
pub mod read;
#[cfg(test)]
mod read_back;
pub mod tos2ca;

pub use error::ProductError;
pub use geojson::write_geojson;
pub use job_info::{Bounds, GivenTrack, InputGranule, JobInfo, VariableInfo};
pub use kinds::{PRODUCTS, product_of_file};
pub use manifest::{Artifact, Manifest, Status, listed_files, read_manifest, write_item, write_manifest};
pub use members::TrackedComponent;
pub use names::{instant_micros, manifest_name, scene_stamps};
pub use parquet::{TracksTable, write_lineage_parquet, write_tracks_parquet};
pub use product::{
    BeginCuration, BeginDomain, BeginScenes, Choice, Files, Needs, Product, ProductStage, ProductWriter, WriteTracks,
};
pub use read::{Polygons, TrackRow, TracksExtent, TracksReader};
pub use writers::{CurationContext, CurationTime, CurationWriter, Picture, SceneView, SceneWriter, TracksContext};
