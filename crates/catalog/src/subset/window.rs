//! Reading the window of a field: rows south-north as in the file, columns west to east, whatever the file's order.

use std::ops::Range;

use eventscape_core::Values;
use eventscape_core::grid::Window;
use eventscape_formats::{Granule, Hyperslab, Packing, ReadPlan};

use super::variable::{OpenVariable, ValueType};
use crate::Result;

/// The part of the granules' grid that a job reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) window: Window,
    /// Columns of the file.
    pub(crate) file_columns: usize,
    /// The file's columns go west.
    pub(crate) westward: bool,
}

impl Part {
    /// The file's columns of a range of the grid's.
    fn in_file(&self, columns: &Range<usize>) -> Range<usize> {
        if self.westward { self.file_columns - columns.end..self.file_columns - columns.start } else { columns.clone() }
    }

    /// The file's columns that it reads.
    pub(crate) fn file_columns(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.window.columns.iter().map(|columns| self.in_file(columns))
    }

    fn slabs(&self, variable: &OpenVariable, steps: &Range<u32>) -> Vec<(Range<usize>, Hyperslab)> {
        let layout = &variable.layout;
        let wide = |r: &Range<usize>| r.start as u64..r.end as u64;
        let slab = |columns: &Range<usize>| {
            let mut ranges = vec![0..1; layout.rank];
            let mut set = |dim: usize, range: Range<u64>| {
                if let Some(slot) = ranges.get_mut(dim) {
                    *slot = range;
                }
            };
            if let Some(dim) = layout.time.dim {
                set(dim, u64::from(steps.start)..u64::from(steps.end));
            }
            if let (Some(axis), Some(level)) = (&layout.level, &variable.level) {
                set(axis.dim, level.index..level.index + 1);
            }
            set(layout.horizontal.row_dim, wide(&self.window.rows));
            set(layout.horizontal.column_dim, wide(&self.in_file(columns)));
            Hyperslab(ranges)
        };
        self.window.columns.iter().map(|columns| (columns.clone(), slab(columns))).collect()
    }

    /// Reads one step of a variable, row-major, missing cells NaN.
    pub(crate) fn read(
        &self,
        granule: &Granule,
        variable: &OpenVariable,
        step: u32,
        wanted: ValueType,
    ) -> Result<Values> {
        Ok(widened(self.read_as(granule, variable, step, &variable.packing)?, wanted))
    }

    /// Reads one step of a variable by another packing than its own.
    pub(crate) fn read_as(
        &self,
        granule: &Granule,
        variable: &OpenVariable,
        step: u32,
        packing: &Packing,
    ) -> Result<Values> {
        let horizontal = &variable.layout.horizontal;
        let transposed = horizontal.row_dim > horizontal.column_dim;
        let (ny, nx) = (self.window.rows.len(), self.window.nx());
        let mut whole: Option<Values> = None;
        let mut at = 0;
        for (columns, slab) in self.slabs(variable, &(step..step + 1)) {
            let mut block = Values::F32(Vec::new());
            granule.read_values(&variable.layout.path, &slab, packing, &mut block)?;
            if self.window.columns.len() == 1 && !transposed && !self.westward {
                whole = Some(block);
                break;
            }
            let place = Place { ny, nx, at, columns: columns.len(), transposed, reversed: self.westward };
            match (whole.get_or_insert_with(|| zeros_like(&block, ny * nx)), &block) {
                (Values::F32(out), Values::F32(block)) => place.copy(block, out),
                (Values::F64(out), Values::F64(block)) => place.copy(block, out),
                _ => {}
            }
            at += columns.len();
        }
        Ok(whole.unwrap_or(Values::F32(Vec::new())))
    }

    /// Reads several steps of a variable at once, so that chunks that hold more than one are unpacked once; each as
    /// [`Part::read`] gives it.
    pub(crate) fn read_steps(
        &self,
        granule: &Granule,
        variable: &OpenVariable,
        steps: Range<u32>,
        wanted: ValueType,
    ) -> Result<Vec<Values>> {
        let Some(time) = variable.layout.time.dim.filter(|_| steps.len() > 1) else {
            return steps.map(|step| self.read(granule, variable, step, wanted)).collect();
        };
        let horizontal = &variable.layout.horizontal;
        let (ny, nx) = (self.window.rows.len(), self.window.nx());
        let mut whole: Vec<Values> = Vec::new();
        let mut at = 0;
        for (columns, slab) in self.slabs(variable, &steps) {
            let mut block = Values::F32(Vec::new());
            granule.read_values(&variable.layout.path, &slab, &variable.packing, &mut block)?;
            if whole.is_empty() {
                whole = steps.clone().map(|_| zeros_like(&block, ny * nx)).collect();
            }
            let stride =
                |dim: usize| slab.0.iter().skip(dim + 1).map(|r| (r.end - r.start) as usize).product::<usize>();
            let strides = [time, horizontal.row_dim, horizontal.column_dim].map(stride);
            let place = Strided { ny, nx, at, columns: columns.len(), strides, reversed: self.westward };
            for (k, out) in whole.iter_mut().enumerate() {
                match (out, &block) {
                    (Values::F32(out), Values::F32(block)) => place.copy(block, k, out),
                    (Values::F64(out), Values::F64(block)) => place.copy(block, k, out),
                    _ => {}
                }
            }
            at += columns.len();
        }
        Ok(whole.into_iter().map(|values| widened(values, wanted)).collect())
    }

