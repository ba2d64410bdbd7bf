//! Cells of several given phenomena, which have one number each in `track_id`: what the others have is kept as runs.

use eventscape_core::{CellRange, Grid};

use crate::ProductError;
use eventscape_formats::write::{Codec, Medium, NcFile, Variable};

const PACKED: Codec = Codec { shuffle: true, level: 4 };
const ROWS: usize = 1 << 15;
const DIMENSION: &str = "shared_run";

/// The runs of all times; memory grows with the cells that are shared.
pub(super) struct SharedRuns {
    nx: u32,
    scene: Vec<i32>,
    row: Vec<i32>,
    first: Vec<i32>,
    cells: Vec<i32>,
    track: Vec<i32>,
}

impl SharedRuns {
    pub(super) fn on(grid: &Grid) -> Self {
        let (scene, row, first, cells, track) = Default::default();
        Self { nx: grid.nx() as u32, scene, row, first, cells, track }
    }

    /// Each range lies in one row.
    pub(super) fn add(&mut self, scene: usize, ranges: &[(CellRange, i32)]) {
        for (range, track) in ranges {
            self.scene.push(scene as i32);
            self.row.push((range.start / self.nx) as i32);
            self.first.push((range.start % self.nx) as i32);
            self.cells.push(range.len() as i32);
            self.track.push(*track);
        }
    }

    /// Writes them, where there are any.
    pub(super) fn write<W: Medium>(&self, file: &mut NcFile<W>) -> Result<(), ProductError> {
        if self.scene.is_empty() {
            return Ok(());
        }
        file.dimension(DIMENSION, self.scene.len())?;
        let columns: [(&str, &str, &[i32]); 5] = [
            ("shared_time", "index along time of the cells", &self.scene),
            ("shared_row", "row of the cells, from 0", &self.row),
            ("shared_column", "column of the first cell, from 0", &self.first),
            ("shared_cells", "number of cells, along the row", &self.cells),
            ("shared_track_id", "number of a further track that the cells belong to", &self.track),
        ];
        for (name, long_name, values) in columns {
            let variable = Variable::of::<i32>(name, &[DIMENSION]).with("long_name", long_name).with("units", "1");
            file.compressed(variable, ROWS, PACKED, values)?;
        }
        Ok(())
    }
}
