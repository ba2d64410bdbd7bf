//! Stage 4: the lineage, from the spool.

use eventscape_core::track::{AuxGeoir, Fortracc};
use eventscape_core::{EventSource, Lineage, SceneComponents};
use eventscape_products::ProductError;

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::job::TrackerName;
use crate::progress::Stage;
use crate::scope::{Finder, Scope};

/// Links the components of all scenes.
///
/// # Errors
/// A spool that cannot be read back; what the tracker says of the scenes.
pub(crate) fn lineage(scope: &Scope, events: &dyn EventSource, around: &Surroundings<'_>) -> Result<Lineage> {
    let scenes = events.scenes();
    around.observer.begin(Stage::Linking, scenes as u64);
    let each = |push: &mut dyn FnMut(&SceneComponents) -> Result<()>| -> Result<()> {
        for index in 0..scenes {
            if around.cancel.is_cancelled() {
                return Err(PipelineError::Stopped { done: scenes, total: scenes });
            }
            let scene = events.read(index).map_err(|source| ProductError::Source { scene: index, source })?;
            push(&scene)?;
            around.observer.advance(Stage::Linking, 1);
        }
        Ok(())
    };
    let lineage = match (scope.job.tracker.unwrap_or_default(), scope.finder()?) {
        (TrackerName::AuxGeoir, Finder::AuxGeoir(options)) => {
            let mut tracker = AuxGeoir::new(options, &scope.grid)?;
            each(&mut |scene| Ok(tracker.push(scene)?))?;
            tracker.finish()
        }
        _ => {
            let mut tracker = Fortracc::new(scope.fortracc()?, &scope.grid)?;
            each(&mut |scene| Ok(tracker.push(scene)?))?;
            tracker.finish()
        }
    };
    around.observer.end(Stage::Linking);
    Ok(lineage)
}
