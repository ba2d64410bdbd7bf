//! Times detection, description and linking on scenes in memory. `benches/tracking.py` runs it beside its peers.
//!
//! Usage: `bench_tracking FILE.npy [--threads N] [--runs N] [--threshold X] [--min-cells N] [--connectivity 4|8]
//! [--periodic]`. Prints one line of JSON.

use std::error::Error;
use std::time::Instant;

use eventscape_core::detect::{DetectOptions, Detector, Scratch};
use eventscape_core::time::Calendar;
use eventscape_core::{Comparison, Condition, Connectivity, Grid, Scene, SceneComponents, Timestamp, Values};
use rayon::prelude::*;

struct Args {
    file: String,
    threads: usize,
    runs: usize,
    threshold: f64,
    min_cells: u32,
    connectivity: Connectivity,
}

fn args() -> Result<Args, Box<dyn Error>> {
    let mut out = Args {
        file: String::new(),
        threads: 1,
        runs: 5,
        threshold: 235.0,
        min_cells: 150,
        connectivity: Connectivity::Eight,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--threads" => out.threads = value()?.parse()?,
            "--runs" => out.runs = value()?.parse()?,
            "--threshold" => out.threshold = value()?.parse()?,
            "--min-cells" => out.min_cells = value()?.parse()?,
            "--connectivity" => {
                out.connectivity = if value()? == "4" { Connectivity::Four } else { Connectivity::Eight };
            }
            _ => out.file = word,
        }
    }
    Ok(out)
}

/// The scenes of a float32 `.npy` file of (time, row, column).
fn scenes(path: &str) -> Result<(Vec<Scene>, usize, usize), Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = std::str::from_utf8(&bytes[10..10 + header])?;
    if !text.contains("'<f4'") || text.contains("'fortran_order': True") {
        return Err(format!("{path} is not row-major float32: {text}").into());
    }
    let shape = text.split('(').nth(1).and_then(|t| t.split(')').next()).ok_or("no shape")?;
    let shape: Vec<usize> = shape.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>()?;
    let [nt, ny, nx] = shape[..] else {
        return Err(format!("{path} has shape {shape:?}, not three dimensions").into());
    };
    let (cells, _) = bytes[10 + header..].as_chunks::<4>();
    let out = cells
        .chunks(ny * nx)
        .take(nt)
        .enumerate()
        .map(|(k, scene)| {
            let values = scene.iter().map(|b| f32::from_le_bytes(*b)).collect();
            Scene::single(Timestamp::from_micros(Calendar::Standard, k as i64 * 1_800_000_000), Values::F32(values))
        })
        .collect();
    Ok((out, ny, nx))
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = args()?;
    let (scenes, ny, nx) = scenes(&args.file)?;
    let step = 360.0 / 9896.0;
    let lat = (0..ny).map(|k| -60.0 + step * (k as f64 + 0.5)).collect();
    let lon = (0..nx).map(|k| -180.0 + step * (k as f64 + 0.5)).collect();
    let grid = Grid::rectilinear(lat, lon)?;
    let condition = Condition::Compare { comparison: Comparison::LessThan, threshold: args.threshold };
    let options =
        DetectOptions { connectivity: args.connectivity, min_cells: args.min_cells, ..DetectOptions::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build()?;
    let (mut times, mut last) = (Vec::new(), Vec::new());
    for _ in 0..=args.runs {
        let start = Instant::now();
        let detector = Detector::new(&condition, &[], options, &grid)?;
        let found: Vec<SceneComponents> = if args.threads == 1 {
            let mut scratch = Scratch::default();
            scenes.iter().map(|s| detector.detect(s, None, &mut scratch)).collect::<Result<_, _>>()?
        } else {
            pool.install(|| {
                scenes
                    .par_iter()
                    .map_init(Scratch::default, |scratch, s| detector.detect(s, None, scratch))
                    .collect::<Result<_, _>>()
            })?
        };
        times.push(start.elapsed().as_secs_f64() * 1e3);
        last = found;
    }
    times.remove(0);
    times.sort_by(f64::total_cmp);
    let runs: usize = last.iter().map(|s| s.runs.len()).sum();
    let components: usize = last.iter().map(|s| s.components.len()).sum();
    let detected: u64 = last.iter().map(|s| u64::from(s.detected)).sum();
    println!(
        "{{\"detect_ms\": {:.2}, \"best_ms\": {:.2}, \"runs\": {runs}, \"components\": {components}, \"detected\": {detected}}}",
        times[times.len() / 2],
        times[0]
    );
    Ok(())
}
