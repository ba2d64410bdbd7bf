//! Phenomenon definition, from a job to its products.

use std::ops::Range;
use std::time::Instant;

use eventscape_catalog::Subset;
use eventscape_core::{EventSource, Lineage, Relation};
use eventscape_io::spool::Spool;
use eventscape_products::{Artifact, Product};

use crate::Surroundings;
use crate::chunk_place::ChunkPlace;
use crate::error::{PipelineError, Result};
use crate::job::Job;
use crate::joined::{Chunk, Joined};
use crate::output_choices::OutputChoices;
use crate::report::{Report, StageTime};
use crate::request;
use crate::resources::Resources;
use crate::scope::{Finder, Scope};
use crate::stages::{self, Asked, Watched};
use crate::workplace::{Found, Workplace};

/// Runs a PhDef job: opens its scenes, finds their components, links them through time, and writes the products.
///
/// A job that was stopped goes on where it was; one that is complete is left as it is. With `chunks` or `chunk_steps` the
/// components are found chunk by chunk and joined before they are linked; with `chunk` only that one is found.
///
/// # Errors
/// What is wrong with the job, its data or its place, by name. Nothing half-written stays.
pub fn run_phdef(job: &Job, around: &Surroundings<'_>) -> Result<Report> {
    let resources = Resources::of(job)?;
    size_pool(&resources);
    run(job, &resources, around)
}

fn run(job: &Job, resources: &Resources, around: &Surroundings<'_>) -> Result<Report> {
    let mut clock = Clock::default();
    let wanted = request::products(job, &around.doors)?;
    let stores = around.stores.clone();
    let subset = clock.time("scenes opened", || stages::open(job, &stores, around, reads_again(job, &wanted)))?;
    let mut scope = Scope::of(job, &subset)?;
    scope.told().for_each(|(severity, text)| around.observer.notice(severity, &text));
    let wanted = scope.possible(wanted, around)?;

    let out = job.out.as_deref().ok_or_else(|| PipelineError::job("out", "say where the products go"))?;
    let key = scope.key()?;
    let job_id = job.job_id.unwrap_or(1);
    let ranges = chunk_ranges(job, scope.scenes())?;
    let search = Search { scope: &scope, subset: &subset, out, job_id, resources, around };
    if let Some(chunk) = job.chunk {
        let found = clock.time("components found", || search.chunk(&ranges, chunk as usize))?;
        return Ok(report(&scope, &found.name, &subset, None, Vec::new(), clock, "chunk", false));
    }
    let place = Workplace::open(around, out, job_id, &key)?;
    let names = stages::wanted_names(&scope, job_id, &wanted);
    if let Found::Complete(products) = place.earlier(&key, &names, job.overwrite)? {
        return Ok(report(&scope, place.location(), &subset, None, products, clock, "complete", true));
    }
    let events = clock.time("components found", || search.all(&ranges, &place))?;
    let watched = Watched::new(&*events);
    let lineage = clock.time("components linked", || stages::lineage(&scope, &watched, around))?;
    let told = scope.notices.len();
    scope.notices.extend(subset.notice_of_no_value(&watched.without_value())?);
    scope.told().skip(told).for_each(|(severity, text)| around.observer.notice(severity, &text));
    let info = scope.info(around.now.clone())?;
    let asked = Asked {
        scope: &scope,
        info: &info,
        lineage: &lineage,
        events: &*events,
        wanted: &wanted,
        fields: Some(&subset),
    };
    let products = clock.time("products written", || stages::products(&asked, &place, resources, around))?;
    drop(events);
    place.tidy()?;
    Ok(report(&scope, place.location(), &subset, Some(&lineage), products, clock, "complete", false))
}

/// Whether scenes are needed more than once.
fn reads_again(job: &Job, wanted: &[Product]) -> bool {
    let operator = job.operator.as_deref().unwrap_or_default().to_ascii_lowercase();
    let statistics = ["anomaly", "percentile", "climatology"].iter().any(|name| operator.starts_with(name));
    statistics || wanted.iter().any(|p| p.needs.fields)
}

