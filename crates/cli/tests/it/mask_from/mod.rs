//! Predefined phenomena as masks: outlines in, the products of a PhDef job out.

mod fires;
mod polygons;
mod storms;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use eventscape_core::time::Calendar;
use eventscape_products::read::MaskFile;
use serde_json::Value;

use crate::{eventscape, fixtures, open, said};

/// The cells of each event at each time.
type Cells = BTreeMap<(String, u32), BTreeSet<(u32, u32)>>;

/// Runs `mask-from` on a fixture; gives its summary.
fn run(fixture: &str, more: &[&str], out: &Path) -> Value {
    run_on(&fixtures().join("outlines").join(fixture), more, out)
}

fn run_on(file: &Path, more: &[&str], out: &Path) -> Value {
    let mut arguments = vec!["mask-from", file.to_str().unwrap(), "--json", "--quiet", "--out", out.to_str().unwrap()];
    arguments.extend(more);
    let output = eventscape(&arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What the mask file of a job's folder holds.
fn masks(out: &Path) -> (MaskFile, Cells) {
    let file = MaskFile::open(open(&out.join("1/1-ForTraCC-Mask-Output.nc4")), Calendar::Standard).unwrap();
    let mut cells = Cells::new();
    for (index, time) in file.times().iter().enumerate() {
        for event in file.events(index).unwrap() {
            let all: BTreeSet<(u32, u32)> = event.cells.places(file.grid().nx() as u32).collect();
            cells.insert((time.to_string(), event.id), all);
        }
    }
    (file, cells)
}

/// The notices of a summary as one text.
fn notices(summary: &Value) -> String {
    let all: Vec<&str> = summary["notices"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    all.join("\n")
}

/// The names and ids of a manifest's tracks, by track.
fn tracks(out: &Path) -> Vec<(Option<String>, String)> {
    let manifest = json(&out.join("1/1-Manifest.json"));
    let all = manifest["properties"]["eventscape:tracks"].as_array().unwrap().clone();
    all.iter().map(|t| (t["name"].as_str().map(str::to_owned), t["source_id"].as_str().unwrap().to_owned())).collect()
}

/// Whether a point sees the edges of rings under angles that add up to an odd number of turns.
fn winds(lon: f64, lat: f64, rings: &[Vec<(f64, f64)>]) -> bool {
    let mut turns = 0;
    for ring in rings {
        let mut sum = 0.0;
        for edge in ring.windows(2) {
            let (a, b) = ((edge[0].0 - lon, edge[0].1 - lat), (edge[1].0 - lon, edge[1].1 - lat));
            sum += (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1);
        }
        turns += (sum / std::f64::consts::TAU).round() as i64;
    }
    turns % 2 != 0
}

/// The polygons of a GeoJSON geometry.
fn polygons_of(geometry: &Value) -> Vec<Vec<Vec<(f64, f64)>>> {
    let ring = |ring: &Value| -> Vec<(f64, f64)> {
        ring.as_array().unwrap().iter().map(|p| (p[0].as_f64().unwrap(), p[1].as_f64().unwrap())).collect()
    };
    let polygon = |polygon: &Value| polygon.as_array().unwrap().iter().map(ring).collect();
    match geometry["type"].as_str() {
        Some("Polygon") => vec![polygon(&geometry["coordinates"])],
        Some("MultiPolygon") => geometry["coordinates"].as_array().unwrap().iter().map(polygon).collect(),
        _ => Vec::new(),
    }
}

/// The cells of a grid whose centres lie in polygons, found cell by cell.
fn cells_inside(file: &MaskFile, polygons: &[Vec<Vec<(f64, f64)>>]) -> BTreeSet<(u32, u32)> {
    let grid = file.grid();
    let all = (0..grid.ny()).flat_map(|row| (0..grid.nx()).map(move |column| (row, column)));
    all.filter(|&(row, column)| {
        let (lat, lon) = grid.centre(row, column).unwrap();
        polygons.iter().any(|rings| winds(lon, lat, rings))
    })
    .map(|(row, column)| (row as u32, column as u32))
    .collect()
}
