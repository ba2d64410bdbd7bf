//! Times detection, description and linking on scenes in memory. `benches/tracking.py` runs it beside its peers.
//!
//! Usage: `bench_tracking FILE.npy [--threads N] [--runs N] [--threshold X] [--min-cells N] [--connectivity 4|8]
//! [--periodic]`. Prints one line of JSON: medians and minima in milliseconds, and counts.
//!
//! What is timed is a stream, as in a job: scenes are detected some at a time on all threads, and linked in their order
//! meanwhile; descriptions and lineage stay in memory, runs and values go when their scene is linked.

use std::error::Error;
use std::time::Instant;

use eventscape_core::detect::{DetectOptions, Detector, Scratch, detect_all};
use eventscape_core::time::Calendar;
use eventscape_core::track::{Fortracc, FortraccOptions};
use eventscape_core::{
    Comparison, Component, Condition, Connectivity, CoreError, Grid, Scene, SceneComponents, Timestamp, Values,
};

struct Args {
    file: String,
    threads: usize,
    runs: usize,
    threshold: f64,
    min_cells: u32,
    connectivity: Connectivity,
    periodic: bool,
}

fn args() -> Result<Args, Box<dyn Error>> {
    let mut out = Args {
        file: String::new(),
        threads: 1,
        runs: 5,
        threshold: 235.0,
        min_cells: 150,
        connectivity: Connectivity::Eight,
        periodic: false,
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
            "--periodic" => out.periodic = true,
            _ => out.file = word,
        }
    }
    Ok(out)
}

/// The scenes of a float32 `.npy` file of (time, row, column), and numbers of rows and columns.
fn scenes(path: &str) -> Result<(Vec<Scene>, usize, usize), Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = std::str::from_utf8(&bytes[10..10 + header])?;
    if !text.contains("'<f4'") || text.contains("'fortran_order': True") {
        return Err(format!("{path} is not row-major float32: {text}").into());
    }
    let shape = text.split('(').nth(1).and_then(|t| t.split(')').next()).ok_or("no shape")?;
    let shape: Vec<usize> = shape.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>()?;
    let [_, ny, nx] = shape[..] else { return Err(format!("{path} has shape {shape:?}, not three dimensions").into()) };
    let (cells, _) = bytes[10 + header..].as_chunks::<4>();
    let scene = |(k, cells): (usize, &[[u8; 4]])| {
        let values = cells.iter().map(|b| f32::from_le_bytes(*b)).collect();
        Scene::single(Timestamp::from_micros(Calendar::Standard, k as i64 * 1_800_000_000), Values::F32(values))
    };
    Ok((cells.chunks(ny * nx).enumerate().map(scene).collect(), ny, nx))
}

/// What a run leaves in memory.
#[derive(Default)]
struct Outcome {
    components: Vec<Vec<Component>>,
    runs: usize,
    detected: u64,
    tracks: usize,
    link_ms: f64,
}

fn link(found: Vec<SceneComponents>, tracker: &mut Fortracc, outcome: &mut Outcome) -> Result<(), CoreError> {
    let start = Instant::now();
    for scene in found {
        tracker.push(&scene)?;
        outcome.runs += scene.ranges.len();
        outcome.detected += u64::from(scene.detected);
        outcome.components.push(scene.components);
    }
    outcome.link_ms += start.elapsed().as_secs_f64() * 1e3;
    Ok(())
}

fn run(args: &Args, scenes: &[Scene], grid: &Grid) -> Result<Outcome, CoreError> {
    let condition = Condition::Compare { comparison: Comparison::LessThan, threshold: args.threshold };
    let options =
        DetectOptions { connectivity: args.connectivity, min_cells: args.min_cells, ..DetectOptions::default() };
    let detector = Detector::new(&condition, &[], options, grid)?;
    let mut tracker =
        Fortracc::new(FortraccOptions { connectivity: args.connectivity, ..FortraccOptions::default() }, grid)?;
    let mut outcome = Outcome::default();
    if args.threads == 1 {
        let mut scratch = Scratch::default();
        for scene in scenes {
            link(vec![detector.detect(scene, None, &mut scratch)?], &mut tracker, &mut outcome)?;
        }
    } else {
        let mut waiting = Vec::new();
        for window in scenes.chunks(4 * args.threads) {
            let before = std::mem::take(&mut waiting);
            let (found, linked) =
                rayon::join(|| detect_all(&detector, window, None), || link(before, &mut tracker, &mut outcome));
            linked?;
            waiting = found?;
        }
        link(waiting, &mut tracker, &mut outcome)?;
    }
    outcome.tracks = tracker.finish().tracks.len();
    Ok(outcome)
}

/// The most memory that this process ever had, MB.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|kb| kb.trim().split(' ').next()?.parse::<f64>().ok()).map_or(f64::NAN, |kb| kb / 1e3)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = args()?;
    let (scenes, ny, nx) = scenes(&args.file)?;
    let step = if args.periodic { 360.0 / nx as f64 } else { 360.0 / 9896.0 };
    let lat = (0..ny).map(|k| -60.0 + step * (k as f64 + 0.5)).collect();
    let lon = (0..nx).map(|k| -180.0 + step * (k as f64 + 0.5)).collect();
    let grid = Grid::rectilinear(lat, lon)?.with_periodic(args.periodic);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build()?;
    let (mut times, mut links, mut last) = (Vec::new(), Vec::new(), Outcome::default());
    for _ in 0..=args.runs {
        let start = Instant::now();
        last = pool.install(|| run(&args, &scenes, &grid))?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        links.push(last.link_ms);
    }
    // The first run warms up.
    times.remove(0);
    times.sort_by(f64::total_cmp);
    links.sort_by(f64::total_cmp);
    println!(
        "{{\"threads\": {}, \"median_ms\": {:.3}, \"best_ms\": {:.3}, \"link_ms\": {:.3}, \"runs\": {}, \
         \"components\": {}, \"detected\": {}, \"tracks\": {}, \"peak_mb\": {:.0}}}",
        args.threads,
        times[times.len() / 2],
        times[0],
        links[links.len() / 2],
        last.runs,
        last.components.iter().map(Vec::len).sum::<usize>(),
        last.detected,
        last.tracks,
        peak_mb(),
    );
    Ok(())
}