/// The search for components, and where they are kept.
struct Search<'a> {
    scope: &'a Scope,
    subset: &'a Subset,
    out: &'a str,
    job_id: u64,
    resources: &'a Resources,
    around: &'a Surroundings<'a>,
}

impl Search<'_> {
    /// The components of all scenes.
    fn all(&self, ranges: &[Range<usize>], place: &Workplace) -> Result<Box<dyn EventSource>> {
        if let [all] = ranges {
            let header = self.scope.essence().to_bytes()?;
            if let Some(finished) = place.finished_spool(&header).filter(|s| s.scenes() == all.len()) {
                return Ok(Box::new(finished));
            }
            let mut spool = place.spool(&header)?;
            self.find(all.clone(), &mut spool)?;
            return Ok(Box::new(spool.finish()?));
        }
        let chunks = (1..=ranges.len()).map(|chunk| self.chunk(ranges, chunk)).collect::<Result<_>>()?;
        Ok(Box::new(Joined::of(chunks)?))
    }

    /// The components of one chunk (from 1), in its own folder.
    fn chunk(&self, ranges: &[Range<usize>], chunk: usize) -> Result<Chunk> {
        let Some(range) = chunk.checked_sub(1).and_then(|k| ranges.get(k)) else {
            let there = format!("there is no chunk {chunk}; they go from 1 to {}", ranges.len());
            return Err(PipelineError::job("chunk", there));
        };
        let place = ChunkPlace::open(self.around, self.out, self.job_id, chunk)?;
        place.keep_choices(&OutputChoices::of(&self.scope.job))?;
        let header = self.scope.essence().to_bytes()?;
        let times = self.scope.times();
        let times = times.get(range.clone()).unwrap_or_default();
        let spool = match place.finished(&header, times)? {
            Some(finished) => finished,
            None => place.make(&header, times, |spool| self.find(range.clone(), spool))?,
        };
        Ok(Chunk { name: place.location().to_owned(), spool })
    }

    /// The components of a range of scenes, with the statistics of the whole job where the condition needs them.
    fn find(&self, range: Range<usize>, spool: &mut Spool) -> Result<()> {
        let (scope, subset, around) = (self.scope, self.subset, self.around);
        let reference = match scope.finder()? {
            Finder::Condition(condition, _) => stages::reference(scope, subset, &condition, self.resources, around)?,
            Finder::AuxGeoir(_) => None,
        };
        stages::components(scope, subset, range, reference.as_ref(), spool, self.resources, around)
    }
}

/// The scenes of each chunk; a chunk shares its last scene with the next one's first, as in the reference.
///
/// `chunks` chunks differ by one scene at most, and none is empty: there are fewer only where the job has fewer scenes.
fn chunk_ranges(job: &Job, scenes: usize) -> Result<Vec<Range<usize>>> {
    let with_next = |range: Range<usize>| range.start..(range.end + 1).min(scenes);
    match (job.chunks, job.chunk_steps) {
        (Some(_), Some(_)) => Err(PipelineError::job("chunks", "give chunks or chunk_steps, not both")),
        (Some(0), _) | (_, Some(0)) => Err(PipelineError::job("chunks", "0 is no number of chunks or steps")),
        (Some(chunks), None) => {
            let chunks = (chunks as usize).min(scenes).max(1);
            // the longer ones come first
            let (each, longer) = (scenes / chunks, scenes % chunks);
            let start = |k: usize| k * each + k.min(longer);
            Ok((0..chunks).map(|k| with_next(start(k)..start(k + 1))).collect())
        }
        (None, Some(steps)) => {
            let steps = steps as usize;
            Ok((0..scenes.div_ceil(steps).max(1)).map(|k| with_next(k * steps..(k + 1) * steps)).collect())
        }
        (None, None) if job.chunk.is_some() => {
            Err(PipelineError::job("chunk", "say how the job is cut, with chunks or chunk_steps"))
        }
        (None, None) => Ok(std::iter::once(0..scenes).collect()),
    }
}

