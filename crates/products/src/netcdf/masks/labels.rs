//! One scene as stretches of equal cells.

use eventscape_core::cells::without;
use eventscape_core::{CellRange, Grid, Lineage, SceneComponents};

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
    pub(super) range: CellRange,
    /// `track_id`.
    pub(super) id: i32,
    pub(super) flag: Flag,
}

/// What the cells of a scene are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Labels {
    /// Row-major and apart.
    pub(super) stretches: Vec<Stretch>,
    /// Cells of further given phenomena, with the number of the track.
    pub(super) shared: Vec<(CellRange, i32)>,
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
    outside: &[CellRange],
    given: bool,
) -> Result<Labels, ProductError> {
    let stretch = |range: CellRange, id: i32, flag: Flag| Stretch { range, id, flag };
    let mut all: Vec<Stretch> = Vec::new();
    let mut events = members_of(lineage, index, scene)?;
    if given {
        events.sort_by_key(|event| (event.component.cells, std::cmp::Reverse(event.track)));
    }
    let (mut taken, mut shared): (Vec<CellRange>, Vec<(CellRange, i32)>) = Default::default();
    for event in events {
        let id = i32::try_from(event.track)
            .map_err(|_| ProductError::Unrepresentable("a track's number does not fit into int32".to_owned()))?;
        let cells = scene.cells_of(event.component);
        if !given {
            all.extend(cells.iter().map(|&range| stretch(range, id, Flag::Inside)));
            continue;
        }
        let left = without(cells, &taken);
        shared.extend(without(cells, &left).iter().map(|&range| (range, id)));
        all.extend(left.iter().map(|&range| stretch(range, id, Flag::Inside)));
        // sorted parts: quick to sort again
        taken.extend_from_slice(&left);
        taken.sort();
    }
    if !scene.missing.is_empty() {
        // a tracker may fill missing cells from their neighbours: those are of their event
        let mut events: Vec<CellRange> = all.iter().map(|stretch| stretch.range).collect();
        events.sort();
        let missing = scene.missing.without(outside).without(&events);
        all.extend(missing.iter().map(|&range| stretch(range, -1, Flag::InputMissing)));
    }
    all.extend(outside.iter().map(|&range| stretch(range, -1, Flag::OutsideDomain)));
    // stable: this sort is quick on input that is made of sorted parts
    all.sort_by_key(|stretch| stretch.range.start);
    let apart = all.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start);
    let (ny, nx) = (grid.ny(), grid.nx());
    let in_one_row =
        |range: CellRange| !range.is_empty() && grid.place_of(range.start).0 == grid.place_of(range.end - 1).0;
    let inside = all.iter().all(|stretch| in_one_row(stretch.range) && stretch.range.end as usize <= grid.len());
    if !apart || !inside {
        return Err(ProductError::Mismatch(format!(
            "cells of scene {index} ({}) are counted twice or lie outside the grid of {ny} rows and {nx} columns",
            scene.time
        )));
    }
    Ok(Labels { stretches: all, shared })
}
