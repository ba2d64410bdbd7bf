//! The variable over the whole domain at all mask times, for the comparison of inside and outside.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use eventscape_catalog::{Orbit, Subset, Swaths, VariableMeta};
use eventscape_core::regrid::{
    InTime, Targets, Weights, average_directions, grid_weights, point_weights, time_weights,
};
use eventscape_core::{Cells, Scene};
use eventscape_io::sink::ProductFile;
use eventscape_products::curation::StationaryFile;
use rayon::prelude::*;

use super::context::Asked;
use crate::Surroundings;
use crate::curation::other::Other;
use crate::curation::plan::{Around, MaskTime, Need, StepNeed};
use crate::error::{PipelineError, Result};
use crate::progress::Stage;

/// Masks with at most so many cells keep the weights of the other data's cells from one time to the next.
const KEPT_CELLS: usize = 1 << 20;
/// Cells of a strip, about.
const STRIP_CELLS: usize = 1 << 14;

/// Rows of the mask that are brought together.
struct Strip {
    cells: Cells,
    /// The weights of data on a grid, once they are known.
    weights: OnceLock<Weights>,
}

/// Writes the file. Memory: the scenes of one mask time, and the weights of the rows that are being worked on (on small masks
/// of all).
pub(super) fn write(
    asked: &Asked<'_>,
    mut out: StationaryFile<ProductFile>,
    around: &Surroundings<'_>,
) -> Result<ProductFile> {
    let masks = &asked.masks.file;
    let grid = masks.grid();
    let layout = out.layout();
    // a chunk of the file is made of strips, on all threads
    let deep = (STRIP_CELLS / grid.nx().max(1)).max(1);
    let strips = |rows: Range<usize>| {
        let starts = rows.clone().step_by(deep);
        let strip = |start: usize| Cells::of_rows(start as u32..(start + deep).min(rows.end) as u32, grid.nx() as u32);
        starts.map(|start| Strip { cells: strip(start), weights: OnceLock::new() }).collect::<Vec<_>>()
    };
    let chunks: Vec<Vec<Strip>> =
        (0..layout.chunks).map(|k| strips(k * layout.rows..((k + 1) * layout.rows).min(grid.ny()))).collect();
    let targets = Targets::new(grid);
    let mut fields = match asked.other {
        Other::Grid(subset) => Fields::Grid(subset, BTreeMap::new()),
        Other::Swath(swaths) => Fields::Swath(swaths, BTreeMap::new(), Points::default()),
    };
    around.observer.begin(Stage::Stationary, asked.plan.times.len() as u64);
    for (done, time) in asked.plan.times.iter().enumerate() {
        if around.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done, total: asked.plan.times.len() });
        }
        fields.load(asked, time)?;
        let packed = chunks
            .par_iter()
            .map(|strips| {
                let rows = strips.par_iter().map(|strip| fields.rows(asked, &targets, strip, time));
                let rows = rows.collect::<Result<Vec<Vec<Vec<f32>>>>>()?;
                let whole = |variable| {
                    rows.iter().filter_map(|strip| strip.get(variable)).flatten().copied().collect::<Vec<f32>>()
                };
                let variables = 0..asked.other.variables().len();
                Ok(variables.map(|v| layout.pack(&whole(v))).collect::<std::result::Result<_, _>>()?)
            })
            .collect::<Result<Vec<Vec<Vec<u8>>>>>()?;
        for by_variable in packed {
            for (variable, chunk) in by_variable.iter().enumerate() {
                out.add(variable, chunk)?;
            }
        }
        around.observer.advance(Stage::Stationary, 1);
    }
    around.observer.end(Stage::Stationary);
    Ok(out.end()?)
}

