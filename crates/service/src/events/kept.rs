//! What was loaded is kept for those who ask next: each thing is loaded once, and so much is kept in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::error::Result;

/// Things by their numbers; those that were asked for last are kept.
pub(super) struct Kept<T> {
    /// How much is kept at once.
    most: usize,
    size: fn(&T) -> usize,
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    by_number: HashMap<i64, (u64, Arc<T>)>,
    /// Who loads a thing has its lock; others wait for it there, and find it.
    loading: HashMap<i64, Arc<Mutex<Weak<T>>>>,
    used: u64,
}

impl<T> Kept<T> {
    pub(super) fn new(most: usize, size: fn(&T) -> usize) -> Self {
        let inner = Inner { by_number: HashMap::new(), loading: HashMap::new(), used: 0 };
        Self { most, size, inner: Mutex::new(inner) }
    }

    /// The thing of a number, loaded if nobody has it. Blocks.
    pub(super) fn get(&self, number: i64, load: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        let turn = {
            let mut inner = locked(&self.inner);
            if let Some(found) = inner.find(number) {
                return Ok(found);
            }
            Arc::clone(inner.loading.entry(number).or_default())
        };
        let result = self.load(number, &mut locked(&turn), load);
        drop(turn);
        // nothing of what is neither loaded nor in use
        locked(&self.inner).loading.retain(|_, turn| Arc::strong_count(turn) > 1 || locked(turn).strong_count() > 0);
        result
    }

    fn load(&self, number: i64, slot: &mut Weak<T>, load: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        if let Some(found) = slot.upgrade() {
            return Ok(found);
        }
        let loaded = Arc::new(load()?);
        *slot = Arc::downgrade(&loaded);
        // one that is too large lives as long as it is used
        if (self.size)(&loaded) <= self.most {
            self.keep(number, &loaded);
        }
        Ok(loaded)
    }

    fn keep(&self, number: i64, loaded: &Arc<T>) {
        let mut inner = locked(&self.inner);
        inner.used += 1;
        let now = inner.used;
        inner.by_number.insert(number, (now, Arc::clone(loaded)));
        while inner.by_number.values().map(|(_, kept)| (self.size)(kept)).sum::<usize>() > self.most {
            let others = inner.by_number.iter().filter(|(other, _)| **other != number);
            let Some(oldest) = others.min_by_key(|(_, (used, _))| *used).map(|(other, _)| *other) else { break };
            inner.by_number.remove(&oldest);
        }
    }
}

impl<T> Inner<T> {
    fn find(&mut self, number: i64) -> Option<Arc<T>> {
        self.used += 1;
        let (used, found) = self.by_number.get_mut(&number)?;
        *used = self.used;
        Some(Arc::clone(found))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::ServiceError;

    #[test]
    fn those_who_ask_at_once_load_once() {
        let (kept, loads, all_here) = (Kept::new(1, Vec::len), AtomicUsize::new(0), Barrier::new(8));
        // also what is too large to be kept: those who wait share it
        for (number, size) in [(1, 1), (2, 10)] {
            loads.store(0, Ordering::Relaxed);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        all_here.wait();
                        let load = || {
                            loads.fetch_add(1, Ordering::Relaxed);
                            Ok(vec![7_u8; size])
                        };
                        let found = kept.get(number, load).unwrap();
                        // nobody lets go of it before all have it
                        all_here.wait();
                        assert_eq!(found.len(), size);
                    });
                }
            });
            assert_eq!(loads.load(Ordering::Relaxed), 1, "{number}");
        }
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_what_failed_is_tried_again() {
        let kept = Kept::new(10, Vec::len);
        let of = |size: usize| move || Ok(vec![0_u8; size]);
        let never = || -> Result<Vec<u8>> { panic!("it is kept") };
        kept.get(1, of(6)).unwrap();
        let large = Arc::downgrade(&kept.get(2, of(11)).unwrap());
        assert!(large.upgrade().is_none());
        assert_eq!(kept.get(1, never).unwrap().len(), 6);
        assert!(kept.get(3, || Err(ServiceError::Abandoned)).is_err());
        assert_eq!(kept.get(3, of(3)).unwrap().len(), 3);
        kept.get(1, never).unwrap();
        // the one that was used longest ago makes room
        kept.get(4, of(2)).unwrap();
        assert_eq!(kept.get(1, never).unwrap().len(), 6);
        assert_eq!(kept.get(3, of(1)).unwrap().len(), 1);
        assert!(locked(&kept.inner).loading.len() <= 4);
    }
}
