//! The simple conditions with AVX2: 64 cells to a word.

use std::arch::x86_64::*;

use super::Interval;
use crate::Comparison;

/// How far ahead of the cells at hand memory is asked for, bytes. The processor's own prefetch stops at the end of each
/// page, and while a row's runs are labelled nothing would be asked for.
const AHEAD: usize = 4096;

/// The outcomes of a comparison of 8 (4) lanes, as its lowest bits.
macro_rules! cut {
    ($name:ident, $cell:ty, $vector:ty, $lanes:literal, $vectors:literal, $load:ident, $set:ident, $cmp:ident, $and:ident,
     $or:ident, $bits:ident) => {
        /// Finds the cells of a row that are inside, and those that are missing; returns the number of the latter.
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        pub(super) fn $name(interval: Interval, row: &[$cell], inside: &mut [u64], missing: &mut [u64]) -> u64 {
            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
            #[inline]
            fn word(cells: &[$cell; 64], test: impl Fn($vector) -> $vector) -> (u64, u64) {
                let (parts, _) = cells.as_chunks::<$lanes>();
                for line in 0..size_of_val(cells) / 64 {
                    let ahead = cells.as_ptr().cast::<i8>().wrapping_add(AHEAD + 64 * line);
                    _mm_prefetch::<_MM_HINT_T0>(ahead);
                }
                let mut v = [$set(0.0); $vectors];
                let mut inside = 0;
                for (k, part) in parts.iter().enumerate() {
                    // SAFETY: `part` is as long as a vector, and the load asks for no alignment.
                    v[k] = unsafe { $load(part.as_ptr()) };
                    inside |= u64::from($bits(test(v[k])) as u32) << ($lanes * k);
                }
                // One unordered comparison looks at two vectors at once; most words have no missing cell at all.
                let mut any = $cmp::<_CMP_UNORD_Q>(v[0], v[1]);
                for k in 1..$vectors / 2 {
                    any = $or(any, $cmp::<_CMP_UNORD_Q>(v[2 * k], v[2 * k + 1]));
                }
                let mut missing = 0;
                if $bits(any) != 0 {
                    for (k, x) in v.iter().enumerate() {
                        missing |= u64::from($bits($cmp::<_CMP_UNORD_Q>(*x, *x)) as u32) << ($lanes * k);
                    }
                }
                (inside, missing)
            }

            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
            #[inline]
            fn whole_row(
                row: &[$cell],
                inside: &mut [u64],
                missing: &mut [u64],
                test: impl Fn($vector) -> $vector + Copy,
            ) -> u64 {
                let mut count = 0;
                let (words, rest) = row.as_chunks::<64>();
                let mut out = inside.iter_mut().zip(missing.iter_mut());
                for (cells, (i, m)) in words.iter().zip(&mut out) {
                    let (a, b) = word(cells, test);
                    (*i, *m) = (a, b);
                    if b != 0 {
                        count += u64::from(b.count_ones());
                    }
                }
                if !rest.is_empty()
                    && let Some((i, m)) = out.next()
                {
                    let mut padded = [0.0; 64];
                    padded[..rest.len()].copy_from_slice(rest);
                    let (a, b) = word(&padded, test);
                    let within = (1u64 << rest.len()) - 1;
                    (*i, *m) = (a & within, b & within);
                    count += u64::from(m.count_ones());
                }
                count
            }

            match interval {
                Interval::Compare(comparison, threshold) => {
                    let t = $set(threshold as $cell);
                    match comparison {
                        Comparison::LessThan => whole_row(row, inside, missing, |x| $cmp::<_CMP_LT_OQ>(x, t)),
                        Comparison::LessThanOrEqualTo => whole_row(row, inside, missing, |x| $cmp::<_CMP_LE_OQ>(x, t)),
                        Comparison::GreaterThan => whole_row(row, inside, missing, |x| $cmp::<_CMP_GT_OQ>(x, t)),
                        Comparison::GreaterThanOrEqualTo => {
                            whole_row(row, inside, missing, |x| $cmp::<_CMP_GE_OQ>(x, t))
                        }
                        Comparison::EqualTo => whole_row(row, inside, missing, |x| $cmp::<_CMP_EQ_OQ>(x, t)),
                    }
                }
                Interval::Between(low, high) => {
                    let (low, high) = ($set(low as $cell), $set(high as $cell));
                    whole_row(row, inside, missing, |x| $and($cmp::<_CMP_GE_OQ>(x, low), $cmp::<_CMP_LE_OQ>(x, high)))
                }
            }
        }
    };
}

cut!(
    cut_f32,
    f32,
    __m256,
    8,
    8,
    _mm256_loadu_ps,
    _mm256_set1_ps,
    _mm256_cmp_ps,
    _mm256_and_ps,
    _mm256_or_ps,
    _mm256_movemask_ps
);
cut!(
    cut_f64,
    f64,
    __m256d,
    4,
    16,
    _mm256_loadu_pd,
    _mm256_set1_pd,
    _mm256_cmp_pd,
    _mm256_and_pd,
    _mm256_or_pd,
    _mm256_movemask_pd
);
