//! Measures the scene cache and the spool: megabytes of values a second, in memory and on disk.
//!
//! `cargo run --release -p eventscape-io --example bench_cache_spool [FILE.f32 COLUMNS]`; without a file of raw
//! float32 values, a synthetic field of brightness temperatures is taken.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use eventscape_core::time::Calendar;
use eventscape_core::{
    CellBox, CellRange, Cells, Component, Description, EventSource, Scene, SceneComponents, Timestamp, Values,
};
use eventscape_io::cache::{DiskCache, MemoryCache, SceneCache, SceneKey, scene_format};
use eventscape_io::sink::Sink;
use eventscape_io::spool::{Spool, SpoolReader};
use eventscape_io::stores::Stores;

const ROUNDS: usize = 5;

/// The best of some rounds, as MB/s.
fn rate(bytes: usize, mut work: impl FnMut()) -> f64 {
    let best = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    });
    bytes as f64 / 1e6 / best.fold(f64::INFINITY, f64::min)
}

fn field() -> (Vec<f32>, usize) {
    let mut arguments = std::env::args().skip(1);
    if let (Some(path), Some(columns)) = (arguments.next(), arguments.next()) {
        let bytes = std::fs::read(path).unwrap();
        return (bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(), columns.parse().unwrap());
    }
    let (rows, columns) = (1650, 2500);
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    let cell = |i: usize| {
        let (y, x) = ((i / columns) as f32, (i % columns) as f32);
        ((270.0 + 30.0 * (y * 0.01).sin() * (x * 0.013).cos() + noise()) * 100.0).round() / 100.0
    };
    ((0..rows * columns).map(cell).collect(), columns)
}

/// The components that a job of about 15 million inside cells has in each of 48 scenes.
fn components(values: &[f32], scene: usize) -> SceneComponents {
    let (mut components, mut ranges, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for label in 0..400_u32 {
        let (first_range, first_value) = (ranges.len(), kept.len());
        for row in 0..28 {
            let start = (label * 37 + row) % 2000;
            let from = (first_value + scene * 7919) % (values.len() - 28);
            kept.extend_from_slice(&values[from..from + 28]);
            ranges.push(CellRange::in_row(label * 4 + row, start..start + 28, 2028));
        }
        let x = f64::from(label) * 0.37 + scene as f64;
        let description = Description {
            area_km2: x * 1000.0,
            centroid_lat: x.sin() * 60.0,
            centroid_lon: x.cos() * 180.0,
            south: -x,
            north: x,
            west: x,
            east: x + 1.0,
            min: x,
            mean: x,
            max: x,
            std_dev: x,
            perimeter_km: x,
            major_axis_km: x,
            minor_axis_km: x,
            eccentricity: 0.5,
            orientation_deg: x,
            touches_edge: false,
        };
        components.push(Component {
            label: label + 1,
            cells: 784,
            ranges: first_range..ranges.len(),
            values: first_value..kept.len(),
            cell_box: CellBox { row0: label, col0: 0, row1: label + 28, col1: 60 },
            description,
        });
    }
    let time = Timestamp::from_micros(Calendar::Standard, scene as i64 * 1_800_000_000);
    SceneComponents {
        time,
        components,
        ranges,
        values: Values::F32(kept),
        missing: Cells::default(),
        detected: 400,
        valid_cells: 0,
    }
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (values, columns) = field();
    let raw = values.len() * 4;
    let scene = Scene::single(Timestamp::from_micros(Calendar::Standard, 0), Values::F32(values.clone()));
    let encoded = scene_format::encode(&scene, columns).unwrap();
    println!("scene: {:.1} MB, {:.1} MB stored", raw as f64 / 1e6, encoded.len() as f64 / 1e6);
    println!("  encode      {:7.0} MB/s", rate(raw, || drop(scene_format::encode(&scene, columns).unwrap())));
    println!("  decode      {:7.0} MB/s", rate(raw, || drop(scene_format::decode(&encoded, "").unwrap())));
    let key = SceneKey::of(&[("bench", "")]);
    let disk = DiskCache::open(&folder.path().join("cache"), 1 << 30).unwrap();
    let caches: [(&str, &dyn SceneCache); 2] = [("memory", &MemoryCache::new(1 << 30)), ("disk", &disk)];
    for (name, cache) in caches {
        println!("  {name:6} put  {:7.0} MB/s", rate(raw, || cache.put(&key, &scene, columns).unwrap()));
        println!("  {name:6} get  {:7.0} MB/s", rate(raw, || drop(cache.get(&key).unwrap().unwrap())));
    }

    let scenes: Vec<_> = (0..48).map(|i| components(&values, i)).collect();
    let cells: usize = scenes.iter().map(|s| s.values.len()).sum();
    let raw = cells * 4;
    println!("spool: 48 scenes, {:.1} million cells, {:.1} MB of values", cells as f64 / 1e6, raw as f64 / 1e6);
    let path = folder.path().join("s");
    for (name, memory) in [("memory", 1 << 30), ("temporary file", 0), ("file", usize::MAX)] {
        let make = || {
            let mut spool = match memory {
                usize::MAX => Spool::create_file(&path, b"{}").unwrap(),
                bound => Spool::create(Some(folder.path()), bound),
            };
            scenes.iter().for_each(|s| spool.append(s).unwrap());
            spool.finish().unwrap()
        };
        let appended = rate(raw, || drop(make()));
        let reader = if memory == usize::MAX { SpoolReader::open(&path).unwrap() } else { make() };
        let read = rate(raw, || (0..reader.scenes()).for_each(|i| drop(reader.scene(i).unwrap())));
        println!(
            "  {name:15} append {appended:6.0} MB/s ({:4.0} ms a job), read {read:6.0} MB/s ({:4.0} ms), {:.1} MB held",
            raw as f64 / 1e3 / appended,
            raw as f64 / 1e3 / read,
            reader.bytes() as f64 / 1e6
        );
    }

    let sink = Sink::open(&Stores::default(), &folder.path().join("out").into(), "7").unwrap();
    let bytes = vec![7; 64 << 20];
    let product = || {
        let mut file = sink.create("p.nc").unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        file.commit("application/x-netcdf").unwrap();
    };
    println!("sink: a product of 64 MiB, hashed: {:.0} MB/s", rate(bytes.len(), product));
    let begun = Instant::now();
    for i in 0..200 {
        let mut file = sink.create(&format!("{i}.json")).unwrap();
        std::io::Write::write_all(&mut file, &bytes[..20_000]).unwrap();
        file.commit("application/geo+json").unwrap();
    }
    println!("  200 products of 20 kB: {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    sink.sync().unwrap();
    println!("  all on the disk: {:.1} ms", begun.elapsed().as_secs_f64() * 1e3);
}
