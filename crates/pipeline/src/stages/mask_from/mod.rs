//! Predefined phenomena as masks: outlines with times instead of a threshold, to the products of a PhDef job.
//!
//! The way of the data: a file of outlines is read ([`eventscape_catalog::Outlines`]) → its grid ([`grid`]) and its scenes
//! ([`eventscape_core::outline::Timeline`]) → cells and tracks, a scene at a time, into the spool ([`scenes`]) → the products,
//! by the stage of every PhDef job ([`info`] is what they say of it).

mod grid;
mod info;
mod job;
mod scenes;

use eventscape_catalog::{Notice, NoticeCode, Outlines, Severity};
use eventscape_core::outline::{Masker, Timeline};
use eventscape_core::time::Calendar;
use eventscape_core::{CoreError, Grid, Timestamp};
use ring::digest::{SHA256, digest};

use crate::Surroundings;
use crate::error::{PipelineError, Result};
use crate::job::Job;
use crate::phdef::{Clock, size_pool};
use crate::progress::Stage;
use crate::report::{Report, of_scope};
use crate::request::ProductName;
use crate::resources::Resources;
use crate::scope::Scope;
use crate::stages::{self, Asked};
use crate::workplace::{Found, Workplace};

pub use job::MaskFromJob;

pub(crate) use info::Facts;

/// Raised whenever the same request on the same file gives other cells or tracks.
const VERSION: u32 = 1;

/// Makes the products of a PhDef job from outlines with times: each phenomenon of the file is a track.
///
/// A job that is complete is left as it is.
///
/// # Errors
/// What is wrong with the request, the file or the place, by name. Nothing half-written stays.
pub fn run_mask_from(job: &MaskFromJob, around: &Surroundings<'_>) -> Result<Report> {
    let resources = Resources::with(job.threads, job.memory_limit.as_ref())?;
    size_pool(&resources);
    let mut clock = Clock::default();
    let out = job.out.as_deref().ok_or_else(|| PipelineError::job("out", "say where the products go"))?;
    let wanted = wanted(job)?;
    let (step, span) = (job.step_micros()?, span(job)?);

    around.observer.begin(Stage::Granules, 1);
    let outlines = clock.time("outlines read", || Ok(Outlines::read(&job.path()?, &job.outline_request()?)?))?;
    around.observer.advance(Stage::Granules, 1);
    around.observer.end(Stage::Granules);
    let facts = Facts::of(job, &outlines);
    let grid = grid::of(job, &outlines, span)?;
    let masker = Masker::new(&grid, facts.value)?;
    let timeline = Timeline::of(&outlines.phenomena, step, span, |shape| masker.may_touch(shape))?;
    if timeline.times().is_empty() {
        return Err(PipelineError::State(format!(
            "no outline of `{}` lies in the grid and between the times asked for; look at --bbox, --start and --end",
            outlines.location
        )));
    }
    let mut notices = outlines.notices.clone();
    notices.extend(beside(&outlines, &timeline));
    let mut scope = Scope::predefined(shell(job), &grid, timeline.times(), &facts, &outlines, notices);
    scope.told().for_each(|(severity, text)| around.observer.notice(severity, &text));

    let key = key(job, &outlines, &grid)?;
    let job_id = job.job_id.unwrap_or(1);
    let place = Workplace::open(around, out, job_id, &key)?;
    let names = stages::wanted_names(&scope, job_id, &wanted);
    if let Found::Complete(products) = place.earlier(&key, &names, job.overwrite)? {
        let report = of_scope(&scope, place.location(), None, products, clock.times(), "complete", true);
        return Ok(Report { title: facts.title, granules: 1, ..report });
    }
    let masked = clock.time("cells found", || scenes::masked(&outlines, &timeline, &masker, around))?;
    let told = scope.notices.len();
    scope.notices.extend(overlap(&masked, &outlines));
    scope.told().skip(told).for_each(|(severity, text)| around.observer.notice(severity, &text));
    let info = facts.info(job, &outlines, &scope, &masked, key, around.now.clone())?;
    let (lineage, events) = (&masked.followed.lineage, &masked.events);
    let asked = Asked { scope: &scope, info: &info, lineage, events, wanted: &wanted, fields: None };
    let products = clock.time("products written", || stages::products(&asked, &place, &resources, around))?;
    place.tidy()?;
    let report = of_scope(&scope, place.location(), Some(lineage), products, clock.times(), "complete", false);
    Ok(Report { title: info.title.clone(), granules: 1, scenes_read: scope.scenes(), ..report })
}

