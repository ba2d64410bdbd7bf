//! From labelled ranges of cells to components.

use super::graph;
use super::label::NONE;
use super::{Detector, Scratch};
use crate::describe::{Measurable, RangeValues};
use crate::lanes::GROUP;
use crate::{CellRange, Component};

impl Detector<'_> {
    /// Numbers the components, and keeps those that are large enough: the kept ones, and how many there were.
    pub(super) fn keep(&self, s: &mut Scratch) -> (Vec<Component>, u32) {
        s.forest.gather();
        for label in 0..s.seeded.len() {
            if s.seeded[label] {
                s.seeded[s.forest.roots()[label] as usize] = true;
            }
        }
        self.sum_areas(s);
        let min_area = self.options.min_area_km2.unwrap_or(0.0);
        s.places.clear();
        s.places.reserve(s.forest.len());
        let mut components = Vec::new();
        let mut detected = 0;
        for (label, (root, cells)) in s.forest.roots().iter().zip(s.forest.cells()).enumerate() {
            let place = if *root as usize != label {
                s.places[*root as usize]
            } else if s.seeded.get(label) == Some(&false) {
                NONE
            } else {
                detected += 1;
                let large = *cells >= self.options.min_cells && s.areas.get(label).is_none_or(|area| *area >= min_area);
                if large {
                    components.push(Component::unmeasured(detected, *cells));
                    components.len() as u32 - 1
                } else {
                    NONE
                }
            };
            s.places.push(place);
        }
        (components, detected)
    }

    /// The areas of the components by their root label, if they matter.
    fn sum_areas(&self, s: &mut Scratch) {
        s.areas.clear();
        if self.options.min_area_km2.is_none() {
            return;
        }
        s.areas.resize(s.forest.len(), 0.0);
        for (row, ends) in s.row_starts.windows(2).enumerate() {
            let (steps, _) = s.steps[ends[0]..ends[1]].as_chunks::<2>();
            for (&[start, end], label) in steps.iter().zip(&s.labels[ends[0] / 2..ends[1] / 2]) {
                let root = s.forest.roots()[*label as usize];
                s.areas[root as usize] += self.geometry.area(row as u32, start, end);
            }
        }
    }

    /// The cells of the kept components, by component.
    pub(super) fn sort_ranges(&self, components: &mut [Component], s: &mut Scratch) -> Vec<CellRange> {
        let total = *s.row_starts.last().unwrap_or(&0) / 2;
        s.cursors.clear();
        s.cursors.resize(components.len(), 0);
        for label in &mut s.labels[..total] {
            *label = s.places[*label as usize];
            if let Some(count) = s.cursors.get_mut(*label as usize) {
                *count += 1;
            }
        }
        let (mut at, mut value_at) = (0, 0);
        for (component, cursor) in components.iter_mut().zip(&mut s.cursors) {
            component.ranges = at..at + *cursor;
            component.values = value_at..value_at + component.cells as usize;
            *cursor = at;
            at = component.ranges.end;
            value_at = component.values.end;
        }
        let mut ranges = vec![CellRange::default(); at];
        let nx = self.grid.nx() as u32;
        if s.value_starts.len() < at {
            s.value_starts.resize(at + at / 2, 0);
        }
        let mut value_start = 0;
        for (row, ends) in s.row_starts.windows(2).enumerate() {
            let (steps, _) = s.steps[ends[0]..ends[1]].as_chunks::<2>();
            let first = row as u32 * nx;
            for (&[start, end], place) in steps.iter().zip(&s.labels[ends[0] / 2..ends[1] / 2]) {
                if let Some(cursor) = s.cursors.get_mut(*place as usize) {
                    ranges[*cursor] = CellRange { start: first + start, end: first + end };
                    s.value_starts[*cursor] = value_start;
                    *cursor += 1;
                }
                value_start += end - start;
            }
        }
        if self.grid.mesh().is_some() {
            return graph::join(components, &ranges, &mut s.value_starts);
        }
        ranges
    }

    /// Measures the components; returns their values.
    pub(super) fn describe<T: Measurable>(
        &self,
        components: &mut [Component],
        ranges: &[CellRange],
        value_starts: &[u32],
        gathered: &[T],
    ) -> Vec<T> {
        let total = components.last().map_or(0, |component| component.values.end);
        let mut values = Vec::with_capacity(total + GROUP);
        let room = values.spare_capacity_mut();
        for component in components {
            let range = component.ranges.clone();
            let source = RangeValues { starts: &value_starts[range.clone()], gathered };
            (component.cell_box, component.description) =
                self.geometry.describe_into(self.isa, &ranges[range], source, &mut room[component.values.start..]);
        }
        // SAFETY: the components' values follow each other without a gap from 0 to `total`, and `describe_into` wrote one for
        // each of their cells.
        unsafe { values.set_len(total) };
        values
    }
}
