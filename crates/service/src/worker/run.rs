//! Doing a task: the stages of the pipeline, with what the service decides filled in.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_io::sink::{Sink, StoredProduct};
use eventscape_io::stores::Location;
use eventscape_pipeline::{
    Cancel, CurationJob, CurationKeys, CurationReport, Environment, Job, LimitKeys, Observer, OutputKeys,
    PipelineError, Report, RunningKeys, SourceKeys, StitchRequest, TextOrNumber, run_curation, run_phdef, run_stitch,
};

use super::WorkerSettings;
use crate::error::{Result, ServiceError};
use crate::jobs::{Claim, JobRequest, Made, OutputFile, TaskKind};

fn made(report: &Report) -> Made {
    let found = || format!("{} tracks of {} components in {} scenes", report.tracks, report.components, report.scenes);
    let summary = (!report.already_complete).then(|| with_notices(found(), &report.notices));
    Made { location: report.location.clone(), outputs: outputs(&report.products), summary }
}

fn made_by_curation(report: &CurationReport) -> Made {
    let found = || {
        format!(
            "{} events at {} times, {} cells; {} events without any value",
            report.events, report.times, report.cells, report.without_value
        )
    };
    let summary = (!report.already_complete).then(|| with_notices(found(), &report.notices));
    Made { location: report.location.clone(), outputs: outputs(&report.products), summary }
}

/// What was found, and what users should know of it.
fn with_notices(found: String, notices: &[String]) -> String {
    notices.iter().fold(found, |text, notice| text + "; " + notice)
}

/// Runs a task to its end. The products' dates are those of the job's submission: whichever worker makes them, and how
/// often, they are the same to the byte.
pub(super) fn run(claim: &Claim, settings: &WorkerSettings, observer: &dyn Observer, cancel: Cancel) -> Result<Made> {
    let job = &claim.job;
    let seconds = settings.date.unwrap_or(job.submitted.div_euclid(1000));
    let now = Timestamp::from_micros(Calendar::ProlepticGregorian, seconds * 1_000_000).to_string();
    let mut env = Environment::new(observer);
    env.cancel = cancel;
    env.now = Some(now);
    env.stores = settings.stores.clone();
    env.cache = settings.cache.clone();
    env.takes_over = true;
    let request = JobRequest::of_stored(job.stage, job.phdef_job_id, &job.request)?;
    let number = u64::try_from(job.job_id).map_err(|_| ServiceError::Internal("a job below 0".to_owned()))?;
    check_store(settings, number)?;
    let memory_limit = settings.memory_limit.clone().map(TextOrNumber::Text);
    let limits = LimitKeys { threads: settings.threads, memory_limit };
    let place =
        |keys: &OutputKeys| OutputKeys { out: Some(settings.store.clone()), job_id: Some(number), ..keys.clone() };
    let source = |keys: &SourceKeys, collection: Option<&str>| SourceKeys {
        catalog: settings.catalog.clone(),
        root: settings.root_of(collection).or_else(|| keys.root.clone()),
        ..keys.clone()
    };
    match request {
        JobRequest::Phdef(asked) if claim.kind == TaskKind::Stitch => {
            let request = StitchRequest {
                chunks: vec![format!("{}/{number}/chunks/*", settings.store.trim_end_matches('/'))],
                out: settings.store.clone(),
                job_id: Some(number),
                title: asked.output.title,
                threads: settings.threads,
                products: asked.output.products,
                no_plots: asked.running.no_plots,
                overwrite: false,
            };
            Ok(made(&run_stitch(&request, &env)?))
        }
        JobRequest::Phdef(asked) => {
            let is_chunk = claim.kind == TaskKind::Chunk;
            let asked = Job {
                source: source(&asked.source, asked.phenomenon.collection.as_deref()),
                running: RunningKeys {
                    chunks: asked.running.chunks.filter(|_| is_chunk),
                    chunk: u32::try_from(claim.chunk).ok().filter(|_| is_chunk),
                    ..asked.running.clone()
                },
                output: place(&asked.output),
                limits,
                ..*asked
            };
            let report = match run_phdef(&asked, &env) {
                // a job of few steps has fewer chunks than were asked for: there is nothing to do in this one
                Err(PipelineError::Job { subject, .. }) if is_chunk && claim.chunk > 1 && subject == "chunk" => {
                    return Ok(Made::default());
                }
                other => other?,
            };
            Ok(made(&report))
        }
        JobRequest::Curation(phdef, asked) => {
            let collection = asked.curation.collection.as_ref().and_then(|names| names.names().into_iter().next());
            let here = || format!("{}/{phdef}", settings.store.trim_end_matches('/'));
            let asked = CurationJob {
                source: source(&asked.source, collection.as_deref()),
                curation: CurationKeys {
                    phdef: Some(claim.masks.clone().unwrap_or_else(here)),
                    ..asked.curation.clone()
                },
                output: place(&asked.output),
                limits,
            };
            let reports = run_curation(&asked, &env)?;
            let report = reports.into_iter().next();
            let report = report.ok_or_else(|| ServiceError::Internal("curation made nothing".to_owned()))?;
            Ok(made_by_curation(&report))
        }
    }
}

