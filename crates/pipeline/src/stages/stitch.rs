//! Joins the chunks of a job.

use eventscape_catalog::Subset;
use eventscape_io::stores::Stores;

use crate::Surroundings;
use crate::error::Result;
use crate::job::{Job, Texts};
use crate::joined::Joined;
use crate::phdef::{Clock, size_pool};
use crate::report::{Report, of_scope};
use crate::request::ProductName;
use crate::resources::Resources;
use crate::scope::Scope;
use crate::stages::{self, Asked};
use crate::workplace::{Found, Workplace};

/// What to join, and where to.
#[derive(Clone, Debug, Default)]
pub struct StitchRequest {
    /// Folders of the chunks, in any order: on this machine, `s3://…` or `https://…`; the last part may hold wildcards.
    pub chunks: Vec<String>,
    /// Where the products go.
    pub out: String,
    /// The job's number; that of the chunks if absent.
    pub job_id: Option<u64>,
    /// Title of the job, which the chunks do not keep.
    pub title: Option<String>,
    /// Threads to use; all cores if absent.
    pub threads: Option<u32>,
    /// Products to make, as in a job.
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
pub fn run_stitch(request: &StitchRequest, around: &Surroundings<'_>) -> Result<Report> {
    let mut clock = Clock::default();
    let stores = around.stores.clone();
    let joined = clock.time("chunks opened", || Joined::open(&stores, &request.chunks))?;
    let mut scope = joined.scope()?;
    joined.check_complete(&scope)?;
    scope.job = Job {
        job_id: Some(request.job_id.or(scope.job.job_id).unwrap_or(1)),
        out: Some(request.out.clone()),
        title: request.title.clone(),
        threads: request.threads,
        products: request.products.clone(),
        no_plots: request.no_plots,
        overwrite: request.overwrite,
        ..scope.job
    };
    scope.told().for_each(|(severity, text)| around.observer.notice(severity, &text));
    let resources = Resources::of(&scope.job)?;
    let wanted = scope.possible(ProductName::selection(&scope.job)?, around)?;
    let key = scope.key()?;
    let job_id = scope.job.job_id.unwrap_or(1);
    size_pool(&resources);
    let place = Workplace::open(around, &request.out, job_id, &key)?;
    let names = stages::wanted_names(&scope, job_id, &wanted);
    if let Found::Complete(products) = place.earlier(&key, &names, request.overwrite)? {
        return Ok(of_scope(&scope, place.location(), None, products, clock.times(), "complete", true));
    }
    let lineage = clock.time("components linked", || stages::lineage(&scope, &joined, around))?;
    let info = scope.info(around.now.clone())?;
    let subset = if wanted.iter().any(|p| p.is_picture()) { fields(&scope, &stores, around)? } else { None };
    let fields = subset.as_ref();
    let asked = Asked { scope: &scope, info: &info, lineage: &lineage, events: &joined, wanted: &wanted, fields };
    let products = clock.time("products written", || stages::products(&asked, &place, &resources, around))?;
    place.tidy()?;
    Ok(of_scope(&scope, place.location(), Some(&lineage), products, clock.times(), "complete", false))
}

/// The job's fields for its pictures, where they can be had here and are still what the chunks were made of.
fn fields(scope: &Scope, stores: &Stores, around: &Surroundings<'_>) -> Result<Option<Subset>> {
    let told = |why: &str| {
        let text = format!("the maps show the components without their field: {why}");
        around.observer.notice("warning", &text);
    };
    let subset = match stages::open(&scope.job, stores, around, true) {
        Ok(subset) => subset,
        Err(error) => {
            told(&error.to_string());
            return Ok(None);
        }
    };
    if Scope::of(&scope.job, &subset)?.key()? != scope.key()? {
        told("the input is not what the chunks were made of");
        return Ok(None);
    }
    Ok(Some(subset))
}
