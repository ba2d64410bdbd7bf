//! Stretches of cells to the packed chunks of a scene.

use super::labels::{Flag, Stretch};
use eventscape_formats::write::RunCoder;

/// Most cells along a side of a chunk. 512 × 512 numbers of four bytes are 1 MiB: what HDF5 keeps of a dataset unless
/// it is told otherwise, so that a reader of rows or points unpacks each chunk once.
const SIDE: usize = 512;

/// How a grid is cut into chunks: all of one size, so that as little as possible of the last ones hangs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tiling {
    ny: usize,
    nx: usize,
    /// Rows of a chunk.
    pub(super) rows: usize,
    /// Columns of a chunk.
    pub(super) columns: usize,
}

/// The packed chunks of a scene, row-major.
pub(super) struct PackedScene {
    pub(super) ids: Vec<Vec<u8>>,
    pub(super) flags: Vec<Vec<u8>>,
}

impl Tiling {
    pub(super) fn new(ny: usize, nx: usize) -> Self {
        let side = |cells: usize| cells.div_ceil(cells.div_ceil(SIDE).max(1)).max(1);
        Self { ny, nx, rows: side(ny), columns: side(nx) }
    }

    /// Packs a scene. `stretches` are row-major and apart; what they leave is background.
    pub(super) fn pack(&self, stretches: &[Stretch]) -> PackedScene {
        let across = self.nx.div_ceil(self.columns);
        let mut packed = PackedScene { ids: Vec::new(), flags: Vec::new() };
        let mut rest = stretches;
        for first_row in (0..self.ny).step_by(self.rows) {
            let mut band = Band::new(across, self.columns);
            let end = (first_row + self.rows).min(self.ny);
            for row in first_row..end {
                let first = row * self.nx;
                let count = rest.iter().take_while(|stretch| (stretch.range.start as usize) < first + self.nx).count();
                let (of_row, later) = rest.split_at(count);
                rest = later;
                band.push_row(of_row, first);
            }
            // the last chunks are as large as the others
            for _ in end..first_row + self.rows {
                band.push_row(&[], 0);
            }
            band.finish(&mut packed);
        }
        packed
    }
}

/// The chunks of one band of rows, while they are filled.
struct Band {
    ids: Vec<RunCoder<4>>,
    flags: Vec<RunCoder<1>>,
    columns: usize,
    /// Next column to fill.
    at: usize,
}

impl Band {
    fn new(across: usize, columns: usize) -> Self {
        Self {
            ids: (0..across).map(|_| RunCoder::new()).collect(),
            flags: (0..across).map(|_| RunCoder::new()).collect(),
            columns,
            at: 0,
        }
    }

    /// Adds the stretches of a row whose first cell has the number `first`.
    fn push_row(&mut self, stretches: &[Stretch], first: usize) {
        self.at = 0;
        for stretch in stretches {
            self.fill_to(stretch.range.start as usize - first, 0, Flag::Outside);
            self.fill_to(stretch.range.end as usize - first, stretch.id, stretch.flag);
        }
        self.fill_to(self.ids.len() * self.columns, 0, Flag::Outside);
    }

    fn fill_to(&mut self, end: usize, id: i32, flag: Flag) {
        while self.at < end {
            let tile = self.at / self.columns;
            let count = end.min((tile + 1) * self.columns) - self.at;
            if let (Some(ids), Some(flags)) = (self.ids.get_mut(tile), self.flags.get_mut(tile)) {
                ids.push(id.to_le_bytes(), count as u64);
                flags.push((flag as i8).to_le_bytes(), count as u64);
            }
            self.at += count;
        }
    }

    fn finish(self, packed: &mut PackedScene) {
        packed.ids.extend(self.ids.into_iter().map(RunCoder::finish));
        packed.flags.extend(self.flags.into_iter().map(RunCoder::finish));
    }
}
