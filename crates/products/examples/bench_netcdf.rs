//! Times the netCDF products of a job, without detection and tracking.
//!
//!     cargo run --release -p eventscape-products --example bench_netcdf -- OUT_DIR scenes.npy [MIN_CELLS]
//!     cargo run --release -p eventscape-products --example bench_netcdf -- OUT_DIR steps N CELLS
//!
//! The first form takes a float32 cube of brightness temperatures (time, row, column) and the condition `< 235`, the second
//! makes a job of N times that each have one square event. Prints milliseconds, bytes and the peak of memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use eventscape_core::track::{Fortracc, FortraccOptions, TrackSummary, track_summaries};
use eventscape_core::{Cells, Connectivity, EventSource, Grid, Lineage, SceneComponents, SourceError, Values};
use eventscape_products::netcdf::{write_masks, write_tracks};
use eventscape_products::tos2ca::write_mask_output;
use eventscape_products::{Bounds, InputGranule, JobInfo, ProductError, VariableInfo};
use eventscape_testkit::oracle;
use eventscape_testkit::synthetic::half_hour;

/// Scenes in memory; the second form has one scene only, shown again and again.
struct Scenes {
    stored: Vec<SceneComponents>,
    count: usize,
}

impl EventSource for Scenes {
    fn scenes(&self) -> usize {
        self.count
    }

