//! Means, standard deviations and percentiles over the scenes of a slot, cell by cell.
//!
//! Cells are worked on in blocks on all threads, scenes in order of time, so that results do not depend on the threads.

use rayon::prelude::*;

use super::Baseline;
use crate::Values;

/// Cells of a block: its sums stay in the first cache.
const BLOCK: usize = 1024;

/// As numpy does over axis 0 of a cube: sums in order of time in the data's own type; a NaN makes the cell NaN.
pub(super) fn tos2ca_moments(scenes: &[&Values], cells: usize) -> Baseline {
    let narrow: Option<Vec<&[f32]>> =
        scenes.iter().map(|s| if let Values::F32(v) = s { Some(v.as_slice()) } else { None }).collect();
    if let Some(rows) = narrow {
        let n = rows.len() as f32;
        let (mean, std_dev) = by_blocks(cells, |first, mean: &mut [f32], std_dev: &mut [f32]| {
            for row in &rows {
                mean.iter_mut().zip(&row[first..]).for_each(|(sum, x)| *sum += x);
            }
            mean.iter_mut().for_each(|sum| *sum /= n);
            for row in &rows {
                std_dev.iter_mut().zip(&row[first..]).zip(&*mean).for_each(|((sum, x), m)| *sum += (x - m) * (x - m));
            }
            std_dev.iter_mut().for_each(|sum| *sum = (*sum / n).sqrt());
        });
        return Baseline::Moments { mean: Values::F32(mean), std_dev: Values::F32(std_dev) };
    }
    let n = scenes.len() as f64;
    let (mean, std_dev) = by_blocks(cells, |first, mean: &mut [f64], std_dev: &mut [f64]| {
        for scene in scenes {
            each(scene, first, mean.len(), |c, x| mean[c] += x);
        }
        mean.iter_mut().for_each(|sum| *sum /= n);
        for scene in scenes {
            each(scene, first, mean.len(), |c, x| std_dev[c] += (x - mean[c]) * (x - mean[c]));
        }
        std_dev.iter_mut().for_each(|sum| *sum = (*sum / n).sqrt());
    });
    Baseline::Moments { mean: Values::F64(mean), std_dev: Values::F64(std_dev) }
}

/// Over the valid values in float64; NaN for fewer than two.
pub(super) fn moments(scenes: &[&Values], cells: usize) -> Baseline {
    let (mean, std_dev) = by_blocks(cells, |first, mean: &mut [f64], std_dev: &mut [f64]| {
        let length = mean.len();
        // sums of distances from the first valid value, so that a constant cell has exactly its value for a mean
        let mut origin = vec![f64::NAN; length];
        let mut count = vec![0u32; length];
        for scene in scenes {
            each(scene, first, length, |c, x| {
                if !x.is_nan() {
                    if count[c] == 0 {
                        origin[c] = x;
                    }
                    count[c] += 1;
                    mean[c] += x - origin[c];
                }
            });
        }
        for c in 0..length {
            mean[c] = if count[c] < 2 { f64::NAN } else { origin[c] + mean[c] / f64::from(count[c]) };
        }
        for scene in scenes {
            each(scene, first, length, |c, x| {
                if !x.is_nan() {
                    std_dev[c] += (x - mean[c]) * (x - mean[c]);
                }
            });
        }
        for c in 0..length {
            std_dev[c] = if count[c] < 2 { f64::NAN } else { (std_dev[c] / f64::from(count[c])).sqrt() };
        }
    });
    Baseline::Moments { mean: Values::F64(mean), std_dev: Values::F64(std_dev) }
}

/// Percentiles of the valid values with linear interpolation between ranks (numpy's default, Hyndman and Fan's type 7); NaN
/// for fewer than two values.
pub(super) fn percentiles(scenes: &[&Values], cells: usize, low: Option<f64>, high: Option<f64>) -> Baseline {
    let (lows, highs) = by_blocks(cells, |first, lows: &mut [f64], highs: &mut [f64]| {
        // a few cells at a time, so that each scene gives a whole line of the cache
        const GROUP: usize = 16;
        let mut valid: Vec<Vec<f64>> = (0..GROUP).map(|_| Vec::with_capacity(scenes.len())).collect();
        for from in (0..lows.len()).step_by(GROUP) {
            let length = GROUP.min(lows.len() - from);
            valid.iter_mut().for_each(Vec::clear);
            for scene in scenes {
                each(scene, first + from, length, |c, x| {
                    if !x.is_nan() {
                        valid[c].push(x);
                    }
                });
            }
            for (c, sorted) in valid.iter_mut().take(length).enumerate() {
                sorted.sort_unstable_by(f64::total_cmp);
                lows[from + c] = low.map_or(f64::NAN, |p| rank(sorted, p));
                highs[from + c] = high.map_or(f64::NAN, |p| rank(sorted, p));
            }
        }
    });
    Baseline::Bounds { low: low.map(|_| Values::F64(lows)), high: high.map(|_| Values::F64(highs)) }
}

/// Two values a cell, both zero at first, filled block by block.
fn by_blocks<T: Copy + Default + Send>(
    cells: usize,
    fill: impl Fn(usize, &mut [T], &mut [T]) + Sync,
) -> (Vec<T>, Vec<T>) {
    let (mut a, mut b) = (vec![T::default(); cells], vec![T::default(); cells]);
    a.par_chunks_mut(BLOCK).zip(b.par_chunks_mut(BLOCK)).enumerate().for_each(|(k, (a, b))| fill(k * BLOCK, a, b));
    (a, b)
}

/// Calls `f` with each of `length` cells from `first` on, numbered from 0.
#[inline]
fn each(values: &Values, first: usize, length: usize, mut f: impl FnMut(usize, f64)) {
    match values {
        Values::F32(v) => v[first..first + length].iter().enumerate().for_each(|(c, x)| f(c, f64::from(*x))),
        Values::F64(v) => v[first..first + length].iter().enumerate().for_each(|(c, x)| f(c, *x)),
    }
}

fn rank(sorted: &[f64], percent: f64) -> f64 {
    if sorted.len() < 2 {
        return f64::NAN;
    }
    let at = percent / 100.0 * (sorted.len() - 1) as f64;
    let below = (at.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let fraction = at - below as f64;
    let (a, b) = (sorted[below], sorted[above]);
    if a == b {
        // also where both are infinite
        return a;
    }
    // numpy's form
    if fraction < 0.5 { a + (b - a) * fraction } else { b - (b - a) * (1.0 - fraction) }
}
