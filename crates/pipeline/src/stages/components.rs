//! Stage 3: the components of each scene, into the spool.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use eventscape_catalog::Subset;
use eventscape_core::SceneComponents;
use eventscape_core::detect::{Detector, Scratch};
use eventscape_core::track::AuxGeoirDetector;
use eventscape_io::spool::Spool;

use super::{Reference, Scenes};
use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::ordered::in_order;
use crate::progress::Stage;
use crate::resources::Resources;
use crate::scope::{Finder, Scope};

/// Finds the components of the scenes of a range and appends those that the spool does not have yet.
///
/// # Errors
/// What reading or detection says; [`PipelineError::Stopped`] if the user stopped it. Complete scenes stay in the spool.
pub(crate) fn components(
    scope: &Scope,
    subset: &Subset,
    range: Range<usize>,
    reference: Option<&Reference>,
    spool: &mut Spool,
    resources: &Resources,
    around: &Surroundings<'_>,
) -> Result<()> {
    let have = spool.scenes();
    let rest = (range.start + have).min(range.end)..range.end;
    around.observer.begin(Stage::Scenes, range.len() as u64);
    around.observer.advance(Stage::Scenes, have as u64);
    let finder = scope.finder()?;
    let scenes = Scenes::new(subset, matches!(finder, Finder::AuxGeoir(_)));
    let find = find(scope, &finder, &scenes, reference)?;
    let (workers, window) = resources.readers(scope.scene_bytes(), scope.is_remote())?;
    let done = Mutex::new(have);
    in_order(
        rest,
        workers,
        window,
        |index| {
            if around.cancel.is_cancelled() {
                let done = *done.lock().unwrap_or_else(PoisonError::into_inner);
                return Err(PipelineError::Stopped { done, total: range.len() });
            }
            find(index)
        },
        |_, scene| {
            spool.append(&scene)?;
            *done.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            around.observer.advance(Stage::Scenes, 1);
            Ok(())
        },
    )?;
    around.observer.end(Stage::Scenes);
    Ok(())
}

type Find<'a> = Box<dyn Fn(usize) -> Result<SceneComponents> + Sync + 'a>;

fn find<'a>(
    scope: &'a Scope,
    finder: &Finder,
    scenes: &'a Scenes<'a>,
    reference: Option<&'a Reference>,
) -> Result<Find<'a>> {
    Ok(match finder {
        Finder::AuxGeoir(options) => {
            let detector = AuxGeoirDetector::new(*options, &scope.grid)?;
            Box::new(move |index| {
                let (scene, next) = (scenes.get(index)?, scenes.next(index)?);
                Ok(detector.detect(&scene, next.as_deref())?)
            })
        }
        Finder::Condition(condition, options) => {
            let detector = Detector::new(condition, &scope.fields(), *options, &scope.grid)?;
            // buffers go round between the workers
            let spare: Mutex<Vec<Scratch>> = Mutex::default();
            Box::new(move |index| {
                let scene = scenes.get(index)?;
                let mut scratch = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
                let found = detector.detect(&scene, reference.and_then(|r| r.of(index)), &mut scratch)?;
                spare.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
                Ok(found)
            })
        }
    })
}
