//! The flat netCDF files of curation, by CF.

use std::path::{Path, PathBuf};

use eventscape_core::grid::Coordinates;
use eventscape_core::{Grid, Timestamp};

use super::common::{self, Kind};
use super::curation::weights;
use super::file;
use crate::curation::{CuratedVariable, FlatFile, FlatShape, StationaryFile};
use crate::read_back::expected::{Group, NetCdf, Variable};
use crate::read_back::jobs::RandomCuration;

fn on_scale(variable: &CuratedVariable) -> Option<&'static str> {
    let temperature = variable.standard_name.as_deref() == Some("air_temperature");
    temperature.then_some("temperature: on_scale")
}

fn long_name(variable: &CuratedVariable) -> &str {
    variable.long_name.as_deref().map_or(&variable.name, str::trim)
}

fn flat_root(job: &RandomCuration, kind: &Kind) -> Group {
    let attributes = common::global_attributes(kind, &job.info.job, &job.grid, &job.times);
    let mut root = Group { attributes, ..Group::default() };
    root.attribute("phdef_job_id", job.info.phdef_job as i64);
    root.attribute("masks", job.info.mask_location.as_str());
    root.attribute("interpolation", job.info.method.as_str());
    root
}

/// The grid of the masks beside the points.
fn mask_grid(root: &mut Group, grid: &Grid) {
    root.dimension("mask_row", grid.ny());
    root.dimension("mask_column", grid.nx());
    let both = ["mask_row", "mask_column"];
    let (lat_dims, lon_dims, lat, lon) = match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => (&both[..1], &both[1..], &lat[..], &lon[..]),
        of_cells => (&both[..], &both[..], of_cells.latitudes(), of_cells.longitudes()),
    };
    let axis = |name: &str, dims: &[&str], what: &str, units: &str, axis: &str, values: &[f64]| {
        let long_name = format!("{what} of the centres of the masks' cells");
        Variable::of(name, dims, values)
            .with_some("axis", (dims.len() == 1).then_some(axis))
            .with("long_name", long_name)
            .with("units", units)
    };
    root.variables.push(axis("mask_lat", lat_dims, "latitude", "degrees_north", "Y", lat));
    root.variables.push(axis("mask_lon", lon_dims, "longitude", "degrees_east", "X", lon));
}

fn on_mask_grid(name: &str, values: Vec<i32>) -> Variable {
    Variable::of(name, &["obs"], &values)
        .with("long_name", format!("{name} of the cell on the masks' grid, from 0"))
        .with("units", "1")
}

