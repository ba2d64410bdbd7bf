//! Copies the values of runs while their row is still in the cache: reading them again from the scene, once its
//! components are known, would cost as much as the whole pass.

use super::{Cell, Isa, by_isa};
use crate::Values;

/// Cells that are copied at a time; what is too much is written over by the next run.
pub(crate) const GROUP: usize = 8;

/// The values of all runs of a scene, row-major, in the type of the data.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) f32: Vec<f32>,
    pub(crate) f64: Vec<f64>,
}

impl Gathered {
    /// Appends the values of a row's runs at `from`. `steps` holds starts and ends alternately.
    pub(crate) fn row(&mut self, isa: Isa, field: &Values, row_start: usize, steps: &[u32], from: usize) -> usize {
        match field {
            Values::F32(x) => gather(isa, &x[row_start..], steps, &mut self.f32, from),
            Values::F64(x) => gather(isa, &x[row_start..], steps, &mut self.f64, from),
        }
    }
}

by_isa! {
    /// Copies the cells of a row's runs one after the other to `out[from..]`; returns where they end. `row` begins at the
    /// row's first cell and may go on past its last.
    fn gather<T: Cell>(isa, row: &[T], steps: &[u32], out: &mut Vec<T>, from: usize) -> usize = gather_row;
}

#[inline(always)]
fn gather_row<T: Cell>(row: &[T], steps: &[u32], out: &mut Vec<T>, from: usize) -> usize {
    let (runs, _) = steps.as_chunks::<2>();
    let Some([_, row_end]) = runs.last() else { return from };
    let room = from + *row_end as usize + 2 * GROUP;
    if out.len() < room {
        out.resize(room + out.len() / 2, T::round(0.0));
    }
    let mut at = from;
    for &[start, end] in runs {
        let (start, end) = (start as usize, end as usize);
        let padded = (end - start).next_multiple_of(GROUP);
        let target = &mut out[at..at + padded];
        match row.get(start..start + padded) {
            Some(source) => {
                let (source, target) = (source.as_chunks::<GROUP>().0, target.as_chunks_mut::<GROUP>().0);
                for (to, from) in target.iter_mut().zip(source) {
                    *to = *from;
                }
            }
            // The last cells of the scene.
            None => target[..end - start].copy_from_slice(&row[start..end]),
        }
        at += end - start;
    }
    at
}
