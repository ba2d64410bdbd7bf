//! The same work on many granules at once.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use eventscape_core::parallel::{JobPool, within};

use crate::Result;

/// Runs `work` on the indices `0..count`, at most `workers` at a time, and gives the results in order. Of several
/// failures the one of the lowest index is returned, whatever the threads do.
///
/// Threads of its own rather than those of the cores: granules of object stores are waited for, not computed.
pub(crate) fn map<T: Send>(count: usize, workers: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    if count <= 1 || workers <= 1 {
        return (0..count).map(work).collect();
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done: Mutex<Vec<(usize, Result<T>)>> = Mutex::new(Vec::with_capacity(count));
    let pool = JobPool::entered();
    let run = || {
        // indices are handed out in order, so every one below a failure is worked on too
        while !failed.load(Relaxed) {
            let index = next.fetch_add(1, Relaxed);
            if index >= count {
                break;
            }
            let result = work(index);
            if result.is_err() {
                failed.store(true, Relaxed);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.min(count) {
            scope.spawn(|| within(pool.as_ref(), run));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CatalogError;

    #[test]
    fn results_keep_their_order() {
        assert_eq!(map(100, 7, |i| Ok(i * i)).unwrap(), (0..100).map(|i| i * i).collect::<Vec<_>>());
        assert!(map(0, 7, Ok).unwrap().is_empty());
    }

    #[test]
    fn the_first_failure_by_index_is_told() {
        for _ in 0..20 {
            let failed = map(50, 8, |i| if i % 7 == 3 { Err(CatalogError::Empty(i.to_string())) } else { Ok(i) });
            assert_eq!(failed.unwrap_err().to_string(), "nothing is left to read: 3");
        }
    }
}