/// Sizes the pool of threads of this process, unless it has one already: an earlier job's, or the embedding program's.
pub(crate) fn size_pool(resources: &Resources) {
    if let Err(already) = rayon::ThreadPoolBuilder::new().num_threads(resources.threads).build_global() {
        tracing::debug!("threads: {already}");
    }
}

/// What took how long.
#[derive(Default)]
pub(crate) struct Clock(Vec<StageTime>);

impl Clock {
    pub(crate) fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let result = work()?;
        self.0.push(StageTime { stage, seconds: start.elapsed().as_secs_f64() });
        Ok(result)
    }

    pub(crate) fn times(self) -> Vec<StageTime> {
        self.0
    }
}

#[allow(clippy::too_many_arguments)] // one place that puts the parts of a report together
fn report(
    scope: &Scope,
    location: &str,
    subset: &Subset,
    lineage: Option<&Lineage>,
    products: Vec<Artifact>,
    clock: Clock,
    status: &'static str,
    already_complete: bool,
) -> Report {
    Report {
        granules: subset.granules().len(),
        scenes_read: subset.counts().from_source,
        ..crate::report::of_scope(scope, location, lineage, products, clock.times(), status, already_complete)
    }
}

/// Links that tracks are made of.
pub(crate) fn used_links(lineage: &Lineage) -> usize {
    lineage.links.iter().filter(|l| !matches!(l.relation, Relation::Unused | Relation::Weak)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_share_one_scene_and_cover_all() {
        let job = |chunks, steps| Job { chunks, chunk_steps: steps, ..Job::default() };
        assert_eq!(chunk_ranges(&job(None, None), 7).unwrap(), [0..7]);
        assert_eq!(chunk_ranges(&job(Some(3), None), 7).unwrap(), [0..4, 3..6, 5..7]);
        assert_eq!(chunk_ranges(&job(None, Some(4)), 9).unwrap(), [0..5, 4..9, 8..9]);
        assert_eq!(chunk_ranges(&job(Some(50), None), 2).unwrap(), [0..2, 1..2]);
        assert!(chunk_ranges(&job(Some(0), None), 2).is_err());
        assert!(chunk_ranges(&job(Some(2), Some(2)), 2).is_err());
    }

    #[test]
    fn there_are_as_many_chunks_as_asked_for_unless_there_are_fewer_scenes() {
        for scenes in 1..=100_usize {
            for chunks in 1..=120_u32 {
                let job = Job { chunks: Some(chunks), ..Job::default() };
                let ranges = chunk_ranges(&job, scenes).unwrap();
                assert_eq!(ranges.len(), scenes.min(chunks as usize), "{scenes} scenes in {chunks} chunks");
                assert!(ranges.iter().all(|range| !range.is_empty()), "{scenes} scenes in {chunks} chunks: {ranges:?}");
                assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, scenes));
                for pair in ranges.windows(2) {
                    assert_eq!(pair[0].end, pair[1].start + 1, "{scenes} scenes in {chunks} chunks: {ranges:?}");
                }
                let steps = |(k, range): (usize, &Range<usize>)| range.len() - usize::from(k + 1 < ranges.len());
                let steps: Vec<_> = ranges.iter().enumerate().map(steps).collect();
                let (least, most) = (steps.iter().min().unwrap(), steps.iter().max().unwrap());
                assert!(most - least <= 1, "{scenes} scenes in {chunks} chunks: {ranges:?}");
            }
        }
        assert_eq!(chunk_ranges(&Job { chunks: Some(11), ..Job::default() }, 48).unwrap().len(), 11);
        assert_eq!(chunk_ranges(&Job { chunks: Some(u32::MAX), ..Job::default() }, 3).unwrap().len(), 3);
        assert_eq!(chunk_ranges(&Job { chunk_steps: Some(u32::MAX), ..Job::default() }, 3).unwrap(), [0..3]);
        assert_eq!(chunk_ranges(&Job { chunks: Some(4), ..Job::default() }, 0).unwrap(), [0..0]);
    }
}
