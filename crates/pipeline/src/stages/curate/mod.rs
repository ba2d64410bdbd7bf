//! Data curation, from the products of a PhDef job and another collection to the values inside every event.
//!
//! The way of the data: the masks' boxes ([`masks`]) → steps and windows of the other data ([`plan`]) → windows read, each chunk
//! once, into the spool ([`gather`]) → values on the events' cells and times ([`regrid`]) → [`products`].

mod gather;
mod masks;
mod other;
mod plan;
mod products;
mod reads;
mod recipe;
mod record;
mod regrid;
mod several;

use std::collections::BTreeSet;

use eventscape_catalog::{CatalogError, Context, LevelChoice, QualityChoice, Source, Subset, SubsetRequest, Swaths};
use eventscape_core::Timestamp;
use eventscape_core::grid::Domain;
use eventscape_core::regrid::PointMethod;
use eventscape_core::sphere::half_turn;
use eventscape_io::stores::Stores;
use serde::Serialize;

use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{CurationJob, CurationKeys, Texts, duration_micros};
use crate::recipe::{Limits, load_catalog};
use crate::run::{Clock, Earlier, Environment, JobFolder, Stage, StageTime, on_threads_of, tell};

pub use reads::{CurationReads, Reads};

use masks::{EventBox, Masks};
use other::Other;
use plan::Plan;
use recipe::CurationRecipe;

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
    pub products: Vec<eventscape_products::Artifact>,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Where the time went.
    pub stages: Vec<StageTime>,
}

/// Runs a curation job: finds the events of a PhDef job, gathers the other data around them, brings these to the events' cells
/// and times, and writes the products. Of several collections each is a job of its own, in its own folder.
///
/// A job that was stopped goes on where it was; one that is complete is left as it is.
///
/// # Errors
/// What is wrong with the job, its data or its place, by name. Nothing half-written stays; of several collections those that
/// are done stay.
pub fn run_curation(job: &CurationJob, env: &Environment<'_>) -> Result<Vec<CurationReport>> {
    out(job)?;
    products::wanted(job, &env.doors)?;
    let limits = Limits::of(&job.limits)?;
    on_threads_of(&limits, || each_collection(job, env, &run_one))
}

/// Whether a curation job asks for what there is, as far as it can be told without the data. `doors` has the kinds that it may
/// name.
///
/// # Errors
/// The key that is wrong, and what there is instead.
pub fn check_curation(job: &CurationJob, doors: &Doors) -> Result<()> {
    products::wanted(job, doors)?;
    match job.curation.method.as_deref() {
        // of points, which only the data tell
        Some(name) if !name.trim().eq_ignore_ascii_case("distance") => regrid::method_of(name).map(|_| ()),
        _ => Ok(()),
    }
}

/// What a curation job would read, for each collection; nothing is read but the masks and the structure of the granules.
///
/// # Errors
/// As [`run_curation`], but for its place.
pub fn plan_curation(job: &CurationJob, env: &Environment<'_>) -> Result<Vec<CurationReads>> {
    let limits = Limits::of(&job.limits)?;
    let of_one = |job: &CurationJob,
                  masks: &Masks,
                  boxes: &Boxes,
                  stores: &Stores,
                  env: &Environment<'_>|
     -> Result<CurationReads> {
        let (other, plan, (margin, window)) = prepare(job, masks, boxes, stores, env, &mut Clock::default())?;
        let recipe = CurationRecipe::of(job, masks, &other, &plan, (margin, window))?;
        let (planned, one_by_one) = reads::both(&other, &plan, limits.memory)?;
        Ok(CurationReads {
            job_id: recipe.identity.job_id,
            data: recipe.label.clone(),
            granules: other.granules().len(),
            times: plan.times.iter().filter(|t| !t.events.is_empty()).count(),
            events: plan.times.iter().map(|t| t.events.len()).sum(),
            planned,
            one_by_one,
        })
    };
    on_threads_of(&limits, || each_collection(job, env, &of_one))
}

/// The events of each mask time.
type Boxes = [(Timestamp, Vec<EventBox>)];
/// What is done for one collection.
type OfOne<'f, T> = dyn Fn(&CurationJob, &Masks, &Boxes, &Stores, &Environment<'_>) -> Result<T> + 'f;

fn each_collection<T>(job: &CurationJob, env: &Environment<'_>, of_one: &OfOne<'_, T>) -> Result<Vec<T>> {
    let phdef =
        job.curation.phdef.as_deref().ok_or_else(|| {
            PipelineError::job("phdef", "say which PhDef job's events to look into, e.g. --phdef out/1")
        })?;
    let stores = env.stores.clone();
    let masks = masks::open(phdef, &stores)?;
    let jobs = several::split(job, masks.job_id + 1)?;
    let boxes = boxes(&masks, env)?;
    jobs.iter().map(|job| of_one(job, &masks, &boxes, &stores, env)).collect()
}

