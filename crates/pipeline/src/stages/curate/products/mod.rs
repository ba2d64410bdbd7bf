//! Writing: one pass over the gathered values, into all products at once.

mod lives;
mod writer;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use eventscape_catalog::VariableMeta;
use eventscape_core::Timestamp;
use eventscape_io::sink::StoredProduct;
use eventscape_io::spool::SpoolReader;
use eventscape_products::curation::{CuratedTime, CurationInfo, Gathered};
use eventscape_products::{Artifact, ProductKind, Status, manifest_name, stationary_name, write_item};
use serde_json::json;

use super::masks::Masks;
use super::other::Other;
use super::plan::{MaskTime, Need, Plan};
use super::recipe::CurationRecipe;
use super::record::{self, Group};
use super::regrid::Regridder;
use super::stationary;
use crate::error::{PipelineError, Result};
use crate::job::CurationProduct;
use crate::recipe::Limits;
use crate::run::{Environment, JobFolder, Stage, in_order};
use writer::Writer;

/// What products are made of.
pub(super) struct Asked<'a> {
    pub(super) scope: &'a CurationRecipe,
    pub(super) info: &'a CurationInfo,
    pub(super) masks: &'a Masks,
    pub(super) plan: &'a Plan,
    pub(super) other: &'a Other,
    pub(super) wanted: &'a [CurationProduct],
}

/// What was made.
pub(super) struct Made {
    pub(super) stored: Vec<StoredProduct>,
    /// Events at all times without any valid value.
    pub(super) without_value: usize,
}

/// The names of the products and what they are, the manifest's not among them.
pub(super) fn named(
    job_id: u64,
    wanted: &[CurationProduct],
    with_stationary: bool,
    plan: &Plan,
    variables: &[VariableMeta],
) -> Vec<(String, ProductKind)> {
    let mut names: Vec<_> = wanted.iter().filter_map(|product| writer::file_of(job_id, *product)).collect();
    if wanted.contains(&CurationProduct::Plots) {
        names.extend(lives::names(job_id, plan, variables).into_iter().map(|name| (name, lives::KIND)));
    }
    if with_stationary {
        names.push((stationary_name(job_id), ProductKind::Stationary));
    }
    names
}

/// Writes all products and the manifest.
pub(super) fn write(
    asked: &Asked<'_>,
    gathered: &SpoolReader,
    place: &JobFolder,
    limits: &Limits,
    with_stationary: bool,
    env: &Environment<'_>,
) -> Result<Made> {
    let times = &asked.plan.times;
    env.observer.begin(Stage::Regridding, times.len() as u64);
    let scope = asked.scope;
    let regridder = Regridder::new(asked.masks.file.grid(), scope, asked.other.variables());
    let mut writers = asked.wanted.iter().map(|p| Writer::begin(asked, *p, place)).collect::<Result<Vec<_>>>()?;
    let without_value = AtomicUsize::new(0);
    let mut orbits = OrbitCounts::default();
    in_order(
        0..times.len(),
        limits.threads,
        2 * limits.threads,
        |index| {
            if env.cancel.is_cancelled() {
                return Err(PipelineError::Stopped { done: index, total: times.len() });
            }
            let Some(time) = times.get(index).filter(|time| !time.events.is_empty()) else { return Ok(None) };
            let groups = record::decode(&gathered.document(index)?)
                .ok_or_else(|| PipelineError::State(format!("the gathered values of {} are damaged", time.time)))?;
            let curated = groups.into_iter().map(|g| curated(asked, time, g)).collect::<Result<Vec<_>>>()?;
            let file = &asked.masks.file;
            let (Some(mask_time), Some(stamp)) = (file.times().get(index), file.stamps().get(index)) else {
                return Err(PipelineError::Internal(format!("there is no mask time {index}")));
            };
            let mask = (*mask_time, stamp.as_str());
            let interpolated = regridder.interpolate(&curated, &file.events(index)?, time.time, mask)?;
            Ok(Some((curated, interpolated)))
        },
        |index, found| {
            if let (Some((mut curated, interpolated)), Some(time)) = (found, times.get(index)) {
                curated.iter_mut().for_each(|group| orbits.count(group));
                let empty = |event: &&eventscape_products::curation::InterpolatedEvent| {
                    event.variables.iter().all(|v| v.statistics.is_none())
                };
                without_value.fetch_add(interpolated.events.iter().filter(empty).count(), Ordering::Relaxed);
                for writer in &mut writers {
                    writer.add(&curated, &interpolated, time)?;
                }
            }
            env.observer.advance(Stage::Regridding, 1);
            Ok(())
        },
    )?;
    env.observer.end(Stage::Regridding);

    env.observer.begin(Stage::Products, (asked.wanted.len() + usize::from(with_stationary) + 1) as u64);
    let mut stored = Vec::new();
    let mut kinds = Vec::new();
    for writer in writers {
        for (file, kind) in writer.end(asked, place)? {
            stored.push(place.keep(file, kind.media_type())?);
            kinds.push(kind);
        }
        env.observer.advance(Stage::Products, 1);
    }
    if with_stationary {
        let file = place.create(&stationary_name(scope.identity.job_id))?.hash_at_end();
        let file = stationary::write(asked, file, env)?;
        stored.push(place.keep(file, ProductKind::Stationary.media_type())?);
        kinds.push(ProductKind::Stationary);
        env.observer.advance(Stage::Products, 1);
    }
    // what an earlier run of the same job made is listed, too
    let all: Vec<_> = CurationProduct::ALL.iter().map(|(product, _)| *product).collect();
    for (name, kind) in named(scope.identity.job_id, &all, true, asked.plan, asked.other.variables()) {
        if stored.iter().all(|product| product.name != name)
            && let Some(kept) = place.done(&name)?
        {
            stored.push(kept);
            kinds.push(kind);
        }
    }
    let manifest = manifest(asked, &stored, &kinds, place)?;
    stored.push(manifest);
    env.observer.end(Stage::Products);
    Ok(Made { stored, without_value: without_value.into_inner() })
}

