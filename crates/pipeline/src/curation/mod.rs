//! Data curation, from the products of a PhDef job and another collection to the values inside every event.
//!
//! The way of the data: the masks' boxes ([`masks`]) → steps and windows of the other data ([`plan`]) → windows read, each chunk
//! once, into the spool ([`gather`]) → values on the events' cells and times ([`regrid`]) → [`products`].

mod gather;
mod job;
mod masks;
mod plan;
mod products;
mod record;
mod regrid;
mod scope;
mod stationary;

use std::collections::BTreeSet;

use eventscape_catalog::{CatalogError, Context, LevelChoice, Source, Subset, SubsetRequest};
use eventscape_core::Timestamp;
use eventscape_core::grid::Domain;
use eventscape_core::regrid::{PointMethod, spacing};
use eventscape_io::stores::Stores;
use serde::Serialize;

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::phdef::{Clock, size_pool};
use crate::progress::Stage;
use crate::report::StageTime;
use crate::request::load_catalog;
use crate::resources::Resources;
use crate::workplace::{Found, Workplace};

pub use job::{CurationJob, CurationProduct};

use masks::{EventBox, Masks};
use plan::Plan;
use scope::CurationScope;

/// What a curation job has done.
#[derive(Clone, Debug, Serialize)]
pub struct CurationReport {
    /// The job's number.
    pub job_id: u64,
    /// Its title.
    pub title: String,
    /// Where its products are.
    pub location: String,
    /// Whether an earlier run had made it all.
    pub already_complete: bool,
    /// Granules that are needed.
    pub granules: usize,
    /// Scenes that were read in this run.
    pub scenes_read: usize,
    /// Mask times with events.
    pub times: usize,
    /// Events at all times.
    pub events: usize,
    /// Events at all times without any valid value.
    pub without_value: usize,
    /// Cells of all events at all times.
    pub cells: usize,
    /// How values were brought to the masks' cells.
    pub method: String,
    /// The files.
    pub products: Vec<eventscape_io::sink::StoredProduct>,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Where the time went.
    pub stages: Vec<StageTime>,
}

/// Runs a curation job: finds the events of a PhDef job, gathers the other data around them, brings these to the events' cells
/// and times, and writes the products.
///
/// A job that was stopped goes on where it was; one that is complete is left as it is.
///
/// # Errors
/// What is wrong with the job, its data or its place, by name. Nothing half-written stays.
pub fn run_curation(job: &CurationJob, around: &Surroundings<'_>) -> Result<CurationReport> {
    let resources = Resources::with(job.threads, job.memory_limit.as_ref())?;
    size_pool(&resources);
    let mut clock = Clock::default();
    let stores = Stores::default();
    let wanted = job.wanted()?;
    let out = job.out.as_deref().ok_or_else(|| PipelineError::job("out", "say where the products go"))?;
    let phdef = job
        .phdef
        .as_deref()
        .ok_or_else(|| PipelineError::job("phdef", "say which PhDef job's events to look into, e.g. --phdef out/1"))?;

    let masks = clock.time("masks opened", || masks::open(phdef, &stores))?;
    let boxes = clock.time("events found", || boxes(&masks, around))?;
    let subset = clock.time("granules opened", || open(job, &masks, &boxes, &stores, around))?;
    let margin = margin(job, &subset)?;
    let plan = Plan::of(&subset, &boxes, margin)?;
    let scope = CurationScope::of(job, &masks, &subset, &plan, margin)?;
    scope.notices.iter().for_each(|(severity, text)| around.observer.notice(severity, text));

    let place = Workplace::open(&stores, out, scope.job_id, &scope.key)?;
    let names = products::names(scope.job_id, &wanted, job.stationary);
    let earlier = place.earlier(&scope.key, &names, job.overwrite)?;
    if let Found::Complete(products) = earlier {
        return Ok(scope.report(&place, &plan, products, clock, 0, true));
    }
    let header = scope.key.as_bytes();
    let gathered = match place.finished_spool(header) {
        Some(finished) => finished,
        None => clock.time("values gathered", || {
            let mut spool = place.spool(header)?;
            gather::gather(&subset, &plan, &mut spool, around)?;
            Ok(spool.finish()?)
        })?,
    };
    let info = scope.info(&subset, &masks, around.now.clone())?;
    let asked =
        products::Asked { scope: &scope, info: &info, masks: &masks, plan: &plan, subset: &subset, wanted: &wanted };
    let made = clock
        .time("products written", || products::write(&asked, &gathered, &place, &resources, job.stationary, around))?;
    drop(gathered);
    place.tidy()?;
    Ok(scope
        .report(&place, &plan, made.stored, clock, subset.counts().from_source, false)
        .with_counts(made.without_value))
}

/// The boxes of the events of each mask time.
fn boxes(masks: &Masks, around: &Surroundings<'_>) -> Result<Vec<(Timestamp, Vec<EventBox>)>> {
    let times = masks.file.times();
    around.observer.begin(Stage::Masks, times.len() as u64);
    let mut all = Vec::with_capacity(times.len());
    for (index, time) in times.iter().enumerate() {
        if around.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done: 0, total: times.len() });
        }
        let events = masks.file.events(index)?;
        let grid = masks.file.grid();
        all.push((*time, events.iter().filter_map(|event| masks::box_of(grid, event)).collect::<Vec<_>>()));
        around.observer.advance(Stage::Masks, 1);
    }
    around.observer.end(Stage::Masks);
    if all.iter().all(|(_, events)| events.is_empty()) {
        return Err(CatalogError::Empty(format!("`{}` has no event to look into", masks.file.location())).into());
    }
    Ok(all)
}

