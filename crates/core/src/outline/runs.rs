//! Runs in order.

use crate::Run;

/// Brings runs into row-major order and joins those that touch or overlap.
pub(super) fn joined(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_unstable();
    let mut all: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match all.last_mut() {
            Some(last) if last.row == run.row && run.start <= last.end => last.end = last.end.max(run.end),
            _ => all.push(run),
        }
    }
    all
}

/// Number of cells that two lists of runs have in common; both row-major and apart.
pub(super) fn shared(a: &[Run], b: &[Run]) -> u32 {
    let (mut i, mut k, mut cells) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(k)) {
        if x.row == y.row {
            cells += x.end.min(y.end).saturating_sub(x.start.max(y.start));
        }
        if (x.row, x.end) <= (y.row, y.end) {
            i += 1;
        } else {
            k += 1;
        }
    }
    cells
}

/// Number of cells.
pub(super) fn count(runs: &[Run]) -> u32 {
    runs.iter().map(|run| run.cells()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(row: u32, start: u32, end: u32) -> Run {
        Run { row, start, end }
    }

    #[test]
    fn runs_that_touch_become_one() {
        let runs = vec![run(1, 4, 6), run(0, 7, 9), run(0, 2, 5), run(0, 5, 7), run(0, 3, 4)];
        assert_eq!(joined(runs), [run(0, 2, 9), run(1, 4, 6)]);
    }

    #[test]
    fn shared_cells_are_counted_once() {
        let a = [run(0, 0, 5), run(0, 8, 12), run(2, 0, 3)];
        let b = [run(0, 4, 9), run(1, 0, 9), run(2, 1, 2), run(2, 2, 9)];
        assert_eq!(shared(&a, &b), 1 + 1 + 1 + 1);
        assert_eq!(shared(&a, &a), count(&a));
        assert_eq!(shared(&a, &[]), 0);
    }
}
