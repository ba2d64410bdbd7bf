//! Joins the chunks of a job.

use eventscape_catalog::Subset;

use super::ProductContext;
use super::joined::Joined;
use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{LimitKeys, OutputKeys, Texts};
use crate::recipe::{Limits, Output, OutputChoices, Recipe};
use crate::run::{Clock, Earlier, Environment, JobFolder, Report, of_recipe, on_threads_of};

/// What to join, and where to.
#[derive(Clone, Debug, Default)]
pub struct StitchRequest {
    /// Folders of the chunks, in any order: on this machine, `s3://…` or `https://…`; the last part may hold wildcards.
    pub chunks: Vec<String>,
    /// Where the products go.
    pub out: String,
    /// The job's number; that of the chunks if absent.
    pub job_id: Option<u64>,
    /// Title of the job; that of the chunks if absent.
    pub title: Option<String>,
    /// Threads to use; all cores if absent.
    pub threads: Option<u32>,
    /// Products to make, as in a job; those that the chunks' job names if absent.
    pub products: Option<Texts>,
    /// Make no pictures.
    pub no_plots: bool,
    /// Start anew over another job's products.
    pub overwrite: bool,
}

/// Joins chunks: their components are put in the order of the job's scenes, the scenes that two chunks share are taken
/// once, and linking and products run over all of it, as if the job had not been cut.
///
/// # Errors
/// A folder that is no chunk, chunks of different jobs, scenes that are missing between them, by name; those of a store.
pub fn run_stitch(request: &StitchRequest, env: &Environment<'_>) -> Result<Report> {
    let limits = Limits::of(&LimitKeys { threads: request.threads, memory_limit: None })?;
    on_threads_of(&limits, || run(request, limits, env))
}

fn run(request: &StitchRequest, limits: Limits, env: &Environment<'_>) -> Result<Report> {
    let mut clock = Clock::default();
    let (parts, choices) = clock.time("chunks opened", || Joined::fetch(&env.stores, &request.chunks))?;
    let output = output(request, &choices, &env.doors)?;
    let first = parts.first().ok_or_else(|| PipelineError::State("there is no chunk to join".to_owned()))?;
    let (header, methods) = (first.spool.header(), &env.doors.methods);
    let (mut recipe, phenomenon) = Recipe::from_header(header, &first.name, methods, (output, limits))?;
    let joined = Joined::of(parts, &recipe.data.index_of_times())?;
    joined.check_complete(&recipe.data)?;
    recipe.data.notices().for_each(|(severity, text)| env.observer.notice(severity, &text));
    if let Some(text) = recipe.leave_out_impossible()? {
        env.observer.notice("warning", &text);
    }
    let key = &recipe.identity.key;
    let folder = JobFolder::open(env, recipe.output.place()?, recipe.identity.job_id, key)?;
    let names = super::wanted_names(&recipe);
    if let Earlier::Complete(products) = folder.earlier(key, &names, recipe.output.overwrite)? {
        let report = of_recipe(&recipe, folder.location(), None, products, clock);
        return Ok(Report { already_complete: true, ..report });
    }
    let lineage = clock.time("components linked", || super::lineage(&phenomenon, &recipe.data.grid, &joined, env))?;
    let info = recipe.info(env.now.clone(), Vec::new());
    let subset = if recipe.output.has_pictures() { fields(&recipe, env)? } else { None };
    let context =
        ProductContext { recipe: &recipe, info: &info, lineage: &lineage, events: &joined, fields: subset.as_ref() };
    let products = clock.time("products written", || super::products(&context, &folder, env))?;
    folder.tidy()?;
    Ok(of_recipe(&recipe, folder.location(), Some(&lineage), products, clock))
}

/// What is made: what the request says, and else what the job of the chunks said.
fn output(request: &StitchRequest, kept: &[OutputChoices], doors: &Doors) -> Result<Output> {
    let chosen = match (agreed(kept), &request.products) {
        (Ok(kept), Some(_)) => OutputChoices { products: None, no_plots: false, ..kept },
        // what the chunks disagree about is decided by the request
        (Err(_), Some(_)) => OutputChoices::default(),
        (kept, None) => kept?,
    };
    let keys = OutputKeys {
        out: Some(request.out.clone()),
        job_id: request.job_id,
        title: request.title.clone().or(chosen.title),
        products: request.products.clone().or(chosen.products),
        overwrite: request.overwrite,
        // each chunk has told its warnings
        strict: false,
    };
    Output::of(&keys, request.no_plots || chosen.no_plots, chosen.tos2ca_names, doors)
}

/// What all chunks say of the products.
fn agreed(choices: &[OutputChoices]) -> Result<OutputChoices> {
    match choices.split_first() {
        Some((first, others)) if others.iter().any(|other| other != first) => Err(PipelineError::State(
            "the chunks were made with different products, titles or names; say what to make with --products"
                .to_owned(),
        )),
        Some((first, _)) => Ok(first.clone()),
        None => Ok(OutputChoices::default()),
    }
}

/// The job's fields for its pictures, where they can be had here and are still what the chunks were made of.
fn fields(recipe: &Recipe, env: &Environment<'_>) -> Result<Option<Subset>> {
    let without = |why: &str| {
        let text = format!("the maps show the components without their field: {why}");
        env.observer.notice("warning", &text);
    };
    let opened = recipe.reading().and_then(|reading| super::open(&reading, &recipe.limits, true, env));
    let subset = match opened {
        Ok(subset) => subset,
        Err(error) => {
            without(&error.to_string());
            return Ok(None);
        }
    };
    if !recipe.is_of(&subset)? {
        without("the input is not what the chunks were made of");
        return Ok(None);
    }
    Ok(Some(subset))
}