/// Opens the other data and plans what is needed of them; gives the margin in degrees and the window of time in microseconds,
/// too.
fn prepare(
    job: &CurationJob,
    masks: &Masks,
    boxes: &Boxes,
    stores: &Stores,
    env: &Environment<'_>,
    clock: &mut Clock,
) -> Result<(Other, Plan, (f64, i64))> {
    let window = window_micros(&job.curation, masks.file.times())?;
    let other = clock.time("granules opened", || open(job, masks, boxes, window, stores, env))?;
    let margin = margin(&job.curation, &other)?;
    let plan = match &other {
        Other::Grid(subset) => Plan::of_steps(subset, boxes, margin, job.curation.constant)?,
        Other::Swath(swaths) => Plan::of_orbits(swaths, boxes, window)?,
    };
    Ok((other, plan, (margin, window)))
}

/// Runs the job of one collection.
fn run_one(
    job: &CurationJob,
    masks: &Masks,
    boxes: &Boxes,
    stores: &Stores,
    env: &Environment<'_>,
) -> Result<CurationReport> {
    let limits = Limits::of(&job.limits)?;
    let mut clock = Clock::default();
    let wanted = products::wanted(job, &env.doors)?;
    let out = out(job)?;
    let (other, plan, (margin, window)) = prepare(job, masks, boxes, stores, env, &mut clock)?;
    let recipe = CurationRecipe::of(job, masks, &other, &plan, (margin, window))?;
    tell(recipe.notices.iter().map(|(severity, text)| (*severity, text)), job.output.strict, env)?;

    let (job_id, key) = (recipe.identity.job_id, &recipe.identity.key);
    let place = JobFolder::open(env, out, job_id, key)?;
    let named = products::named(job_id, &wanted, &plan, other.variables());
    let names: Vec<String> = named.into_iter().map(|(name, _)| name).collect();
    let earlier = place.earlier(key, &names, job.output.overwrite)?;
    if let Earlier::Complete(products) = earlier {
        return Ok(recipe.report(&place, &plan, products, clock, 0, true));
    }
    let header = key.as_bytes();
    let gathered = match place.finished_spool(header) {
        Some(finished) => finished,
        None => clock.time("values gathered", || {
            let mut spool = place.spool(header)?;
            gather::gather(&other, &plan, (margin, window), limits.memory, &mut spool, env)?;
            Ok(spool.finish()?)
        })?,
    };
    let info = recipe.info(&other, masks, env.now.clone())?;
    let asked = products::Asked { recipe: &recipe, info: &info, masks, plan: &plan, other: &other, wanted: &wanted };
    let made = clock.time("products written", || products::write(&asked, &gathered, &place, &limits, env))?;
    drop(gathered);
    place.tidy()?;
    Ok(recipe.report(&place, &plan, made.stored, clock, other.read_so_far(), false).with_counts(made.without_value))
}

/// Where the products go.
fn out(job: &CurationJob) -> Result<&str> {
    job.output.out.as_deref().ok_or_else(|| PipelineError::job("out", "say where the products go"))
}

/// The boxes of the events of each mask time.
fn boxes(masks: &Masks, env: &Environment<'_>) -> Result<Vec<(Timestamp, Vec<EventBox>)>> {
    let times = masks.file.times();
    env.observer.begin(Stage::Masks, times.len() as u64);
    let mut all = Vec::with_capacity(times.len());
    for (index, time) in times.iter().enumerate() {
        if env.cancel.is_cancelled() {
            return Err(PipelineError::Stopped { done: 0, total: times.len() });
        }
        let events = masks.file.events(index)?;
        let grid = masks.file.grid();
        all.push((*time, events.iter().filter_map(|event| masks::box_of(grid, event)).collect::<Vec<_>>()));
        env.observer.advance(Stage::Masks, 1);
    }
    env.observer.end(Stage::Masks);
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
    window: i64,
    stores: &Stores,
    env: &Environment<'_>,
) -> Result<Other> {
    if job.curation.collection.is_none() && job.source.input.is_none() {
        return Err(PipelineError::job("collection", "name a collection, or give files with --input"));
    }
    let collection = match job.curation.collection.as_ref().map(Texts::names).unwrap_or_default().first() {
        Some(name) => Some(load_catalog(job.source.catalog.as_deref().map(std::path::Path::new))?.get(name)?.clone()),
        None => None,
    };
    let with_events: Vec<Timestamp> = boxes.iter().filter(|(_, e)| !e.is_empty()).map(|(time, _)| *time).collect();
    let ends = with_events.first().zip(with_events.last());
    let span = ends.and_then(|(first, last)| plan::span(collection.as_ref(), *first, *last));
    // an input's own spacing is not known yet; what is opened but not read costs nothing
    let unknown = if job.curation.stationary { 5.0 } else { 30.0 };
    let reach =
        job.curation.margin.or_else(|| collection.as_ref()?.curation.map(|c| c.margin)).unwrap_or(unknown) + 1.0;
    let domain = if job.curation.stationary { hull(masks, &[], reach) } else { hull(masks, boxes, reach) }?;
    let (start, end) = span.unzip();
    let request = SubsetRequest {
        source: Source {
            collection,
            inputs: job.source.input.as_ref().map(Texts::list).unwrap_or_default(),
            root: job.source.root.clone(),
        },
        variables: job.curation.variable.as_ref().map(Texts::names).unwrap_or_default(),
        start,
        end,
        domain,
        level: job.source.level.as_ref().map(|text| LevelChoice::parse(&text.text())).transpose()?,
        ..SubsetRequest::default()
    };
    env.observer.begin(Stage::Granules, 0);
    let context = Context { stores: stores.clone(), ..Context::default() };
    let other = if Swaths::are_meant(&request, &context) {
        let span = ends.map(|(first, last)| {
            let (first, last) = (plan::Around::of(*first, window).first, plan::Around::of(*last, window).last);
            (first.to_string(), last.to_string())
        });
        let (start, end) = span.unzip();
        let request = SubsetRequest { start, end, ..request };
        Other::Swath(Box::new(Swaths::open(&request, &quality(&job.curation), &context)?))
    } else {
        if job.curation.quality_flags.is_some() || job.curation.time_window.is_some() {
            let why = "the other data lie on a grid; this key is for swaths";
            return Err(PipelineError::job(
                if job.curation.time_window.is_some() { "time_window" } else { "quality_flags" },
                why,
            ));
        }
        Other::Grid(Box::new(Subset::open(&request, &context)?))
    };
    env.observer.advance(Stage::Granules, other.granules().len() as u64);
    env.observer.end(Stage::Granules);
    Ok(other)
}