/// The products: those of PhDef, without pictures unless they are asked for, since there is no field to see.
fn wanted(job: &MaskFromJob) -> Result<Vec<ProductName>> {
    let mut wanted = ProductName::selection(&shell(job))?;
    if job.products.is_none() {
        wanted.retain(|product| !product.is_picture());
    }
    Ok(wanted)
}

/// The keys that every PhDef job has.
fn shell(job: &MaskFromJob) -> Job {
    Job {
        out: job.out.clone(),
        job_id: Some(job.job_id.unwrap_or(1)),
        title: job.title.clone(),
        products: job.products.clone(),
        threads: job.threads,
        memory_limit: job.memory_limit.clone(),
        overwrite: job.overwrite,
        ..Job::default()
    }
}

/// The span asked for.
fn span(job: &MaskFromJob) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
    let calendar = Calendar::Standard;
    let wrong = |key: &'static str| move |error: CoreError| PipelineError::job(key, error.to_string());
    let start = job.start.as_ref().map(|text| Timestamp::parse(&text.text(), calendar).map(|(time, _)| time));
    let end = job.end.as_ref().map(|text| Timestamp::parse_last(&text.text(), calendar));
    let (start, end) = (start.transpose().map_err(wrong("start"))?, end.transpose().map_err(wrong("end"))?);
    match (start, end) {
        (Some(first), Some(last)) if last.micros() < first.micros() => {
            Err(PipelineError::job("end", format!("{last} is before the start {first}")))
        }
        span => Ok(span),
    }
}

/// A text that is equal for jobs of equal products but titles.
fn key(job: &MaskFromJob, outlines: &Outlines, grid: &Grid) -> Result<String> {
    let essence = (VERSION, outlines.kind.name(), job.essence(), &outlines.checksum, grid);
    let bytes = serde_json::to_vec(&essence)
        .map_err(|e| PipelineError::Internal(format!("the job cannot be written down: {e}")))?;
    Ok(digest(&SHA256, &bytes).as_ref().iter().take(16).map(|b| format!("{b:02x}")).collect())
}

/// What of the file lies outside the grid or the span.
fn beside(outlines: &Outlines, timeline: &Timeline) -> Option<Notice> {
    let count = outlines.phenomena.len();
    let left = (0..count).filter(|phenomenon| !timeline.has(*phenomenon)).count();
    (left > 0).then(|| Notice {
        severity: Severity::Info,
        code: NoticeCode::OutlineLeftOut,
        message: format!("{left} of {count} phenomena lie outside the grid or the times asked for"),
        subject: outlines.location.clone(),
    })
}

/// Where phenomena share cells.
fn overlap(masked: &scenes::Masked, outlines: &Outlines) -> Option<Notice> {
    (masked.shared_cells > 0).then(|| Notice {
        severity: Severity::Info,
        code: NoticeCode::OutlinesOverlap,
        message: format!(
            "{} cells in {} of {} scenes belong to several phenomena: the mask file and the tables have them for each, \
             `event_id` of Masks.nc has one number a cell, that of the phenomenon with the fewest cells at that time",
            masked.shared_cells,
            masked.shared_scenes,
            masked.followed.lineage.times.len()
        ),
        subject: outlines.location.clone(),
    })
}
