//! The sums of [`super::statistics`] with AVX2: the same arithmetic, a group at a time.
//!
//! The methods are called only from functions compiled for AVX2, into which they are inlined.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::statistics::{ByPlace, Sums};
use crate::lanes::GROUP;

/// Eight float64 numbers.
#[derive(Clone, Copy)]
struct Eight(__m256d, __m256d);

impl Eight {
    #[inline(always)]
    fn splat(x: f64) -> Self {
        // SAFETY: called only where the processor has AVX2.
        unsafe { Self(_mm256_set1_pd(x), _mm256_set1_pd(x)) }
    }

    #[inline(always)]
    fn load(x: &[f64; GROUP]) -> Self {
        // SAFETY: both loads lie within the eight numbers and ask for no alignment; AVX2 as above.
        unsafe { Self(_mm256_loadu_pd(x.as_ptr()), _mm256_loadu_pd(x.as_ptr().add(4))) }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: called only where the processor has AVX2.
        unsafe { Self(_mm256_add_pd(self.0, other.0), _mm256_add_pd(self.1, other.1)) }
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: called only where the processor has AVX2.
        unsafe { Self(_mm256_sub_pd(self.0, other.0), _mm256_sub_pd(self.1, other.1)) }
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: called only where the processor has AVX2.
        unsafe { Self(_mm256_mul_pd(self.0, other.0), _mm256_mul_pd(self.1, other.1)) }
    }

    #[inline(always)]
    fn store(self) -> [f64; GROUP] {
        let mut out = [0.0; GROUP];
        // SAFETY: both stores lie within the eight numbers and ask for no alignment; AVX2 as above.
        unsafe {
            _mm256_storeu_pd(out.as_mut_ptr(), self.0);
            _mm256_storeu_pd(out.as_mut_ptr().add(4), self.1);
        }
        out
    }
}

/// First and second sums, of the row and of the component.
#[derive(Clone, Copy)]
struct Both {
    origin: Eight,
    row_first: Eight,
    row_second: Eight,
    first: Eight,
    second: Eight,
}

impl Both {
    #[inline(always)]
    fn starting_at(origin: f64) -> Self {
        let zero = Eight::splat(0.0);
        Self { origin: Eight::splat(origin), row_first: zero, row_second: zero, first: zero, second: zero }
    }

    #[inline(always)]
    fn add(&mut self, x: Eight, widths: &[f64; GROUP]) {
        let difference = x.minus(self.origin);
        let weighted = Eight::load(widths).times(difference);
        self.row_first = self.row_first.plus(weighted);
        self.row_second = self.row_second.plus(weighted.times(difference));
    }

    #[inline(always)]
    fn end_row(&mut self, area: f64) {
        let area = Eight::splat(area);
        self.first = self.first.plus(area.times(self.row_first));
        self.second = self.second.plus(area.times(self.row_second));
        (self.row_first, self.row_second) = (Eight::splat(0.0), Eight::splat(0.0));
    }
}

/// Sums of float32 values.
#[derive(Clone, Copy)]
pub(crate) struct WideF32 {
    neutral: __m256,
    sums: Both,
    low: __m256,
    high: __m256,
}

impl WideF32 {
    #[inline(always)]
    fn take(&mut self, x: __m256, widths: &[f64; GROUP]) {
        // SAFETY: called only where the processor has AVX2.
        let x = unsafe {
            self.low = _mm256_min_ps(x, self.low);
            self.high = _mm256_max_ps(x, self.high);
            Eight(_mm256_cvtps_pd(_mm256_castps256_ps128(x)), _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(x)))
        };
        self.sums.add(x, widths);
    }
}

impl Sums<f32> for WideF32 {
    #[inline(always)]
    fn starting_at(neutral: f32, origin: f64) -> Self {
        // SAFETY: called only where the processor has AVX2.
        let neutral = unsafe { _mm256_set1_ps(neutral) };
        Self { neutral, sums: Both::starting_at(origin), low: neutral, high: neutral }
    }

