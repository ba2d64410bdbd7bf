//! Joins the chunks of a job.

use std::path::{Path, PathBuf};

use eventscape_catalog::Subset;
use eventscape_core::{EventSource, SceneComponents, SourceError};
use eventscape_io::spool::SpoolReader;
use eventscape_io::stores::Stores;

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::job::{Job, Texts};
use crate::phdef::{Clock, size_pool};
use crate::report::{Report, of_scope};
use crate::request::ProductName;
use crate::resources::Resources;
use crate::scope::Scope;
use crate::stages::{self, Asked};
use crate::workplace::{Found, Workplace, chunk_spool};

/// What to join, and where to.
#[derive(Clone, Debug, Default)]
pub struct StitchRequest {
    /// Folders of the chunks, in any order.
    pub chunks: Vec<PathBuf>,
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
/// A folder that is no chunk, chunks of different jobs, scenes that are missing between them, by name.
pub fn run_stitch(request: &StitchRequest, around: &Surroundings<'_>) -> Result<Report> {
    let mut clock = Clock::default();
    let joined = clock.time("chunks opened", || Joined::open(&request.chunks))?;
    let mut scope = joined.scope.clone();
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
    let place = Workplace::open(&Stores::default(), &request.out, job_id, &key)?;
    let names = stages::wanted_names(&scope, job_id, &wanted);
    if let Found::Complete(products) = place.earlier(&key, &names, request.overwrite)? {
        return Ok(of_scope(&scope, &place, None, products, clock.times(), "complete", true));
    }
    let lineage = clock.time("components linked", || stages::lineage(&scope, &joined, around))?;
    let info = scope.info(around.now.clone())?;
    let subset = if wanted.iter().any(|p| p.is_picture()) { fields(&scope, around)? } else { None };
    let fields = subset.as_ref();
    let asked = Asked { scope: &scope, info: &info, lineage: &lineage, events: &joined, wanted: &wanted, fields };
    let products = clock.time("products written", || stages::products(&asked, &place, &resources, around))?;
    place.tidy()?;
    Ok(of_scope(&scope, &place, Some(&lineage), products, clock.times(), "complete", false))
}

/// The job's fields for its pictures, where they can be had here and are still what the chunks were made of.
fn fields(scope: &Scope, around: &Surroundings<'_>) -> Result<Option<Subset>> {
    let told = |why: &str| {
        let text = format!("the maps show the components without their field: {why}");
        around.observer.notice("warning", &text);
    };
    let subset = match stages::open(&scope.job, &Stores::default(), around, true) {
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

/// The components of several chunks as one sequence.
pub(crate) struct Joined {
    parts: Vec<SpoolReader>,
    /// For each scene the part and the scene in it.
    places: Vec<(usize, usize)>,
    scope: Scope,
}

impl Joined {
    /// Whether a chunk is complete and of this very job.
    pub(crate) fn holds(path: &Path, header: &[u8], scenes: usize) -> bool {
        SpoolReader::open(path).is_ok_and(|s| s.header() == header && s.scenes() == scenes)
    }

    pub(crate) fn open(folders: &[PathBuf]) -> Result<Self> {
        let mut parts = Vec::with_capacity(folders.len());
        let mut scope: Option<(Scope, Vec<u8>, &PathBuf)> = None;
        for folder in folders {
            let path = if folder.is_dir() { chunk_spool(folder) } else { folder.clone() };
            if !path.exists() {
                return Err(PipelineError::State(format!(
                    "`{}` is not the folder of a finished chunk: it has no `components.spool`",
                    folder.display()
                )));
            }
            let part = SpoolReader::open(&path)?;
            match &scope {
                None => {
                    let found = Scope::from_bytes(part.header(), &path.display().to_string())?;
                    scope = Some((found, part.header().to_vec(), folder));
                }
                Some((_, header, first)) if part.header() != header => {
                    return Err(PipelineError::State(format!(
                        "`{}` and `{}` are chunks of different jobs",
                        first.display(),
                        folder.display()
                    )));
                }
                Some(_) => {}
            }
            parts.push(part);
        }
        let (scope, ..) = scope.ok_or_else(|| PipelineError::State("there is no chunk to join".to_owned()))?;
        // the same scene of two chunks is the same: components do not depend on the chunk
        let index_of = scope.index_of_times();
        let mut all: Vec<(usize, usize, usize)> = Vec::new();
        for (p, part) in parts.iter().enumerate() {
            for (s, time) in part.times().iter().enumerate() {
                let index = index_of.get(&time.micros()).ok_or_else(|| {
                    PipelineError::State(format!("a chunk holds a scene of {time}, which is none of the job's"))
                })?;
                all.push((*index, p, s));
            }
        }
        all.sort_unstable();
        all.dedup_by_key(|(index, ..)| *index);
        Ok(Self { parts, places: all.into_iter().map(|(_, p, s)| (p, s)).collect(), scope })
    }

    fn check_complete(&self, scope: &Scope) -> Result<()> {
        let times = scope.times();
        let have: std::collections::HashSet<i64> =
            self.parts.iter().flat_map(|p| p.times()).map(|t| t.micros()).collect();
        let missing: Vec<String> =
            times.iter().filter(|t| !have.contains(&t.micros())).map(ToString::to_string).collect();
        match missing.first() {
            Some(first) => Err(PipelineError::State(format!(
                "{} of the job's {} scenes are in none of the chunks, the first is {first}; run the missing chunks",
                missing.len(),
                times.len()
            ))),
            None => Ok(()),
        }
    }
}

impl EventSource for Joined {
    fn scenes(&self) -> usize {
        self.places.len()
    }

    fn read(&self, index: usize) -> std::result::Result<SceneComponents, SourceError> {
        let found = self.places.get(index).and_then(|(p, s)| self.parts.get(*p).map(|part| (part, *s)));
        let (part, scene) = found.ok_or_else(|| format!("there is no scene {index} among {}", self.places.len()))?;
        part.read(scene)
    }
}
