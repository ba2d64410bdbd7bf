//! `<job>-ForTraCC-Mask-Output.nc4`: the mask file of TOS2CA, a group for each time.

use eventscape_core::grid::Coordinates;
use eventscape_core::{EventSource, Grid, Lineage, SceneComponents, Values};

use super::stamps::calendar_attribute;
use crate::members::members_of;
use crate::names::scene_stamps;
use crate::netcdf::scenes_in_order;
use crate::{JobInfo, ProductError};
use eventscape_formats::write::{Medium, NcFile, Variable};

/// Writes the mask file in the layout of the reference, so that its viewer, curator and notebooks open it.
///
/// Group `navigation` holds `lat` and `lon` as float32, with the grid's own values and order (the reference spaces them
/// anew and turns a descending latitude over); on a curvilinear grid both have the dimensions `y` and `x`. Group `masks` has
/// `num_events`, and for each time a group `YYYYMMDDhhmm` with `mask_indices` (row, column, track id; by ascending id,
/// then row-major) and `data_values`, the tracked variable as float32. Where two times of the job fall into one minute, all
/// names have seconds. A time without cells has `num_pixels` of size 0. Values are stored as they are, uncompressed.
///
/// Memory: the cells of a few scenes, and the names of the times. Calls `progress` with the number of scenes done.
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Source`] when a scene cannot be read back,
/// [`ProductError::Mismatch`] when events, lineage and grid are not of one job, [`ProductError::Unrepresentable`] for a mesh.
pub fn write_mask_output<W: Medium>(
    out: W,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    events: &dyn EventSource,
    progress: &dyn Fn(usize),
) -> Result<W, ProductError> {
    write(out, job, grid, lineage, events, None, progress)
}

/// As [`write_mask_output`], as the newest TOS2CA does: the root names its `algorithm`, `ForTraCC` or `AuxGeoIR`.
///
/// # Errors
/// As [`write_mask_output`].
pub fn write_newest_mask_output<W: Medium>(
    out: W,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    events: &dyn EventSource,
    progress: &dyn Fn(usize),
) -> Result<W, ProductError> {
    let algorithm = match job.tracker.as_str() {
        "fortracc" => "ForTraCC",
        "aux-geoir" => "AuxGeoIR",
        // outlines that were given, and trackers that TOS2CA does not have
        other => other,
    };
    write(out, job, grid, lineage, events, Some(algorithm), progress)
}

fn write<W: Medium>(
    out: W,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    events: &dyn EventSource,
    algorithm: Option<&str>,
    progress: &dyn Fn(usize),
) -> Result<W, ProductError> {
    if grid.mesh().is_some() {
        return Err(ProductError::needs_lattice(grid, "TOS2CA's mask file"));
    }
    let mut file = NcFile::create(out, "the mask file")?;
    let stamps = scene_stamps(&lineage.times);
    if stamps.len() != events.scenes() {
        return Err(ProductError::Mismatch(format!(
            "the lineage has {} times and the events have {} scenes",
            stamps.len(),
            events.scenes()
        )));
    }
    root_attributes(&mut file, job, grid, &stamps)?;
    if let Some(algorithm) = algorithm {
        file.attribute("algorithm", algorithm)?;
    }
    if let Some((name, calendar)) = lineage.times.first().and_then(|time| calendar_attribute(time.calendar())) {
        file.attribute(name, calendar)?;
    }
    navigation(&mut file, grid)?;
    file.open_group("masks");
    file.attribute("num_events", lineage.tracks.len() as i64)?;
    scenes_in_order(
        events,
        |index, scene| cells(grid, lineage, index, &scene),
        |index, cells| {
            let name = stamps.get(index).map_or("", String::as_str);
            write_time(&mut file, name, &cells)?;
            progress(index + 1);
            Ok(())
        },
    )?;
    file.close_group()?;
    Ok(file.finish()?)
}

fn root_attributes<W: Medium>(
    file: &mut NcFile<W>,
    job: &JobInfo,
    grid: &Grid,
    stamps: &[String],
) -> Result<(), ProductError> {
    let (lat, lon) = match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => {
            // west and east, which for a box across the seam are not the smallest and the largest
            (extremes(lat), [lon.first().copied().unwrap_or(f64::NAN), lon.last().copied().unwrap_or(f64::NAN)])
        }
        of_cells => (extremes(of_cells.latitudes()), extremes(of_cells.longitudes())),
    };
    file.attribute("event_type", job.event_type.as_str())?;
    file.attribute("latitude_bounds", lat)?;
    file.attribute("longitude_bounds", lon)?;
    file.attribute("start_date", stamps.first().map_or("", String::as_str))?;
    file.attribute("end_date", stamps.last().map_or("", String::as_str))?;
    file.attribute("format", "netCDF-4")?;
    file.attribute("website", env!("CARGO_PKG_REPOSITORY"))?;
    file.attribute("project", job.project.as_deref().unwrap_or("Eventscape"))?;
    file.attribute("institution", job.institution.as_deref().unwrap_or("not stated"))?;
    if let Some(created) = &job.created {
        file.attribute("production_time", created.replace('T', " ").trim_end_matches('Z'))?;
    }
    file.attribute("job_id", i64::try_from(job.job_id).unwrap_or(i64::MAX))?;
    file.attribute("variable", job.variable.name.as_str())?;
    file.attribute("dataset", job.dataset_label.as_str())?;
    match job.threshold {
        Some(threshold) => Ok(file.attribute("threshold", threshold)?),
        None => Ok(file.attribute("threshold", job.threshold_text.as_str())?),
    }
}

fn extremes(values: &[f64]) -> [f64; 2] {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    [finite.clone().fold(f64::NAN, f64::min), finite.fold(f64::NAN, f64::max)]
}

fn navigation<W: Medium>(file: &mut NcFile<W>, grid: &Grid) -> Result<(), ProductError> {
    file.open_group("navigation");
    let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
    match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => {
            file.dimension("lat", lat.len())?;
            file.dimension("lon", lon.len())?;
            file.variable(Variable::of::<f32>("lat", &["lat"]), &narrow(lat))?;
            file.variable(Variable::of::<f32>("lon", &["lon"]), &narrow(lon))?;
        }
        Coordinates::Curvilinear { lat, lon } => {
            file.dimension("y", grid.ny())?;
            file.dimension("x", grid.nx())?;
            file.variable(Variable::of::<f32>("lat", &["y", "x"]), &narrow(lat))?;
            file.variable(Variable::of::<f32>("lon", &["y", "x"]), &narrow(lon))?;
        }
        Coordinates::Mesh(_) => return Err(ProductError::needs_lattice(grid, "TOS2CA's mask file")),
    }
    Ok(file.close_group()?)
}

/// The cells of one time.
struct Pixels {
    /// Row, column, track id, of each cell.
    indices: Vec<i32>,
    values: Vec<f32>,
}

fn cells(grid: &Grid, lineage: &Lineage, index: usize, scene: &SceneComponents) -> Result<Pixels, ProductError> {
    let events = members_of(lineage, index, scene)?;
    let count: usize = events.iter().map(|event| event.component.cells as usize).sum();
    let mut cells = Pixels { indices: Vec::with_capacity(3 * count), values: Vec::with_capacity(count) };
    for parts in events.chunk_by(|a, b| a.track == b.track) {
        let Some(id) = parts.first().and_then(|event| i32::try_from(event.track).ok()) else {
            return Err(ProductError::Unrepresentable("a track's number does not fit into int32".to_owned()));
        };
        let mut ranges = Vec::new();
        for event in parts {
            let mut at = event.component.values.start;
            for &range in scene.cells_of(event.component) {
                ranges.push((range, at));
                at += range.len() as usize;
            }
        }
        if parts.len() > 1 {
            // a track of several components at a time: row-major over all of them
            ranges.sort_unstable_by_key(|(range, _)| *range);
        }
        for (range, at) in ranges {
            let (row, column) = grid.place_of(range.start);
            let columns = column as i32..column as i32 + range.len() as i32;
            cells.indices.extend(columns.flat_map(|column| [row as i32, column, id]));
            let range = at..at + range.len() as usize;
            let values = match &scene.values {
                Values::F32(values) => values.get(range).map(|part| cells.values.extend_from_slice(part)),
                Values::F64(values) => {
                    values.get(range).map(|part| cells.values.extend(part.iter().map(|&value| value as f32)))
                }
            };
            values.ok_or_else(|| ProductError::Mismatch(format!("scene {index} has fewer values than cells")))?;
        }
    }
    Ok(cells)
}

fn write_time<W: Medium>(file: &mut NcFile<W>, name: &str, cells: &Pixels) -> Result<(), ProductError> {
    file.open_group(name);
    file.dimension("num_pixels", cells.values.len())?;
    file.dimension("num_cols", 3)?;
    let indices = Variable::of::<i32>("mask_indices", &["num_pixels", "num_cols"])
        .with("description", "Each row is a pixel with the columns indicating (i, j, event_id).");
    file.variable(indices, &cells.indices)?;
    let values = Variable::of::<f32>("data_values", &["num_pixels"])
        .with("description", "Each entry gives the corresponding data value of the mask pixel in `mask_indices`.");
    file.variable(values, &cells.values)?;
    Ok(file.close_group()?)
}
