//! The lineage of phenomena that are given.

use std::collections::HashMap;
use std::sync::Arc;

use super::masker::MaskedScene;
use super::timeline::Timeline;
use crate::cells::shared;
use crate::lineage::{Arrival, Departure, Lineage, Link, Member, Relation, Track};
use crate::{Cells, Timestamp};

/// Writes down scene by scene which component belongs to which phenomenon.
///
/// Every phenomenon becomes a track; tracks are numbered from 1 by their first scenes, then by their place in the file. Nothing
/// merges or splits: phenomena that share cells stay what they are. Links join a phenomenon's component to its next one,
/// with the cells that both have (there may be none). Memory: the cells of the phenomena that go on, and the lineage.
#[derive(Debug)]
pub struct Follow<'t> {
    timeline: &'t Timeline,
    times: Vec<Timestamp>,
    members: Vec<Vec<Member>>,
    links: Vec<Link>,
    /// The phenomenon of each component of each scene.
    phenomena: Vec<Vec<u32>>,
    before: HashMap<u32, Before>,
    edges: Vec<(bool, bool)>,
}

#[derive(Debug)]
struct Before {
    scene: u32,
    component: u32,
    cells: Arc<Cells>,
}

/// Where a track comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The phenomenon.
    pub phenomenon: usize,
    /// Whether its beginning is in the job: not cut off by the job's span, and away from the edge of the grid.
    pub begins: bool,
    /// Whether its end is.
    pub ends: bool,
}

/// What [`Follow`] gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// The lineage.
    pub lineage: Lineage,
    /// Where each track comes from, in the order of the tracks.
    pub origins: Vec<Origin>,
}

impl<'t> Follow<'t> {
    /// Before the first scene of a timeline.
    #[must_use]
    pub fn new(timeline: &'t Timeline) -> Self {
        let count = timeline.phenomena();
        Self {
            timeline,
            times: Vec::new(),
            members: vec![Vec::new(); count],
            links: Vec::new(),
            phenomena: Vec::new(),
            before: HashMap::new(),
            edges: vec![(false, false); count],
        }
    }

    /// Takes the next scene of the timeline.
    pub fn push(&mut self, scene: &MaskedScene) {
        let number = self.times.len() as u32;
        self.times.push(scene.components.time);
        let each = scene.phenomena.iter().zip(&scene.components.components).zip(&scene.cells);
        for (component, ((&phenomenon, described), cells)) in each.enumerate() {
            let component = component as u32;
            let touches = described.description.touches_edge;
            let members = &mut self.members[phenomenon as usize];
            let arrival = if members.is_empty() { Arrival::Initiation } else { Arrival::Continuation };
            members.push(Member { scene: number, component, arrival, departure: None });
            let edges = &mut self.edges[phenomenon as usize];
            *edges = (if arrival == Arrival::Initiation { touches } else { edges.0 }, touches);
            let now = Before { scene: number, component, cells: Arc::clone(cells) };
            if let Some(before) = self.before.insert(phenomenon, now) {
                self.links.push(link(&before, number, component, cells));
            }
            if self.timeline.last_scene(phenomenon) == Some(number) {
                self.before.remove(&phenomenon);
            }
        }
        self.phenomena.push(scene.phenomena.clone());
    }

    /// The lineage of all scenes.
    #[must_use]
    pub fn finish(self) -> Followed {
        let mut order: Vec<usize> = (0..self.members.len()).filter(|p| !self.members[*p].is_empty()).collect();
        order.sort_by_key(|p| (self.members[*p].first().map(|m| m.scene), *p));
        let mut ids = vec![0; self.members.len()];
        for (place, phenomenon) in order.iter().enumerate() {
            ids[*phenomenon] = place as u32 + 1;
        }
        let origin = |&phenomenon: &usize| {
            let (cut, edges) = (self.timeline.cut(phenomenon), self.edges[phenomenon]);
            Origin { phenomenon, begins: !cut.0 && !edges.0, ends: !cut.1 && !edges.1 }
        };
        let origins: Vec<Origin> = order.iter().map(origin).collect();
        let mut members = self.members;
        let mut tracks = Vec::with_capacity(order.len());
        for origin in &origins {
            let mut members = std::mem::take(&mut members[origin.phenomenon]);
            if let Some(last) = members.last_mut() {
                // what is cut off goes on, where nobody looks
                last.departure = origin.ends.then_some(Departure::Dissipation);
            }
            tracks.push(Track { id: ids[origin.phenomenon], members });
        }
        let track_ids = self.phenomena.iter().map(|scene| scene.iter().map(|p| ids[*p as usize]).collect()).collect();
        Followed { lineage: Lineage { times: self.times, tracks, links: self.links, track_ids }, origins }
    }
}

fn link(before: &Before, scene: u32, component: u32, cells: &Cells) -> Link {
    let common = shared(&before.cells, cells);
    let share = |of: u32| f64::from(common) / f64::from(of.max(1));
    Link {
        parent_scene: before.scene,
        parent: before.component,
        child_scene: scene,
        child: component,
        cells: common,
        overlap_parent: share(before.cells.count()),
        overlap_child: share(cells.count()),
        relation: Relation::Continuation,
    }
}
