//! Union-find over the labels of runs.

use crate::Connectivity;

/// No component.
pub(crate) const NONE: u32 = u32::MAX;

/// Provisional labels, in the order in which they were given (row-major order of the first run), and which of them
/// belong together. The smaller label is always the parent, so the root of a component is the label of its first run.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    parent: Vec<u32>,
    /// Cells of the runs with this very label; of the whole component after [`Forest::gather`].
    cells: Vec<u32>,
}

impl Forest {
    pub(crate) fn clear(&mut self) {
        self.parent.clear();
        self.cells.clear();
    }

    /// Number of labels given.
    pub(crate) fn len(&self) -> usize {
        self.parent.len()
    }

    #[inline]
    fn fresh(&mut self) -> u32 {
        let label = self.parent.len() as u32;
        self.parent.push(label);
        self.cells.push(0);
        label
    }

    #[inline]
    fn find(&mut self, mut label: u32) -> u32 {
        loop {
            let parent = self.parent[label as usize];
            if parent == label {
                return label;
            }
            let above = self.parent[parent as usize];
            self.parent[label as usize] = above;
            label = above;
        }
    }

    /// Joins two components; returns the label of the whole.
    #[inline]
    pub(crate) fn union(&mut self, a: u32, b: u32) -> u32 {
        let (a, b) = (self.find(a), self.find(b));
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        self.parent[high as usize] = low;
        low
    }

    /// Labels the runs of a row. `above` and `row` hold start and end columns alternately, as
    /// [`super::push_steps`] writes them; `above_labels` has the labels of the row above (no runs at all for the first row),
    /// and those of this row are written to `labels`.
    pub(crate) fn label_row(
        &mut self,
        connectivity: Connectivity,
        above: &[u32],
        above_labels: &[u32],
        row: &[u32],
        labels: &mut [u32],
    ) {
        let reach = u32::from(connectivity == Connectivity::Eight);
        let (above, _) = above.as_chunks::<2>();
        let (row, _) = row.as_chunks::<2>();
        let above_labels = &above_labels[..above.len()];
        let mut first = 0;
        for (&[start, end], out) in row.iter().zip(labels) {
            // `reach` moves both ends of the run, so that corners touch.
            while first < above.len() && above[first][1] + reach <= start {
                first += 1;
            }
            let mut label = NONE;
            let mut next = first;
            while next < above.len() && above[next][0] < end + reach {
                let other = above_labels[next];
                label = if label == NONE || label == other { other } else { self.union(label, other) };
                next += 1;
            }
            if label == NONE {
                label = self.fresh();
            }
            self.cells[label as usize] += end - start;
            *out = label;
            // The last run above may touch the next run too.
            first = if next > first { next - 1 } else { first };
        }
    }

    /// Labels cells of a graph of `count` cells, given ascending; `neighbours` gives the cells that touch one. The labels are
    /// written to `labels`.
    pub(crate) fn label_cells<'n>(
        &mut self,
        cells: &[u32],
        count: usize,
        neighbours: impl Fn(u32) -> &'n [u32],
        labels: &mut [u32],
    ) {
        let mut of_cell = vec![NONE; count];
        for (cell, out) in cells.iter().zip(labels) {
            let mut label = NONE;
            // later cells have no label yet
            for other in neighbours(*cell) {
                let other = of_cell[*other as usize];
                if other != NONE {
                    label = if label == NONE || label == other { other } else { self.union(label, other) };
                }
            }
            if label == NONE {
                label = self.fresh();
            }
            self.cells[label as usize] += 1;
            of_cell[*cell as usize] = label;
            *out = label;
        }
    }

    /// Joins what touches across the seam of a periodic grid; arguments as in [`Forest::label_row`].
    pub(crate) fn join_seam(
        &mut self,
        connectivity: Connectivity,
        nx: u32,
        above: &[u32],
        above_labels: &[u32],
        row: &[u32],
        labels: &[u32],
    ) {
        let ends = |steps: &[u32], labels: &[u32]| match (steps, labels) {
            ([start, .., end], [west, .., east]) => ((*start == 0).then_some(*west), (*end == nx).then_some(*east)),
            ([start, end], [label]) => ((*start == 0).then_some(*label), (*end == nx).then_some(*label)),
            _ => (None, None),
        };
        let (west, east) = ends(row, labels);
        if let (Some(west), Some(east)) = (west, east) {
            self.union(west, east);
        }
        if connectivity == Connectivity::Eight {
            let (above_west, above_east) = ends(above, above_labels);
            if let (Some(west), Some(east)) = (west, above_east) {
                self.union(west, east);
            }
            if let (Some(west), Some(east)) = (above_west, east) {
                self.union(west, east);
            }
        }
    }

    /// Points every label at its root and gives each root the cells of its whole component.
    pub(crate) fn gather(&mut self) {
        for label in 0..self.parent.len() {
            let parent = self.parent[label] as usize;
            if parent != label {
                // Parents are smaller, so this one points at its root already.
                let root = self.parent[parent];
                self.parent[label] = root;
                self.cells[root as usize] += self.cells[label];
            }
        }
    }

    /// The root of each label, after [`Forest::gather`].
    pub(crate) fn roots(&self) -> &[u32] {
        &self.parent
    }

    /// The cells of the component of each root, after [`Forest::gather`].
    pub(crate) fn cells(&self) -> &[u32] {
        &self.cells
    }
}
