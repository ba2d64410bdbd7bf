//! Which sums each type of values has.

#[cfg(not(target_arch = "x86_64"))]
use super::statistics;
use super::statistics::Sums;
use crate::lanes::Cell;

/// A type of values that can be described.
pub(crate) trait Measurable: Cell {
    /// Its sums with the widest instructions; used only where the processor has them.
    type Wide: Sums<Self>;
}

impl Measurable for f32 {
    #[cfg(target_arch = "x86_64")]
    type Wide = super::avx2::WideF32;
    #[cfg(not(target_arch = "x86_64"))]
    type Wide = statistics::Portable<Self>;
}

impl Measurable for f64 {
    #[cfg(target_arch = "x86_64")]
    type Wide = super::avx2::WideF64;
    #[cfg(not(target_arch = "x86_64"))]
    type Wide = statistics::Portable<Self>;
}
