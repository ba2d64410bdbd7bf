//! Doing a task: the stages of the pipeline, with what the service decides filled in.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_io::sink::Sink;
use eventscape_io::stores::Location;
use eventscape_pipeline::{
    Cancel, CurationJob, CurationKeys, CurationReport, Doors, Environment, Job, LimitKeys, Observer, OutputKeys,
    PipelineError, Report, RunningKeys, SourceKeys, StitchRequest, TextOrNumber, run_curation, run_phdef, run_stitch,
};
use eventscape_products::{Artifact, ProductStage};

use super::WorkerSettings;
use crate::error::{Result, ServiceError};
use crate::jobs::{Claim, JobRequest, Made, OutputFile, TaskKind};

fn made(report: &Report, doors: &Doors) -> Made {
    let found = || format!("{} tracks of {} components in {} scenes", report.tracks, report.components, report.scenes);
    let summary = (!report.already_complete).then(|| with_notices(found(), &report.notices));
    Made { location: report.location.clone(), outputs: outputs(&report.products, ProductStage::Tracks, doors), summary }
}

fn made_by_curation(report: &CurationReport, doors: &Doors) -> Made {
    let found = || {
        format!(
            "{} events at {} times, {} cells; {} events without any value",
            report.events, report.times, report.cells, report.without_value
        )
    };
    let summary = (!report.already_complete).then(|| with_notices(found(), &report.notices));
    Made {
        location: report.location.clone(),
        outputs: outputs(&report.products, ProductStage::Curation, doors),
        summary,
    }
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
    env.doors = settings.doors.clone();
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
            Ok(made(&run_stitch(&request, &env)?, &settings.doors))
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
            Ok(made(&report, &settings.doors))
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
            Ok(made_by_curation(&report, &settings.doors))
        }
    }
}

/// Whether the job's folder can be opened: what is wrong here is wrong with the service, and no job's fault.
fn check_store(settings: &WorkerSettings, number: u64) -> Result<()> {
    let place = Location::parse(&settings.store);
    let opened = place.and_then(|place| Sink::open(&settings.stores, &place, &number.to_string()));
    opened.map(|_| ()).map_err(ServiceError::Store)
}

/// The products as the results tell them, with TOS2CA's word for each.
fn outputs(products: &[Artifact], stage: ProductStage, doors: &Doors) -> Vec<OutputFile> {
    let one = |file: &Artifact| OutputFile {
        name: file.name.clone(),
        kind: tos2ca_type(file, stage, doors).to_owned(),
        title: Some(file.title.clone()),
        roles: file.roles.clone(),
        time: file.stamp.clone(),
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
        sha256: file.sha256.clone(),
        media_type: file.media_type.clone(),
    };
    products.iter().map(one).collect()
}

/// TOS2CA's word for a product; it has none for the manifest and for products that it does not know.
fn tos2ca_type(file: &Artifact, stage: ProductStage, doors: &Doors) -> &'static str {
    match doors.product(stage, &file.product) {
        Some(product) => product.tos2ca_type,
        None if file.product == MANIFEST => MANIFEST,
        None => "file",
    }
}

const MANIFEST: &str = "manifest";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_called_as_tos2ca_calls_them_and_titled_for_people() {
        let doors = Doors::default();
        for (stage, name, known) in [
            (ProductStage::Tracks, "mask-output", "masks"),
            (ProductStage::Tracks, "toc", "toc"),
            (ProductStage::Tracks, "hierarchy", "hierarchy"),
            (ProductStage::Curation, "hierarchy", "hierarchy"),
            (ProductStage::Tracks, "geojson", "geoJSON"),
            (ProductStage::Tracks, "maps", "plot"),
            (ProductStage::Curation, "plots", "interpolated plot"),
            (ProductStage::Curation, "interpolated", "interpolated subset"),
            (ProductStage::Tracks, "table", "table"),
            (ProductStage::Tracks, "masks", "file"),
        ] {
            let product = doors.product(stage, name).unwrap();
            let file = Artifact::new(product, format!("7-{name}"), 1, String::new());
            let outputs = outputs(&[file], stage, &doors);
            assert_eq!((outputs[0].kind.as_str(), outputs[0].title.as_deref()), (known, Some(product.title)), "{name}");
        }
    }
}
