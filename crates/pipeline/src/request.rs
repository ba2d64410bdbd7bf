//! A job understood: what to read, what to look for, what to make.

use std::path::Path;

use eventscape_catalog::{Catalog, LevelChoice, Source, SubsetRequest, TimeOrder};
use eventscape_core::Expression;
use eventscape_core::grid::Domain;
use eventscape_products::{Product, ProductStage};

use crate::doors::Doors;
use crate::error::{PipelineError, Result};
use crate::job::{Job, TrackerName};

/// The products that a job asks for.
///
/// # Errors
/// A name that is not known, with those that are.
pub(crate) fn products(job: &Job, doors: &Doors) -> Result<Vec<Product>> {
    let mut chosen = doors.chosen(ProductStage::Tracks, job.products.as_ref())?;
    if job.no_plots {
        chosen.retain(|product| !product.needs.fields);
    }
    Ok(chosen)
}

/// The products of a job whose scenes are not in order of time, and the names of those that were left out because of that.
///
/// # Errors
/// Where one of these was asked for by name.
pub(crate) fn without_order(job: &Job, wanted: Vec<Product>) -> Result<(Vec<Product>, String)> {
    let (out, kept): (Vec<Product>, Vec<Product>) = wanted.into_iter().partition(|p| p.needs.ordered_times);
    let names: Vec<&str> = out.iter().map(|product| product.name).collect();
    let names = names.join(" and ");
    if job.products.is_some() && !out.is_empty() {
        let why = format!(
            "{names} cannot hold scenes that are not in order of time; name other products, or leave out \
             --tos2ca-compat, which keeps the order of the file"
        );
        return Err(PipelineError::job("products", why));
    }
    Ok((kept, names))
}

/// The catalogue with the additions of a file: entries of ours (TOML), or the reference's dictionary (JSON).
///
/// # Errors
/// What the catalogue says of the file.
pub fn load_catalog(file: Option<&Path>) -> Result<Catalog> {
    let catalog = Catalog::builtin()?;
    Ok(match file {
        Some(path) if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) => {
            catalog.with_reference_dictionary(path)?
        }
        Some(path) => catalog.with_file(path)?,
        None => catalog,
    })
}

/// What the job reads.
///
/// # Errors
/// Names the key that is missing or wrong.
pub(crate) fn subset_request(job: &Job) -> Result<SubsetRequest> {
    if job.collection.is_none() && job.input.is_none() {
        return Err(PipelineError::job("collection", "name a collection, or give files with --input"));
    }
    let collection = match &job.collection {
        Some(name) => Some(load_catalog(job.catalog.as_deref().map(Path::new))?.get(name)?.clone()),
        None => None,
    };
    let level = job.level.as_ref().map(|text| LevelChoice::parse(&text.text())).transpose()?;
    Ok(SubsetRequest {
        source: Source {
            collection,
            inputs: job.input.as_ref().map(crate::job::Texts::list).unwrap_or_default(),
            root: job.root.clone(),
        },
        variables: variables(job)?,
        start: job.start.as_ref().map(crate::job::TextOrNumber::text),
        end: job.end.as_ref().map(crate::job::TextOrNumber::text),
        domain: domain(job)?,
        level,
        // the reference takes scenes and columns as they are listed
        order: if job.tos2ca_compat { TimeOrder::AsListed } else { TimeOrder::Sorted },
        keep_repeated_meridian: job.tos2ca_compat,
    })
}

/// The variables to read, the one that is described first.
fn variables(job: &Job) -> Result<Vec<String>> {
    let mut names: Vec<String> = job.variable.iter().cloned().collect();
    if job.operator.as_deref().is_some_and(|o| o.trim().eq_ignore_ascii_case("expression")) {
        for name in Expression::parse(&value(job)?)?.variables() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    Ok(names)
}

/// The operator of a job; AUX-GEOIR has its own.
pub(crate) fn operator(job: &Job) -> Result<String> {
    match (&job.operator, job.tracker.unwrap_or_default()) {
        (Some(operator), _) => Ok(operator.clone()),
        (None, TrackerName::AuxGeoir) => Ok("lessThan".to_owned()),
        (None, TrackerName::Fortracc) => {
            Err(PipelineError::job("operator", "give an operator, such as lessThan, and a value"))
        }
    }
}

pub(crate) fn value(job: &Job) -> Result<String> {
    match (&job.value, job.tracker.unwrap_or_default()) {
        (Some(value), _) => Ok(value.text()),
        (None, TrackerName::AuxGeoir) => Ok("245".to_owned()),
        (None, TrackerName::Fortracc) => Err(PipelineError::job("value", "give what the operator compares with")),
    }
}

/// The area of a job.
fn domain(job: &Job) -> Result<Domain> {
    match (&job.bbox, &job.polygon) {
        (Some(_), Some(_)) => Err(PipelineError::job("polygon", "give a box or a polygon, not both")),
        (Some(bbox), None) => {
            let [west, south, east, north] = bbox.numbers().map_err(|e| PipelineError::job("bbox", e))?;
            Ok(Domain::new_box(west, south, east, north)?)
        }
        (None, Some(text)) => Ok(Domain::parse_polygon(&polygon_text(text)?)?),
        (None, None) => Ok(Domain::Whole),
    }
}

/// The text of a polygon, or of the file that holds it.
fn polygon_text(text: &str) -> Result<String> {
    const LARGEST: u64 = 64 << 20;
    let is_text = text.contains(['(', '{']);
    if is_text {
        return Ok(text.to_owned());
    }
    let wrong = |why: String| PipelineError::job("polygon", format!("`{text}` {why}"));
    let size = std::fs::metadata(text).map_err(|e| wrong(format!("is neither WKT nor GeoJSON nor a file: {e}")))?.len();
    if size > LARGEST {
        return Err(wrong(format!("has {size} bytes; a polygon has at most {LARGEST}")));
    }
    std::fs::read_to_string(text).map_err(|e| wrong(format!("cannot be read: {e}")))
}
