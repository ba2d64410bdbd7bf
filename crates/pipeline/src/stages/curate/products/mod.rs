//! Writing: one pass over the gathered values, into all products at once.

mod context;
mod longest;
mod stationary;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use eventscape_catalog::VariableMeta;
use eventscape_core::Timestamp;
use eventscape_io::sink::ProductFile;
use eventscape_io::spool::SpoolReader;
use eventscape_products::curation::{CuratedTime, Gathered};
use eventscape_products::{
    Artifact, Choice, CurationContext, CurationTime, CurationWriter, Product, ProductStage, ProductWriter, Status,
    manifest_name, write_item,
};
use serde_json::json;

use super::other::Other;
use super::plan::{MaskTime, Need, Plan};
use super::record::{self, Group};
use super::regrid::Regridder;
use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{CurationJob, Texts};
use crate::recipe::Limits;
use crate::run::{Environment, JobFolder, Stage, in_order};

pub(super) use context::Asked;

/// What was made.
pub(super) struct Made {
    pub(super) stored: Vec<Artifact>,
    /// Events at all times without any valid value.
    pub(super) without_value: usize,
}

/// The products that a job names (all where it names none), and those that its keys ask for.
///
/// # Errors
/// A name that is not known, with those that are.
pub(super) fn wanted(job: &CurationJob, doors: &Doors) -> Result<Vec<Product>> {
    let all = Texts::One("all".to_owned());
    let mut wanted = doors.chosen(ProductStage::Curation, Some(job.output.products.as_ref().unwrap_or(&all)))?;
    let of_key = |product: &&Product| product.choice == Choice::Key("stationary") && job.curation.stationary;
    wanted.extend(doors.products_of(ProductStage::Curation).filter(of_key));
    Ok(wanted)
}

/// The names of the files with their products, the manifest's not among them.
pub(super) fn named(
    job_id: u64,
    wanted: &[Product],
    plan: &Plan,
    variables: &[VariableMeta],
) -> Vec<(String, Product)> {
    let charted = longest::tracks(plan);
    let files = |product: &Product| -> Vec<(String, Product)> {
        let files = product.files;
        let of_series = charted.iter().flat_map(|id| variables.iter().map(move |v| (*id, v.name.as_str())));
        let series = of_series.filter_map(|(id, variable)| files.of_series(job_id, id, variable));
        files.of_job(job_id, false).into_iter().chain(series).map(|name| (name, *product)).collect()
    };
    wanted.iter().flat_map(files).collect()
}

