//! Predefined phenomena as masks: outlines with times instead of a threshold, to the products of a PhDef job.
//!
//! The way of the data: a file of outlines is read ([`eventscape_catalog::Outlines`]) → its grid ([`grid`]) and its scenes
//! ([`eventscape_core::outline::Timeline`]) → cells and tracks, a scene at a time, into the spool ([`scenes`]) → the products,
//! by the stage of every PhDef job.

mod grid;
mod scenes;

use eventscape_catalog::{Notice, NoticeCode, Outlines, Severity};
use eventscape_core::outline::{Masker, Timeline};
use eventscape_core::time::Calendar;
use eventscape_core::{CoreError, Timestamp};
use eventscape_products::GivenTrack;

use super::ProductContext;
use crate::error::{PipelineError, Result};
use crate::job::{MaskFromJob, OutlineKeys};
use crate::recipe::{Given, Limits, Output, Recipe};
use crate::run::{Clock, Earlier, Environment, JobFolder, Report, Stage, of_recipe, on_threads_of, tell};
use scenes::Masked;

/// Makes the products of a PhDef job from outlines with times: each phenomenon of the file is a track.
///
/// A job that is complete is left as it is.
///
/// # Errors
/// What is wrong with the request, the file or the place, by name. Nothing half-written stays.
pub fn run_mask_from(job: &MaskFromJob, env: &Environment<'_>) -> Result<Report> {
    let limits = Limits::of(&job.limits)?;
    on_threads_of(&limits, || run(job, limits, env))
}

fn run(job: &MaskFromJob, limits: Limits, env: &Environment<'_>) -> Result<Report> {
    let mut clock = Clock::default();
    // there is no field to see in pictures
    let output = Output::of(&job.output, false, job.outlines.tos2ca_names, &env.doors)?.without_unnamed_pictures();
    output.place()?;
    let (step, span) = (job.step_micros()?, span(&job.outlines)?);

    env.observer.begin(Stage::Granules, 1);
    let outlines = clock.time("outlines read", || Ok(Outlines::read(&job.path()?, &job.outline_request()?)?))?;
    env.observer.advance(Stage::Granules, 1);
    env.observer.end(Stage::Granules);
    let given = Given::of(job, &outlines)?;
    let grid = grid::of(&job.outlines, &outlines, span)?;
    let masker = Masker::new(&grid, given.value)?;
    let timeline = Timeline::of(&outlines.phenomena, step, span, |shape| masker.may_touch(shape))?;
    if timeline.times().is_empty() {
        return Err(PipelineError::State(format!(
            "no outline of `{}` lies in the grid and between the times asked for; look at --bbox, --start and --end",
            outlines.location
        )));
    }
    let mut notices = outlines.notices.clone();
    notices.extend(beside(&outlines, &timeline));
    let place = (&grid, timeline.times());
    let mut recipe = Recipe::given(job, &outlines, given, place, notices, (output, limits))?;
    tell(recipe.data.notices(), recipe.output.strict, env)?;

    let key = &recipe.identity.key;
    let folder = JobFolder::open(env, recipe.output.place()?, recipe.identity.job_id, key)?;
    let names = super::wanted_names(&recipe);
    if let Earlier::Complete(products) = folder.earlier(key, &names, recipe.output.overwrite)? {
        let report = of_recipe(&recipe, folder.location(), None, products, clock);
        return Ok(Report { granules: 1, already_complete: true, ..report });
    }
    let masked = clock.time("cells found", || scenes::masked(&outlines, &timeline, &masker, env))?;
    let notice = recipe.add_notice(overlap(&masked, &outlines));
    tell(notice, recipe.output.strict, env)?;
    let info = recipe.info(env.now.clone(), tracks(&outlines, &masked));
    let (lineage, events) = (&masked.followed.lineage, &masked.events);
    let context = ProductContext { recipe: &recipe, info: &info, lineage, events, fields: None };
    let products = clock.time("products written", || super::products(&context, &folder, env))?;
    folder.tidy()?;
    let report = of_recipe(&recipe, folder.location(), Some(lineage), products, clock);
    Ok(Report { granules: 1, scenes_read: recipe.data.scenes(), ..report })
}

/// What the tracks are called where they come from.
fn tracks(outlines: &Outlines, masked: &Masked) -> Vec<GivenTrack> {
    let tracks = masked.followed.lineage.tracks.iter().zip(&masked.followed.origins);
    let named = tracks.filter_map(|(track, origin)| {
        let phenomenon = outlines.phenomena.get(origin.phenomenon)?;
        Some(GivenTrack {
            id: track.id,
            source_id: phenomenon.id.clone(),
            name: phenomenon.name.clone(),
            begins: origin.begins,
            ends: origin.ends,
        })
    });
    named.collect()
}

/// The span asked for.
fn span(job: &OutlineKeys) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
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
fn overlap(masked: &Masked, outlines: &Outlines) -> Option<Notice> {
    (masked.shared_cells > 0).then(|| Notice {
        severity: Severity::Info,
        code: NoticeCode::OutlinesOverlap,
        message: format!(
            "{} cells in {} of {} scenes belong to several phenomena: the mask file and the tables have them for each, \
             `track_id` of Masks.nc has one number a cell, that of the phenomenon with the fewest cells at that time",
            masked.shared_cells,
            masked.shared_scenes,
            masked.followed.lineage.times.len()
        ),
        subject: outlines.location.clone(),
    })
}
