//! Work on many items at once, results kept in order, with a bound on how far the workers run ahead.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use eventscape_core::parallel::{JobPool, within};

use crate::error::{PipelineError, Result};

struct State<T> {
    next: usize,
    kept: usize,
    ready: BTreeMap<usize, Result<T>>,
    stop: bool,
}

/// Calls `work` for every index on `workers` threads, and `keep` with each result in ascending order on this thread. At
/// most `window` items are being worked on or wait to be kept, so memory is bounded by the window.
///
/// # Errors
/// The first error in the order of the indices, of `work` or of `keep`; items before it have been kept. A panic of
/// `work` is [`PipelineError::Internal`].
pub(crate) fn in_order<T: Send>(
    items: Range<usize>,
    workers: usize,
    window: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
    mut keep: impl FnMut(usize, T) -> Result<()>,
) -> Result<()> {
    let window = window.max(1);
    let state = Mutex::new(State { next: items.start, kept: items.start, ready: BTreeMap::new(), stop: false });
    let changed = Condvar::new();
    let claim = || {
        let mut s = lock(&state);
        loop {
            if s.stop || s.next >= items.end {
                return None;
            }
            if s.next < s.kept + window {
                s.next += 1;
                return Some(s.next - 1);
            }
            s = changed.wait(s).unwrap_or_else(PoisonError::into_inner);
        }
    };
    // lines of logs name the job that the caller is at
    let span = tracing::Span::current();
    let pool = JobPool::entered();
    let claim_all = || {
        let _at = span.enter();
        while let Some(index) = claim() {
            let result = catch_unwind(AssertUnwindSafe(|| work(index)))
                .unwrap_or_else(|panic| Err(PipelineError::Internal(panic_text(&*panic))));
            lock(&state).ready.insert(index, result);
            changed.notify_all();
        }
    };
    let run = || within(pool.as_ref(), claim_all);
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, window.min(items.len().max(1))) {
            scope.spawn(run);
        }
        let outcome = items.clone().try_for_each(|index| {
            let result = {
                let mut s = lock(&state);
                loop {
                    if let Some(result) = s.ready.remove(&index) {
                        s.kept = index + 1;
                        break result;
                    }
                    s = changed.wait(s).unwrap_or_else(PoisonError::into_inner);
                }
            };
            changed.notify_all();
            keep(index, result?)
        });
        lock(&state).stop = true;
        changed.notify_all();
        outcome
    })
}

fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a worker panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_arrive_in_order_and_the_window_holds() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut seen = Vec::new();
        in_order(
            3..103,
            4,
            6,
            |i| {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                Ok(i * i)
            },
            |i, square| {
                running.fetch_sub(1, Ordering::SeqCst);
                seen.push((i, square));
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (3..103).map(|i| (i, i * i)).collect::<Vec<_>>());
        assert!(most.load(Ordering::SeqCst) <= 7, "window of 6 and the one being kept, saw {most:?}");
    }

    #[test]
    fn the_first_error_in_order_ends_the_work_and_keeps_what_came_before() {
        let mut kept = Vec::new();
        let error = in_order(
            0..50,
            3,
            5,
            |i| if i >= 10 { Err(PipelineError::Internal(format!("item {i}"))) } else { Ok(i) },
            |_, i| {
                kept.push(i);
                Ok(())
            },
        )
        .unwrap_err();
        assert!(error.to_string().contains("item 10"), "{error}");
        assert_eq!(kept, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_an_error_and_not_a_hang() {
        let error = in_order(0..5, 2, 2, |i| if i == 2 { panic!("boom") } else { Ok(i) }, |_, _| Ok(())).unwrap_err();
        assert!(error.to_string().contains("boom"));
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        in_order(4..4, 2, 2, |_| Ok(()), |_, ()| Ok(())).unwrap();
    }
}
