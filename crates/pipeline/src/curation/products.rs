//! Writing: one pass over the gathered values, into all products at once.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

use eventscape_core::Timestamp;
use eventscape_io::sink::{ProductFile, StoredProduct};
use eventscape_io::spool::SpoolReader;
use eventscape_products::curation::{
    CuratedFile, CuratedTable, CuratedTime, CurationHierarchy, CurationInfo, FlatFile, FlatShape, Gathered,
    InterpolatedFile, InterpolatedTime, StatisticsTable,
};
use eventscape_products::{
    Artifact, ProductKind, Status, curated_name, curated_table_name, curation_hierarchy_name, flat_name,
    interpolated_name, manifest_name, stationary_name, statistics_name, write_item,
};
use serde_json::json;

use super::CurationProduct;
use super::masks::Masks;
use super::other::Other;
use super::plan::{MaskTime, Need, Plan};
use super::record::{self, Group};
use super::regrid::Regridder;
use super::scope::CurationScope;
use super::stationary;
use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::ordered::in_order;
use crate::progress::Stage;
use crate::resources::Resources;
use crate::workplace::Workplace;

/// What products are made of.
pub(super) struct Asked<'a> {
    pub(super) scope: &'a CurationScope,
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

/// The names of the products, the manifest's not among them.
pub(super) fn names(job_id: u64, wanted: &[CurationProduct], with_stationary: bool) -> Vec<String> {
    let mut names: Vec<String> = wanted.iter().map(|product| name_and_kind(job_id, *product).0).collect();
    if with_stationary {
        names.push(stationary_name(job_id));
    }
    names
}

fn name_and_kind(job_id: u64, product: CurationProduct) -> (String, ProductKind) {
    match product {
        CurationProduct::Curated => (curated_name(job_id), ProductKind::Curated),
        CurationProduct::Hierarchy => (curation_hierarchy_name(job_id), ProductKind::CurationHierarchy),
        CurationProduct::Interpolated => (interpolated_name(job_id), ProductKind::Interpolated),
        CurationProduct::Flat => (flat_name(job_id), ProductKind::InterpolatedFlat),
        CurationProduct::Table => (curated_table_name(job_id), ProductKind::CuratedTable),
        CurationProduct::Statistics => (statistics_name(job_id), ProductKind::Statistics),
    }
}

