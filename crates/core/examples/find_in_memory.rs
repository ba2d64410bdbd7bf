//! Finds and follows phenomena in arrays that a program already holds: no file is read or written.
//!
//! Six half-hourly fields of brightness temperature hold a cold cloud that drifts east and splits in two.
//!
//!     cargo run -p eventscape-core --example find_in_memory

use eventscape_core::detect::{DetectOptions, Detector, detect_all};
use eventscape_core::time::Calendar;
use eventscape_core::track::{Fortracc, FortraccOptions};
use eventscape_core::{Comparison, Condition, CoreError, Grid, Lineage, Scene, SceneComponents, Timestamp, Values};

fn main() -> Result<(), CoreError> {
    // 1. where the cells lie: 40 rows from 10°S, 60 columns from 100°E, half a degree wide
    let lat = (0..40).map(|row| -10.0 + 0.5 * f64::from(row)).collect();
    let lon = (0..60).map(|column| 100.0 + 0.5 * f64::from(column)).collect();
    let grid = Grid::rectilinear(lat, lon)?;

    // 2. the scenes: row-major values in K, a time each; NaN is a missing cell
    let start = Timestamp::parse("2020-01-01T00:00", Calendar::Standard)?.0;
    let scenes: Vec<Scene> = (0..6)
        .map(|step| {
            let time = Timestamp::from_micros(Calendar::Standard, start.micros() + i64::from(step) * 1_800_000_000);
            Scene::single(time, Values::F32(brightness_temperature(step)))
        })
        .collect();

    // 3. what a phenomenon is: connected cells colder than 235 K, ten of them at least
    let cold = Condition::Compare { comparison: Comparison::LessThan, threshold: 235.0 };
    let options = DetectOptions { min_cells: 10, ..DetectOptions::default() };
    let detector = Detector::new(&cold, &[], options, &grid)?;
    let found: Vec<SceneComponents> = detect_all(&detector, &scenes, None)?;

    // 4. how components of consecutive scenes become tracks: by the cells that they share
    let mut tracker = Fortracc::new(FortraccOptions::default(), &grid)?;
    for scene in &found {
        tracker.push(scene)?;
    }
    let lineage = tracker.finish();
    print(&lineage, &found);
    Ok(())
}

/// A cloud that moves by two columns a step; from the fourth step on it is two.
fn brightness_temperature(step: u32) -> Vec<f32> {
    let cloud = |row: f64, column: f64, size: f64, cell: u32| {
        let (y, x) = (f64::from(cell / 60), f64::from(cell % 60));
        (y - row).hypot(x - column) < size
    };
    let column = 15.0 + 2.0 * f64::from(step);
    let apart = if step < 3 { 0.0 } else { 3.0 + f64::from(step) };
    let is_cold = |cell| cloud(20.0 + apart, column, 6.0, cell) || cloud(20.0 - apart, column, 4.0, cell);
    (0..2400).map(|cell| if is_cold(cell) { 210.0 } else { 290.0 }).collect()
}

fn print(lineage: &Lineage, found: &[SceneComponents]) {
    for track in &lineage.tracks {
        println!("track {}", track.id);
        for member in &track.members {
            let scene = &found[member.scene as usize];
            let component = &scene.components[member.component as usize];
            let d = &component.description;
            println!(
                "  {}  {:5} cells  {:9.0} km²  centre {:6.2} {:7.2}  {:?}",
                scene.time, component.cells, d.area_km2, d.centroid_lat, d.centroid_lon, member.arrival
            );
        }
    }
    println!("{} links between components", lineage.links.len());
}
