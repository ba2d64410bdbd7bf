//! Every file that Eventscape hands out.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod curation;
mod error;
mod geojson;
mod hierarchy;
mod job_info;
mod manifest;
mod members;
mod names;
mod parquet;
mod toc;

pub mod map;
pub mod netcdf;
pub mod polygons;
pub mod read;

pub use error::ProductError;
pub use geojson::write_geojson;
pub use hierarchy::write_hierarchy;
pub use job_info::{Bounds, GivenTrack, InputGranule, JobInfo, VariableInfo};
pub use manifest::{
    Artifact, ListedFile, Manifest, ProductKind, Status, listed_files, read_manifest, write_item, write_manifest,
};
pub use names::{
    animation_name, curated_name, curated_table_name, curation_hierarchy_name, flat_name, geojson_name, hierarchy_name,
    instant_micros, interpolated_name, lineage_parquet_name, manifest_name, map_name, mask_output_name, masks_name,
    scene_stamps, series_name, stationary_name, statistics_name, toc_name, tracks_name, tracks_parquet_name,
};
pub use parquet::{write_lineage_parquet, write_tracks_parquet};
pub use read::{Polygons, TrackRow, TracksExtent, TracksReader};
pub use toc::write_toc;
