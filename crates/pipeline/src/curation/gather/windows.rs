//! Data on a grid: the windows of all events, each chunk of each granule once.

use std::collections::BTreeMap;

use eventscape_catalog::{SceneParts, Subset};
use eventscape_core::grid::{Coordinates, Window};
use eventscape_products::curation::{CuratedEvent, Places, STEPS};
use rayon::prelude::*;

use super::super::plan::{MaskTime, Need, Plan, StepNeed};
use super::super::record::Group;
use super::Source;
use crate::error::{PipelineError, Result};

/// The scenes that are held, for mask times that need them.
pub(super) struct Windows<'a> {
    pub(super) subset: &'a Subset,
    pub(super) plan: &'a Plan,
    held: BTreeMap<usize, SceneParts>,
}

impl<'a> Windows<'a> {
    pub(super) fn new(subset: &'a Subset, plan: &'a Plan) -> Self {
        Self { subset, plan, held: BTreeMap::new() }
    }
}

impl Source for Windows<'_> {
    fn load(&mut self, times: &[MaskTime]) -> Result<()> {
        load(self.subset, self.plan, times, &mut self.held)
    }

    fn groups(&self, time: &MaskTime) -> Result<Vec<Group>> {
        let Need::Steps(need) = &time.need else {
            return Err(PipelineError::Internal("data on a grid are planned as orbits".to_owned()));
        };
        Ok(vec![Group { orbit: None, events: events(self.subset, time, need, &self.held)? }])
    }

    fn forget(&mut self, done: usize) {
        let plan = self.plan;
        self.held.retain(|scene, _| plan.users.get(scene).and_then(|u| u.last()).is_some_and(|last| *last >= done));
    }
}

/// The scenes that some mask times need and that are not held yet; those that share chunks together.
pub(in crate::curation) fn groups(
    subset: &Subset,
    plan: &Plan,
    times: &[MaskTime],
    is_held: impl Fn(usize) -> bool,
) -> Result<Vec<Vec<usize>>> {
    let places = times.iter().map(|time| time.index);
    let (first, last) = (places.clone().min().unwrap_or(0), places.max().unwrap_or(0));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let needed = plan.users.iter().filter(|(_, users)| users.iter().any(|u| (first..=last).contains(u)));
    for (scene, _) in needed {
        if is_held(*scene) || groups.last().is_some_and(|group| group.contains(scene)) {
            continue;
        }
        let mut group = vec![*scene];
        // scenes of later mask times that lie in the same chunks would else be unpacked again
        for (next, _) in plan.users.range(scene + 1..) {
            if !subset.share_chunks(*scene, *next)? {
                break;
            }
            group.push(*next);
        }
        groups.push(group);
    }
    Ok(groups)
}

/// Reads the scenes that some mask times need and that are not held yet.
fn load(subset: &Subset, plan: &Plan, times: &[MaskTime], held: &mut BTreeMap<usize, SceneParts>) -> Result<()> {
    let groups = groups(subset, plan, times, |scene| held.contains_key(&scene))?;
    let read = |group: &Vec<usize>| subset.read_windows(group, &plan.windows(group));
    let parts: Vec<Vec<SceneParts>> = groups.par_iter().map(|group| Ok(read(group)?)).collect::<Result<_>>()?;
    for (group, parts) in groups.into_iter().zip(parts) {
        held.extend(group.into_iter().zip(parts));
    }
    Ok(())
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
        Coordinates::Curvilinear { lat, lon } => Places::Points { lat: lat.clone(), lon: lon.clone() },
    })
}
