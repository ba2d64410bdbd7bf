//! The values of a component, from where detection gathered them.

use crate::lanes::Cell;

/// Where the values of a component's ranges are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RangeValues<'a, T> {
    /// For each range, where its values begin in `gathered`.
    pub(crate) starts: &'a [u32],
    /// The values of all ranges of the scene, and at least [`crate::lanes::GROUP`] cells more.
    pub(crate) gathered: &'a [T],
}

impl<'a, T: Cell> RangeValues<'a, T> {
    /// The component's first value.
    #[inline(always)]
    pub(super) fn first(&self) -> T {
        self.gathered[self.starts[0] as usize]
    }

    /// Asks for the values of a later range, so that they are there when their turn comes: the ranges of a component lie far
    /// apart, a row each.
    #[inline(always)]
    pub(super) fn prefetch(&self, range: usize) {
        #[cfg(target_arch = "x86_64")]
        if let Some(start) = self.starts.get(range) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let at = self.gathered.as_ptr().wrapping_add(*start as usize).cast::<i8>();
            // SAFETY: a prefetch of any address is harmless.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(at);
                _mm_prefetch::<_MM_HINT_T0>(at.wrapping_add(64));
            }
        }
    }

    /// The values of range number `range` from its first cell on, and what follows it.
    #[inline(always)]
    pub(super) fn of_range(&self, range: usize) -> &'a [T] {
        &self.gathered[self.starts[range] as usize..]
    }
}
