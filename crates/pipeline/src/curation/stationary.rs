//! The variable over the whole domain at all mask times, for the comparison of inside and outside.

use std::collections::BTreeMap;
use std::sync::Arc;

use eventscape_core::Scene;
use eventscape_core::regrid::{InTime, Targets, Weights, grid_weights, time_weights};
use eventscape_io::sink::ProductFile;
use eventscape_products::curation::{StationaryFile, StationaryLayout};
use rayon::prelude::*;

use super::plan::MaskTime;
use super::products::Asked;
use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::progress::Stage;

/// Rows of the mask that are brought together.
struct Block {
    cells: Vec<(u32, u32)>,
}

/// Writes the file. Memory: the scenes of one mask time, and the weights of the rows that are being worked on.
pub(super) fn write(asked: &Asked<'_>, file: ProductFile, around: &Surroundings<'_>) -> Result<ProductFile> {
    let masks = &asked.masks.file;
    let grid = masks.grid();
    let mut out = StationaryFile::begin(file, asked.info, grid, masks.times())?;
    let layout = out.layout();
    let blocks: Vec<Block> = (0..layout.chunks)
        .map(|k| {
            let rows = k * layout.rows..((k + 1) * layout.rows).min(grid.ny());
            let cells = rows.flat_map(|r| (0..grid.nx()).map(move |c| (r as u32, c as u32))).collect();
            Block { cells }
        })
        .collect();
    let targets = Targets::new(grid);
    let mut held: BTreeMap<usize, Arc<Scene>> = BTreeMap::new();
    around.observer.begin(Stage::Stationary, asked.plan.times.len() as u64);
    for (done, time) in asked.plan.times.iter().enumerate() {
        if around.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done, total: asked.plan.times.len() });
        }
        let needed: Vec<usize> = time.scenes.iter().flatten().copied().collect();
        held.retain(|scene, _| needed.contains(scene));
        for scene in needed {
            if let std::collections::btree_map::Entry::Vacant(slot) = held.entry(scene) {
                slot.insert(Arc::new(asked.subset.read(scene)?));
            }
        }
        let packed = blocks
            .par_iter()
            .map(|block| chunk_of(asked, &targets, block, time, &held, layout))
            .collect::<Result<Vec<Vec<Vec<u8>>>>>()?;
        for chunks in packed {
            for (variable, chunk) in chunks.iter().enumerate() {
                out.add(variable, chunk)?;
            }
        }
        around.observer.advance(Stage::Stationary, 1);
    }
    around.observer.end(Stage::Stationary);
    Ok(out.end()?)
}

/// The packed values of some rows, for each variable.
fn chunk_of(
    asked: &Asked<'_>,
    targets: &Targets<'_>,
    block: &Block,
    time: &MaskTime,
    held: &BTreeMap<usize, Arc<Scene>>,
    layout: StationaryLayout,
) -> Result<Vec<Vec<u8>>> {
    let in_time = time_weights(time.time, time.steps, time.scenes.map(|s| s.is_some()));
    let variables = asked.subset.variables().len();
    let weights = match in_time.how {
        InTime::None => None,
        _ => Some(grid_weights(asked.subset.grid(), targets, &block.cells, asked.scope.method)?),
    };
    (0..variables)
        .map(|variable| {
            let values = rows_of(weights.as_ref(), block, variable, time, &in_time.weights, held);
            Ok(layout.pack(&values)?)
        })
        .collect()
}

fn rows_of(
    weights: Option<&Weights>,
    block: &Block,
    variable: usize,
    time: &MaskTime,
    shares: &[f64; 3],
    held: &BTreeMap<usize, Arc<Scene>>,
) -> Vec<f32> {
    let mut sums = vec![(0.0, 0.0); block.cells.len()];
    for (scene, share) in time.scenes.iter().zip(shares).filter(|(_, share)| **share > 0.0) {
        let field = scene.and_then(|s| held.get(&s)).and_then(|s| s.fields.get(variable));
        let (Some(field), Some(weights)) = (field, weights) else { continue };
        let (found, _) = weights.apply(|place| field.get(place).unwrap_or(f64::NAN));
        for (sum, value) in sums.iter_mut().zip(found) {
            if !value.is_nan() {
                *sum = (sum.0 + share * value, sum.1 + share);
            }
        }
    }
    sums.iter().map(|(sum, share)| if *share < 0.5 { f32::NAN } else { (sum / share) as f32 }).collect()
}
