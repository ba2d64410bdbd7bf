//! From ranges of cells to rings of cell corners, in the plane of rows and columns.
//!
//! One sweep over the lines between the rows makes a node at every corner where an outline turns, and links each node to
//! the next with the cells on the left hand (rows going down). Where two cells touch at a corner alone, each outline
//! stays with its own cell, so that parts which hang together by a corner become polygons of their own; a ring that
//! comes back to such a corner itself is cut there into a shell and a hole that touch in a point, as OGC demands. The
//! work is proportional to the number of ranges and corners; there is no label image.

use eventscape_core::CellRange;
use eventscape_core::cells::{CellRow, rows};

/// A corner of the mesh of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Corner {
    /// Line between rows: `line` is above row `line`.
    pub(crate) line: u32,
    /// Line between columns: `col` is left of column `col`.
    pub(crate) col: u32,
}

/// A region whose cells hang together by edges: its outline, left hand inside, and the outlines of its holes. Rings are
/// open (the first corner is not repeated) and hold only corners where they turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) shell: Vec<Corner>,
    pub(crate) holes: Vec<Vec<Corner>>,
}

const NONE: u32 = u32::MAX;

struct Node {
    at: Corner,
    next: u32,
    /// A stretch whose cells lie at this corner, on the inner side.
    run: u32,
    /// The other node at the same corner, where two cells touch there alone.
    twin: u32,
}

/// The columns at which a row steps in and out, alternately.
pub(crate) fn steps(row: CellRow<'_>, out: &mut Vec<u32>) {
    out.extend(row.columns().flat_map(|columns| [columns.start, columns.end]));
}

/// The parts of a set of cells on a lattice of `nx` columns, in the order of their first corners.
///
/// `lay_out` appends the columns at which a row steps in and out, alternately ([`steps`], or those of another layout of the
/// columns); no two stretches of a row overlap or touch.
pub(crate) fn trace(cells: &[CellRange], nx: u32, lay_out: impl Fn(CellRow<'_>, &mut Vec<u32>)) -> Vec<Part> {
    let mut sweep = Sweep { nodes: Vec::new(), parents: Vec::new(), below: Vec::new() };
    let (mut upper, mut lower) = (Row::default(), Row::default());
    let mut line = 0;
    for row in rows(cells, nx) {
        if row.row > line {
            // the lower edges of what lies above, where rows in between are empty
            lower.steps.clear();
            sweep.line(line, &upper, &lower);
            upper.clear();
        }
        line = row.row;
        lower.base = sweep.parents.len();
        lower.steps.clear();
        lay_out(row, &mut lower.steps);
        sweep.parents.extend((lower.base..lower.base + lower.steps.len() / 2).map(|stretch| stretch as u32));
        sweep.line(line, &upper, &lower);
        std::mem::swap(&mut upper, &mut lower);
        std::mem::swap(&mut upper.open, &mut sweep.below);
        line += 1;
    }
    lower.steps.clear();
    sweep.line(line, &upper, &lower);
    sweep.parts()
}

/// A row: the number of its first stretch, and for each end of a stretch the node at the top of its upright edge.
#[derive(Default)]
struct Row {
    steps: Vec<u32>,
    base: usize,
    open: Vec<u32>,
}

impl Row {
    fn boundary(&self, index: usize) -> u32 {
        self.steps.get(index).copied().unwrap_or(NONE)
    }

    fn clear(&mut self) {
        self.steps.clear();
        self.open.clear();
    }
}

struct Sweep {
    nodes: Vec<Node>,
    /// Union-find over the stretches: which hang together by edges.
    parents: Vec<u32>,
    /// `open` of the row below the line that is being swept.
    below: Vec<u32>,
}

impl Sweep {
    fn line(&mut self, line: u32, upper: &Row, lower: &Row) {
        self.below.clear();
        let (mut u, mut l) = (0, 0);
        let mut west = NONE;
        loop {
            let (at_u, at_l) = (upper.boundary(u), lower.boundary(l));
            let col = at_u.min(at_l);
            if col == NONE {
                return;
            }
            let north = upper.open.get(u).copied().unwrap_or(NONE);
            let (ul, ll) = (u % 2 == 1, l % 2 == 1);
            let (run_ul, run_ll) = ((upper.base + u / 2) as u32, (lower.base + l / 2) as u32);
            u += usize::from(at_u == col);
            l += usize::from(at_l == col);
            let (ur, lr) = (u % 2 == 1, l % 2 == 1);
            let (run_ur, run_lr) = ((upper.base + u / 2) as u32, (lower.base + l / 2) as u32);
            if ur && lr {
                self.unite(run_ur, run_lr);
            }
            let corner = Corner { line, col };
            match (ul, ur, ll, lr) {
                // an upright edge goes straight on
                (false, true, false, true) | (true, false, true, false) => self.below.push(north),
                (true, false, false, true) => {
                    let (a, b) = self.twins(corner, run_ul, run_lr);
                    self.nodes[west as usize].next = a;
                    self.nodes[a as usize].next = north;
                    self.below.push(b);
                    west = b;
                }
                (false, true, true, false) => {
                    let (a, b) = self.twins(corner, run_ur, run_ll);
                    self.nodes[north as usize].next = a;
                    self.nodes[b as usize].next = west;
                    self.below.push(b);
                    west = a;
                }
                _ => {
                    let run = match (ul, ur, ll) {
                        (true, _, _) => run_ul,
                        (_, true, _) => run_ur,
                        (_, _, true) => run_ll,
                        _ => run_lr,
                    };
                    let node = self.node(corner, run);
                    if ul != ll {
                        // a lower edge leads to the right, an upper edge to the left
                        let (from, to) = if ul { (west, node) } else { (node, west) };
                        self.nodes[from as usize].next = to;
                    }
                    if ul != ur {
                        let (from, to) = if ur { (north, node) } else { (node, north) };
                        self.nodes[from as usize].next = to;
                    }
                    if ll != lr {
                        self.below.push(node);
                    }
                    if ur != lr {
                        west = node;
                    }
                }
            }
        }
    }

    fn node(&mut self, at: Corner, run: u32) -> u32 {
        self.nodes.push(Node { at, next: NONE, run, twin: NONE });
        self.nodes.len() as u32 - 1
    }

    fn twins(&mut self, at: Corner, run_a: u32, run_b: u32) -> (u32, u32) {
        let (a, b) = (self.node(at, run_a), self.node(at, run_b));
        self.nodes[a as usize].twin = b;
        self.nodes[b as usize].twin = a;
        (a, b)
    }

    fn root(&mut self, mut run: u32) -> u32 {
        while self.parents[run as usize] != run {
            let up = self.parents[run as usize];
            self.parents[run as usize] = self.parents[up as usize];
            run = up;
        }
        run
    }

    fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    fn parts(mut self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut part_of_root = vec![NONE; self.parents.len()];
        let mut seen = vec![false; self.nodes.len()];
        let mut place = vec![NONE; self.nodes.len()];
        for first in 0..self.nodes.len() {
            if seen[first] {
                continue;
            }
            let root = self.root(self.nodes[first].run) as usize;
            if part_of_root[root] == NONE {
                part_of_root[root] = parts.len() as u32;
                parts.push(Part::default());
            }
            let part = &mut parts[part_of_root[root] as usize];
            let mut path: Vec<u32> = Vec::new();
            let mut node = first as u32;
            while !seen[node as usize] {
                seen[node as usize] = true;
                let twin = self.nodes[node as usize].twin;
                if twin != NONE && place[twin as usize] != NONE {
                    let from = place[twin as usize] as usize;
                    part.add(path[from..].iter().map(|n| self.nodes[*n as usize].at).collect());
                    for gone in path.drain(from + 1..) {
                        place[gone as usize] = NONE;
                    }
                    place[twin as usize] = NONE;
                } else {
                    place[node as usize] = path.len() as u32;
                    path.push(node);
                }
                node = self.nodes[node as usize].next;
            }
            part.add(path.iter().map(|n| self.nodes[*n as usize].at).collect());
            for gone in path {
                place[gone as usize] = NONE;
            }
        }
        parts
    }
}

impl Part {
    fn add(&mut self, ring: Vec<Corner>) {
        // with rows going down, left hand inside turns the other way round than the formula's sign
        if doubled_area(&ring) < 0 {
            self.shell = ring;
        } else {
            self.holes.push(ring);
        }
    }
}

fn doubled_area(ring: &[Corner]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a.col) * i64::from(b.line) - i64::from(b.col) * i64::from(a.line))
        .sum()
}

