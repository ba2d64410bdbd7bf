//! The grid of the masks.

use std::path::Path;

use eventscape_catalog::{Context, OutlineKind, Outlines, grid_of};
use eventscape_core::outline::{Shape, When, extent};
use eventscape_core::sphere::{box_width, west_east};
use eventscape_core::{Grid, Timestamp};
use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_products::tos2ca;

use super::MaskFromJob;
use crate::error::{PipelineError, Result};

/// The reference's grid of fires.
const FIRE_RESOLUTION: f64 = 0.005;

/// The grid that a job asks for.
pub(super) fn of(job: &MaskFromJob, outlines: &Outlines, span: (Option<Timestamp>, Option<Timestamp>)) -> Result<Grid> {
    if let Some(file) = &job.grid_like {
        if job.resolution.is_some() || job.bbox.is_some() {
            return Err(PipelineError::job("grid_like", "give a grid to copy, or --resolution and --bbox, not both"));
        }
        return like(file);
    }
    let default = (outlines.kind == OutlineKind::Wildfires).then_some(FIRE_RESOLUTION);
    let resolution = job.resolution.or(default).ok_or_else(|| {
        PipelineError::job(
            "resolution",
            "say how large the cells are, in degrees, or copy a grid with --grid-like FILE",
        )
    })?;
    let [west, south, east, north] = match &job.bbox {
        Some(bbox) => bbox.numbers().map_err(|e| PipelineError::job("bbox", e))?,
        None => around(outlines, span, resolution)?,
    };
    Ok(Grid::regular(west, south, east, north, resolution)?)
}

/// The box around the outlines of a span with a cell more on every side, at multiples of the resolution.
fn around(outlines: &Outlines, span: (Option<Timestamp>, Option<Timestamp>), resolution: f64) -> Result<[f64; 4]> {
    let (low, high) = (span.0.map_or(i64::MIN, Timestamp::micros), span.1.map_or(i64::MAX, Timestamp::micros));
    let in_span = |when: &When| match when {
        When::At(time) => (low..=high).contains(&time.micros()),
        When::During { first, last } => first.micros() <= high && last.micros() >= low,
    };
    let all = outlines.phenomena.iter().flat_map(|p| &p.outlines).filter(|outline| in_span(&outline.when));
    let shapes: Vec<&Shape> = all.map(|outline| &outline.shape).collect();
    let [west, south, east, north] = extent(shapes).ok_or_else(|| {
        PipelineError::State(format!(
            "no outline of `{}` lies between the times asked for; look at --start and --end",
            outlines.location
        ))
    })?;
    if !(resolution.is_finite() && resolution > 0.0) {
        return Err(PipelineError::job(
            "resolution",
            format!("{resolution} is no size of a cell; give a positive number"),
        ));
    }
    let down = |x: f64| ((x / resolution).floor() - 1.0) * resolution;
    let up = |x: f64| ((x / resolution).ceil() + 1.0) * resolution;
    let (south, north) = (down(south).max(-90.0), up(north).min(90.0));
    // how far it goes east, across ±180° or not
    let width = box_width(west, east);
    let (west, east) = (down(west), up(west + width));
    if east - west >= 360.0 {
        return Ok([-180.0, south, 180.0, north]);
    }
    Ok([west_east(west), south, west_east(east), north])
}

/// The grid of a file: any CF file, our masks among them, or one in a layout of TOS2CA.
fn like(file: &str) -> Result<Grid> {
    let stores = Stores::default();
    let place = Location::parse(file)?;
    if Path::new(file).is_file() {
        let granule = Granule::open(stores.open(&place)?, &OpenOptions::default())?;
        if granule.groups().any(|group| group == "navigation") {
            return Ok(tos2ca::grid_of(&granule, "give a CF file, or the masks of a job")?);
        }
    }
    Ok(grid_of(&place, &Context { stores, ..Context::default() })?)
}
