//! Maps and charts: their sizes, their frames, and that they show something.

use std::fs::File;
use std::path::{Path, PathBuf};

use eventscape_core::Values;
use serde_json::json;

use crate::map::{Animation, MapOptions, MapScene, Mapper, Raster, Series, SeriesPoint, TrackPaths};
use crate::read_back::jobs::{RandomCuration, RandomJob};
use crate::read_back::sidecar::{self, Numbers};

fn write_png(raster: &Raster, path: PathBuf) -> PathBuf {
    raster.write_png(File::create(&path).unwrap()).unwrap();
    let mut numbers = Numbers::default();
    let pixels = numbers.add(&raster.rgb);
    let expected = json!({"format": "png", "width": raster.width(), "height": raster.height(), "pixels": pixels});
    sidecar::write(&path, &expected, &numbers);
    path
}

/// The maps of the first scenes of a job, and an animation of them.
pub(super) fn maps(job: &RandomJob, most: usize, folder: &Path) -> Vec<PathBuf> {
    let mapper = Mapper::new(&job.info, &job.grid, MapOptions { range: Some((-2.0, 2.0)), diverging_about: None });
    let mut ways = TrackPaths::default();
    let mut rasters = Vec::new();
    for (index, scene) in job.scenes.0.iter().enumerate().take(most) {
        let field: Vec<f32> = (0..job.grid.len()).map(|cell| if cell % 50 == 7 { f32::NAN } else { 1.5 }).collect();
        let values = Values::F32(field);
        let paths = ways.advance(&job.lineage, index, scene).unwrap();
        let track_ids = &job.lineage.track_ids[index];
        let map = MapScene { values: Some(&values), components: scene, track_ids, paths: &paths };
        rasters.push(mapper.map(&map).unwrap().raster());
    }
    let mut paths: Vec<PathBuf> =
        rasters.iter().enumerate().map(|(k, raster)| write_png(raster, folder.join(format!("map_{k}.png")))).collect();
    if let Some(first) = rasters.first() {
        let path = folder.join("Animation.gif");
        let mut animation = Animation::begin(File::create(&path).unwrap(), first, 20).unwrap();
        rasters.iter().for_each(|raster| animation.add(raster).unwrap());
        animation.end().unwrap();
        let shrunk = first.reduced(first.width().div_ceil(900).max(1));
        let expected = json!({
            "format": "gif", "width": shrunk.width(), "height": shrunk.height(), "frames": rasters.len(),
        });
        sidecar::write(&path, &expected, &Numbers::default());
        paths.push(path);
    }
    paths
}

/// The chart of an event's life.
pub(super) fn series(job: &RandomCuration, folder: &Path) -> PathBuf {
    let point = |time: &crate::curation::InterpolatedTime| {
        let statistics = time.events.first()?.variables.first()?.statistics?;
        Some(SeriesPoint { time: time.time, mean: statistics.mean, percentiles: statistics.percentiles })
    };
    let series = Series {
        title: job.info.job.title.clone(),
        subtitle: "precipitation inside event 1".to_owned(),
        axis: "precipitation, mm h-1".to_owned(),
        points: job.interpolated.iter().map(point).collect(),
    };
    write_png(&series.map().raster(), folder.join("Series.png"))
}
