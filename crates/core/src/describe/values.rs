//! The values of a component, from where detection gathered them.

use crate::detect::Cell;

/// Where the values of a component's runs are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunValues<'a, T> {
    /// For each run, where its values begin in `gathered`.
    pub(crate) starts: &'a [u32],
    /// The values of all runs of the scene, and at least [`crate::detect::GROUP`] cells more.
    pub(crate) gathered: &'a [T],
}

impl<'a, T: Cell> RunValues<'a, T> {
    /// The component's first value.
    #[inline(always)]
    pub(super) fn first(&self) -> T {
        self.gathered[self.starts[0] as usize]
    }

    /// Asks for the values of a later run, so that they are there when their turn comes: the runs of a component lie far
    /// apart, a row each.
    #[inline(always)]
    pub(super) fn prefetch(&self, run: usize) {
        #[cfg(target_arch = "x86_64")]
        if let Some(start) = self.starts.get(run) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let at = self.gathered.as_ptr().wrapping_add(*start as usize).cast::<i8>();
            // SAFETY: a prefetch of any address is harmless.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(at);
                _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(64));
            }
        }
    }

    /// The values of run number `run` from its first cell on, and what follows it.
    #[inline(always)]
    pub(super) fn of_run(&self, run: usize) -> &'a [T] {
        &self.gathered[self.starts[run] as usize..]
    }
}
