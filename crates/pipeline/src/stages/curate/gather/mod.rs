//! Reading: what lies around all events, mask time by mask time, each granule once.

mod orbits;
mod windows;

use eventscape_io::spool::Spool;
use rayon::prelude::*;

use super::other::Other;
use super::plan::{MaskTime, Plan};
use super::record::{self, Group};
use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::progress::Stage;

use orbits::Orbits;
pub(super) use windows::Batches;
use windows::Windows;

/// Mask times that are worked on together, at most.
const BATCH: usize = 8;

/// What is read for mask times, and held as long as others need it.
trait Source: Sync {
    /// Reads what the next times from `done` on need and is not held yet; gives where these times end.
    fn load(&mut self, done: usize) -> Result<usize>;
    /// What lies around the events of a time, once it is loaded.
    fn groups(&self, time: &MaskTime) -> Result<Vec<Group>>;
    /// Lets go what no time from this one on needs.
    fn forget(&mut self, done: usize);
}

/// Gathers the mask times that the spool does not hold yet. `margin` is in degrees, `window_micros` the time around a mask
/// time in which swaths count; of data on a grid about `memory` bytes are held at once.
pub(super) fn gather(
    other: &Other,
    plan: &Plan,
    (margin, window_micros): (f64, i64),
    memory: u64,
    spool: &mut Spool,
    around: &Surroundings<'_>,
) -> Result<()> {
    match other {
        Other::Grid(subset) => run(&mut Windows::new(subset, plan, memory), plan, spool, around),
        Other::Swath(swaths) => run(&mut Orbits::new(swaths, plan, margin, window_micros), plan, spool, around),
    }
}

fn run(source: &mut impl Source, plan: &Plan, spool: &mut Spool, around: &Surroundings<'_>) -> Result<()> {
    let total = plan.times.len();
    around.observer.begin(Stage::Gathering, total as u64);
    let mut done = spool.scenes().min(total);
    around.observer.advance(Stage::Gathering, done as u64);
    while done < total {
        if around.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done, total });
        }
        let until = source.load(done)?;
        let times = plan.times.get(done..until).unwrap_or_default();
        let held = &*source;
        let documents: Vec<Vec<u8>> =
            times.par_iter().map(|time| held.groups(time).map(|g| record::encode(&g))).collect::<Result<_>>()?;
        for (time, document) in times.iter().zip(documents) {
            spool.append_document(time.time, &document)?;
            around.observer.advance(Stage::Gathering, 1);
        }
        done = until;
        source.forget(done);
    }
    around.observer.end(Stage::Gathering);
    Ok(())
}