/// The values of one mask time, and those that the next ones will need.
enum Fields<'a> {
    Grid(&'a Subset, BTreeMap<usize, Arc<Scene>>),
    Swath(&'a Swaths, BTreeMap<usize, Orbit>, Points),
}

/// What was seen near a mask time.
#[derive(Default)]
struct Points {
    lat: Vec<f64>,
    lon: Vec<f64>,
    /// For each variable.
    values: Vec<Vec<f64>>,
}

impl Fields<'_> {
    /// Reads what a mask time needs, and lets go what it does not.
    fn load(&mut self, asked: &Asked<'_>, time: &MaskTime) -> Result<()> {
        match (self, &time.need) {
            (Self::Grid(subset, held), Need::Steps(need)) => {
                let needed: Vec<usize> = need.scenes.iter().flatten().copied().collect();
                held.retain(|scene, _| needed.contains(scene));
                for scene in needed {
                    if let Entry::Vacant(slot) = held.entry(scene) {
                        slot.insert(Arc::new(subset.read(scene)?));
                    }
                }
            }
            (Self::Swath(swaths, held, points), Need::Orbits(_)) => {
                let around = Around::of(time.time, asked.scope.window_micros);
                // those that meet a time without events are not in the plan
                let needed = swaths.between(around.first, around.last);
                held.retain(|orbit, _| needed.contains(orbit));
                for orbit in needed {
                    if let Entry::Vacant(slot) = held.entry(orbit) {
                        slot.insert(swaths.read(orbit)?);
                    }
                }
                *points = Points { values: vec![Vec::new(); swaths.variables().len()], ..Points::default() };
                for orbit in held.values() {
                    for cell in around.cells(orbit) {
                        points.lat.push(orbit.lat.get(cell).copied().unwrap_or(f64::NAN));
                        points.lon.push(orbit.lon.get(cell).copied().unwrap_or(f64::NAN));
                        for (all, own) in points.values.iter_mut().zip(&orbit.values) {
                            all.push(own.get(cell).unwrap_or(f64::NAN));
                        }
                    }
                }
            }
            _ => return Err(PipelineError::Internal("the plan is one of other data".to_owned())),
        }
        Ok(())
    }

    /// The values of some rows, for each variable.
    fn rows(&self, asked: &Asked<'_>, targets: &Targets<'_>, strip: &Strip, time: &MaskTime) -> Result<Vec<Vec<f32>>> {
        match (self, &time.need) {
            (Self::Grid(subset, held), Need::Steps(need)) => {
                let in_time = time_weights(time.time, need.times, need.scenes.map(|s| s.is_some()));
                let new = || grid_weights(subset.grid(), targets, &strip.cells, asked.scope.method);
                let made;
                let weights = match (in_time.how, strip.weights.get()) {
                    (InTime::None, _) => None,
                    (_, Some(kept)) => Some(kept),
                    (_, None) if targets.grid().len() <= KEPT_CELLS => {
                        made = new()?;
                        Some(strip.weights.get_or_init(|| made))
                    }
                    (_, None) => {
                        made = new()?;
                        Some(&made)
                    }
                };
                let cells = strip.cells.count() as usize;
                let row = |(v, meta): (usize, &VariableMeta)| {
                    let found = averaged(meta, |of| rows_of(weights, cells, (v, of), need, &in_time.weights, held));
                    found.into_iter().map(|x| x as f32).collect()
                };
                Ok(subset.variables().iter().enumerate().map(row).collect())
            }
            (Self::Swath(_, _, points), _) => {
                let weights = point_weights(&points.lat, &points.lon, targets, &strip.cells, asked.scope.points)?;
                let on_cells = |(values, meta): (&Vec<f64>, &VariableMeta)| {
                    let found =
                        averaged(meta, |of| weights.apply(|place| values.get(place).map_or(f64::NAN, |x| of(*x))).0);
                    found.into_iter().map(|x| x as f32).collect()
                };
                Ok(points.values.iter().zip(asked.other.variables()).map(on_cells).collect())
            }
            (Self::Grid(..), Need::Orbits(_)) => {
                Err(PipelineError::Internal("the plan is one of other data".to_owned()))
            }
        }
    }
}

/// The average of a variable that `average` gives; of directions, that of their unit vectors.
fn averaged(variable: &VariableMeta, average: impl Fn(fn(f64) -> f64) -> Vec<f64>) -> Vec<f64> {
    if variable.is_direction() { average_directions(average) } else { average(|x| x) }
}

/// The values of a variable, each changed by `of` before it is averaged.
fn rows_of(
    weights: Option<&Weights>,
    cells: usize,
    (variable, of): (usize, fn(f64) -> f64),
    need: &StepNeed,
    shares: &[f64; 3],
    held: &BTreeMap<usize, Arc<Scene>>,
) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); cells];
    for (scene, share) in need.scenes.iter().zip(shares).filter(|(_, share)| **share > 0.0) {
        let field = scene.and_then(|s| held.get(&s)).and_then(|s| s.fields.get(variable));
        let (Some(field), Some(weights)) = (field, weights) else { continue };
        let (found, _) = weights.apply(|place| field.get(place).map_or(f64::NAN, of));
        for (sum, value) in sums.iter_mut().zip(found) {
            if !value.is_nan() {
                *sum = (sum.0 + share * value, sum.1 + share);
            }
        }
    }
    sums.iter().map(|(sum, share)| if *share < 0.5 { f64::NAN } else { sum / share }).collect()
}