/// Opens the part of the other data that the events may need.
fn open(
    job: &CurationJob,
    masks: &Masks,
    boxes: &[(Timestamp, Vec<EventBox>)],
    stores: &Stores,
    around: &Surroundings<'_>,
) -> Result<Subset> {
    if job.collection.is_none() && job.input.is_none() {
        return Err(PipelineError::job("collection", "name a collection, or give files with --input"));
    }
    let collection = match &job.collection {
        Some(name) => Some(load_catalog(job.catalog.as_deref().map(std::path::Path::new))?.get(name)?.clone()),
        None => None,
    };
    let with_events: Vec<Timestamp> = boxes.iter().filter(|(_, e)| !e.is_empty()).map(|(time, _)| *time).collect();
    let span = match (with_events.first(), with_events.last()) {
        (Some(first), Some(last)) => plan::span(collection.as_ref(), *first, *last),
        _ => None,
    };
    // an input's own spacing is not known yet; what is opened but not read costs nothing
    let unknown = if job.stationary { 5.0 } else { 30.0 };
    let reach = job.margin.or_else(|| collection.as_ref()?.curation.map(|c| c.margin)).unwrap_or(unknown) + 1.0;
    let domain = if job.stationary { hull(masks, &[], reach) } else { hull(masks, boxes, reach) }?;
    let (start, end) = span.unzip();
    let request = SubsetRequest {
        source: Source {
            collection,
            inputs: job.input.as_ref().map(crate::job::Texts::list).unwrap_or_default(),
            root: job.root.clone(),
        },
        variables: job.variable.as_ref().map(crate::job::Texts::names).unwrap_or_default(),
        start,
        end,
        domain,
        level: job.level.as_ref().map(|text| LevelChoice::parse(&text.text())).transpose()?,
        ..SubsetRequest::default()
    };
    around.observer.begin(Stage::Granules, 0);
    let context = Context { stores: stores.clone(), ..Context::default() };
    let subset = Subset::open(&request, &context)?;
    around.observer.advance(Stage::Granules, subset.granules().len() as u64);
    around.observer.end(Stage::Granules);
    Ok(subset)
}

/// A box around all events (around the masks' whole grid where none is given), pushed out.
fn hull(masks: &Masks, boxes: &[(Timestamp, Vec<EventBox>)], reach: f64) -> Result<Domain> {
    /// Longitudes are told apart by whole degrees.
    const TURN: i64 = 360;
    let (mut south, mut north) = (90.0f64, -90.0f64);
    let mut used: BTreeSet<i64> = BTreeSet::new();
    let mut take = |west: f64, east: f64, low: f64, high: f64| {
        (south, north) = (south.min(low), north.max(high));
        used.extend((west.floor() as i64..=east.floor() as i64).take(TURN as usize).map(|d| d.rem_euclid(TURN)));
    };
    if boxes.is_empty() {
        let grid = masks.file.grid();
        for (row, column) in (0..grid.ny()).flat_map(|r| (0..grid.nx()).map(move |c| (r, c))) {
            if let Some((lat, lon)) = grid.centre(row, column) {
                take(lon, lon, lat, lat);
            }
        }
    }
    boxes.iter().flat_map(|(_, events)| events).for_each(|e| take(e.west, e.east, e.south, e.north));
    let degrees: Vec<i64> = used.into_iter().collect();
    let (Some(first), Some(last)) = (degrees.first(), degrees.last()) else { return Ok(Domain::Whole) };
    let mut widest = (first + TURN - last, *first, *last);
    for pair in degrees.windows(2) {
        if pair[1] - pair[0] > widest.0 {
            widest = (pair[1] - pair[0], pair[1], pair[0] + TURN);
        }
    }
    let (west, east) = (widest.1 as f64 - reach, widest.2 as f64 + 1.0 + reach);
    let (west, east) = if east - west >= 360.0 { (-180.0, 180.0) } else { (west, east) };
    let into = |x: f64| (x + 180.0).rem_euclid(360.0) - 180.0;
    let (west, east) = if east - west >= 360.0 { (west, east) } else { (into(west), into(east)) };
    Ok(Domain::new_box(west, (south - reach).max(-90.0), east, (north + reach).min(90.0))?)
}

/// By how much boxes are pushed out, degrees.
fn margin(job: &CurationJob, subset: &Subset) -> Result<f64> {
    if let Some(margin) = job.margin {
        if !(margin.is_finite() && (0.0..=90.0).contains(&margin)) {
            return Err(PipelineError::job("margin", format!("{margin} is not a margin of 0 to 90 degrees")));
        }
        return Ok(margin);
    }
    let own = subset.collection().and_then(|entry| entry.curation).map(|c| c.margin);
    let (down, across) = spacing(subset.grid());
    Ok(own.unwrap_or(2.0 * down.max(across)))
}

/// How points reach cells: the radius that was asked for, or the spacing of the points.
fn point_method(job: &CurationJob, spacing: (f64, f64)) -> PointMethod {
    const KM_PER_DEGREE: f64 = 111.195;
    match (&job.method, job.radius_km) {
        (Some(name), _) if name.trim().eq_ignore_ascii_case("linear") => PointMethod::Linear,
        (Some(name), radius) if name.trim().eq_ignore_ascii_case("nearest") => {
            PointMethod::Nearest { radius_km: radius.unwrap_or(KM_PER_DEGREE * spacing.0.max(spacing.1)) }
        }
        (_, radius) => PointMethod::Distance { radius_km: radius.unwrap_or(KM_PER_DEGREE * spacing.0.max(spacing.1)) },
    }
}
