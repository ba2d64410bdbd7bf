//! Swaths: the cells around all events, each granule read once.

use std::collections::{BTreeMap, BTreeSet};

use eventscape_catalog::{Orbit, Swaths};
use eventscape_core::parallel::on_job_pool;
use rayon::prelude::*;

use super::super::plan::{Around, MaskTime, Need, Plan, seen_by};
use super::super::record::{Group, OrbitKey};
use super::{BATCH, Source};
use crate::error::{PipelineError, Result};

/// The orbits that are held, for mask times that need them.
pub(super) struct Orbits<'a> {
    swaths: &'a Swaths,
    plan: &'a Plan,
    margin: f64,
    window_micros: i64,
    held: BTreeMap<usize, Orbit>,
}

impl<'a> Orbits<'a> {
    pub(super) fn new(swaths: &'a Swaths, plan: &'a Plan, margin: f64, window_micros: i64) -> Self {
        Self { swaths, plan, margin, window_micros, held: BTreeMap::new() }
    }
}

impl Source for Orbits<'_> {
    fn load(&mut self, done: usize) -> Result<usize> {
        let until = (done + BATCH).min(self.plan.times.len());
        let times = self.plan.times.get(done..until).unwrap_or_default();
        let needed = times.iter().flat_map(|time| match &time.need {
            Need::Orbits(orbits) => orbits.as_slice(),
            Need::Steps(_) => &[],
        });
        let new: BTreeSet<usize> = needed.copied().filter(|orbit| !self.held.contains_key(orbit)).collect();
        let new: Vec<usize> = new.into_iter().collect();
        let read = |orbit: &usize| Ok((*orbit, self.swaths.read(*orbit)?));
        let found = on_job_pool(|| new.par_iter().map(read).collect::<Result<Vec<_>>>())?;
        self.held.extend(found);
        Ok(until)
    }

    fn groups(&self, time: &MaskTime) -> Result<Vec<Group>> {
        let Need::Orbits(orbits) = &time.need else {
            return Err(PipelineError::Internal("swaths are planned as steps".to_owned()));
        };
        let around = Around::of(time.time, self.window_micros);
        let mut groups = Vec::new();
        for index in orbits {
            let orbit = self
                .held
                .get(index)
                .ok_or_else(|| PipelineError::Internal(format!("the orbit {index} was not read")))?;
            let seen = around.cells(orbit);
            let events: Vec<_> =
                time.events.iter().filter_map(|event| seen_by(orbit, &seen, event, self.margin)).collect();
            if !events.is_empty() {
                let key = OrbitKey { index: *index as u32, start: orbit.start.micros() };
                groups.push(Group { orbit: Some(key), events });
            }
        }
        // by their first times, whatever their names
        groups.sort_by_key(|group| group.orbit.map(|key| (key.start, key.index)));
        Ok(groups)
    }

    fn forget(&mut self, done: usize) {
        let plan = self.plan;
        self.held.retain(|orbit, _| plan.is_needed(*orbit, done));
    }
}