/// Whether the job's folder can be opened: what is wrong here is wrong with the service, and no job's fault.
fn check_store(settings: &WorkerSettings, number: u64) -> Result<()> {
    let place = Location::parse(&settings.store);
    let opened = place.and_then(|place| Sink::open(&settings.stores, &place, &number.to_string()));
    opened.map(|_| ()).map_err(ServiceError::Store)
}

fn outputs(products: &[StoredProduct]) -> Vec<OutputFile> {
    products
        .iter()
        .map(|product| OutputFile {
            name: product.name.clone(),
            kind: kind(&product.name).to_owned(),
            time: time(&product.name),
            size: i64::try_from(product.size).unwrap_or(i64::MAX),
            sha256: product.sha256.clone(),
            media_type: product.media_type.clone(),
        })
        .collect()
}

/// What a product is: the reference's words for what it has, ours for the rest.
fn kind(name: &str) -> &'static str {
    let ends = |end: &str| name.ends_with(end);
    match name {
        _ if ends("-ForTraCC-Mask-Output.nc4") => "masks",
        _ if ends("-ForTraCC-TOC.json") => "toc",
        _ if ends("-Hierarchy.json") => "hierarchy",
        _ if ends("-Curated-Data.nc4") => "curated subset",
        _ if ends("-Interpolated-Data.nc4") => "interpolated subset",
        _ if ends("-Manifest.json") => "manifest",
        _ if name.contains("-Series-") => "interpolated plot",
        _ if ends(".png") || ends(".svg") || ends(".gif") => "plot",
        _ if ends(".json") && time(name).is_some() => "geoJSON",
        _ if ends(".parquet") || ends(".csv") => "table",
        _ => "file",
    }
}

/// The time of a product of one time: `<job>-<YYYYMMDDhhmm>.<ext>`.
fn time(name: &str) -> Option<String> {
    let (_, rest) = name.split_once('-')?;
    let stamp = rest.split('.').next()?;
    (stamp.len() == 12 && stamp.bytes().all(|b| b.is_ascii_digit())).then(|| stamp.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_called_as_the_reference_calls_them() {
        for (name, known, at) in [
            ("7-ForTraCC-Mask-Output.nc4", "masks", None),
            ("7-ForTraCC-TOC.json", "toc", None),
            ("7-ForTraCC-Mask-Output-Hierarchy.json", "hierarchy", None),
            ("7-Curation-Hierarchy.json", "hierarchy", None),
            ("7-201508120630.json", "geoJSON", Some("201508120630")),
            ("7-201508120630.png", "plot", Some("201508120630")),
            ("7-Series-3-Tb.png", "interpolated plot", None),
            ("7-Tracks.parquet", "table", None),
        ] {
            assert_eq!((kind(name), time(name).as_deref()), (known, at), "{name}");
        }
    }
}
