//! The scenes of outlines, one after the other, into the spool.

use std::collections::HashMap;
use std::sync::Arc;

use eventscape_catalog::Outlines;
use eventscape_core::Cells;
use eventscape_core::outline::{Active, Follow, Followed, Masker, Shape, Timeline};
use eventscape_io::spool::{Spool, SpoolReader};
use rayon::prelude::*;

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::progress::Stage;

/// The spool moves from memory to a temporary file above so many bytes.
const SPOOL_MEMORY: usize = 64 << 20;

/// The scenes with their tracks.
pub(super) struct Masked {
    pub(super) events: SpoolReader,
    pub(super) followed: Followed,
    /// Cells of several phenomena, added up over the scenes.
    pub(super) shared_cells: u64,
    /// Scenes that have such cells.
    pub(super) shared_scenes: usize,
}

/// A phenomenon as it was in the last scene: which of its outlines, and their cells.
type Last = (Vec<u32>, Arc<Cells>);

/// Masks the scenes of a timeline. An outline that lasts is rasterised once.
pub(super) fn masked(
    outlines: &Outlines,
    timeline: &Timeline,
    masker: &Masker<'_>,
    around: &Surroundings<'_>,
) -> Result<Masked> {
    let times = timeline.times();
    around.observer.begin(Stage::Scenes, times.len() as u64);
    let mut spool = Spool::create(None, SPOOL_MEMORY);
    let mut follow = Follow::new(timeline);
    let mut before: HashMap<u32, Last> = HashMap::new();
    let (mut shared_cells, mut shared_scenes) = (0, 0);
    for (scene, time) in times.iter().enumerate() {
        if around.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done: 0, total: times.len() });
        }
        let active: Vec<&[Active]> = timeline.active(scene).chunk_by(|a, b| a.phenomenon == b.phenomenon).collect();
        let now: Vec<(u32, Last)> = active
            .par_iter()
            .filter_map(|parts| {
                let phenomenon = parts.first()?.phenomenon;
                let numbers: Vec<u32> = parts.iter().map(|part| part.outline).collect();
                if let Some(last) = before.get(&phenomenon).filter(|last| last.0 == numbers) {
                    return Some((phenomenon, last.clone()));
                }
                let all = &outlines.phenomena.get(phenomenon as usize)?.outlines;
                let shapes: Vec<&Shape> =
                    numbers.iter().filter_map(|n| all.get(*n as usize)).map(|outline| &outline.shape).collect();
                Some((phenomenon, (numbers, masker.cells(&shapes).into())))
            })
            .collect();
        let cells = now.iter().map(|(phenomenon, (_, cells))| (*phenomenon, Arc::clone(cells))).collect();
        let masked = masker.scene(*time, cells);
        shared_cells += masked.shared_cells;
        shared_scenes += usize::from(masked.shared_cells > 0);
        follow.push(&masked);
        spool.append(&masked.components)?;
        before = now.into_iter().collect();
        around.observer.advance(Stage::Scenes, 1);
    }
    around.observer.end(Stage::Scenes);
    let followed = follow.finish();
    if followed.lineage.tracks.is_empty() {
        return Err(PipelineError::State(format!(
            "no cell of the grid lies in an outline of `{}`; look at --bbox or --grid-like",
            outlines.location
        )));
    }
    Ok(Masked { events: spool.finish()?, followed, shared_cells, shared_scenes })
}
