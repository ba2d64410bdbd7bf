//! Links the clusters of scenes.

use super::AuxGeoirOptions;
use crate::lineage::{Arrival, Departure, Lineage, Link, Relation};
use crate::track::overlap::{Overlap, Overlapper};
use crate::track::recorder::Recorder;
use crate::track::rows::{Frame, SceneRows};
use crate::{CoreError, Grid, SceneComponents, Values};

/// The AUX-GEOIR tracker. It takes the scenes one after the other in ascending order of time (in any order with
/// [`AuxGeoirOptions::reference`]) and remembers only the cells of the last one that had clusters, beside the growing
/// lineage.
///
/// In its lineage a track may have several members in one scene. Their arrivals say: *initiation* for a new track,
/// *continuation - merge* for a cluster that also took over the cells of tracks that end, *continuation - split* for one
/// of several clusters that follow the same earlier one, else *continuation*. Departures are set on the members of a
/// track's last scene, unless that is the job's last one or a gap follows. Components of dropped tracks have track id 0.
pub struct AuxGeoir {
    options: AuxGeoirOptions,
    frame: Frame,
    recorder: Recorder,
    before: SceneRows,
    after: SceneRows,
    /// Index of the scene of `before`.
    before_scene: usize,
    /// The components of `before` that later ones may follow, in the order in which ties are broken.
    order: Vec<u32>,
    overlapper: Overlapper,
    overlaps: Vec<Overlap>,
    storms: Vec<Storm>,
    /// For each component of each scene, whether another track took over its cells.
    merged: Vec<Vec<bool>>,
    /// For each scene, whether a gap follows.
    gap_after: Vec<bool>,
}

/// What decides whether a track is kept.
#[derive(Clone, Copy, Debug)]
struct Storm {
    fewest_cells: u32,
    steps: u32,
    last_scene: usize,
    is_cold: bool,
}

impl AuxGeoir {
    /// A tracker for scenes on a grid.
    ///
    /// # Errors
    /// [`CoreError::Option`] where an option is out of its range; [`CoreError::Grid`] for a mesh.
    pub fn new(options: AuxGeoirOptions, grid: &Grid) -> Result<Self, CoreError> {
        options.check()?;
        grid.need_rows_and_columns("AUX-GEOIR, which fills missing cells along rows and columns,")?;
        Ok(Self {
            frame: Frame::of(grid, options.reference),
            options,
            recorder: Recorder::default(),
            before: SceneRows::default(),
            after: SceneRows::default(),
            before_scene: 0,
            order: Vec::new(),
            overlapper: Overlapper::default(),
            overlaps: Vec::new(),
            storms: Vec::new(),
            merged: Vec::new(),
            gap_after: Vec::new(),
        })
    }

    /// Links the clusters of the next scene to those of the last one that had any.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the time repeats or goes back, the calendar changes, or a run lies outside the grid.
    pub fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError> {
        self.after.fill(scene, &self.frame)?;
        let index = self.recorder.begin_scene(scene, self.options.reference)?;
        self.merged.push(vec![false; scene.components.len()]);
        self.gap_after.push(false);
        if let (Some(limit), Some(step)) = (self.options.max_gap_seconds, self.recorder.last_step_seconds())
            && step > limit
        {
            self.gap_after[index - 1] = true;
            self.before.clear();
            self.order.clear();
        }
        if scene.components.is_empty() {
            return Ok(());
        }
        self.overlapper.compute(&self.before, &self.after, &self.frame, None, &mut self.overlaps);
        let parents = self.choose_parents();
        self.assign(index, &parents);
        self.record_links(index, &parents);
        self.record_storms(index, scene);
        self.order = self.next_order(index, &parents);
        std::mem::swap(&mut self.before, &mut self.after);
        self.before_scene = index;
        Ok(())
    }

    /// The lineage of all scenes pushed so far, without the tracks that are dropped.
    #[must_use]
    pub fn finish(mut self) -> Lineage {
        self.record_departures();
        let mut ids = vec![0; self.storms.len() + 1];
        let mut kept = 0;
        for (storm, id) in self.storms.iter().zip(ids.iter_mut().skip(1)) {
            let cold_or_small = storm.is_cold || storm.fewest_cells <= self.options.max_cells;
            if cold_or_small && storm.steps >= self.options.min_steps {
                kept += 1;
                *id = kept;
            }
        }
        self.recorder.finish(Some(&ids))
    }

    /// How well an overlap links, if it is enough.
    fn merit(&self, overlap: &Overlap) -> Option<f64> {
        let parent_cells = f64::from(self.before.cells[overlap.parent as usize]);
        if self.options.min_overlap < 0.0 {
            return Some(parent_cells);
        }
        let fraction = f64::from(overlap.cells) / parent_cells;
        (fraction >= self.options.min_overlap).then_some(fraction)
    }

    /// For each cluster of the new scene the earlier one that it follows: the one with the largest merit, the first in
    /// `order` among equals.
    fn choose_parents(&self) -> Vec<Option<u32>> {
        let mut rank = vec![None; self.before.cells.len()];
        for (place, &parent) in self.order.iter().enumerate() {
            rank[parent as usize] = Some(place);
        }
        let mut best: Vec<Option<(u32, f64, usize)>> = vec![None; self.after.cells.len()];
        for overlap in &self.overlaps {
            let (Some(place), Some(merit)) = (rank[overlap.parent as usize], self.merit(overlap)) else { continue };
            let best = &mut best[overlap.child as usize];
            let better =
                best.is_none_or(|(_, other, other_place)| merit > other || (merit == other && place < other_place));
            if better {
                *best = Some((overlap.parent, merit, place));
            }
        }
        best.into_iter().map(|best| best.map(|(parent, ..)| parent)).collect()
    }