/// Which values of swaths count as missing.
fn quality(job: &CurationKeys) -> QualityChoice {
    match job.quality_flags.as_ref().map(Texts::names) {
        None => QualityChoice::Catalogue,
        Some(names) if names.iter().all(|name| name.eq_ignore_ascii_case("none")) => QualityChoice::Any,
        Some(names) => QualityChoice::Reject(names),
    }
}

/// How long before and after a mask time a swath's cell may have been seen: what the job says, or half of the masks' step,
/// but not less than half an hour.
fn window_micros(job: &CurationKeys, times: &[Timestamp]) -> Result<i64> {
    const HALF_AN_HOUR: i64 = 1_800_000_000;
    if let Some(window) = &job.time_window {
        return duration_micros("time_window", &window.text());
    }
    let steps = times.windows(2).map(|pair| pair[1].micros().saturating_sub(pair[0].micros()));
    Ok(steps.min().map_or(0, |step| step / 2).max(HALF_AN_HOUR))
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
    let (west, east) = if east - west >= 360.0 { (west, east) } else { (half_turn(west), half_turn(east)) };
    Ok(Domain::new_box(west, (south - reach).max(-90.0), east, (north + reach).min(90.0))?)
}

/// By how much boxes are pushed out, degrees; in swaths at least as far as points count.
fn margin(job: &CurationKeys, other: &Other) -> Result<f64> {
    let spacing = other.spacing();
    let reach = match other {
        Other::Grid(_) => 0.0,
        Other::Swath(_) => match point_method(job, spacing)? {
            PointMethod::Linear { radius_km } => 2.0 * radius_km.unwrap_or(0.0) / KM_PER_DEGREE,
            PointMethod::Nearest { radius_km }
            | PointMethod::Distance { radius_km }
            | PointMethod::Mean { radius_km } => radius_km / KM_PER_DEGREE,
        },
    };
    if let Some(margin) = job.margin {
        if !(margin.is_finite() && (0.0..=90.0).contains(&margin)) {
            return Err(PipelineError::job("margin", format!("{margin} is not a margin of 0 to 90 degrees")));
        }
        return Ok(margin.max(reach));
    }
    let own = other.collection().and_then(|entry| entry.curation).map(|c| c.margin);
    Ok(own.unwrap_or(2.0 * spacing.0.max(spacing.1)).max(reach))
}

const KM_PER_DEGREE: f64 = 111.195;

/// How points reach cells: within the radius that was asked for, or the spacing of the points.
fn point_method(job: &CurationKeys, spacing: (f64, f64)) -> Result<PointMethod> {
    let radius_km = job.radius_km.unwrap_or(KM_PER_DEGREE * spacing.0.max(spacing.1));
    if !(radius_km.is_finite() && radius_km > 0.0 && radius_km <= 5000.0) {
        return Err(PipelineError::job("radius_km", format!("{radius_km} is not a distance of 0 to 5000 km")));
    }
    match job.method.as_deref().map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        None | Some("distance") => Ok(PointMethod::Distance { radius_km }),
        Some("linear") => Ok(PointMethod::Linear { radius_km: Some(radius_km) }),
        Some("nearest" | "collocation") => Ok(PointMethod::Nearest { radius_km }),
        Some("mean") => Ok(PointMethod::Mean { radius_km }),
        Some(other) => {
            let why = format!("`{other}` is no way to use points; there are distance, linear, nearest, mean");
            Err(PipelineError::job("method", why))
        }
    }
}
