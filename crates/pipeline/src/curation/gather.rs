//! Reading: the windows of all events, mask time by mask time, each chunk of each granule once.

use std::collections::BTreeMap;

use eventscape_catalog::{SceneParts, Subset};
use eventscape_core::grid::{Coordinates, Window};
use eventscape_io::spool::Spool;
use eventscape_products::curation::{CuratedEvent, Places, STEPS};
use rayon::prelude::*;

use super::plan::{MaskTime, Plan};
use super::record;
use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::progress::Stage;

/// Mask times that are worked on together.
const BATCH: usize = 8;

/// Gathers the mask times that the spool does not hold yet.
pub(super) fn gather(subset: &Subset, plan: &Plan, spool: &mut Spool, around: &Surroundings<'_>) -> Result<()> {
    let total = plan.times.len();
    around.observer.begin(Stage::Gathering, total as u64);
    let mut done = spool.scenes().min(total);
    around.observer.advance(Stage::Gathering, done as u64);
    let mut held: BTreeMap<usize, SceneParts> = BTreeMap::new();
    while done < total {
        if around.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done, total });
        }
        let until = (done + BATCH).min(total);
        let times = plan.times.get(done..until).unwrap_or_default();
        load(subset, plan, times, &mut held)?;
        let documents: Vec<Vec<u8>> = times
            .par_iter()
            .map(|time| events(subset, time, &held).map(|e| record::encode(&e)))
            .collect::<Result<_>>()?;
        for (time, document) in times.iter().zip(documents) {
            spool.append_document(time.time, &document)?;
            around.observer.advance(Stage::Gathering, 1);
        }
        done = until;
        held.retain(|scene, _| plan.users.get(scene).and_then(|u| u.last()).is_some_and(|last| *last >= done));
    }
    around.observer.end(Stage::Gathering);
    Ok(())
}

/// Reads the scenes that some mask times need and that are not held yet; those that share chunks together.
fn load(subset: &Subset, plan: &Plan, times: &[MaskTime], held: &mut BTreeMap<usize, SceneParts>) -> Result<()> {
    let places = times.iter().map(|time| time.index);
    let (first, last) = (places.clone().min().unwrap_or(0), places.max().unwrap_or(0));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let needed = plan.users.iter().filter(|(_, users)| users.iter().any(|u| (first..=last).contains(u)));
    for (scene, _) in needed {
        if held.contains_key(scene) || groups.last().is_some_and(|group| group.contains(scene)) {
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
    let read = |group: &Vec<usize>| subset.read_windows(group, &plan.windows(group));
    let parts: Vec<Vec<SceneParts>> = groups.par_iter().map(|group| Ok(read(group)?)).collect::<Result<_>>()?;
    for (group, parts) in groups.into_iter().zip(parts) {
        held.extend(group.into_iter().zip(parts));
    }
    Ok(())
}

/// The values around the events of a mask time.
fn events(subset: &Subset, time: &MaskTime, held: &BTreeMap<usize, SceneParts>) -> Result<Vec<CuratedEvent>> {
    let variables = subset.variables().len();
    let one = |(event, window): &(super::masks::EventBox, Option<Window>)| {
        let Some(window) = window else {
            let places = Places::Axes { lat: Vec::new(), lon: Vec::new() };
            return Ok(CuratedEvent { id: event.id, places, values: vec![[const { None }; STEPS]; variables] });
        };
        let mut values = vec![[const { None }; STEPS]; variables];
        for (k, scene) in time.scenes.iter().enumerate() {
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
    time.events.iter().map(one).collect()
}

/// Where the cells of a window are.
fn places(subset: &Subset, window: &Window) -> Result<Places> {
    let cut = subset.grid().window(window)?;
    Ok(match cut.coordinates() {
        Coordinates::Rectilinear { lat, lon } => Places::Axes { lat: lat.clone(), lon: lon.clone() },
        Coordinates::Curvilinear { lat, lon } => Places::Points { lat: lat.clone(), lon: lon.clone() },
    })
}
