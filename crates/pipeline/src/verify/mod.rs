//! Verification: a finished job is read back whole, and everything that is not as it should be is named.
//!
//! The way: `folder` finds the manifest and lists the files; `product` looks at each product by itself, several side by side:
//! its bytes against the manifest, then what it holds (`netcdf`, `tables`, `polygons`, `lists`, `statistics`); a product without a
//! fault says what it knows of the job (`facts`), and `agree` holds that against what the others say.
//!
//! Memory: of each product that is being looked at its grid and some tens of megabytes; of all together the facts, which are
//! as long as the lineage. No product is ever in memory whole. Those of a bucket are copied, one by one, into nameless files of
//! the system's folder for temporary files.

mod agree;
mod blocks;
mod content;
mod described;
mod facts;
mod finding;
mod folder;
mod lists;
mod netcdf;
mod polygons;
mod product;
mod rings;
mod stamps;
mod statistics;
mod tables;

use std::collections::BTreeMap;

use eventscape_products::{Manifest, read_manifest};

use crate::error::Result;
use crate::job::LimitKeys;
use crate::recipe::Limits;
use crate::run::{Environment, Stage, in_order};
use agree::{Contradiction, Said, contradictions};
use content::Content;
use facts::{Events, Facts, Times};
use finding::Fault;
use folder::Folder;
use product::{Bytes, Going, Looked, look};

pub use finding::{Finding, Severity, Verification};

/// Files that are not listed and are told one by one.
const MOST_NOTES: usize = 20;
/// Releases that wrote damaged products (docs/correctness.md).
const WROTE_DAMAGED: [&str; 1] = ["0.1.0"];
/// What chunks of a job leave for another run.
const CHUNKS: &str = "chunks/";

/// A job that is to be verified.
#[derive(Clone, Debug, Default)]
pub struct VerifyRequest {
    /// The folder of the job, here or in a bucket.
    pub place: String,
    /// Products that are looked at side by side (default: as many as there are cores).
    pub threads: Option<u32>,
}

/// Reads a finished job back whole.
///
/// # Errors
/// [`crate::PipelineError::Job`] for a place that is not the folder of a finished job; failures of the store;
/// [`crate::PipelineError::Unverified`] where it was stopped. What is wrong with products is no error but a finding.
pub fn verify(request: &VerifyRequest, env: &Environment<'_>) -> Result<Verification> {
    let folder = Folder::open(&request.place, &env.stores)?;
    let bytes = folder.manifest()?;
    let manifest = match bytes.as_deref().map(read_manifest) {
        Some(Ok(manifest)) => manifest,
        Some(Err(error)) => return Ok(without_manifest(&folder, &error.to_string())),
        None => return Ok(without_manifest(&folder, "it is larger than any manifest")),
    };
    let threads = Limits::of(&LimitKeys { threads: request.threads, memory_limit: None })?.threads;
    let going = Going(&env.cancel);
    let mut looked: Vec<Looked> = Vec::with_capacity(manifest.files.len());
    env.observer.begin(Stage::Verifying, manifest.files.len() as u64);
    in_order(
        0..manifest.files.len(),
        threads,
        2 * threads,
        |k| look(&folder, &manifest.files[k], &manifest, &going),
        |_, product| {
            looked.push(product);
            env.observer.advance(Stage::Verifying, 1);
            Ok(())
        },
    )?;
    env.observer.end(Stage::Verifying);
    let bytes = looked.iter().map(|product| product.size).sum();
    let mut findings = Vec::new();
    for (file, product) in manifest.files.iter().zip(&mut looked) {
        let advice = advice(product.bytes, &manifest);
        findings
            .extend(std::mem::take(&mut product.faults).into_iter().map(|fault| of_fault(&file.name, fault, &advice)));
    }
    let advice = advice(Bytes::AsWritten, &manifest);
    let contradictions = contradictions(&said(&manifest, looked), &folder.manifest, &manifest);
    findings
        .extend(contradictions.into_iter().map(|(product, fault): Contradiction| of_fault(&product, fault, &advice)));
    findings.extend(notes(&folder, &manifest));
    let job = Some((manifest.job_id, manifest.title.clone()));
    let found = Verification::of(&folder.location(), job, findings);
    Ok(Verification { products: manifest.files.len(), bytes, ..found })
}