    fn read(&self, index: usize) -> Result<SceneComponents, SourceError> {
        let mut scene = self.stored[index % self.stored.len()].clone();
        scene.time = half_hour(index);
        Ok(scene)
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = Path::new(&args[0]);
    std::fs::create_dir_all(out).unwrap();
    let (grid, scenes) = if args[1] == "steps" {
        square(args[2].parse().unwrap(), args[3].parse().unwrap())
    } else {
        cube(Path::new(&args[1]), args.get(2).map_or(150, |cells| cells.parse().unwrap()))
    };
    let mut tracker = Fortracc::new(FortraccOptions::default(), &grid).unwrap();
    for index in 0..scenes.count {
        tracker.push(&scenes.read(index).unwrap()).unwrap();
    }
    let lineage = tracker.finish();
    let cells: u64 = scenes.stored.iter().flat_map(|s| &s.components).map(|c| u64::from(c.cells)).sum();
    println!(
        "{} scenes of {} x {}, {} components, {cells} cells in the scenes stored, {} tracks, {} links; peak {} MB",
        scenes.count,
        grid.ny(),
        grid.nx(),
        lineage.track_ids.iter().map(Vec::len).sum::<usize>(),
        lineage.tracks.len(),
        lineage.links.len(),
        peak_mb()
    );
    let job = job(&lineage);
    let summaries = track_summaries(&lineage, &scenes, None).unwrap();
    for round in 0..3 {
        time(round, out, "7-Masks.nc", |file| write_masks(file, &job, &grid, &lineage, &scenes, &|_| ()));
        time(round, out, "7-ForTraCC-Mask-Output.nc4", |file| {
            write_mask_output(file, &job, &grid, &lineage, &scenes, &|_| ())
        });
        time(round, out, "7-Tracks.nc", |file| tracks(file, &job, &grid, &lineage, &summaries, &scenes));
    }
}

fn tracks(
    file: File,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    summaries: &[TrackSummary],
    scenes: &Scenes,
) -> Result<File, ProductError> {
    write_tracks(file, job, grid, lineage, summaries, scenes, &|_| ())
}

fn time(round: usize, out: &Path, name: &str, write: impl FnOnce(File) -> Result<File, ProductError>) {
    let path = out.join(name);
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
    let start = Instant::now();
    drop(write(file).unwrap());
    let elapsed = start.elapsed().as_secs_f64() * 1e3;
    println!(
        "round {round}: {name}: {elapsed:.1} ms, {:.3} MB, peak {} MB",
        std::fs::metadata(&path).unwrap().len() as f64 / 1e6,
        peak_mb()
    );
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default().to_owned();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn axis(from: f64, step: f64, count: usize) -> Vec<f64> {
    (0..count).map(|k| from + step * k as f64).collect()
}

fn square(count: usize, cells: usize) -> (Grid, Scenes) {
    let side = (cells as f64).sqrt() as usize;
    let nx = cells.div_ceil(side);
    let values: Vec<f32> = (0..side * nx).map(|k| 200.0 + (k % 30) as f32).collect();
    let mask = vec![true; side * nx];
    let scene = oracle::components(half_hour(0), &values, &mask, (side, nx), Connectivity::Eight, false, 1);
    let grid = Grid::rectilinear(axis(-10.0, 0.04, side), axis(-70.0, 0.04, nx)).unwrap();
    (grid, Scenes { stored: vec![scene], count })
}

fn cube(path: &Path, min_cells: u32) -> (Grid, Scenes) {
    let bytes = std::fs::read(path).unwrap();
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = String::from_utf8_lossy(&bytes[..header]).into_owned();
    let shape = text.split("'shape': (").nth(1).unwrap().split(')').next().unwrap();
    let shape: Vec<usize> = shape.split(',').map(|n| n.trim().parse().unwrap()).collect();
    let (steps, ny, nx) = (shape[0], shape[1], shape[2]);
    let grid = Grid::rectilinear(axis(-10.0, 0.03637869, ny), axis(-90.0, 0.03637869, nx)).unwrap();
    let size = ny * nx * 4;
    let stored = (0..steps)
        .map(|index| {
            let field: Vec<f32> = bytes[header + index * size..][..size]
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            let mask: Vec<bool> = field.iter().map(|&value| value < 235.0).collect();
            let mut scene =
                oracle::components(half_hour(index), &field, &mask, (ny, nx), Connectivity::Eight, false, min_cells);
            scene.missing = missing(&field, nx);
            for component in &mut scene.components {
                // descriptions are not what is timed, but a track needs its places
                component.description.area_km2 = f64::from(component.cells) * 16.0;
                component.description.centroid_lat = -10.0 + 0.036 * f64::from(component.cell_box.row0);
                component.description.centroid_lon = -90.0 + 0.036 * f64::from(component.cell_box.col0);
            }
            let Values::F32(values) = &mut scene.values else { panic!("float32") };
            values.shrink_to_fit();
            scene
        })
        .collect();
    (grid, Scenes { stored, count: steps })
}

fn missing(field: &[f32], nx: usize) -> Cells {
    let missing = field.iter().enumerate().filter(|(_, value)| value.is_nan());
    Cells::of(missing.map(|(cell, _)| cell as u32), nx as u32)
}

fn job(lineage: &Lineage) -> JobInfo {
    let some = |text: &str| Some(text.to_owned());
    JobInfo {
        job_id: 7,
        title: "Events of brightness temperature below 235 K".to_owned(),
        summary: "Regions colder than 235 K in infrared brightness temperature, followed in time.".to_owned(),
        collection: some("GPM_MERGIR"),
        dataset_label: "GPM_MERGIR".to_owned(),
        variable: VariableInfo {
            name: "Tb".to_owned(),
            units: some("K"),
            long_name: some("brightness temperature"),
            standard_name: some("toa_brightness_temperature"),
        },
        condition_text: "Tb < 235 K".to_owned(),
        event_type: "less_than_threshold".to_owned(),
        threshold_text: "235".to_owned(),
        threshold: Some(235.0),
        start: lineage.times[0],
        end: lineage.times[lineage.times.len() - 1],
        bounds: Bounds { west: -90.0, south: -10.0, east: 0.0, north: 50.0 },
        tracker: "fortracc".to_owned(),
        options: BTreeMap::from([("min_size".to_owned(), "150".to_owned())]),
        granules: vec![InputGranule { location: "merg_2015081200_4km-pixel.nc4".to_owned(), size: None }],
        keywords: vec!["EARTH SCIENCE > ATMOSPHERE > CLOUDS".to_owned()],
        institution: some("Eventscape"),
        project: some("Eventscape"),
        creator_name: some("A. Scientist"),
        creator_email: some("a.scientist@example.org"),
        creator_url: some("https://example.org"),
        license: "CC-BY-4.0".to_owned(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        created: some("2026-01-02T03:04:05Z"),
        history: "2026-01-02T03:04:05Z eventscape phdef job.toml".to_owned(),
        command: "eventscape phdef job.toml".to_owned(),
        given: Vec::new(),
    }
}
