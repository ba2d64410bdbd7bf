//! The pass over the rows of a scene: bits, runs, values, labels.

use super::cut::{RowBits, RowInput};
use super::graph;
use super::label::push_steps;
use super::lattice::holes::{self, HoleInput};
use super::{Baseline, Detector, Scratch};
use crate::lanes::bits;
use crate::{CellRange, Cells, CoreError, Scene, Values};

impl Detector<'_> {
    /// Labels the runs of all rows. `fields` is what the condition is put to (smoothed or not); the values are those of
    /// the scene. Returns the missing cells (if they are to be kept), and their number.
    pub(super) fn label_rows(
        &self,
        scene: &Scene,
        fields: &[Values],
        baseline: Option<&Baseline>,
        s: &mut Scratch,
    ) -> Result<(Cells, u64), CoreError> {
        let (ny, nx) = (self.grid.ny(), self.grid.nx());
        let count = bits::words(nx);
        // Holes are known only after the last row.
        let whole = self.options.max_hole_cells > 0;
        let held = if whole { ny * count } else { count };
        s.inside.resize(held, 0);
        s.missing.resize(held, 0);
        s.seeds.resize(if self.rule.has_seeds() { held } else { 0 }, 0);
        s.forest.clear();
        s.seeded.clear();
        s.row_starts.clear();
        s.row_starts.push(0);
        let mut missing_cells = 0;
        if whole {
            for row in 0..ny {
                missing_cells += self.cut(RowInput { fields, baseline, row, nx }, row * count, s)?;
            }
            self.fill_holes(s);
        }
        let mut missing = Vec::new();
        let (mut above_start, mut start, mut gathered) = (0, 0, 0);
        for row in 0..ny {
            let at = if whole { row * count } else { 0 };
            let mut row_missing = u64::MAX;
            if !whole {
                row_missing = self.cut(RowInput { fields, baseline, row, nx }, 0, s)?;
                missing_cells += row_missing;
            }
            if self.options.keep_missing && row_missing > 0 {
                let words = &s.missing[at..at + count];
                let steps = push_steps(self.isa, words, nx as u32, &mut s.missing_steps, 0);
                let steps = s.missing_steps[..steps].as_chunks::<2>().0.iter();
                missing.extend(steps.map(|&[start, end]| CellRange::in_row(row as u32, start..end, nx as u32)));
            }
            let mut end = start + push_steps(self.isa, &s.inside[at..at + count], nx as u32, &mut s.steps, start);
            if let Some(field) = scene.fields.first() {
                gathered = s.gathered.row(self.isa, field, row * nx, &s.steps[start..end], gathered);
            }
            match self.grid.mesh() {
                Some(mesh) => end = self.label_cells(mesh, end, s),
                None => self.label_row(at, above_start..start, start..end, s),
            }
            s.row_starts.push(end);
            (above_start, start) = (start, end);
        }
        Ok((Cells::ascending(missing), missing_cells))
    }

    /// Cuts a row, without what lies outside the domain, into the words from `at` on; returns the number of missing
    /// cells.
    fn cut(&self, input: RowInput<'_>, at: usize, s: &mut Scratch) -> Result<u64, CoreError> {
        let words = at..at + bits::words(input.nx);
        let seeds = if s.seeds.is_empty() { 0..0 } else { words.clone() };
        let mut bits = RowBits {
            inside: &mut s.inside[words.clone()],
            missing: &mut s.missing[words.clone()],
            seeds: &mut s.seeds[seeds],
        };
        let missing_cells = self.rule.cut_row(self.isa, input, &mut bits, &mut s.rule)?;
        let Some(domain) = &self.domain else { return Ok(missing_cells) };
        let first = input.row * words.len();
        let mut missing_cells = 0;
        for ((inside, missing), domain) in bits.inside.iter_mut().zip(bits.missing).zip(&domain[first..]) {
            *inside &= domain;
            *missing &= domain;
            missing_cells += u64::from(missing.count_ones());
        }
        Ok(missing_cells)
    }

    fn fill_holes(&self, s: &mut Scratch) {
        let nx = self.grid.nx();
        let full = bits::full_row(nx);
        let mut fillable: Vec<u64> =
            s.missing.iter().zip(full.iter().cycle()).map(|(missing, full)| !missing & full).collect();
        if let Some(domain) = &self.domain {
            fillable.iter_mut().zip(domain).for_each(|(cells, domain)| *cells &= domain);
        }
        if let Some(mesh) = self.grid.mesh() {
            let options = &self.options;
            graph::fill(mesh, options.connectivity, options.max_hole_cells, &fillable, &mut s.inside);
            return;
        }
        let input = HoleInput {
            isa: self.isa,
            nx: nx as u32,
            periodic: self.grid.is_periodic(),
            connectivity: self.options.connectivity,
            max_cells: self.options.max_hole_cells,
            fillable: &fillable,
        };
        holes::fill(&input, &mut s.inside, &mut s.holes);
    }

    /// Labels the runs of a row, whose steps and those of the row above lie in these ranges.
    fn label_row(&self, words: usize, above: std::ops::Range<usize>, here: std::ops::Range<usize>, s: &mut Scratch) {
        if s.labels.len() < here.end / 2 {
            s.labels.resize(s.steps.len() / 2, 0);
        }
        let (above_steps, steps) = s.steps[above.start..here.end].split_at(above.len());
        let (above_labels, labels) = s.labels[above.start / 2..here.end / 2].split_at_mut(above.len() / 2);
        let connectivity = self.options.connectivity;
        s.forest.label_row(connectivity, above_steps, above_labels, steps, labels);
        if self.grid.is_periodic() {
            s.forest.join_seam(connectivity, self.grid.nx() as u32, above_steps, above_labels, steps, labels);
        }
        if self.rule.has_seeds() {
            s.seeded.resize(s.forest.len(), false);
            let seeds = &s.seeds[words..words + bits::words(self.grid.nx())];
            for (&[start, end], label) in steps.as_chunks::<2>().0.iter().zip(labels) {
                if bits::any(seeds, start, end) {
                    s.seeded[*label as usize] = true;
                }
            }
        }
    }
}
