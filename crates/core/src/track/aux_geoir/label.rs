//! 8-connected regions of runs.

use crate::Run;

/// A region: its runs, row-major, and its number of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cluster {
    pub(super) runs: Vec<Run>,
    pub(super) cells: u32,
}

impl Cluster {
    /// The cluster of both.
    pub(super) fn absorb(&mut self, other: Self) {
        self.runs.extend(other.runs);
        self.runs.sort_unstable();
        self.cells += other.cells;
    }
}

/// Appends the runs of inside cells of one row.
pub(super) fn push_runs(runs: &mut Vec<Run>, row: u32, columns: std::ops::Range<u32>, inside: impl Fn(u32) -> bool) {
    let mut open = None;
    for column in columns.clone() {
        match (inside(column), open) {
            (true, None) => open = Some(column),
            (false, Some(start)) => {
                runs.push(Run { row, start, end: column });
                open = None;
            }
            _ => {}
        }
    }
    if let Some(start) = open {
        runs.push(Run { row, start, end: columns.end });
    }
}

/// The regions of row-major runs, in row-major order of their first cells; `around` is the number of columns of a periodic
/// grid.
pub(super) fn clusters(runs: &[Run], around: Option<u32>) -> Vec<Cluster> {
    let mut parents: Vec<u32> = (0..runs.len() as u32).collect();
    let mut above = 0..0;
    let mut from = 0;
    for row_runs in runs.chunk_by(|a, b| a.row == b.row) {
        let row = from..from + row_runs.len();
        if above.is_empty() || runs[above.start].row + 1 != runs[row.start].row {
            above = row.start..row.start;
        }
        touch(&mut parents, runs, above.clone(), row.clone());
        if let Some(nx) = around {
            join_seam(&mut parents, runs, above, row.clone(), nx);
        }
        from = row.end;
        above = row;
    }
    let mut found: Vec<Cluster> = Vec::new();
    let mut of_root = vec![u32::MAX; runs.len()];
    for (index, run) in runs.iter().enumerate() {
        let root = find(&mut parents, index as u32) as usize;
        if of_root[root] == u32::MAX {
            of_root[root] = found.len() as u32;
            found.push(Cluster { runs: Vec::new(), cells: 0 });
        }
        let cluster = &mut found[of_root[root] as usize];
        cluster.runs.push(*run);
        cluster.cells += run.cells();
    }
    found
}

/// Joins the runs of neighbouring rows that touch by edge or corner.
fn touch(parents: &mut [u32], runs: &[Run], above: std::ops::Range<usize>, row: std::ops::Range<usize>) {
    let (mut i, mut k) = (above.start, row.start);
    while i < above.end && k < row.end {
        if runs[i].start <= runs[k].end && runs[k].start <= runs[i].end {
            union(parents, i as u32, k as u32);
        }
        if runs[i].end < runs[k].end {
            i += 1;
        } else {
            k += 1;
        }
    }
}

/// Joins the last column's runs with the first column's, in the row itself and the one above.
fn join_seam(parents: &mut [u32], runs: &[Run], above: std::ops::Range<usize>, row: std::ops::Range<usize>, nx: u32) {
    let first = |range: &std::ops::Range<usize>| {
        range.clone().next().filter(|&index| runs[index].start == 0).map(|index| index as u32)
    };
    let last = |range: &std::ops::Range<usize>| {
        range.clone().next_back().filter(|&index| runs[index].end == nx).map(|index| index as u32)
    };
    for (west, east) in [(first(&row), last(&row)), (first(&above), last(&row)), (first(&row), last(&above))] {
        if let (Some(west), Some(east)) = (west, east) {
            union(parents, west, east);
        }
    }
}

fn find(parents: &mut [u32], mut index: u32) -> u32 {
    while parents[index as usize] != index {
        let parent = parents[index as usize];
        parents[index as usize] = parents[parent as usize];
        index = parent;
    }
    index
}

fn union(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parents, a), find(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}
