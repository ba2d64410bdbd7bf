//! The components of one scene in row-major order: what overlap is computed from.

use crate::{CoreError, Grid, SceneComponents};

/// A run of a component, in its row's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RowRun {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) component: u32,
}

/// What the trackers must know of the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    ny: usize,
    nx: usize,
    /// The column that counts as the first one wherever an order of cells decides. On a periodic grid it is tied to the
    /// Earth, not to the seam, so that rolling the grid changes nothing.
    first_column: u32,
}

impl Frame {
    /// The frame of a grid. With `seam_is_first`, rows begin at the grid's first column even if it is periodic.
    pub(super) fn of(grid: &Grid, seam_is_first: bool) -> Self {
        let first_column = if grid.is_periodic() && !seam_is_first { column_after_antimeridian(grid) } else { 0 };
        Self { ny: grid.ny(), nx: grid.nx(), first_column }
    }

    /// The place of the first cell of `start..end` in a row that begins at the frame's first column.
    #[inline]
    pub(super) fn column_rank(&self, start: u32, end: u32) -> u32 {
        if (start..end).contains(&self.first_column) {
            0
        } else if start > self.first_column {
            start - self.first_column
        } else {
            start + self.nx as u32 - self.first_column
        }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.ny
    }

    /// Whether rows begin at column 0.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.first_column == 0
    }
}

/// The column whose longitude in -180..180 is the smallest.
fn column_after_antimeridian(grid: &Grid) -> u32 {
    let crate::grid::Coordinates::Rectilinear { lon, .. } = grid.coordinates() else { return 0 };
    let normal = |lon: f64| {
        // 1e-6 degrees are less than any grid's step and more than the rounding of unwrapped longitudes
        let east = (lon + 180.0).rem_euclid(360.0);
        if east > 360.0 - 1e-6 { 0.0 } else { east }
    };
    lon.iter()
        .enumerate()
        .min_by(|a, b| normal(*a.1).total_cmp(&normal(*b.1)))
        .map_or(0, |(column, _)| u32::try_from(column).unwrap_or(0))
}

/// The runs of all components of a scene by row, then by column; and the components' sizes and order. Reused from scene
/// to scene.
#[derive(Clone, Debug, Default)]
pub(super) struct SceneRows {
    /// The runs of row `r` are `runs[offsets[r]..offsets[r + 1]]`.
    offsets: Vec<u32>,
    runs: Vec<RowRun>,
    /// Cells of each component.
    pub(super) cells: Vec<u32>,
    /// For each component its place in the row-major order of first cells. Labels are not trusted for this, so that
    /// renumbering changes nothing.
    pub(super) place: Vec<u32>,
    /// The inverse of `place`.
    pub(super) by_place: Vec<u32>,
    scratch: Vec<RowRun>,
    starts: Vec<u64>,
    at_column: Vec<u32>,
}

impl SceneRows {
    /// Takes over the components of a scene.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where a run lies outside the grid.
    pub(super) fn fill(&mut self, scene: &SceneComponents, frame: &Frame) -> Result<(), CoreError> {
        self.count_rows(scene, frame)?;
        self.scatter(scene);
        self.order_columns(frame);
        self.order_components(scene, frame);
        Ok(())
    }

