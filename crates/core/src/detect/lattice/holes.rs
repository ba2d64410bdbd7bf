//! Fills holes: small regions of cells outside the condition that are surrounded by cells inside it.

use crate::Connectivity;
use crate::detect::label::{Forest, push_steps};
use crate::lanes::{Isa, bits};

/// Buffers of [`fill`].
#[derive(Debug, Default)]
pub(crate) struct HoleScratch {
    steps: Vec<u32>,
    row_starts: Vec<usize>,
    labels: Vec<u32>,
    forest: Forest,
    /// By label: whether the region reaches the edge, or holds a cell that may not be filled.
    open: Vec<bool>,
}

/// What holes are looked for in.
pub(crate) struct HoleInput<'a> {
    pub(crate) isa: Isa,
    pub(crate) nx: u32,
    pub(crate) periodic: bool,
    /// How the cells of the phenomenon touch.
    pub(crate) connectivity: Connectivity,
    /// Largest hole that is filled, cells.
    pub(crate) max_cells: u32,
    /// Cells that may be filled (valid ones of the domain), all rows.
    pub(crate) fillable: &'a [u64],
}

/// Fills the holes of `inside` (all rows).
pub(crate) fn fill(input: &HoleInput<'_>, inside: &mut [u64], s: &mut HoleScratch) {
    let count = bits::words(input.nx as usize);
    let full = bits::full_row(input.nx as usize);
    // Holes touch the other way round, or a ring of corners would hold nothing in.
    let connectivity = match input.connectivity {
        Connectivity::Four => Connectivity::Eight,
        Connectivity::Eight => Connectivity::Four,
    };
    s.forest.clear();
    s.row_starts.clear();
    s.row_starts.push(0);
    s.open.clear();
    let rows = inside.len() / count;
    let (mut above_start, mut start) = (0, 0);
    let mut outside = vec![0; count];
    for row in 0..rows {
        let cells = &inside[row * count..][..count];
        for ((outside, inside), full) in outside.iter_mut().zip(cells).zip(&full) {
            *outside = !inside & full;
        }
        let end = start + push_steps(input.isa, &outside, input.nx, &mut s.steps, start);
        if s.labels.len() < end / 2 {
            s.labels.resize(s.steps.len() / 2, 0);
        }
        let (above, steps) = s.steps[above_start..end].split_at(start - above_start);
        let (above_labels, labels) = s.labels[above_start / 2..end / 2].split_at_mut((start - above_start) / 2);
        s.forest.label_row(connectivity, above, above_labels, steps, labels);
        if input.periodic {
            s.forest.join_seam(connectivity, input.nx, above, above_labels, steps, labels);
        }
        s.open.resize(s.forest.len(), false);
        let fillable = &input.fillable[row * count..][..count];
        for (&[start, end], label) in steps.as_chunks::<2>().0.iter().zip(labels) {
            let on_edge = row == 0 || row + 1 == rows || (!input.periodic && (start == 0 || end == input.nx));
            if on_edge || !bits::all(fillable, start, end) {
                s.open[*label as usize] = true;
            }
        }
        s.row_starts.push(end);
        (above_start, start) = (start, end);
    }
    s.forest.gather();
    for label in 0..s.open.len() {
        if s.open[label] {
            s.open[s.forest.roots()[label] as usize] = true;
        }
    }
    for (row, ends) in s.row_starts.windows(2).enumerate() {
        let (steps, _) = s.steps[ends[0]..ends[1]].as_chunks::<2>();
        for (&[start, end], label) in steps.iter().zip(&s.labels[ends[0] / 2..ends[1] / 2]) {
            let root = s.forest.roots()[*label as usize] as usize;
            if !s.open[root] && s.forest.cells()[root] <= input.max_cells {
                bits::set(&mut inside[row * count..][..count], start, end);
            }
        }
    }
}
