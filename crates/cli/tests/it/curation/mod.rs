//! Curation through the binary.

mod goldens;
mod grids;
mod ostia;
mod several;
mod swaths;

use std::path::{Path, PathBuf};
use std::process::Output;

use eventscape_core::time::Calendar;
use eventscape_formats::{Attribute, Granule, Hyperslab};
use eventscape_products::read::InterpolatedReader;

use crate::{eventscape, open, said};

fn shape(granule: &Granule, path: &str) -> Vec<u64> {
    granule.variable(path).unwrap_or_else(|e| panic!("{e}")).shape()
}

fn numbers(granule: &Granule, path: &str) -> Vec<f64> {
    granule.read(path, &Hyperslab::all(&shape(granule, path))).unwrap().data.to_f64().unwrap()
}

fn paths(granule: &Granule) -> Vec<String> {
    granule.variables().iter().map(|v| v.path.clone()).filter(|p| p.matches('/').count() == 2).collect()
}

fn text(attribute: Option<&Attribute>) -> Option<String> {
    attribute.and_then(Attribute::text).map(str::to_owned)
}

/// Runs the binary and expects it to work.
fn run(arguments: &[&str]) -> Output {
    let output = eventscape(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    output
}

/// The masks of polygons in a GeoJSON file; gives the folder of the job.
fn masks_of(outlines: &Path, extra: &[&str], out: &Path) -> PathBuf {
    let mut arguments = vec!["mask-from", outlines.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
    arguments.extend(["--products", "mask-output"]);
    arguments.extend(extra);
    run(&arguments);
    out.join("1")
}

/// The interpolated values of a job.
fn interpolated(folder: &Path) -> InterpolatedReader {
    InterpolatedReader::open(open(&folder.join("2-Interpolated-Data.nc4")), Calendar::Standard).unwrap()
}
