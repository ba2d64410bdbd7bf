//! Detection on meshes, where cells of consecutive numbers need not touch: labels, holes and means go by the table of
//! neighbours.

mod holes;
mod smooth;

pub(super) use holes::fill;
pub(super) use smooth::smoothed;

use super::{Detector, Scratch};
use crate::grid::Mesh;
use crate::{CellRange, Component};

impl Detector<'_> {
    /// Labels the cells of a mesh; the steps up to `end` are those of its one row. Returns where they end once each cell has
    /// steps of its own.
    pub(super) fn label_cells(&self, mesh: &Mesh, end: usize, s: &mut Scratch) -> usize {
        let cells: Vec<u32> = s.steps[..end].as_chunks::<2>().0.iter().flat_map(|&[start, end]| start..end).collect();
        s.steps.clear();
        s.steps.extend(cells.iter().flat_map(|cell| [*cell, cell + 1]));
        s.labels.clear();
        s.labels.resize(cells.len(), 0);
        let connectivity = self.options.connectivity;
        s.forest.label_cells(&cells, mesh.len(), |cell| mesh.neighbours(cell, connectivity), &mut s.labels);
        if self.rule.has_seeds() {
            s.seeded.resize(s.forest.len(), false);
            for (cell, label) in cells.iter().zip(&s.labels) {
                if crate::lanes::bits::any(&s.seeds, *cell, cell + 1) {
                    s.seeded[*label as usize] = true;
                }
            }
        }
        s.steps.len()
    }
}

/// Joins the cells of each component whose numbers follow each other to ranges. Values are in the order of all cells inside,
/// so those of a range follow each other, too.
pub(super) fn join(components: &mut [Component], cells: &[CellRange], value_starts: &mut Vec<u32>) -> Vec<CellRange> {
    let mut ranges: Vec<CellRange> = Vec::with_capacity(cells.len());
    let mut starts = Vec::with_capacity(cells.len());
    for component in components {
        let first = ranges.len();
        for (cell, start) in cells[component.ranges.clone()].iter().zip(&value_starts[component.ranges.clone()]) {
            match ranges[first..].last_mut() {
                Some(range) if range.end == cell.start => range.end = cell.end,
                _ => {
                    ranges.push(*cell);
                    starts.push(*start);
                }
            }
        }
        component.ranges = first..ranges.len();
    }
    *value_starts = starts;
    ranges
}
