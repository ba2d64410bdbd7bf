//! Stage 4: the lineage, from the spool.

use eventscape_core::{EventSource, Grid, Lineage};
use eventscape_products::ProductError;

use crate::error::{PipelineError, Result};
use crate::recipe::Phenomenon;
use crate::run::{Environment, Stage};

/// Links the components of all scenes.
///
/// # Errors
/// A spool that cannot be read back; what the tracker says of the scenes.
pub(crate) fn lineage(
    phenomenon: &Phenomenon,
    grid: &Grid,
    events: &dyn EventSource,
    env: &Environment<'_>,
) -> Result<Lineage> {
    let scenes = events.scenes();
    env.observer.begin(Stage::Linking, scenes as u64);
    let mut tracker = phenomenon.method.tracker(grid)?;
    for index in 0..scenes {
        if env.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done: scenes, total: scenes });
        }
        let scene = events.read(index).map_err(|source| ProductError::Source { scene: index, source })?;
        tracker.push(&scene)?;
        env.observer.advance(Stage::Linking, 1);
    }
    env.observer.end(Stage::Linking);
    Ok(tracker.finish())
}
