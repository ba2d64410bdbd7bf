//! Scenes prepared side by side and handed on in order, a few at a time.

use eventscape_core::parallel::on_job_pool;
use eventscape_core::{EventSource, SceneComponents};
use rayon::prelude::*;

use crate::ProductError;
use crate::members::read;

/// Reads every scene and prepares it on all cores, then hands the results on in the order of time. At most two scenes a
/// core are in memory.
pub(crate) fn scenes_in_order<T: Send>(
    events: &dyn EventSource,
    prepare: impl Fn(usize, SceneComponents) -> Result<T, ProductError> + Sync,
    mut hand_on: impl FnMut(usize, T) -> Result<(), ProductError>,
) -> Result<(), ProductError> {
    let batch = 2 * on_job_pool(rayon::current_num_threads).max(1);
    let mut next = 0;
    while next < events.scenes() {
        let end = (next + batch).min(events.scenes());
        let prepared: Result<Vec<T>, ProductError> =
            on_job_pool(|| (next..end).into_par_iter().map(|index| prepare(index, read(events, index)?)).collect());
        for (index, item) in (next..end).zip(prepared?) {
            hand_on(index, item)?;
        }
        next = end;
    }
    Ok(())
}