/// `<job>-Interpolated.nc`.
pub(super) fn flat(job: &RandomCuration, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Interpolated.nc");
    let cells = job.interpolated.iter().flat_map(|time| &time.events).map(|event| event.lat.len()).sum();
    let mut out = FlatFile::begin(file(&path), &job.info, &job.grid, &job.times, FlatShape { cells }).unwrap();
    job.interpolated.iter().for_each(|time| out.add(time).unwrap());
    out.end().unwrap();
    let comment = "Each point is a cell of an event at a mask time; the cells of an event at a time follow each other.";
    let mut root = flat_root(job, &Kind { title: "Values inside events", id: "interpolated", comment, curated: true });
    root.attribute("featureType", "point");
    root.attribute("statistics", weights(job));
    root.attribute("spatial_comparison", job.info.grids.as_str());
    root.attribute("temporal_comparison", job.info.steps.as_str());
    root.dimension("obs", cells);
    root.variables.push(common::crs());
    mask_grid(&mut root, &job.grid);
    let events = || job.interpolated.iter().flat_map(|time| time.events.iter().map(move |event| (time.time, event)));
    let ids: Vec<i32> = events().flat_map(|(_, event)| vec![event.id as i32; event.lat.len()]).collect();
    let times: Vec<Timestamp> = events().flat_map(|(time, event)| vec![time; event.lat.len()]).collect();
    let lat: Vec<f64> = events().flat_map(|(_, event)| event.lat.clone()).collect();
    let lon: Vec<f64> = events().flat_map(|(_, event)| event.lon.clone()).collect();
    let nx = job.grid.nx() as u32;
    let cells: Vec<(u32, u32)> =
        events().flat_map(|(_, event)| event.cells.cells().map(|cell| (cell / nx, cell % nx))).collect();
    let area: Vec<f32> = events().flat_map(|(_, event)| event.area_km2.iter().map(|a| *a as f32)).collect();
    let place = |name: &str, standard_name: &str, units: &str, values: &[f64]| {
        Variable::of(name, &["obs"], values)
            .with("standard_name", standard_name)
            .with("long_name", format!("{standard_name} of the cell's centre"))
            .with("units", units)
    };
    root.variables.extend([
        Variable::of("track_id", &["obs"], &ids).with("long_name", "number of the track"),
        common::times("time", "obs", "time", &times, &job.times),
        on_mask_grid("row", cells.iter().map(|cell| cell.0 as i32).collect()),
        on_mask_grid("column", cells.iter().map(|cell| cell.1 as i32).collect()),
        place("lat", "latitude", "degrees_north", &lat),
        place("lon", "longitude", "degrees_east", &lon),
        Variable::of("cell_area", &["obs"], &area)
            .with("standard_name", "cell_area")
            .with("long_name", "area of the cell")
            .with("units", "km2"),
    ]);
    for (k, variable) in job.info.variables.iter().enumerate() {
        let name = &variable.name;
        let values: Vec<f64> = events().flat_map(|(_, event)| event.variables[k].values.clone()).collect();
        let coverage: Vec<f32> =
            events().flat_map(|(_, event)| event.variables[k].coverage.iter().map(|c| *c as f32)).collect();
        let value = Variable::of(name, &["obs"], &values)
            .with("long_name", long_name(variable))
            .with_some("standard_name", variable.standard_name.as_deref())
            .with_some("units_metadata", on_scale(variable))
            .with("units", variable.units.as_deref().unwrap_or("1"))
            .with("coordinates", "time lat lon")
            .with("grid_mapping", "crs")
            .with("ancillary_variables", format!("{name}_coverage"))
            .with_some("statistics", (job.info.weighted && variable.is_direction).then_some("circular"))
            .with("_FillValue", f64::NAN);
        let coverage = Variable::of(&format!("{name}_coverage"), &["obs"], &coverage)
            .with("long_name", format!("share of the cell that has data of {name}"))
            .with("units", "1")
            .with("coordinates", "time lat lon");
        root.variables.extend([value, coverage]);
    }
    (path, NetCdf { groups: vec![root] })
}

/// `<job>-Stationary.nc`.
pub(super) fn stationary(job: &RandomCuration, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Stationary.nc");
    let grid = &job.grid;
    let mut out = StationaryFile::begin(file(&path), &job.info, grid, &job.times).unwrap();
    let layout = out.layout();
    // variables in turn, as they are when several are gathered at once
    for time in 0..job.times.len() {
        for (variable, fields) in job.stationary.iter().enumerate() {
            for rows in fields[time].chunks(layout.rows * layout.columns) {
                out.add(variable, &layout.pack(rows).unwrap()).unwrap();
            }
        }
    }
    out.end().unwrap();
    let comment = "The variable on the masks' grid and times, inside of events and outside.";
    let mut root = flat_root(job, &Kind { title: "Whole domain", id: "stationary", comment, curated: true });
    root.dimension("time", job.times.len());
    root.variables.push(common::times("time", "time", "time", &job.times, &job.times).with("axis", "T"));
    common::axes(&mut root, grid);
    root.variables.push(common::crs());
    let [row, column] = common::grid_dims(grid);
    for (variable, fields) in job.info.variables.iter().zip(&job.stationary) {
        let described = Variable::of(&variable.name, &["time", row, column], &fields.concat())
            .with("long_name", long_name(variable))
            .with_some("standard_name", variable.standard_name.as_deref())
            .with_some("units_metadata", on_scale(variable))
            .with("units", variable.units.as_deref().unwrap_or("1"))
            .with("_FillValue", f32::NAN);
        root.variables.push(common::on_grid(described, grid));
    }
    (path, NetCdf { groups: vec![root] })
}
