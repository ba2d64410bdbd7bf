//! What a job would fetch, told without fetching it: as it is done here, each chunk once, and as the reference does it, a
//! read for each event, time and step.

use std::collections::BTreeSet;

use eventscape_catalog::{Subset, WindowsPlan};
use serde::Serialize;

use super::gather::Batches;
use super::other::Other;
use super::plan::{Need, Plan};
use crate::error::Result;

/// What a curation job would fetch.
#[derive(Clone, Debug, Serialize)]
pub struct CurationReads {
    /// The job's number.
    pub job_id: u64,
    /// The collection, or the files.
    pub data: String,
    /// Granules that are needed.
    pub granules: usize,
    /// Mask times with events.
    pub times: usize,
    /// Events at all times.
    pub events: usize,
    /// Each chunk once, windows of one granule together.
    pub planned: Reads,
    /// A read for each event, time and step.
    pub one_by_one: Reads,
}

/// What is fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reads {
    /// How often a granule is turned to.
    pub reads: u64,
    /// Stored chunks that are decoded.
    pub chunks: u64,
    /// Bytes that these take in the files.
    pub bytes: u64,
    /// Requests to a remote store, with neighbours merged.
    pub requests: u64,
}

impl Reads {
    fn add(&mut self, plan: WindowsPlan) {
        self.reads += 1;
        self.chunks += plan.chunks;
        self.bytes += plan.stored_bytes;
        self.requests += plan.requests;
    }

    /// Whole granules, `bytes` in all.
    fn whole(reads: usize, bytes: u64) -> Self {
        Self { reads: reads as u64, chunks: reads as u64, bytes, requests: reads as u64 }
    }
}

/// The two ways of reading a plan.
pub(super) fn both(other: &Other, plan: &Plan, memory: u64) -> Result<(Reads, Reads)> {
    match other {
        Other::Grid(subset) => Ok((planned(subset, plan, memory)?, one_by_one(subset, plan)?)),
        Other::Swath(swaths) => {
            let size = |orbit: usize| swaths.granules().get(orbit).and_then(|g| g.size).unwrap_or(0);
            let once = plan.users.keys().map(|orbit| size(*orbit)).sum();
            let orbits = plan.times.iter().flat_map(|time| match &time.need {
                Need::Orbits(orbits) => orbits.iter().map(|o| (*o, time.events.len())).collect::<Vec<_>>(),
                Need::Steps(_) => Vec::new(),
            });
            let (mut reads, mut bytes) = (0, 0);
            for (orbit, events) in orbits {
                reads += events;
                bytes += size(orbit) * events as u64;
            }
            Ok((Reads::whole(plan.users.len(), once), Reads::whole(reads, bytes)))
        }
    }
}

/// As [`super::gather::gather`] does it.
fn planned(subset: &Subset, plan: &Plan, memory: u64) -> Result<Reads> {
    let mut reads = Reads::default();
    let mut held: BTreeSet<usize> = BTreeSet::new();
    let batches = Batches { subset, plan, memory };
    let mut done = 0;
    while done < plan.times.len() {
        let batch = batches.next(done, &held)?;
        for group in batch.groups {
            reads.add(subset.plan_windows(&group, &plan.windows(&group))?);
            held.extend(group);
        }
        done = batch.until;
        held.retain(|scene| plan.is_needed(*scene, done));
    }
    Ok(reads)
}

fn one_by_one(subset: &Subset, plan: &Plan) -> Result<Reads> {
    let mut reads = Reads::default();
    for time in &plan.times {
        let Need::Steps(need) = &time.need else { continue };
        for (window, scene) in
            need.windows.iter().flatten().flat_map(|w| need.scenes.iter().flatten().map(move |s| (w, s)))
        {
            reads.add(subset.plan_windows(&[*scene], std::slice::from_ref(window))?);
        }
    }
    Ok(reads)
}