    /// Forgets the scene.
    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.offsets.iter_mut().for_each(|offset| *offset = 0);
        self.cells.clear();
        self.place.clear();
        self.by_place.clear();
    }

    /// The runs of a row, by column.
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[RowRun] {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&from), Some(&to)) => &self.runs[from as usize..to as usize],
            _ => &[],
        }
    }

    fn count_rows(&mut self, scene: &SceneComponents, frame: &Frame) -> Result<(), CoreError> {
        self.offsets.clear();
        self.offsets.resize(frame.ny + 1, 0);
        for component in &scene.components {
            for run in scene.runs_of(component) {
                let inside = (run.row as usize) < frame.ny && run.start < run.end && run.end as usize <= frame.nx;
                if !inside {
                    return Err(CoreError::Scene(format!(
                        "component {} of the scene of {} has cells {}..{} in row {}, but the grid has {} rows of {} \
                         columns; scenes and tracker must share one grid",
                        component.label, scene.time, run.start, run.end, run.row, frame.ny, frame.nx
                    )));
                }
                self.offsets[run.row as usize] += 1;
            }
        }
        let mut next = 0;
        for offset in &mut self.offsets {
            next += std::mem::replace(offset, next);
        }
        self.runs.resize(next as usize, RowRun::default());
        Ok(())
    }

    /// Counting sort by row. Afterwards `offsets` are moved back to the rows' beginnings.
    fn scatter(&mut self, scene: &SceneComponents) {
        for (index, component) in scene.components.iter().enumerate() {
            for run in scene.runs_of(component) {
                let slot = &mut self.offsets[run.row as usize];
                self.runs[*slot as usize] = RowRun { start: run.start, end: run.end, component: index as u32 };
                *slot += 1;
            }
        }
        let mut begin = 0;
        for offset in &mut self.offsets {
            begin = std::mem::replace(offset, begin);
        }
    }

    /// Brings each row's runs into the order of their columns.
    fn order_columns(&mut self, frame: &Frame) {
        self.starts.resize(frame.nx.div_ceil(64), 0);
        self.at_column.resize(frame.nx, 0);
        for row in 0..frame.ny {
            let row = self.offsets[row] as usize..self.offsets[row + 1] as usize;
            if row.len() <= SHORT_ROW {
                insertion_sort(&mut self.runs[row]);
            } else if !self.runs[row.clone()].is_sorted_by_key(|run| run.start) {
                self.order_long_row(row);
            }
        }
    }

    /// Orders a row by marking the columns in which its runs start.
    fn order_long_row(&mut self, row: std::ops::Range<usize>) {
        let runs = &mut self.runs[row];
        self.scratch.clear();
        self.scratch.extend_from_slice(runs);
        for (index, run) in self.scratch.iter().enumerate() {
            self.starts[run.start as usize / 64] |= 1 << (run.start % 64);
            self.at_column[run.start as usize] = index as u32;
        }
        let mut place = 0;
        for (word, bits) in self.starts.iter_mut().enumerate() {
            while *bits != 0 {
                let column = word * 64 + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                runs[place] = self.scratch[self.at_column[column] as usize];
                place += 1;
            }
        }
    }

    fn order_components(&mut self, scene: &SceneComponents, frame: &Frame) {
        let first_cell = |index: usize| {
            let runs = scene.runs_of(&scene.components[index]);
            let Some(first) = runs.first() else { return (u32::MAX, u32::MAX) };
            if frame.is_plain() {
                return (first.row, first.start);
            }
            let in_first_row = runs.iter().take_while(|run| run.row == first.row);
            (first.row, in_first_row.map(|run| frame.column_rank(run.start, run.end)).min().unwrap_or(u32::MAX))
        };
        let count = scene.components.len();
        self.cells.clear();
        self.cells.extend(scene.components.iter().map(|c| c.cells));
        self.by_place.clear();
        self.by_place.extend(0..count as u32);
        if !(0..count).is_sorted_by_key(first_cell) {
            self.by_place.sort_by_key(|&index| first_cell(index as usize));
        }
        self.place.clear();
        self.place.resize(count, 0);
        for (place, &index) in self.by_place.iter().enumerate() {
            self.place[index as usize] = place as u32;
        }
    }
}

/// Rows of so few runs are ordered faster by moving runs than by marking columns.
const SHORT_ROW: usize = 24;

fn insertion_sort(runs: &mut [RowRun]) {
    for next in 1..runs.len() {
        let run = runs[next];
        let mut place = next;
        while place > 0 && runs[place - 1].start > run.start {
            runs[place] = runs[place - 1];
            place -= 1;
        }
        runs[place] = run;
    }
}