    /// What reading some steps would fetch.
    pub(crate) fn plan(&self, granule: &Granule, variable: &OpenVariable, steps: Range<u32>) -> Result<Vec<ReadPlan>> {
        let plan = |slab: &Hyperslab| granule.plan(&variable.layout.path, slab);
        Ok(self.slabs(variable, &steps).iter().map(|(_, slab)| plan(slab)).collect::<std::result::Result<_, _>>()?)
    }
}

fn widened(values: Values, wanted: ValueType) -> Values {
    match (values, wanted) {
        (Values::F32(narrow), ValueType::F64) => Values::F64(narrow.into_iter().map(f64::from).collect()),
        (values, _) => values,
    }
}

/// Where a step of a block of several goes in its field.
struct Strided {
    ny: usize,
    nx: usize,
    at: usize,
    columns: usize,
    /// From one step, row and column to the next in the block.
    strides: [usize; 3],
    /// The block's columns go west.
    reversed: bool,
}

impl Strided {
    fn copy<T: Copy>(&self, block: &[T], step: usize, out: &mut [T]) {
        let [by_step, by_row, by_column] = self.strides;
        for row in 0..self.ny {
            for column in 0..self.columns {
                let from = step * by_step + row * by_row + column * by_column;
                let to = row * self.nx + self.at + if self.reversed { self.columns - 1 - column } else { column };
                if let (Some(value), Some(slot)) = (block.get(from), out.get_mut(to)) {
                    *slot = *value;
                }
            }
        }
    }
}

fn zeros_like(values: &Values, len: usize) -> Values {
    match values {
        Values::F32(_) => Values::F32(vec![0.0; len]),
        Values::F64(_) => Values::F64(vec![0.0; len]),
    }
}

/// Where a block of columns goes in the field.
struct Place {
    ny: usize,
    nx: usize,
    at: usize,
    columns: usize,
    /// The block is stored column by column.
    transposed: bool,
    /// The block's columns go west.
    reversed: bool,
}

impl Place {
    fn copy<T: Copy>(&self, block: &[T], out: &mut [T]) {
        // small tiles keep both sides of a transposition in the cache
        const TILE: usize = 32;
        let target = |c: usize| self.at + if self.reversed { self.columns - 1 - c } else { c };
        if !self.transposed {
            for (row, line) in block.chunks_exact(self.columns.max(1)).enumerate() {
                let start = row * self.nx + self.at;
                if let Some(slot) = out.get_mut(start..start + self.columns) {
                    slot.copy_from_slice(line);
                    if self.reversed {
                        slot.reverse();
                    }
                }
            }
            return;
        }
        for rows in (0..self.ny).step_by(TILE) {
            for columns in (0..self.columns).step_by(TILE) {
                for r in rows..(rows + TILE).min(self.ny) {
                    for c in columns..(columns + TILE).min(self.columns) {
                        out[r * self.nx + target(c)] = block[c * self.ny + r];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_find_their_place_in_every_order() {
        let (ny, nx) = (3, 70);
        let value = |r: usize, c: usize| (r * 1000 + c) as f32;
        let expected: Vec<f32> = (0..ny).flat_map(|r| (0..nx).map(move |c| value(r, c))).collect();
        for transposed in [false, true] {
            for reversed in [false, true] {
                let mut out = vec![-1.0; ny * nx];
                for range in [0..40, 40..nx] {
                    let columns: Vec<usize> =
                        if reversed { range.clone().rev().collect() } else { range.clone().collect() };
                    let block: Vec<f32> = if transposed {
                        columns.iter().flat_map(|c| (0..ny).map(move |r| value(r, *c))).collect()
                    } else {
                        (0..ny).flat_map(|r| columns.iter().map(move |c| value(r, *c))).collect()
                    };
                    Place { ny, nx, at: range.start, columns: range.len(), transposed, reversed }
                        .copy(&block, &mut out);
                }
                assert_eq!(out, expected, "transposed {transposed}, reversed {reversed}");
            }
        }
    }
}
