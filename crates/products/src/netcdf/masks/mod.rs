//! `<job>-Masks.nc`: which event each cell belongs to, at each time, after CF-1.11 and ACDD-1.3.

mod labels;
mod shared;
mod tiles;

use eventscape_core::{EventSource, Grid, Lineage};

use super::axes::{Axes, write_crs, write_time};
use super::in_order::scenes_in_order;
use super::metadata::{FileKind, global_attributes};
use crate::{JobInfo, ProductError};
use eventscape_formats::write::{Codec, Medium, NcFile, Variable};
use labels::labels;
use shared::SharedRuns;
use tiles::Tiling;

/// Writes the masks of all times into one flat file.
///
/// `track_id(time, lat, lon)` is the track's number, 0 where there is none, and -1 (`_FillValue`) where the input is missing
/// or the cell lies outside the job's polygon; `event_flag` tells these apart. A missing cell that the tracker filled from its
/// neighbours (AUX-GEOIR) and found in an event is inside it. A cell of several given phenomena is of the smallest; the others have it in the variables over
/// `shared_run`. `cell_area` is in m². Longitudes of a box
/// across the seam of their convention go on past it, since CF wants them to ascend. Curvilinear grids have dimensions
/// `y` and `x` and two-dimensional coordinates. The cells of a mesh are one dimension `cell`, with the corners of each as
/// bounds.
///
/// Chunks hold one time and at most 512 × 512 cells (1 MiB of `track_id`), so that a map and a series at a point each
/// unpack little more than they need. They are packed (zlib) from the ranges of the components' cells without making an image.
///
/// Memory: a few scenes' components, their packed chunks, and about one byte in a thousand of what was packed before.
/// Calls `progress` with the number of scenes done.
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Source`] when a scene cannot be read back,
/// [`ProductError::Mismatch`] when events, lineage and grid are not of one job.
pub fn write_masks<W: Medium>(
    out: W,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    events: &dyn EventSource,
    progress: &dyn Fn(usize),
) -> Result<W, ProductError> {
    if lineage.times.len() != events.scenes() {
        return Err(ProductError::Mismatch(format!(
            "the lineage has {} times and the events have {} scenes",
            lineage.times.len(),
            events.scenes()
        )));
    }
    let mut file = NcFile::create(out, "the masks file")?;
    let kind = FileKind {
        title: "Masks",
        id: "masks",
        comment:
            "track_id numbers the tracks from 1; an event keeps its number through time. The numbers are those of \
                  the tracks file of the same job."
                .to_owned(),
    };
    file.attributes(global_attributes(&kind, job, grid, lineage))?;
    let axes = Axes::of(grid);
    write_time(&mut file, &lineage.times)?;
    axes.write(&mut file, grid)?;
    write_crs(&mut file)?;
    axes.write_areas(&mut file, grid)?;

    let tiling = Tiling::new(grid.ny(), grid.nx());
    let chunk = axes.chunk(tiling.rows, tiling.columns);
    let dims = axes.with_time();
    // ranges of cells are packed as they are; the level says "fastest" in the stream's own header
    let codec = Codec { shuffle: false, level: 1 };
    let ids = file.start_chunks(axes.describe(track_id(job, &dims)), &chunk, codec)?;
    let flags = file.start_chunks(axes.describe(event_flag(grid, &dims)), &chunk, codec)?;
    let outside = grid.outside_domain();
    let given = !job.given.is_empty();
    let mut shared = SharedRuns::on(grid);
    scenes_in_order(
        events,
        |index, scene| {
            let found = labels(grid, lineage, index, &scene, &outside, given)?;
            Ok((tiling.pack(&found.stretches), found.shared))
        },
        |index, (packed, cells)| {
            shared.add(index, &cells);
            packed.ids.iter().try_for_each(|chunk| file.chunk(ids, chunk))?;
            packed.flags.iter().try_for_each(|chunk| file.chunk(flags, chunk))?;
            progress(index + 1);
            Ok(())
        },
    )?;
    file.finish_chunks(ids)?;
    file.finish_chunks(flags)?;
    shared.write(&mut file)?;
    Ok(file.finish()?)
}

fn track_id(job: &JobInfo, dims: &[&str]) -> Variable {
    Variable::of::<i32>("track_id", dims)
        .fill(-1i32)
        .with("long_name", format!("number of the track of {} that the cell belongs to", job.condition_text))
        .with("units", "1")
        .with("valid_min", 0i32)
        .with("comment", "0: no event; -1: the input is missing or the cell lies outside the domain, see event_flag")
        .with("coverage_content_type", "thematicClassification")
        .with("ancillary_variables", "event_flag")
        .with("cell_measures", "area: cell_area")
}

fn event_flag(grid: &Grid, dims: &[&str]) -> Variable {
    let flag = Variable::of::<i8>("event_flag", dims)
        .with("long_name", "whether the cell belongs to an event, or why that is not known")
        .with("standard_name", "status_flag")
        .with("coverage_content_type", "thematicClassification");
    let flag = if grid.domain().is_some() {
        flag.with("flag_values", [0i8, 1, 2, 3]).with("flag_meanings", "outside inside input_missing outside_domain")
    } else {
        flag.with("flag_values", [0i8, 1, 2]).with("flag_meanings", "outside inside input_missing")
    };
    flag.with("cell_measures", "area: cell_area")
}
