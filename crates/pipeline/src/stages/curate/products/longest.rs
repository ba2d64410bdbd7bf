//! The tracks that have a chart.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::stages::curate::plan::Plan;

/// Tracks that have a chart, at most.
const MOST: usize = 12;

/// The tracks that live longest, of equals those with the most cells: at most twelve, ascending.
pub(super) fn tracks(plan: &Plan) -> Vec<u32> {
    let mut lives: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for event in plan.times.iter().flat_map(|time| &time.events) {
        let life = lives.entry(event.id).or_default();
        *life = (life.0 + 1, life.1 + event.cells);
    }
    let mut tracks: Vec<(u32, (usize, usize))> = lives.into_iter().collect();
    tracks.sort_by_key(|(id, life)| (Reverse(*life), *id));
    let mut chosen: Vec<u32> = tracks.into_iter().take(MOST).map(|(id, _)| id).collect();
    chosen.sort_unstable();
    chosen
}
