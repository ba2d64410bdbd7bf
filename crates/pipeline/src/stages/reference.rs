//! Stage 2, where the condition asks for it: statistics of each cell over the whole job, tile by tile.

use std::ops::Range;

use eventscape_catalog::Subset;
use eventscape_core::detect::{Baseline, TileStatistics};
use eventscape_core::{Condition, Values};

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::ordered::in_order;
use crate::progress::Stage;
use crate::resources::Resources;
use crate::scope::Scope;

/// What the scenes of a job are compared with.
pub(crate) struct Reference {
    fields: Vec<Baseline>,
    slot_of: Vec<usize>,
}

impl Reference {
    /// What scene `index` is compared with.
    pub(crate) fn of(&self, index: usize) -> Option<&Baseline> {
        self.slot_of.get(index).and_then(|slot| self.fields.get(*slot))
    }
}

/// The statistics that a condition needs; `None` if it needs none.
pub(crate) fn reference(
    scope: &Scope,
    subset: &Subset,
    condition: &Condition,
    resources: &Resources,
    around: &Surroundings<'_>,
) -> Result<Option<Reference>> {
    if !condition.needs_baseline() {
        return Ok(None);
    }
    let times = scope.times();
    let (cells, scenes) = (scope.grid.len(), times.len());
    let (per_cell, kept_per_cell) = TileStatistics::bytes_per_cell(condition, &times, 8);
    let tile = usize::try_from(resources.memory / 2 / per_cell.max(1) as u64).unwrap_or(usize::MAX).clamp(1, cells);
    let tiles = cells.div_ceil(tile);
    let result_bytes = cells as u64 * kept_per_cell as u64;
    if result_bytes > resources.memory / 2 {
        return Err(PipelineError::job(
            "memory_limit",
            format!(
                "the statistics of {cells} cells take {result_bytes} bytes, half of the limit is {}; raise --memory-limit or ask \
                 for a smaller area",
                resources.memory / 2
            ),
        ));
    }
    around.observer.begin(Stage::Reference, (tiles * scenes) as u64);
    let (workers, window) = resources.readers(cells as u64 * 8, scope.is_remote())?;
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
                if around.cancel.is_cancelled() {
                    return Err(PipelineError::Stopped { done: 0, total: scenes });
                }
                part(subset, i, &range)
            },
            |i, values| {
                around.observer.advance(Stage::Reference, 1);
                Ok(statistics.push(i, values)?)
            },
        )?;
        let finished = statistics.finish()?;
        slot_of = (0..scenes).map(|i| finished.slot_of(i)).collect();
        parts.push(finished.into_fields());
    }
    around.observer.end(Stage::Reference);
    let slots = parts.first().map_or(0, Vec::len);
    let mut by_slot: Vec<Vec<Baseline>> = (0..slots).map(|_| Vec::with_capacity(tiles)).collect();
    for part in parts {
        for (slot, field) in part.into_iter().enumerate() {
            by_slot[slot].push(field);
        }
    }
    let fields = by_slot.into_iter().map(Baseline::stack).collect::<std::result::Result<_, _>>()?;
    Ok(Some(Reference { fields, slot_of }))
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
