//! The cells that the components of two scenes share, by merging their sorted ranges.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::rows::{Frame, RowRange, SceneRows};
use crate::Connectivity;

/// What a component of one scene and a component of the next have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Index of the component in the earlier scene.
    pub parent: u32,
    /// Index of the component in the later scene.
    pub child: u32,
    /// Number of cells that both have.
    pub cells: u32,
    /// Number of connected pieces that those cells form; 1 where pieces are not told apart (the default rule needs no
    /// pieces).
    pub pieces: u32,
    /// The overlap as the parent sees it, as a fraction: `cells / cells of the parent`, or the reference's formula.
    pub forward: f64,
    /// The overlap as the child sees it: the same number by the default rule, another by the reference's formula.
    pub backward: f64,
}

/// How the fractions of an overlap are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OverlapRule {
    /// The shared cells over the parent's cells, both ways.
    #[default]
    Correct,
    /// The reference's formula, whose denominators grow with the number of connected pieces o1..on of the overlap:
    /// forward `(o1+…+on) / (n · parent)`, backward `(o1+…+on) / (parent + o2+…+on)`.
    Reference,
}

const NONE: u32 = u32::MAX;

struct Pair {
    parent: u32,
    child: u32,
    cells: u32,
    /// Row and column rank of the first shared cell, where rows do not begin at column 0 (else pairs are found in order).
    first: u64,
    pieces: u32,
    /// Cells of the piece that holds the first shared cell.
    first_piece: u32,
}

/// A range of shared cells, for telling pieces apart.
struct SharedRange {
    start: u32,
    end: u32,
    pair: u32,
}

/// Computes overlaps; its buffers are reused from scene to scene.
#[derive(Default)]
pub(super) struct Overlapper {
    pairs: Vec<Pair>,
    /// For each child the pair that it was last seen in: neighbouring rows mostly repeat it.
    last_pair: Vec<u32>,
    index: HashMap<u64, u32, BuildHasherDefault<PairHasher>>,
    shared: Vec<SharedRange>,
    /// Union-find over `shared`; a root is its piece's first range.
    piece: Vec<u32>,
    piece_cells: Vec<u32>,
}

impl Overlapper {
    /// All pairs of components that share cells, in row-major order of their first shared cells.
    ///
    /// `before` and `after` hold only the components that were kept for their size. That is enough: a connected piece
    /// of the overlap of the *full* masks lies within one component of either scene (its cells are connected in both
    /// masks), so pieces of dropped components never touch the numbers of a pair of kept ones.
    pub(super) fn compute(
        &mut self,
        before: &SceneRows,
        after: &SceneRows,
        frame: &Frame,
        pieces: Option<Connectivity>,
        found: &mut Vec<Overlap>,
    ) {
        self.reset(after.cells.len());
        let mut previous_row = 0..0;
        for row in 0..frame.rows() {
            let (old, new) = (before.row(row), after.row(row));
            match pieces {
                None => self.merge_row::<false>(row as u32, old, new, frame),
                Some(connectivity) => {
                    let from = self.shared.len();
                    self.merge_row::<true>(row as u32, old, new, frame);
                    self.join_pieces(previous_row, from, connectivity);
                    previous_row = from..self.shared.len();
                }
            }
        }
        if pieces.is_some() {
            self.measure_pieces();
        }
        if !frame.is_plain() {
            self.pairs.sort_unstable_by_key(|pair| pair.first);
        }
        found.clear();
        found.extend(self.pairs.iter().map(|pair| pair.overlap(before.cells[pair.parent as usize], pieces.is_some())));
    }

    fn reset(&mut self, children: usize) {
        self.pairs.clear();
        self.index.clear();
        self.shared.clear();
        self.piece.clear();
        self.last_pair.clear();
        self.last_pair.resize(children, NONE);
    }