    #[inline(always)]
    fn add(&mut self, group: &[f32; GROUP], widths: &[f64; GROUP], copy: &mut [MaybeUninit<f32>; GROUP]) {
        // SAFETY: load and store lie within a group and ask for no alignment; AVX2 as above.
        unsafe {
            let x = _mm256_loadu_ps(group.as_ptr());
            _mm256_storeu_ps(copy.as_mut_ptr().cast(), x);
            self.take(x, widths);
        }
    }

    #[inline(always)]
    fn add_some(
        &mut self,
        group: &[f32; GROUP],
        widths: &[f64; GROUP],
        count: usize,
        copy: &mut [MaybeUninit<f32>; GROUP],
    ) {
        // SAFETY: load and store lie within a group and ask for no alignment; AVX2 as above.
        unsafe {
            let x = _mm256_loadu_ps(group.as_ptr());
            _mm256_storeu_ps(copy.as_mut_ptr().cast(), x);
            let within = _mm256_cmpgt_epi32(_mm256_set1_epi32(count as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
            self.take(_mm256_blendv_ps(self.neutral, x, _mm256_castsi256_ps(within)), widths);
        }
    }

    #[inline(always)]
    fn end_row(&mut self, area: f64) {
        self.sums.end_row(area);
    }

    #[inline(always)]
    fn by_place(&self) -> ByPlace<f32> {
        let (mut low, mut high) = ([0.0; GROUP], [0.0; GROUP]);
        // SAFETY: the stores fill the eight numbers and ask for no alignment; AVX2 as above.
        unsafe {
            _mm256_storeu_ps(low.as_mut_ptr(), self.low);
            _mm256_storeu_ps(high.as_mut_ptr(), self.high);
        }
        ByPlace { first: self.sums.first.store(), second: self.sums.second.store(), low, high }
    }
}

/// Sums of float64 values.
#[derive(Clone, Copy)]
pub(crate) struct WideF64 {
    neutral: Eight,
    sums: Both,
    low: Eight,
    high: Eight,
}

impl WideF64 {
    #[inline(always)]
    fn take(&mut self, x: Eight, widths: &[f64; GROUP]) {
        // SAFETY: called only where the processor has AVX2.
        unsafe {
            self.low = Eight(_mm256_min_pd(x.0, self.low.0), _mm256_min_pd(x.1, self.low.1));
            self.high = Eight(_mm256_max_pd(x.0, self.high.0), _mm256_max_pd(x.1, self.high.1));
        }
        self.sums.add(x, widths);
    }
}

impl Sums<f64> for WideF64 {
    #[inline(always)]
    fn starting_at(neutral: f64, origin: f64) -> Self {
        let neutral = Eight::splat(neutral);
        Self { neutral, sums: Both::starting_at(origin), low: neutral, high: neutral }
    }

    #[inline(always)]
    fn add(&mut self, group: &[f64; GROUP], widths: &[f64; GROUP], copy: &mut [MaybeUninit<f64>; GROUP]) {
        *copy = group.map(MaybeUninit::new);
        self.take(Eight::load(group), widths);
    }

    #[inline(always)]
    fn add_some(
        &mut self,
        group: &[f64; GROUP],
        widths: &[f64; GROUP],
        count: usize,
        copy: &mut [MaybeUninit<f64>; GROUP],
    ) {
        *copy = group.map(MaybeUninit::new);
        let x = Eight::load(group);
        // SAFETY: called only where the processor has AVX2.
        let x = unsafe {
            let count = _mm256_set1_epi64x(count as i64);
            let within = |places| _mm256_castsi256_pd(_mm256_cmpgt_epi64(count, places));
            Eight(
                _mm256_blendv_pd(self.neutral.0, x.0, within(_mm256_setr_epi64x(0, 1, 2, 3))),
                _mm256_blendv_pd(self.neutral.1, x.1, within(_mm256_setr_epi64x(4, 5, 6, 7))),
            )
        };
        self.take(x, widths);
    }

    #[inline(always)]
    fn end_row(&mut self, area: f64) {
        self.sums.end_row(area);
    }

    #[inline(always)]
    fn by_place(&self) -> ByPlace<f64> {
        ByPlace {
            first: self.sums.first.store(),
            second: self.sums.second.store(),
            low: self.low.store(),
            high: self.high.store(),
        }
    }
}