    /// The components of the new scene in the order in which they are numbered.
    fn children(&self) -> Vec<u32> {
        if self.options.reference {
            // labels carry the reference's order
            (0..self.after.cells.len() as u32).collect()
        } else {
            self.after.by_place.clone()
        }
    }

    fn assign(&mut self, scene: usize, parents: &[Option<u32>]) {
        let mut followers = vec![0_u32; self.before.cells.len()];
        parents.iter().flatten().for_each(|&parent| followers[parent as usize] += 1);
        for child in self.children() {
            match parents[child as usize] {
                Some(parent) => {
                    let track = self.recorder.track_ids[self.before_scene][parent as usize];
                    let alone = followers[parent as usize] == 1;
                    let arrival = if alone { Arrival::Continuation } else { Arrival::ContinuationSplit };
                    self.recorder.join_track(scene, child, track, arrival);
                }
                None => self.recorder.start_track(scene, child, Arrival::Initiation),
            }
        }
    }

    fn record_links(&mut self, scene: usize, parents: &[Option<u32>]) {
        let mut goes_on = vec![false; self.recorder.tracks as usize + 1];
        self.recorder.track_ids[scene].iter().for_each(|&track| goes_on[track as usize] = true);
        let from = self.recorder.links.len();
        for index in 0..self.overlaps.len() {
            let overlap = self.overlaps[index];
            let (parent, child) = (overlap.parent as usize, overlap.child as usize);
            let parent_track = self.recorder.track_ids[self.before_scene][parent];
            let child_track = self.recorder.track_ids[scene][child];
            let relation = if parent_track == child_track {
                Relation::Continuation
            } else if self.merit(&overlap).is_none() {
                Relation::Weak
            } else if parents[child].is_none() {
                self.recorder.tags[scene][child].arrival = Arrival::InitiationSplit;
                Relation::Split
            } else if goes_on[parent_track as usize] {
                Relation::Unused
            } else {
                self.recorder.tags[scene][child].arrival = Arrival::ContinuationMerge;
                self.merged[self.before_scene][parent] = true;
                Relation::Merge
            };
            self.recorder.links.push(Link {
                parent_scene: self.before_scene as u32,
                parent: overlap.parent,
                child_scene: scene as u32,
                child: overlap.child,
                cells: overlap.cells,
                overlap_parent: overlap.forward,
                overlap_child: f64::from(overlap.cells) / f64::from(self.after.cells[child]),
                relation,
            });
        }
        self.recorder.links[from..].sort_unstable_by_key(|link| (link.child, link.parent));
    }

    fn record_storms(&mut self, index: usize, scene: &SceneComponents) {
        let fresh = Storm { fewest_cells: u32::MAX, steps: 0, last_scene: usize::MAX, is_cold: false };
        self.storms.resize(self.recorder.tracks as usize, fresh);
        for (component, &track) in scene.components.iter().zip(&self.recorder.track_ids[index]) {
            let storm = &mut self.storms[track as usize - 1];
            let coldest = coldest(&scene.values, component.values.clone());
            storm.is_cold |= coldest < in_type_of(&scene.values, self.options.cold_kelvin);
            storm.fewest_cells = storm.fewest_cells.min(component.cells);
            storm.steps += u32::from(storm.last_scene != index);
            storm.last_scene = index;
        }
    }

    /// Which clusters the next scene may follow, in the order in which it looks at them.
    fn next_order(&self, scene: usize, parents: &[Option<u32>]) -> Vec<u32> {
        let children = self.children();
        if !self.options.reference {
            return children;
        }
        // The reference regroups its rows by the cluster they follow, in the order in which these first occur; new ones
        // come last. Then it keeps one row for each track: the place of the first, the cells of the last.
        let mut order: Vec<u32> = Vec::with_capacity(children.len());
        let tracks = &self.recorder.track_ids[scene];
        let (following, new): (Vec<u32>, Vec<u32>) =
            children.into_iter().partition(|&child| parents[child as usize].is_some());
        let mut place_of_track = std::collections::HashMap::new();
        for child in following.into_iter().chain(new) {
            let place = *place_of_track.entry(tracks[child as usize]).or_insert(order.len());
            if place == order.len() {
                order.push(child);
            } else {
                order[place] = child;
            }
        }
        order
    }

    fn record_departures(&mut self) {
        let scenes = self.recorder.track_ids.len();
        for scene in 0..scenes {
            if scene + 1 == scenes || self.gap_after[scene] {
                continue;
            }
            for component in 0..self.recorder.track_ids[scene].len() {
                let track = self.recorder.track_ids[scene][component] as usize;
                if self.storms[track - 1].last_scene == scene {
                    let merged = self.merged[scene][component];
                    let departure = if merged { Departure::DissipationMerge } else { Departure::Dissipation };
                    self.recorder.end_track(scene, component as u32, departure);
                }
            }
        }
    }
}

fn coldest(values: &Values, range: std::ops::Range<usize>) -> f64 {
    match values {
        Values::F32(values) => {
            values.get(range).unwrap_or_default().iter().fold(f64::INFINITY, |low, &value| low.min(f64::from(value)))
        }
        Values::F64(values) => values.get(range).unwrap_or_default().iter().copied().fold(f64::INFINITY, f64::min),
    }
}

/// A threshold in the type in which the values are compared.
fn in_type_of(values: &Values, threshold: f64) -> f64 {
    match values {
        Values::F32(_) => f64::from(threshold as f32),
        Values::F64(_) => threshold,
    }
}
