//! Decides which components of two scenes belong together, the largest first.

use crate::lineage::{Arrival, Departure};
use crate::track::overlap::Overlap;
use crate::track::rows::SceneRows;

/// One decision.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// A track begins with a component of the later scene.
    Begin { child: u32, arrival: Arrival },
    /// A track goes on.
    Continue { parent: u32, child: u32, arrival: Arrival },
    /// A track ends in the earlier scene.
    End { parent: u32, departure: Departure },
}

const NONE: u32 = u32::MAX;

/// Lists of the overlaps of each component, in the order in which the overlaps were found.
#[derive(Default)]
struct Lists {
    offsets: Vec<u32>,
    entries: Vec<u32>,
}

impl Lists {
    fn build(&mut self, components: usize, overlaps: &[Overlap], key: impl Fn(&Overlap) -> u32) {
        self.offsets.clear();
        self.offsets.resize(components + 1, 0);
        self.entries.resize(overlaps.len(), 0);
        for overlap in overlaps {
            self.offsets[key(overlap) as usize] += 1;
        }
        let mut end = 0;
        for offset in &mut self.offsets {
            end += *offset;
            *offset = end;
        }
        for (index, overlap) in overlaps.iter().enumerate().rev() {
            let offset = &mut self.offsets[key(overlap) as usize];
            *offset -= 1;
            self.entries[*offset as usize] = index as u32;
        }
    }

    fn of(&self, component: u32) -> &[u32] {
        match (self.offsets.get(component as usize), self.offsets.get(component as usize + 1)) {
            (Some(&from), Some(&to)) => &self.entries[from as usize..to as usize],
            _ => &[],
        }
    }
}

/// Matches scene after scene; its buffers are reused.
#[derive(Default)]
pub(super) struct Matcher {
    by_parent: Lists,
    by_child: Lists,
    order: Vec<u64>,
    parent_taken: Vec<bool>,
    child_taken: Vec<bool>,
    merged_into: Vec<u32>,
    split_from: Vec<u32>,
    candidates: Vec<(u32, f64)>,
    outcomes: Vec<Outcome>,
}

impl Matcher {
    /// All decisions about two scenes, in the order in which they are made.
    pub(super) fn link(
        &mut self,
        before: &SceneRows,
        after: &SceneRows,
        overlaps: &[Overlap],
        min_overlap: f64,
    ) -> &[Outcome] {
        let (parents, children) = (before.cells.len(), after.cells.len());
        self.by_parent.build(parents, overlaps, |o| o.parent);
        self.by_child.build(children, overlaps, |o| o.child);
        self.parent_taken.clear();
        self.parent_taken.resize(parents, false);
        self.child_taken.clear();
        self.child_taken.resize(children, false);
        self.merged_into.clear();
        self.merged_into.resize(parents, NONE);
        self.split_from.clear();
        self.split_from.resize(children, NONE);
        self.outcomes.clear();
        self.sort_by_size(before, after);
        for position in (0..self.order.len()).rev() {
            let key = self.order[position];
            let place = (key & PLACE) as usize;
            if key & LATER != 0 {
                self.visit_child(after.by_place[place], overlaps, min_overlap);
            } else {
                self.visit_parent(before.by_place[place], overlaps, min_overlap);
            }
        }
        &self.outcomes
    }

    /// Which child took the parent's cells as its track ended.
    pub(super) fn merged_into(&self, parent: u32) -> Option<u32> {
        self.merged_into.get(parent as usize).copied().filter(|&child| child != NONE)
    }

    /// Which parent the child's track broke off.
    pub(super) fn split_from(&self, child: u32) -> Option<u32> {
        self.split_from.get(child as usize).copied().filter(|&parent| parent != NONE)
    }

    /// The indices of a child's overlaps.
    pub(super) fn overlaps_of_child(&self, child: u32) -> impl Iterator<Item = usize> {
        self.by_child.of(child).iter().map(|&index| index as usize)
    }

    /// Ascending by area, then earlier before later scene, then by place; it is worked off from the end.
    fn sort_by_size(&mut self, before: &SceneRows, after: &SceneRows) {
        let key = |rows: &SceneRows, later: u64, place: usize, index: u32| {
            u64::from(rows.cells[index as usize]) << 32 | later | place as u64
        };
        self.order.clear();
        self.order.extend(before.by_place.iter().enumerate().map(|(place, &index)| key(before, 0, place, index)));
        self.order.extend(after.by_place.iter().enumerate().map(|(place, &index)| key(after, LATER, place, index)));
        self.order.sort_unstable();
    }

    fn visit_child(&mut self, child: u32, overlaps: &[Overlap], min_overlap: f64) {
        if self.child_taken[child as usize] {
            return;
        }
        self.child_taken[child as usize] = true;
        self.candidates.clear();
        for overlap in self.by_child.of(child).iter().map(|&index| &overlaps[index as usize]) {
            if overlap.backward >= min_overlap && !self.parent_taken[overlap.parent as usize] {
                self.candidates.push((overlap.parent, overlap.backward));
            }
        }
        let Some(winner) = largest(&self.candidates) else {
            self.outcomes.push(Outcome::Begin { child, arrival: Arrival::Initiation });
            return;
        };
        let alone = self.candidates.len() == 1;
        let arrival = if alone { Arrival::Continuation } else { Arrival::ContinuationMerge };
        self.outcomes.push(Outcome::Continue { parent: winner, child, arrival });
        for &(parent, _) in &self.candidates {
            self.parent_taken[parent as usize] = true;
            if parent != winner {
                self.merged_into[parent as usize] = child;
                self.outcomes.push(Outcome::End { parent, departure: Departure::DissipationMerge });
            }
        }
    }

    fn visit_parent(&mut self, parent: u32, overlaps: &[Overlap], min_overlap: f64) {
        if self.parent_taken[parent as usize] {
            return;
        }
        self.parent_taken[parent as usize] = true;
        self.candidates.clear();
        for overlap in self.by_parent.of(parent).iter().map(|&index| &overlaps[index as usize]) {
            if overlap.forward >= min_overlap && !self.child_taken[overlap.child as usize] {
                self.candidates.push((overlap.child, overlap.forward));
            }
        }
        let Some(winner) = largest(&self.candidates) else {
            self.outcomes.push(Outcome::End { parent, departure: Departure::Dissipation });
            return;
        };
        let alone = self.candidates.len() == 1;
        let arrival = if alone { Arrival::Continuation } else { Arrival::ContinuationSplit };
        self.outcomes.push(Outcome::Continue { parent, child: winner, arrival });
        for &(child, _) in &self.candidates {
            self.child_taken[child as usize] = true;
            if child != winner {
                self.split_from[child as usize] = parent;
                self.outcomes.push(Outcome::Begin { child, arrival: Arrival::InitiationSplit });
            }
        }
    }
}

/// Marks a component of the later scene in the keys of the order.
const LATER: u64 = 1 << 31;
const PLACE: u64 = LATER - 1;

/// The candidate with the largest fraction, the first of equals.
fn largest(candidates: &[(u32, f64)]) -> Option<u32> {
    let mut best: Option<(u32, f64)> = None;
    for &candidate in candidates {
        if best.is_none_or(|(_, fraction)| candidate.1 > fraction) {
            best = Some(candidate);
        }
    }
    best.map(|(component, _)| component)
}