    /// Walks along one row of both scenes. With `PIECES` the shared ranges are kept.
    fn merge_row<const PIECES: bool>(&mut self, row: u32, old: &[RowRange], new: &[RowRange], frame: &Frame) {
        let (mut i, mut k) = (0, 0);
        while i < old.len() && k < new.len() {
            let (a, b) = (old[i], new[k]);
            let (start, end) = (a.start.max(b.start), a.end.min(b.end));
            if start < end {
                let pair = self.pair(a.component, b.component);
                let entry = &mut self.pairs[pair as usize];
                entry.cells += end - start;
                if !frame.is_plain() {
                    entry.first = entry.first.min(u64::from(row) << 32 | u64::from(frame.column_rank(start, end)));
                }
                if PIECES {
                    self.piece.push(self.shared.len() as u32);
                    self.shared.push(SharedRange { start, end, pair });
                }
            }
            // which one ends first is a coin toss: no branch
            let old_ends = usize::from(a.end < b.end);
            i += old_ends;
            k += 1 - old_ends;
        }
    }

    fn pair(&mut self, parent: u32, child: u32) -> u32 {
        let last = self.last_pair[child as usize];
        if last != NONE && self.pairs[last as usize].parent == parent {
            return last;
        }
        let fresh = self.pairs.len() as u32;
        let pair = *self.index.entry(u64::from(parent) << 32 | u64::from(child)).or_insert(fresh);
        if pair == fresh {
            self.pairs.push(Pair { parent, child, cells: 0, first: u64::MAX, pieces: 1, first_piece: 0 });
        }
        self.last_pair[child as usize] = pair;
        pair
    }

    /// Joins the shared ranges from `from` on with those of the row before that they touch.
    fn join_pieces(&mut self, previous: std::ops::Range<usize>, from: usize, connectivity: Connectivity) {
        let reach = u32::from(connectivity == Connectivity::Eight);
        let (mut i, mut k) = (previous.start, from);
        while i < previous.end && k < self.shared.len() {
            let (above, below) = (&self.shared[i], &self.shared[k]);
            // the pairs differ only where the components were cut out with another connectivity
            if above.start < below.end + reach && below.start < above.end + reach && above.pair == below.pair {
                self.union(i as u32, k as u32);
            }
            if self.shared[i].end < self.shared[k].end {
                i += 1;
            } else {
                k += 1;
            }
        }
    }

    fn find(&mut self, mut range: u32) -> u32 {
        while self.piece[range as usize] != range {
            let parent = self.piece[range as usize];
            self.piece[range as usize] = self.piece[parent as usize];
            range = parent;
        }
        range
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.piece[a.max(b) as usize] = a.min(b);
    }

    fn measure_pieces(&mut self) {
        self.piece_cells.clear();
        self.piece_cells.resize(self.shared.len(), 0);
        for range in 0..self.shared.len() {
            let root = self.find(range as u32) as usize;
            self.piece_cells[root] += self.shared[range].end - self.shared[range].start;
        }
        for pair in &mut self.pairs {
            pair.pieces = 0;
        }
        for range in 0..self.shared.len() {
            if self.piece[range] == range as u32 {
                let pair = &mut self.pairs[self.shared[range].pair as usize];
                if pair.pieces == 0 {
                    pair.first_piece = self.piece_cells[range];
                }
                pair.pieces += 1;
            }
        }
    }
}

impl Pair {
    fn overlap(&self, parent_cells: u32, by_reference: bool) -> Overlap {
        let (shared, parent) = (f64::from(self.cells), f64::from(parent_cells));
        let (forward, backward) = if by_reference {
            let further = f64::from(self.cells - self.first_piece);
            (shared / (f64::from(self.pieces) * parent), shared / (parent + further))
        } else {
            (shared / parent, shared / parent)
        };
        Overlap { parent: self.parent, child: self.child, cells: self.cells, pieces: self.pieces, forward, backward }
    }
}

/// A multiplicative hash of one `u64` (the keys are pairs of small indices; no outsider chooses them freely).
#[derive(Default)]
struct PairHasher(u64);

impl Hasher for PairHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
