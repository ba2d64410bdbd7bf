//! One scene as stretches of equal cells.

use eventscape_core::{Grid, Lineage, Run, SceneComponents};

use crate::ProductError;
use crate::members::members_of;

/// What `event_flag` says of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub(super) enum Flag {
    Outside = 0,
    Inside = 1,
    InputMissing = 2,
    OutsideDomain = 3,
}

/// Cells of one row that are not plain background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) run: Run,
    /// `track_id`.
    pub(super) id: i32,
    pub(super) flag: Flag,
}

/// The cells outside the job's domain, as runs; the same for all scenes.
pub(super) fn outside_domain(grid: &Grid) -> Vec<Run> {
    let Some(domain) = grid.domain() else { return Vec::new() };
    let mut runs = Vec::new();
    for (row, cells) in domain.chunks(grid.nx()).enumerate() {
        let mut start = 0;
        for part in cells.chunk_by(|a, b| a == b) {
            let end = start + part.len();
            if part.first() == Some(&false) {
                runs.push(Run { row: row as u32, start: start as u32, end: end as u32 });
            }
            start = end;
        }
    }
    runs
}

/// What the cells of a scene are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Labels {
    /// Row-major and apart.
    pub(super) stretches: Vec<Stretch>,
    /// Cells of further given phenomena: runs with the number of the track.
    pub(super) shared: Vec<(Run, i32)>,
}

/// The labels of a scene.
///
/// Components that were detected share no cells; those of phenomena that are `given` may. A cell of several is then of the
/// one that has fewer cells at this time, the one of the higher number among equals, so that a small one in a large one
/// is seen.
pub(super) fn labels(
    grid: &Grid,
    lineage: &Lineage,
    index: usize,
    scene: &SceneComponents,
    outside: &[Run],
    given: bool,
) -> Result<Labels, ProductError> {
    let stretch = |run: Run, id: i32, flag: Flag| Stretch { run, id, flag };
    let mut all: Vec<Stretch> = Vec::new();
    let mut events = members_of(lineage, index, scene)?;
    if given {
        events.sort_by_key(|event| (event.component.cells, std::cmp::Reverse(event.track)));
    }
    let (mut taken, mut shared): (Vec<Run>, Vec<(Run, i32)>) = Default::default();
    for event in events {
        let id = i32::try_from(event.track)
            .map_err(|_| ProductError::Unrepresentable("a track's number does not fit into int32".to_owned()))?;
        let runs = scene.runs_of(event.component);
        if !given {
            all.extend(runs.iter().map(|&run| stretch(run, id, Flag::Inside)));
            continue;
        }
        let left = without(runs, &taken);
        shared.extend(without(runs, &left).into_iter().map(|run| (run, id)));
        all.extend(left.iter().map(|&run| stretch(run, id, Flag::Inside)));
        // sorted parts: quick to sort again
        taken.extend(left);
        taken.sort();
    }
    if !scene.missing.is_empty() {
        // a tracker may fill missing cells from their neighbours: those are of their event
        let mut events: Vec<Run> = all.iter().map(|stretch| stretch.run).collect();
        events.sort_by_key(|run| (run.row, run.start));
        let missing = without(&without(&scene.missing, outside), &events);
        all.extend(missing.into_iter().map(|run| stretch(run, -1, Flag::InputMissing)));
    }
    all.extend(outside.iter().map(|&run| stretch(run, -1, Flag::OutsideDomain)));
    // stable: this sort is quick on input that is made of sorted parts
    all.sort_by_key(|stretch| (stretch.run.row, stretch.run.start));
    let apart = all.windows(2).all(|pair| pair[0].run.row < pair[1].run.row || pair[0].run.end <= pair[1].run.start);
    let (ny, nx) = (grid.ny() as u32, grid.nx() as u32);
    let inside = all.iter().all(|s| s.run.row < ny && s.run.start <= s.run.end && s.run.end <= nx);
    if !apart || !inside {
        return Err(ProductError::Mismatch(format!(
            "cells of scene {index} ({}) are counted twice or lie outside the grid of {ny} rows and {nx} columns",
            scene.time
        )));
    }
    Ok(Labels { stretches: all, shared })
}

/// The parts of `runs` that `taken` does not cover; both row-major.
fn without(runs: &[Run], taken: &[Run]) -> Vec<Run> {
    let mut left = Vec::with_capacity(runs.len());
    let mut first = 0;
    for &run in runs {
        while taken.get(first).is_some_and(|t| (t.row, t.end) <= (run.row, run.start)) {
            first += 1;
        }
        let mut start = run.start;
        for cover in taken[first..].iter().take_while(|t| t.row == run.row && t.start < run.end) {
            if cover.start > start {
                left.push(Run { row: run.row, start, end: cover.start });
            }
            start = start.max(cover.end);
        }
        if start < run.end {
            left.push(Run { row: run.row, start, end: run.end });
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(row: u32, start: u32, end: u32) -> Run {
        Run { row, start, end }
    }

    #[test]
    fn given_phenomena_that_share_cells_leave_them_to_the_smaller_one() {
        let left = without(&[run(0, 0, 9), run(1, 0, 9)], &[run(0, 3, 5), run(1, 0, 9)]);
        assert_eq!(left, [run(0, 0, 3), run(0, 5, 9)]);
    }

    #[test]
    fn cells_outside_the_domain_are_not_missing_as_well() {
        let missing = [run(0, 0, 9), run(1, 2, 4), run(2, 0, 3)];
        let outside = [run(0, 0, 2), run(0, 4, 5), run(0, 8, 12), run(1, 0, 20), run(2, 1, 2)];
        assert_eq!(without(&missing, &outside), [run(0, 2, 4), run(0, 5, 8), run(2, 0, 1), run(2, 2, 3)]);
        assert_eq!(without(&missing, &[]), missing);
    }
}