/// Writes all products and the manifest.
pub(super) fn write(
    asked: &Asked<'_>,
    gathered: &SpoolReader,
    place: &JobFolder,
    limits: &Limits,
    env: &Environment<'_>,
) -> Result<Made> {
    let masks = &asked.masks.file;
    let first = asked.plan.times.first().ok_or_else(|| PipelineError::Internal("the masks have no time".to_owned()))?;
    let create = |name: &str| place.create(name);
    let charted = longest::tracks(asked.plan);
    let mut context = CurationContext::new(asked.info, masks.grid(), masks.times(), first.time, &create);
    context.cells = asked.plan.times.iter().flat_map(|t| &t.events).map(|event| event.cells).sum();
    context.charted = &charted;
    let mut writers: Vec<(Product, Box<dyn CurationWriter + '_>)> = Vec::new();
    for product in asked.wanted {
        if let ProductWriter::Curation(begin) = product.writer {
            writers.push((*product, begin(&context)?));
        }
    }
    let without_value = one_pass(asked, gathered, &mut writers, limits, env)?;

    env.observer.begin(Stage::Products, (asked.wanted.len() + 1) as u64);
    let mut stored = Vec::new();
    for (product, writer) in writers {
        for file in writer.finish()? {
            stored.push(place.keep(file, &product, None)?);
        }
        env.observer.advance(Stage::Products, 1);
    }
    for product in asked.wanted {
        let (ProductWriter::Domain(begin), Some(name)) =
            (product.writer, product.files.of_job(asked.recipe.identity.job_id, false))
        else {
            continue;
        };
        let file: ProductFile = stationary::write(asked, begin(&context, place.create(&name)?)?, env)?;
        stored.push(place.keep(file, product, None)?);
        env.observer.advance(Stage::Products, 1);
    }
    // what an earlier run of the same job made is listed, too
    let all: Vec<Product> = env.doors.products_of(ProductStage::Curation).copied().collect();
    for (name, _) in named(asked.recipe.identity.job_id, &all, asked.plan, asked.other.variables()) {
        if stored.iter().all(|artifact| artifact.name != name)
            && let Some(kept) = place.done(&name)?
        {
            stored.push(kept);
        }
    }
    let manifest = manifest(asked, &stored, place)?;
    stored.push(manifest);
    env.observer.end(Stage::Products);
    Ok(Made { stored, without_value })
}

/// Hands what was gathered to the writers, mask time by mask time; gives the number of events without any valid value.
fn one_pass(
    asked: &Asked<'_>,
    gathered: &SpoolReader,
    writers: &mut [(Product, Box<dyn CurationWriter + '_>)],
    limits: &Limits,
    env: &Environment<'_>,
) -> Result<usize> {
    let times = &asked.plan.times;
    env.observer.begin(Stage::Regridding, times.len() as u64);
    let (grid, recipe) = (asked.masks.file.grid(), asked.recipe);
    let regridder = Regridder::new(grid, recipe.method, recipe.points, recipe.compat, asked.other.variables());
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
            let file = &asked.masks.file;
            let known = (times.get(index), file.times().get(index), file.stamps().get(index));
            let (Some(time), Some(mask_time), Some(stamp)) = known else {
                return Err(PipelineError::Internal(format!("there is no mask time {index}")));
            };
            // a mask time without events is there, too, and empty
            let groups = record::decode(&gathered.document(index)?)
                .ok_or_else(|| PipelineError::State(format!("the gathered values of {} are damaged", time.time)))?;
            let curated = groups.into_iter().map(|g| curated(asked, time, g)).collect::<Result<Vec<_>>>()?;
            let mask = (*mask_time, stamp.as_str());
            let interpolated = regridder.interpolate(&curated, &file.events(index)?, time.time, mask)?;
            Ok((curated, interpolated))
        },
        |index, (mut curated, interpolated)| {
            if let Some(time) = times.get(index) {
                curated.iter_mut().for_each(|group| orbits.count(group));
                let empty = |event: &&eventscape_products::curation::InterpolatedEvent| {
                    event.variables.iter().all(|v| v.statistics.is_none())
                };
                without_value.fetch_add(interpolated.events.iter().filter(empty).count(), Ordering::Relaxed);
                let found = CurationTime::new(&curated, &interpolated, time.time);
                writers.iter_mut().try_for_each(|(_, writer)| writer.time(&found))?;
            }
            env.observer.advance(Stage::Regridding, 1);
            Ok(())
        },
    )?;
    env.observer.end(Stage::Regridding);
    Ok(without_value.into_inner())
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

fn manifest(asked: &Asked<'_>, stored: &[Artifact], place: &JobFolder) -> Result<Artifact> {
    let events = || asked.plan.times.iter().flat_map(|t| &t.events);
    let counts = json!({
        "times": asked.plan.times.len(),
        "events": events().count(),
        "cells": events().map(|event| event.cells).sum::<usize>(),
        "missing_steps": asked.plan.missing().len(),
    });
    let notices: Vec<String> = asked.recipe.notices.iter().map(|(_, text)| text.clone()).collect();
    let mut file = place.create(&manifest_name(asked.recipe.identity.job_id))?;
    let masks = &asked.masks.file;
    let status = Status::Complete;
    write_item(&mut file, &asked.info.job, masks.grid(), masks.times(), counts, stored, status, &notices)?;
    file.flush().map_err(|e| file.failed(e))?;
    place.finish(file)
}
