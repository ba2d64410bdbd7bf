//! The components of one scene in row-major order: what overlap is computed from.

use crate::cells::{RowCursor, rows};
use crate::sphere::east_of;
use crate::{CoreError, Grid, SceneComponents};

/// A range of cells of a component, in its row's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RowRange {
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

    /// The place of the first of the columns `start..end` in a row that begins at the frame's first column.
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

    /// Number of columns.
    pub(super) fn columns(&self) -> u32 {
        self.nx as u32
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
        let east = east_of(lon, -180.0);
        if east > 360.0 - 1e-6 { 0.0 } else { east }
    };
    lon.iter()
        .enumerate()
        .min_by(|a, b| normal(*a.1).total_cmp(&normal(*b.1)))
        .map_or(0, |(column, _)| u32::try_from(column).unwrap_or(0))
}

/// The cells of all components of a scene by row, then by column; and the components' sizes and order. Reused from scene
/// to scene.
#[derive(Clone, Debug, Default)]
pub(super) struct SceneRows {
    /// The ranges of row `r` are `ranges[offsets[r]..offsets[r + 1]]`.
    offsets: Vec<u32>,
    ranges: Vec<RowRange>,
    /// Cells of each component.
    pub(super) cells: Vec<u32>,
    /// For each component its place in the row-major order of first cells. Labels are not trusted for this, so that
    /// renumbering changes nothing.
    pub(super) place: Vec<u32>,
    /// The inverse of `place`.
    pub(super) by_place: Vec<u32>,
    scratch: Vec<RowRange>,
    starts: Vec<u64>,
    at_column: Vec<u32>,
}

impl SceneRows {
    /// Takes over the components of a scene.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where a range lies outside the grid or goes over a row's end.
    pub(super) fn fill(&mut self, scene: &SceneComponents, frame: &Frame) -> Result<(), CoreError> {
        self.count_rows(scene, frame)?;
        self.scatter(scene, frame);
        self.order_columns(frame);
        self.order_components(scene, frame);
        Ok(())
    }

    /// Forgets the scene.
    pub(super) fn clear(&mut self) {
        self.ranges.clear();
        self.offsets.iter_mut().for_each(|offset| *offset = 0);
        self.cells.clear();
        self.place.clear();
        self.by_place.clear();
    }

    /// The ranges of a row, by column.
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[RowRange] {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&from), Some(&to)) => &self.ranges[from as usize..to as usize],
            _ => &[],
        }
    }

    fn count_rows(&mut self, scene: &SceneComponents, frame: &Frame) -> Result<(), CoreError> {
        self.offsets.clear();
        self.offsets.resize(frame.ny + 1, 0);
        let mut cursor = RowCursor::new(frame.columns());
        for component in &scene.components {
            for range in scene.cells_of(component) {
                cursor.seek(range.start);
                // a range that is not empty ends in the row of its last cell
                let inside = range.start < range.end && cursor.has(range.end - 1);
                match self.offsets.get_mut(cursor.row as usize) {
                    Some(count) if inside && (cursor.row as usize) < frame.ny => *count += 1,
                    _ => {
                        return Err(CoreError::Scene(format!(
                            "component {} of the scene of {} has cells {}..{} in row {}, but the grid has {} rows of {} \
                             columns; scenes and tracker must share one grid",
                            component.label, scene.time, range.start, range.end, cursor.row, frame.ny, frame.nx
                        )));
                    }
                }
            }
        }
        let mut next = 0;
        for offset in &mut self.offsets {
            next += std::mem::replace(offset, next);
        }
        self.ranges.resize(next as usize, RowRange::default());
        Ok(())
    }

    /// Counting sort by row. Afterwards `offsets` are moved back to the rows' beginnings.
    fn scatter(&mut self, scene: &SceneComponents, frame: &Frame) {
        let mut cursor = RowCursor::new(frame.columns());
        for (index, component) in scene.components.iter().enumerate() {
            for range in scene.cells_of(component) {
                cursor.seek(range.start);
                let slot = &mut self.offsets[cursor.row as usize];
                let (start, end) = (range.start - cursor.first, range.end - cursor.first);
                self.ranges[*slot as usize] = RowRange { start, end, component: index as u32 };
                *slot += 1;
            }
        }
        let mut begin = 0;
        for offset in &mut self.offsets {
            begin = std::mem::replace(offset, begin);
        }
    }

    /// Brings each row's ranges into the order of their columns.
    fn order_columns(&mut self, frame: &Frame) {
        self.starts.resize(frame.nx.div_ceil(64), 0);
        self.at_column.resize(frame.nx, 0);
        for row in 0..frame.ny {
            let row = self.offsets[row] as usize..self.offsets[row + 1] as usize;
            if row.len() <= SHORT_ROW {
                insertion_sort(&mut self.ranges[row]);
            } else if !self.ranges[row.clone()].is_sorted_by_key(|range| range.start) {
                self.order_long_row(row);
            }
        }
    }

    /// Orders a row by marking the columns in which its ranges start.
    fn order_long_row(&mut self, row: std::ops::Range<usize>) {
        let ranges = &mut self.ranges[row];
        self.scratch.clear();
        self.scratch.extend_from_slice(ranges);
        for (index, range) in self.scratch.iter().enumerate() {
            self.starts[range.start as usize / 64] |= 1 << (range.start % 64);
            self.at_column[range.start as usize] = index as u32;
        }
        let mut place = 0;
        for (word, bits) in self.starts.iter_mut().enumerate() {
            while *bits != 0 {
                let column = word * 64 + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                ranges[place] = self.scratch[self.at_column[column] as usize];
                place += 1;
            }
        }
    }

    fn order_components(&mut self, scene: &SceneComponents, frame: &Frame) {
        let first_cell = |index: usize| {
            let ranges = scene.cells_of(&scene.components[index]);
            let Some(first) = ranges.first() else { return (u32::MAX, u32::MAX) };
            if frame.is_plain() {
                return (0, first.start);
            }
            let Some(first) = rows(ranges, frame.columns()).next() else { return (u32::MAX, u32::MAX) };
            let ranks = first.columns().map(|columns| frame.column_rank(columns.start, columns.end));
            (first.row, ranks.min().unwrap_or(u32::MAX))
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

/// Rows with no more ranges are ordered faster by moving ranges than by marking columns.
const SHORT_ROW: usize = 24;

fn insertion_sort(ranges: &mut [RowRange]) {
    for next in 1..ranges.len() {
        let range = ranges[next];
        let mut place = next;
        while place > 0 && ranges[place - 1].start > range.start {
            ranges[place] = ranges[place - 1];
            place -= 1;
        }
        ranges[place] = range;
    }
}