/// The gathered values with all that is told of them.
fn curated(asked: &Asked<'_>, time: &MaskTime, group: Group) -> Result<CuratedTime> {
    let missing = || PipelineError::Internal(format!("there is no mask time {}", time.index));
    let file = &asked.masks.file;
    let (name, gathered) = match (asked.other, &time.need, group.orbit) {
        (Other::Grid(subset), Need::Steps(need), None) => {
            let inputs = need.scenes.map(|scene| scene.and_then(|s| subset.location_of(s)));
            (need.name.clone(), Gathered::Steps { times: need.times, inputs })
        }
        (Other::Swath(swaths), Need::Orbits(_), Some(key)) => {
            let start = Timestamp::from_micros(swaths.calendar(), key.start);
            let granule = swaths.granules().get(key.index as usize).ok_or_else(missing)?;
            let name = format!("{}{:02}", start.stamp(), start.civil().second);
            (name, Gathered::Orbit { start, input: granule.location.clone() })
        }
        _ => return Err(PipelineError::State(format!("the gathered values of {} are of other data", time.time))),
    };
    Ok(CuratedTime {
        name,
        mask_time: *file.times().get(time.index).ok_or_else(missing)?,
        mask_stamp: file.stamps().get(time.index).ok_or_else(missing)?.clone(),
        gathered,
        events: group.events,
    })
}

/// How many mask times an orbit has served so far, by its start.
#[derive(Default)]
struct OrbitCounts(BTreeMap<String, usize>);

impl OrbitCounts {
    /// Appends the count to an orbit's name.
    fn count(&mut self, time: &mut CuratedTime) {
        if let Gathered::Orbit { .. } = time.gathered {
            let count = self.0.entry(time.name.clone()).or_default();
            *count += 1;
            time.name = format!("{}-{count}", time.name);
        }
    }
}

fn manifest(
    asked: &Asked<'_>,
    stored: &[StoredProduct],
    kinds: &[ProductKind],
    place: &JobFolder,
) -> Result<StoredProduct> {
    let files: Vec<Artifact> = stored
        .iter()
        .zip(kinds)
        .map(|(product, kind)| Artifact {
            name: product.name.clone(),
            kind: *kind,
            size: product.size,
            sha256: product.sha256.clone(),
            time: None,
        })
        .collect();
    let events = || asked.plan.times.iter().flat_map(|t| &t.events);
    let counts = json!({
        "times": asked.plan.times.len(),
        "events": events().count(),
        "cells": events().map(|event| event.cells).sum::<usize>(),
        "missing_steps": asked.plan.missing().len(),
    });
    let notices: Vec<String> = asked.scope.notices.iter().map(|(_, text)| text.clone()).collect();
    let mut file = place.create(&manifest_name(asked.scope.identity.job_id))?;
    let masks = &asked.masks.file;
    let status = Status::Complete;
    write_item(&mut file, &asked.info.job, masks.grid(), masks.times(), counts, &files, status, &notices)?;
    file.flush().map_err(|e| file.failed(e))?;
    place.finish(file, "application/geo+json")
}
