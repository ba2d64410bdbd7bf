//! Stage 2, where the condition asks for it: statistics of each cell over the whole job, tile by tile.

use std::ops::Range;

use eventscape_catalog::Subset;
use eventscape_core::Values;
use eventscape_core::detect::{Baseline, TileStatistics};

use crate::error::{PipelineError, Result};
use crate::recipe::{Phenomenon, Recipe};
use crate::run::{Environment, Stage, in_order};

/// What the scenes of a job are compared with.
pub(crate) struct Baselines {
    fields: Vec<Baseline>,
    slot_of: Vec<usize>,
}

impl Baselines {
    /// What scene `index` is compared with.
    pub(crate) fn of(&self, index: usize) -> Option<&Baseline> {
        self.slot_of.get(index).and_then(|slot| self.fields.get(*slot))
    }
}

/// The statistics that a condition needs; `None` if it needs none.
pub(crate) fn baselines(
    (recipe, phenomenon): (&Recipe, &Phenomenon),
    subset: &Subset,
    env: &Environment<'_>,
) -> Result<Option<Baselines>> {
    let (data, limits) = (&recipe.data, &recipe.limits);
    let condition = &phenomenon.condition;
    if !condition.needs_baseline() {
        return Ok(None);
    }
    let times = data.times();
    let (cells, scenes) = (data.grid.len(), times.len());
    let (per_cell, kept_per_cell) = TileStatistics::bytes_per_cell(condition, &times, 8);
    let tile = usize::try_from(limits.memory / 2 / per_cell.max(1) as u64).unwrap_or(usize::MAX).clamp(1, cells);
    let tiles = cells.div_ceil(tile);
    let result_bytes = cells as u64 * kept_per_cell as u64;
    if result_bytes > limits.memory / 2 {
        return Err(PipelineError::job(
            "memory_limit",
            format!(
                "the statistics of {cells} cells take {result_bytes} bytes, half of the limit is {}; raise --memory-limit or ask \
                 for a smaller area",
                limits.memory / 2
            ),
        ));
    }
    env.observer.begin(Stage::Baseline, (tiles * scenes) as u64);
    let (workers, window) = limits.readers(cells as u64 * 8, data.is_remote())?;
    let mut parts: Vec<Vec<Baseline>> = Vec::new();
    let mut slot_of = Vec::new();
    for number in 0..tiles {
        let range = number * tile..((number + 1) * tile).min(cells);
        let mut statistics = TileStatistics::new(condition, &times, range.len())?;
        in_order(
            0..scenes,
            workers,
            window,
            |i| {
                if env.cancel.is_cancelled() {
                    return Err(PipelineError::Stopped { done: 0, total: scenes });
                }
                part(subset, i, &range)
            },
            |i, values| {
                env.observer.advance(Stage::Baseline, 1);
                Ok(statistics.push(i, values)?)
            },
        )?;
        let finished = statistics.finish()?;
        slot_of = (0..scenes).map(|i| finished.slot_of(i)).collect();
        parts.push(finished.into_fields());
    }
    env.observer.end(Stage::Baseline);
    let slots = parts.first().map_or(0, Vec::len);
    let mut by_slot: Vec<Vec<Baseline>> = (0..slots).map(|_| Vec::with_capacity(tiles)).collect();
    for part in parts {
        for (slot, field) in part.into_iter().enumerate() {
            by_slot[slot].push(field);
        }
    }
    let fields = by_slot.into_iter().map(Baseline::stack).collect::<std::result::Result<_, _>>()?;
    Ok(Some(Baselines { fields, slot_of }))
}

fn part(subset: &Subset, index: usize, range: &Range<usize>) -> Result<Values> {
    let mut scene = subset.read(index)?;
    if scene.fields.is_empty() {
        return Err(PipelineError::Internal(format!("scene {index} has no field")));
    }
    Ok(match scene.fields.swap_remove(0) {
        whole if range.len() == whole.len() => whole,
        Values::F32(v) => Values::F32(v[range.clone()].to_vec()),
        Values::F64(v) => Values::F64(v[range.clone()].to_vec()),
    })
}
