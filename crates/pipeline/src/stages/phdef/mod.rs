//! Phenomenon definition, from a job to its products.

mod search;
mod validate;

use std::sync::Arc;

use eventscape_catalog::Subset;
use eventscape_core::{EventSource, Grid, Lineage};
use eventscape_io::spool::Spool;
use eventscape_products::{Artifact, JobInfo};

pub use validate::{Validation, check_job, validate};

use super::{ProductContext, Watched};
use crate::error::Result;
use crate::job::Job;
use crate::recipe::{Phenomenon, Recipe, Request};
use crate::run::{Clock, Earlier, Environment, JobFolder, Report, of_recipe, on_threads_of, tell};
use search::SceneSearch;

/// Runs a PhDef job: opens its scenes, finds their components, links them through time, and writes the products.
///
/// A job that was stopped goes on where it was; one that is complete is left as it is. With `chunks` or `chunk_steps` the
/// components are found chunk by chunk and joined before they are linked; with `chunk` only that one is found.
///
/// # Errors
/// What is wrong with the job, its data or its place, by name. Nothing half-written stays.
pub fn run_phdef(job: &Job, env: &Environment<'_>) -> Result<Report> {
    let request = Request::of(job, &env.doors)?;
    let limits = request.limits;
    on_threads_of(&limits, || run(request, env))
}

fn run(request: Request, env: &Environment<'_>) -> Result<Report> {
    let mut clock = Clock::default();
    let cut = request.cut;
    let (mut recipe, phenomenon, subset) = open(request, &mut clock, env)?;
    let out = recipe.output.place()?;
    let ranges = cut.ranges(recipe.data.scenes());
    let search = SceneSearch { recipe: &recipe, phenomenon: &phenomenon, subset: &subset, out, env };
    if let Some(chunk) = cut.only {
        let found = clock.time("components found", || search.chunk(&ranges, chunk))?;
        return Ok(report(&recipe, &found.name, &subset, None, Vec::new(), clock, "chunk"));
    }
    let folder = JobFolder::open(env, out, recipe.identity.job_id, &recipe.identity.key)?;
    let names = super::wanted_names(&recipe);
    if let Earlier::Complete(products) = folder.earlier(&recipe.identity.key, &names, recipe.output.overwrite)? {
        let report = report(&recipe, folder.location(), &subset, None, products, clock, "complete");
        return Ok(Report { already_complete: true, ..report });
    }
    let events = clock.time("components found", || search.all(&ranges, &folder))?;
    let watched = Watched::new(&*events);
    let lineage = clock.time("components linked", || super::lineage(&phenomenon, &recipe.data.grid, &watched, env))?;
    tell_of_no_value(&mut recipe, &subset, &watched, env)?;
    let info = recipe.info(env.now.clone(), Vec::new());
    let context =
        ProductContext { recipe: &recipe, info: &info, lineage: &lineage, events: &*events, fields: Some(&subset) };
    let products = clock.time("products written", || super::products(&context, &folder, env))?;
    drop(events);
    folder.tidy()?;
    Ok(report(&recipe, folder.location(), &subset, Some(&lineage), products, clock, "complete"))
}

/// The phenomena of a job in memory and in a temporary file: no product is made.
#[non_exhaustive]
pub struct Phenomena {
    /// What products would say of the job.
    pub info: JobInfo,
    /// The grid of the scenes.
    pub grid: Grid,
    /// The components of each scene.
    pub events: Box<dyn EventSource>,
    /// The tracks, and the links between the components.
    pub lineage: Lineage,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// Finds and follows the phenomena of a PhDef job, and gives them back. Keys that say what to make, where, and in which chunks do
/// not count.
///
/// # Errors
/// What is wrong with the job or its data, by name.
pub fn find_phenomena(job: &Job, env: &Environment<'_>) -> Result<Phenomena> {
    let request = Request::of(job, &env.doors)?;
    let limits = request.limits;
    on_threads_of(&limits, || {
        let (mut recipe, phenomenon, subset) = open(request, &mut Clock::default(), env)?;
        let search = SceneSearch { recipe: &recipe, phenomenon: &phenomenon, subset: &subset, out: "", env };
        let mut spool = Spool::create_nameless(recipe.header())?;
        search.find(0..recipe.data.scenes(), &mut spool)?;
        let events = spool.finish()?;
        let watched = Watched::new(&events);
        let lineage = super::lineage(&phenomenon, &recipe.data.grid, &watched, env)?;
        tell_of_no_value(&mut recipe, &subset, &watched, env)?;
        Ok(Phenomena {
            info: recipe.info(env.now.clone(), Vec::new()),
            notices: recipe.data.notices().map(|(_, text)| text).collect(),
            grid: recipe.data.grid.clone(),
            events: Box::new(events),
            lineage,
        })
    })
}

/// Opens a job's scenes and understands the job in them.
fn open(request: Request, clock: &mut Clock, env: &Environment<'_>) -> Result<(Recipe, Arc<Phenomenon>, Subset)> {
    let again = request.reads_again();
    let subset = clock.time("scenes opened", || super::open(&request.reading, &request.limits, again, env))?;
    let (mut recipe, phenomenon) = Recipe::of(request, &subset)?;
    tell(recipe.data.notices(), recipe.output.strict, env)?;
    let left_out = recipe.leave_out_impossible()?;
    tell(left_out.map(|text| ("warning", text)), recipe.output.strict, env)?;
    Ok((recipe, phenomenon, subset))
}

/// Tells of scenes without a valid cell, with the likely reason.
fn tell_of_no_value(recipe: &mut Recipe, subset: &Subset, watched: &Watched<'_>, env: &Environment<'_>) -> Result<()> {
    let notice = recipe.add_notice(subset.notice_of_no_value(&watched.without_value())?);
    tell(notice, recipe.output.strict, env)
}

fn report(
    recipe: &Recipe,
    location: &str,
    subset: &Subset,
    lineage: Option<&Lineage>,
    products: Vec<Artifact>,
    clock: Clock,
    status: &'static str,
) -> Report {
    Report {
        granules: subset.granules().len(),
        scenes_read: subset.counts().from_source,
        status,
        ..of_recipe(recipe, location, lineage, products, clock)
    }
}