/// Writes all products and the manifest.
pub(super) fn write(
    asked: &Asked<'_>,
    gathered: &SpoolReader,
    place: &Workplace,
    resources: &Resources,
    with_stationary: bool,
    around: &Surroundings<'_>,
) -> Result<Made> {
    let times = &asked.plan.times;
    around.observer.begin(Stage::Regridding, times.len() as u64);
    let scope = asked.scope;
    let regridder = Regridder::new(asked.masks.file.grid(), scope.method, scope.points, scope.compat);
    let mut writers = asked.wanted.iter().map(|p| Writer::begin(asked, *p, place)).collect::<Result<Vec<_>>>()?;
    let without_value = AtomicUsize::new(0);
    let mut orbits = OrbitCounts::default();
    in_order(
        0..times.len(),
        resources.threads,
        2 * resources.threads,
        |index| {
            if around.cancel.is_cancelled() {
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
            let variables = asked.other.variables().len();
            let mask = (*mask_time, stamp.as_str());
            let interpolated = regridder.interpolate(&curated, &file.events(index)?, time.time, mask, variables)?;
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
            around.observer.advance(Stage::Regridding, 1);
            Ok(())
        },
    )?;
    around.observer.end(Stage::Regridding);

    around.observer.begin(Stage::Products, (asked.wanted.len() + usize::from(with_stationary) + 1) as u64);
    let mut stored = Vec::new();
    let mut kinds = Vec::new();
    for (writer, product) in writers.into_iter().zip(asked.wanted) {
        let (_, kind) = name_and_kind(scope.job_id, *product);
        stored.push(place.keep(writer.end()?, kind.media_type())?);
        kinds.push(kind);
        around.observer.advance(Stage::Products, 1);
    }
    if with_stationary {
        let file = place.create(&stationary_name(scope.job_id))?.hash_at_end();
        let file = stationary::write(asked, file, around)?;
        stored.push(place.keep(file, ProductKind::Stationary.media_type())?);
        kinds.push(ProductKind::Stationary);
        around.observer.advance(Stage::Products, 1);
    }
    let manifest = manifest(asked, &stored, &kinds, place)?;
    stored.push(manifest);
    around.observer.end(Stage::Products);
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

/// A product being written.
enum Writer {
    Curated(CuratedFile<ProductFile>),
    Hierarchy(CurationHierarchy<ProductFile>),
    Interpolated(InterpolatedFile<ProductFile>),
    Flat(Box<FlatFile<ProductFile>>),
    Table(Box<CuratedTable<Shared>>, Shared),
    Statistics(StatisticsTable<ProductFile>),
}

impl Writer {
    fn begin(asked: &Asked<'_>, product: CurationProduct, place: &Workplace) -> Result<Self> {
        let (info, grid) = (asked.info, asked.masks.file.grid());
        let file = place.create(&name_and_kind(asked.scope.job_id, product).0)?;
        Ok(match product {
            CurationProduct::Curated => Self::Curated(CuratedFile::begin(file.hash_at_end(), info, grid)?),
            CurationProduct::Hierarchy => Self::Hierarchy(CurationHierarchy::begin(file, info)?),
            CurationProduct::Interpolated => {
                Self::Interpolated(InterpolatedFile::begin(file.hash_at_end(), info, grid)?)
            }
            CurationProduct::Flat => {
                let cells = asked.plan.times.iter().flat_map(|t| &t.events).map(|event| event.cells).sum();
                let times = asked.masks.file.times();
                Self::Flat(Box::new(FlatFile::begin(file.hash_at_end(), info, grid, times, FlatShape { cells })?))
            }
            CurationProduct::Table => {
                let shared = Shared::new(file);
                let (mask, other) = match (asked.masks.file.times().first(), asked.plan.times.first()) {
                    (Some(mask), Some(time)) => (*mask, time.time),
                    _ => return Err(PipelineError::Internal("the masks have no time".to_owned())),
                };
                Self::Table(Box::new(CuratedTable::begin(shared.clone(), info, mask, other)?), shared)
            }
            CurationProduct::Statistics => Self::Statistics(StatisticsTable::begin(file, info)?),
        })
    }

    /// Adds what was gathered at a mask time (of swaths, from each orbit), and the values on the events' cells.
    fn add(&mut self, curated: &[CuratedTime], interpolated: &InterpolatedTime, time: &MaskTime) -> Result<()> {
        match self {
            Self::Curated(file) => curated.iter().try_for_each(|group| file.add(group))?,
            Self::Hierarchy(file) => curated.iter().try_for_each(|group| file.add(group))?,
            Self::Interpolated(file) => file.add(interpolated)?,
            Self::Flat(file) => file.add(interpolated)?,
            Self::Table(table, _) => {
                curated.iter().try_for_each(|group| table.add_curated(group))?;
                table.add_interpolated(interpolated, time.time)?;
            }
            Self::Statistics(table) => table.add(interpolated)?,
        }
        Ok(())
    }

    fn end(self) -> Result<ProductFile> {
        Ok(match self {
            Self::Curated(file) => file.end()?,
            Self::Hierarchy(file) => file.end()?,
            Self::Interpolated(file) => file.end()?,
            Self::Flat(file) => file.end()?,
            Self::Table(table, shared) => {
                table.end()?;
                shared.take()?
            }
            Self::Statistics(table) => table.end()?,
        })
    }
}

/// The table's writer keeps its output to itself: this hands it back.
#[derive(Clone)]
struct Shared(std::sync::Arc<std::sync::Mutex<Option<ProductFile>>>);

impl Shared {
    fn new(file: ProductFile) -> Self {
        Self(std::sync::Arc::new(std::sync::Mutex::new(Some(file))))
    }

    fn take(self) -> Result<ProductFile> {
        let file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        file.ok_or_else(|| PipelineError::Internal("the table lost its file".to_owned()))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.as_mut().ok_or_else(|| std::io::Error::other("the file is closed"))?.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.as_mut().map_or(Ok(()), ProductFile::flush)
    }
}

fn manifest(
    asked: &Asked<'_>,
    stored: &[StoredProduct],
    kinds: &[ProductKind],
    place: &Workplace,
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
    let mut file = place.create(&manifest_name(asked.scope.job_id))?;
    let masks = &asked.masks.file;
    let status = Status::Complete;
    write_item(&mut file, &asked.info.job, masks.grid(), masks.times(), counts, &files, status, &notices)?;
    file.flush().map_err(|e| file.failed(e))?;
    place.finish(file, "application/geo+json")
}