#[cfg(test)]
mod tests {
    use eventscape_core::Cells;

    use super::*;

    fn parts(picture: &[&str]) -> Vec<Part> {
        let nx = picture.first().map_or(1, |row| row.len());
        let inside = picture.iter().flat_map(|row| row.bytes()).enumerate().filter(|(_, cell)| *cell == b'#');
        trace(&Cells::of(inside.map(|(cell, _)| cell as u32), nx as u32), nx as u32, steps)
    }

    fn corners(ring: &[Corner]) -> Vec<(u32, u32)> {
        ring.iter().map(|c| (c.line, c.col)).collect()
    }

    #[test]
    fn a_box_of_cells_has_four_corners() {
        let parts = parts(&["....", ".##.", ".##."]);
        assert_eq!(parts.len(), 1);
        assert_eq!(corners(&parts[0].shell), [(1, 1), (3, 1), (3, 3), (1, 3)]);
        assert!(parts[0].holes.is_empty());
    }

    #[test]
    fn cells_that_touch_at_a_corner_are_parts_of_their_own() {
        for picture in [["#.", ".#"], [".#", "#."]] {
            let parts = parts(&picture);
            assert_eq!(parts.len(), 2);
            assert!(parts.iter().all(|part| part.shell.len() == 4 && part.holes.is_empty()));
        }
    }

    #[test]
    fn a_hole_that_touches_the_outline_in_a_point_stays_a_hole() {
        let parts = parts(&["##.", "#.#", "###"]);
        assert_eq!(parts.len(), 1);
        assert_eq!(doubled_area(&parts[0].shell), -16);
        assert_eq!(parts[0].holes.len(), 1);
        assert_eq!(doubled_area(&parts[0].holes[0]), 2);
    }

    #[test]
    fn holes_that_touch_each_other_are_two() {
        let parts = parts(&["####", "#.##", "##.#", "####"]);
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].holes.len(), 2);
        assert!(parts[0].holes.iter().all(|hole| doubled_area(hole) == 2));
    }

    #[test]
    fn an_island_in_a_hole_is_another_part() {
        let parts = parts(&["#####", "#...#", "#.#.#", "#...#", "#####"]);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].holes.len(), 1);
        assert_eq!(parts[1].shell.len(), 4);
    }

    #[test]
    fn nothing_has_no_part() {
        assert!(parts(&[]).is_empty());
    }

    #[test]
    fn rows_without_cells_keep_parts_apart() {
        let parts = parts(&["...", ".#.", "...", "...", "##."]);
        assert_eq!(corners(&parts[0].shell), [(1, 1), (2, 1), (2, 2), (1, 2)]);
        assert_eq!(corners(&parts[1].shell), [(4, 0), (5, 0), (5, 2), (4, 2)]);
    }
}
