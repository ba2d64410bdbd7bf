//! Data on a grid: the windows of all events, each chunk of each granule once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use eventscape_catalog::{SceneParts, Subset};
use eventscape_core::grid::{Coordinates, Window};
use eventscape_products::curation::{CuratedEvent, Places, STEPS};

use super::super::plan::{MaskTime, Need, Plan, StepNeed};
use super::super::record::Group;
use super::{BATCH, Source};
use crate::error::{PipelineError, Result};
use crate::ordered::in_order;

/// The scenes that are held, for mask times that need them.
pub(super) struct Windows<'a> {
    subset: &'a Subset,
    plan: &'a Plan,
    memory: u64,
    held: BTreeMap<usize, SceneParts>,
}

impl<'a> Windows<'a> {
    pub(super) fn new(subset: &'a Subset, plan: &'a Plan, memory: u64) -> Self {
        Self { subset, plan, memory, held: BTreeMap::new() }
    }
}

impl Source for Windows<'_> {
    fn load(&mut self, done: usize) -> Result<usize> {
        let held = self.held.keys().copied().collect();
        let batches = Batches { subset: self.subset, plan: self.plan, memory: self.memory };
        let Batch { until, groups } = batches.next(done, &held)?;
        load(self.subset, self.plan, groups, &mut self.held)?;
        Ok(until)
    }

    fn groups(&self, time: &MaskTime) -> Result<Vec<Group>> {
        let Need::Steps(need) = &time.need else {
            return Err(PipelineError::Internal("data on a grid are planned as orbits".to_owned()));
        };
        Ok(vec![Group { orbit: None, events: events(self.subset, time, need, &self.held)? }])
    }

    fn forget(&mut self, done: usize) {
        let plan = self.plan;
        self.held.retain(|scene, _| plan.is_needed(*scene, done));
    }
}

/// Mask times that are worked on together, and the scenes to be read for them.
pub(in crate::curation) struct Batch {
    pub(in crate::curation) until: usize,
    /// Scenes that share chunks are in one group.
    pub(in crate::curation) groups: Vec<Vec<usize>>,
}

/// How scenes are brought in: the planner's counts and the reading itself go by the same rule.
#[derive(Clone, Copy)]
pub(in crate::curation) struct Batches<'a> {
    pub(in crate::curation) subset: &'a Subset,
    pub(in crate::curation) plan: &'a Plan,
    /// Bytes of values that may be held at once. A single mask time may need more.
    pub(in crate::curation) memory: u64,
}

impl Batches<'_> {
    /// The next mask times from `done` on; fewer where memory is short.
    pub(in crate::curation) fn next(&self, done: usize, held: &BTreeSet<usize>) -> Result<Batch> {
        let mut many = BATCH.min(self.plan.times.len() - done);
        let before: u64 = held.iter().map(|scene| self.bytes_of(&[*scene])).sum();
        loop {
            let groups = self.groups(done..done + many, held)?;
            let new: u64 = groups.iter().map(|group| self.bytes_of(group)).sum();
            if many <= 1 || before.saturating_add(new) <= self.memory {
                return Ok(Batch { until: done + many, groups });
            }
            many /= 2;
        }
    }

    /// The scenes that some mask times need and that are not held yet; those that share chunks together.
    fn groups(&self, times: Range<usize>, held: &BTreeSet<usize>) -> Result<Vec<Vec<usize>>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let needed = self.plan.users.iter().filter(|(_, users)| users.iter().any(|place| times.contains(place)));
        for (scene, _) in needed {
            if held.contains(scene) || groups.last().is_some_and(|group| group.contains(scene)) {
                continue;
            }
            let (mut group, mut cells) = (vec![*scene], self.plan.cells(*scene));
            // scenes of later mask times that lie in the same chunks would else be unpacked again
            for (next, _) in self.plan.users.range(scene + 1..) {
                cells += self.plan.cells(*next);
                let is_small = self.bytes(cells, group.len() + 1) <= self.memory / 4;
                if !is_small || held.contains(next) || !self.subset.share_chunks(*scene, *next)? {
                    break;
                }
                group.push(*next);
            }
            groups.push(group);
        }
        Ok(groups)
    }

    /// Bytes that so many scenes take, at most, whose windows have so many cells in all.
    fn bytes(&self, cells: usize, scenes: usize) -> u64 {
        let grid = self.subset.grid();
        let values = cells.min(grid.ny() * grid.nx()) * self.subset.variables().len() * scenes;
        (values * size_of::<f64>()) as u64
    }

    fn bytes_of(&self, scenes: &[usize]) -> u64 {
        self.bytes(scenes.iter().map(|scene| self.plan.cells(*scene)).sum(), scenes.len())
    }
}

/// Reads the groups of a batch.
fn load(subset: &Subset, plan: &Plan, groups: Vec<Vec<usize>>, held: &mut BTreeMap<usize, SceneParts>) -> Result<()> {
    let read = |group: &Vec<usize>| subset.read_windows(group, &plan.windows(group));
    // on threads of their own: reading waits for the pool, which must not wait for it
    in_order(
        0..groups.len(),
        rayon::current_num_threads(),
        groups.len(),
        |k| Ok(read(&groups[k])?),
        |k, parts| {
            held.extend(groups[k].iter().copied().zip(parts));
            Ok(())
        },
    )
}

/// The values around the events of a mask time.
fn events(
    subset: &Subset,
    time: &MaskTime,
    need: &StepNeed,
    held: &BTreeMap<usize, SceneParts>,
) -> Result<Vec<CuratedEvent>> {
    let variables = subset.variables().len();
    let one = |(event, window): (&super::super::masks::EventBox, &Option<Window>)| {
        let Some(window) = window else {
            let places = Places::Axes { lat: Vec::new(), lon: Vec::new() };
            return Ok(CuratedEvent { id: event.id, places, values: vec![[const { None }; STEPS]; variables] });
        };
        let mut values = vec![[const { None }; STEPS]; variables];
        for (k, scene) in need.scenes.iter().enumerate() {
            let Some(scene) = scene else { continue };
            let cropped = held.get(scene).and_then(|parts| parts.crop(window)).ok_or_else(|| {
                PipelineError::Internal(format!("the window {window:?} of scene {scene} was not read"))
            })?;
            for (variable, found) in values.iter_mut().zip(cropped) {
                if let Some(slot) = variable.get_mut(k) {
                    *slot = Some(found);
                }
            }
        }
        Ok(CuratedEvent { id: event.id, places: places(subset, window)?, values })
    };
    time.events.iter().zip(&need.windows).map(one).collect()
}

/// Where the cells of a window are.
fn places(subset: &Subset, window: &Window) -> Result<Places> {
    let cut = subset.grid().window(window)?;
    Ok(match cut.coordinates() {
        Coordinates::Rectilinear { lat, lon } => Places::Axes { lat: lat.clone(), lon: lon.clone() },
        of_cells => Places::Points { lat: of_cells.latitudes().to_vec(), lon: of_cells.longitudes().to_vec() },
    })
}
