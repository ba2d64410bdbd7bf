//! The pool of threads of a job, handed down to the code that shares out work.
//!
//! A program may run several jobs, each with its own number of threads. So no code here uses rayon's global pool by itself: a
//! thread that works for a job [enters](JobPool::enter) the job's pool, and work that can be shared out runs in [`on_job_pool`].

use std::cell::RefCell;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::CoreError;

thread_local! {
    static ENTERED: RefCell<Option<Arc<ThreadPool>>> = const { RefCell::new(None) };
}

/// The threads of one job. A clone is the same pool.
#[derive(Clone, Debug)]
pub struct JobPool(Arc<ThreadPool>);

impl JobPool {
    /// A pool of `threads` threads; 0 means one for each core.
    ///
    /// # Errors
    /// [`CoreError::Option`] where the machine gives no more threads.
    pub fn new(threads: usize) -> Result<Self, CoreError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool =
            pool.map_err(|e| CoreError::Option(format!("{threads} threads cannot be started: {e}; give fewer")))?;
        Ok(Self(Arc::new(pool)))
    }

    /// The pool that this thread has entered.
    #[must_use]
    pub fn entered() -> Option<Self> {
        ENTERED.with_borrow(|pool| pool.clone().map(Self))
    }

    /// Runs `work` on this thread; what it shares out goes to the threads of this pool.
    ///
    /// ```
    /// use eventscape_core::parallel::{JobPool, on_job_pool};
    /// let pool = JobPool::new(3)?;
    /// assert_eq!(pool.enter(|| on_job_pool(rayon::current_num_threads)), 3);
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        /// Puts back what was entered before, even after a panic.
        struct Before(Option<Arc<ThreadPool>>);
        impl Drop for Before {
            fn drop(&mut self) {
                ENTERED.set(self.0.take());
            }
        }
        let _before = Before(ENTERED.replace(Some(Arc::clone(&self.0))));
        work()
    }
}

/// Runs `work` on this thread as for the pool that another thread [had entered](JobPool::entered), if it had.
pub fn within<R>(pool: Option<&JobPool>, work: impl FnOnce() -> R) -> R {
    match pool {
        Some(pool) => pool.enter(work),
        None => work(),
    }
}

/// Runs `work` where rayon's iterators use the pool that this thread has entered. Without one they use rayon's current pool.
pub fn on_job_pool<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    match JobPool::entered() {
        Some(pool) => pool.0.install(work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pools_side_by_side_keep_their_own_numbers_of_threads() {
        let threads = |count: usize| {
            let pool = JobPool::new(count).unwrap();
            pool.enter(|| on_job_pool(|| (rayon::current_num_threads(), on_job_pool(rayon::current_num_threads))))
        };
        std::thread::scope(|scope| {
            let (one, three) = (scope.spawn(|| threads(1)), scope.spawn(|| threads(3)));
            assert_eq!((one.join().unwrap(), three.join().unwrap()), ((1, 1), (3, 3)));
        });
        assert!(JobPool::entered().is_none());
    }

    #[test]
    fn a_pool_inside_another_gives_way_again() {
        let (outer, inner) = (JobPool::new(2).unwrap(), JobPool::new(4).unwrap());
        outer.enter(|| {
            assert_eq!(inner.enter(|| on_job_pool(rayon::current_num_threads)), 4);
            assert_eq!(on_job_pool(rayon::current_num_threads), 2);
        });
    }
}
