//! Reading: what lies around all events, mask time by mask time, each granule once.

mod orbits;
mod windows;

use eventscape_core::parallel::on_job_pool;
use eventscape_io::spool::Spool;
use rayon::prelude::*;

use super::other::Other;
use super::plan::{MaskTime, Plan};
use super::record::{self, Group};
use crate::error::{PipelineError, Result};
use crate::run::{Environment, Stage};

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
    env: &Environment<'_>,
) -> Result<()> {
    match other {
        Other::Grid(subset) => run(&mut Windows::new(subset, plan, memory), plan, spool, env),
        Other::Swath(swaths) => run(&mut Orbits::new(swaths, plan, margin, window_micros), plan, spool, env),
    }
}

fn run(source: &mut impl Source, plan: &Plan, spool: &mut Spool, env: &Environment<'_>) -> Result<()> {
    let total = plan.times.len();
    env.observer.begin(Stage::Gathering, total as u64);
    let mut done = spool.scenes().min(total);
    env.observer.advance(Stage::Gathering, done as u64);
    while done < total {
        if env.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done, total });
        }
        let until = source.load(done)?;
        let times = plan.times.get(done..until).unwrap_or_default();
        let held = &*source;
        let encode = |time: &MaskTime| held.groups(time).map(|g| record::encode(&g));
        let documents: Vec<Vec<u8>> = on_job_pool(|| times.par_iter().map(encode).collect::<Result<_>>())?;
        for (time, document) in times.iter().zip(documents) {
            spool.append_document(time.time, &document)?;
            env.observer.advance(Stage::Gathering, 1);
        }
        done = until;
        source.forget(done);
    }
    env.observer.end(Stage::Gathering);
    Ok(())
}