fn without_manifest(folder: &Folder, why: &str) -> Verification {
    let fault = Fault { place: String::new(), problem: why.to_owned() };
    let advice =
        "copy it again from where it is whole, or run the job again with --overwrite; nothing else was looked at";
    Verification::of(&folder.location(), None, vec![of_fault(&folder.manifest, fault, advice)])
}

fn of_fault(product: &str, Fault { place, problem }: Fault, advice: &str) -> Finding {
    Finding { severity: Severity::Fault, product: product.to_owned(), place, problem, advice: advice.to_owned() }
}

/// What to do about a fault.
fn advice(bytes: Bytes, manifest: &Manifest) -> String {
    let again = match manifest.command.as_str() {
        "" => "run the job again with --overwrite".to_owned(),
        command => format!("run the job again with --overwrite (`{command}`)"),
    };
    match bytes {
        Bytes::Missing | Bytes::Changed => {
            format!("the folder is not as the job left it: copy the file again from where it is whole, or {again}")
        }
        Bytes::AsWritten if WROTE_DAMAGED.contains(&manifest.software.as_str()) => format!(
            "the file is as it was written: Eventscape {} wrote some files wrong (docs/correctness.md); {again}",
            manifest.software
        ),
        Bytes::AsWritten => format!(
            "the file is as Eventscape {} wrote it, which is a fault of the program: please report it; {again}",
            manifest.software
        ),
    }
}

/// What all products say that have no fault. Files of single times say it together.
fn said(manifest: &Manifest, looked: Vec<Looked>) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut polygons: Option<Events> = None;
    for (file, product) in manifest.files.iter().zip(looked) {
        match product.facts {
            Facts { events: Some(events), .. } if Content::of_name(&file.name) == Some(Content::Polygons) => {
                let all = polygons.get_or_insert_with(|| Events { tells: events.tells, ..Events::default() });
                all.unit = all.unit.max(events.unit);
                all.rows.extend(events.rows);
                all.files.extend(events.files);
            }
            facts => said.push((file.name.clone(), facts)),
        }
    }
    // those of the reference's layout come first: they hold all times and cells
    let names = |kind| manifest.files.iter().filter(move |file| Content::of_name(&file.name) == Some(kind));
    for (kind, ending) in [(Content::Polygons, "json"), (Content::Map, "png"), (Content::Drawing, "svg")] {
        let stamps = names(kind).map(|file| stamps::in_name(&file.name, manifest.calendar));
        let Some(stamps) = stamps.collect::<Option<Vec<_>>>().filter(|stamps| !stamps.is_empty()) else { continue };
        let unit = stamps.iter().map(|(_, stamp)| stamps::unit_of(stamp)).max().unwrap_or(1);
        let micros = stamps.iter().map(|(time, _)| time.micros()).collect();
        let mut facts = Facts { times: Some(Times::of(micros, unit)), ..Facts::default() };
        if kind == Content::Polygons {
            facts.events = polygons.take().map(|mut events| {
                events.rows.sort_by_key(|(key, _)| *key);
                events
            });
        }
        said.push((format!("{}-<time>.{ending}", manifest.job_id), facts));
    }
    said
}

/// Files that nobody listed.
fn notes(folder: &Folder, manifest: &Manifest) -> Vec<Finding> {
    let listed: BTreeMap<&str, ()> = manifest.files.iter().map(|file| (file.name.as_str(), ())).collect();
    let note = |product: &str, problem: String, advice: &str| Finding {
        severity: Severity::Note,
        product: product.to_owned(),
        place: String::new(),
        problem,
        advice: advice.to_owned(),
    };
    let unlisted: Vec<&String> = folder.others.iter().filter(|name| !listed.contains_key(name.as_str())).collect();
    let (chunks, strange): (Vec<&String>, Vec<&String>) =
        unlisted.into_iter().partition(|name| name.starts_with(CHUNKS));
    let mut notes: Vec<Finding> = strange
        .iter()
        .take(MOST_NOTES)
        .map(|name| note(name, "the manifest does not list it".to_owned(), "it is none of the job's products"))
        .collect();
    if let Some(more) = strange.len().checked_sub(MOST_NOTES).filter(|more| *more > 0) {
        notes.push(note("", format!("{more} more files that the manifest does not list"), "they are no products"));
    }
    if !chunks.is_empty() {
        let what = format!("{} files of chunks, kept for another run", chunks.len());
        notes.push(note(CHUNKS, what, "they may be deleted once the job is complete"));
    }
    notes
}

#[cfg(test)]
mod tests;
