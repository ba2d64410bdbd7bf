//! Stage 3: the components of each scene, into the spool.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use eventscape_catalog::Subset;
use eventscape_core::Scene;
use eventscape_io::spool::Spool;

use super::baseline::Baselines;
use super::scenes::Scenes;
use crate::error::{PipelineError, Result};
use crate::recipe::{Phenomenon, Recipe};
use crate::run::{Environment, Stage, in_order};

/// Finds the components of the scenes of a range and appends those that the spool does not have yet.
///
/// # Errors
/// What reading or detection says; [`PipelineError::Stopped`] if the user stopped it. Complete scenes stay in the spool.
pub(crate) fn components(
    (recipe, phenomenon): (&Recipe, &Phenomenon),
    subset: &Subset,
    range: Range<usize>,
    baseline: Option<&Baselines>,
    spool: &mut Spool,
    env: &Environment<'_>,
) -> Result<()> {
    let have = spool.scenes();
    let rest = (range.start + have).min(range.end)..range.end;
    env.observer.begin(Stage::Scenes, range.len() as u64);
    env.observer.advance(Stage::Scenes, have as u64);
    let method = &phenomenon.method;
    let finder = method.finder(&recipe.data.grid)?;
    let scenes = Scenes::new(subset, method.look_ahead());
    let (workers, window) = recipe.limits.readers(recipe.data.scene_bytes(), recipe.data.is_remote())?;
    let done = Mutex::new(have);
    in_order(
        rest,
        workers,
        window,
        |index| {
            if env.cancel.is_cancelled() {
                let done = *done.lock().unwrap_or_else(PoisonError::into_inner);
                return Err(PipelineError::Stopped { done, total: range.len() });
            }
            let scenes = scenes.starting_at(index)?;
            let scenes: Vec<&Scene> = scenes.iter().map(AsRef::as_ref).collect();
            Ok(finder.find(&scenes, baseline.and_then(|b| b.of(index)))?)
        },
        |_, scene| {
            spool.append(&scene)?;
            *done.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            env.observer.advance(Stage::Scenes, 1);
            Ok(())
        },
    )?;
    env.observer.end(Stage::Scenes);
    Ok(())
}
