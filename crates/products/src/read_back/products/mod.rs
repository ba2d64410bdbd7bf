//! Every product of a random job, written by the product's own writer, with what must be read from it.

mod common;
mod curation;
mod curation_flat;
mod masks;
mod pictures;
mod tables;
mod texts;
mod tracks;

use std::fs::File;
use std::path::{Path, PathBuf};

use super::chance::Chance;
use super::expected::NetCdf;
use super::jobs::{RandomCuration, RandomJob};
use super::{Made, sidecar};

/// Tables and polygons are written of jobs of at most so many cells: shapely joins them one by one.
const MOST_CELLS: usize = 20_000;
/// The table of curated values is written of at most so many rows: more than two row groups.
const MOST_ROWS: usize = 300_000;
/// Scenes of a job that have polygons.
const SCENES: usize = 3;
/// Scenes of a job that have maps.
const MAPS: usize = 2;

fn file(path: &Path) -> File {
    File::options().read(true).write(true).create(true).truncate(true).open(path).unwrap()
}

/// Longitude within -180..=180.
fn degrees_west_east(lon: f64) -> f64 {
    if lon.abs() <= 180.0 { lon } else { (lon + 180.0).rem_euclid(360.0) - 180.0 }
}

/// Writes all products of the job and of the curation that a seed decides.
pub(super) fn write(seed: u64, folder: &Path) -> Vec<Made> {
    let mut chance = Chance::new(seed);
    let netcdf = |(path, expected): (PathBuf, NetCdf)| {
        sidecar::write_netcdf(&path, &expected);
        Made { path, netcdf: Some(expected) }
    };
    let other = |path: PathBuf| Made { path, netcdf: None };
    let job = RandomJob::of(&mut chance, seed);
    let mut made = vec![
        netcdf(masks::grouped(&job, folder)),
        netcdf(masks::flat(&job, folder)),
        netcdf(tracks::tracks(&job, folder)),
        other(tables::lineage(&job, folder)),
        other(texts::toc(&job, folder)),
        other(texts::hierarchy(&job, folder)),
    ];
    if job.cells() <= MOST_CELLS {
        made.push(other(tables::tracks(&job, folder)));
        let scenes = 0..job.times().len().min(SCENES);
        made.extend(scenes.map(|scene| other(texts::geojson(&job, scene, folder))));
    }
    made.extend(pictures::maps(&job, MAPS, folder).into_iter().map(other));
    drop(job);
    let curation = RandomCuration::of(&mut chance, seed);
    made.extend([
        netcdf(curation::curated(&curation, folder)),
        netcdf(curation::interpolated(&curation, folder)),
        netcdf(curation_flat::flat(&curation, folder)),
        netcdf(curation_flat::stationary(&curation, folder)),
        other(tables::statistics(&curation, folder)),
        other(texts::curation_hierarchy(&curation, folder)),
        other(pictures::series(&curation, folder)),
    ]);
    if curation.rows() <= MOST_ROWS {
        made.push(other(tables::curated(&curation, folder)));
    }
    made
}
