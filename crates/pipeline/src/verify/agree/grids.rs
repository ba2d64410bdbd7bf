//! The grid.

use super::{Contradiction, Differences, Said, Suspects, odd_ones, those};
use crate::verify::facts::GridFacts;

/// Centres that differ by less are the same, degrees: they are float32 in one file and float64 in another.
const SAME: f32 = 1e-4;

pub(super) fn compare(said: &[Said], suspects: &Suspects) -> Vec<Contradiction> {
    odd_ones(&those(said, |facts| facts.grid.as_ref()), suspects, differ)
}

fn differ(known: &GridFacts, is: &GridFacts) -> Differences {
    let mut differences = Differences::default();
    let size = |grid: &GridFacts| (grid.is_curvilinear, grid.lat.len(), grid.lon.len());
    if size(known) != size(is) {
        differences.add("lat", "is on a grid of another size", "has another");
        return differences;
    }
    let off = |a: &f32, b: &f32| (a - b).abs();
    // files that ascend across the seam go on past it
    let off_in_turns = |a: &f32, b: &f32| ((a - b + 180.0).rem_euclid(360.0) - 180.0).abs();
    if let Some(at) = known.lat.iter().zip(&is.lat).position(|(a, b)| !(..=SAME).contains(&off(a, b))) {
        differences.add(format!("lat[{at}]"), format!("has {}", is.lat[at]), format!("has {}", known.lat[at]));
    }
    if let Some(at) = known.lon.iter().zip(&is.lon).position(|(a, b)| !(..=SAME).contains(&off_in_turns(a, b))) {
        differences.add(format!("lon[{at}]"), format!("has {}", is.lon[at]), format!("has {}", known.lon[at]));
    }
    differences
}
