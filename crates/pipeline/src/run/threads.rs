//! The threads of a job.

use eventscape_core::parallel::JobPool;

use crate::error::Result;
use crate::recipe::Limits;

/// Runs a job with a pool of as many threads as its limits allow. Jobs of one process do not share them.
///
/// # Errors
/// Where the machine gives no more threads; what `work` says.
pub(crate) fn on_threads_of<T>(limits: &Limits, work: impl FnOnce() -> Result<T>) -> Result<T> {
    JobPool::new(limits.threads)?.enter(work)
}
