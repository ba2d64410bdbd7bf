//! The two files of masks.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use eventscape_core::Grid;
use eventscape_core::grid::Coordinates;

use super::common::{self, Kind};
use super::file;
use crate::names::scene_stamps;
use crate::netcdf::write_masks;
use crate::read_back::expected::{Group, NetCdf, Value, Variable};
use crate::read_back::jobs::{Event, RandomJob};
use crate::tos2ca::{write_mask_output, write_newest_mask_output};

/// `<job>-Masks.nc`.
pub(super) fn flat(job: &RandomJob, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Masks.nc");
    write_masks(file(&path), &job.info, &job.grid, &job.lineage, &job.scenes, &|_| ()).unwrap();
    let kind = Kind {
        title: "Masks",
        id: "masks",
        comment: "track_id numbers the tracks from 1; an event keeps its number through time. The numbers are those of the \
                  tracks file of the same job.",
        curated: false,
    };
    let (grid, times) = (&job.grid, job.times());
    let mut root = Group { attributes: common::global_attributes(&kind, &job.info, grid, times), ..Group::default() };
    root.dimension("time", times.len());
    root.variables.push(common::times("time", "time", "time", times, times).with("axis", "T"));
    common::axes(&mut root, grid);
    root.variables.push(common::crs());
    root.variables.push(common::areas(grid));

    let (mut ids, mut flags) = (Vec::new(), Vec::new());
    for scene in 0..times.len() {
        let (id, flag) = images(job, scene);
        ids.extend(id);
        flags.extend(flag);
    }
    let [row, column] = common::grid_dims(grid);
    let long_name = format!("number of the track of {} that the cell belongs to", job.info.condition_text);
    let ids = Variable::of("track_id", &["time", row, column], &ids)
        .with("_FillValue", -1i32)
        .with("long_name", long_name)
        .with("units", "1")
        .with("valid_min", 0i32)
        .with("comment", "0: no event; -1: the input is missing or the cell lies outside the domain, see event_flag")
        .with("coverage_content_type", "thematicClassification")
        .with("ancillary_variables", "event_flag")
        .with("cell_measures", "area: cell_area");
    let (numbers, meanings): (&[i8], _) = match grid.domain() {
        Some(_) => (&[0, 1, 2, 3], "outside inside input_missing outside_domain"),
        None => (&[0, 1, 2], "outside inside input_missing"),
    };
    let flags = Variable::of("event_flag", &["time", row, column], &flags)
        .with("long_name", "whether the cell belongs to an event, or why that is not known")
        .with("standard_name", "status_flag")
        .with("coverage_content_type", "thematicClassification")
        .with("flag_values", Value::numbers(numbers))
        .with("flag_meanings", meanings)
        .with("cell_measures", "area: cell_area");
    root.variables.extend([common::on_grid(ids, grid), common::on_grid(flags, grid)]);
    shared(&mut root, job);
    (path, NetCdf { groups: vec![root] })
}

/// `track_id` and `event_flag` of a scene, painted cell by cell.
fn images(job: &RandomJob, scene: usize) -> (Vec<i32>, Vec<i8>) {
    let (grid, nx) = (&job.grid, job.grid.nx());
    let (mut ids, mut flags) = (vec![0; grid.len()], vec![0; grid.len()]);
    for range in job.scenes.0[scene].missing.iter() {
        let cells = range.start as usize..range.end as usize;
        ids[cells.clone()].fill(-1);
        flags[cells].fill(2);
    }
    for (cell, belongs) in grid.domain().unwrap_or_default().iter().enumerate() {
        if !belongs {
            (ids[cell], flags[cell]) = (-1, 3);
        }
    }
    // where phenomena share a cell, the first is seen
    for event in first_seen(job, scene).into_iter().rev() {
        for (row, col, _) in job.cells_of(scene, event.component) {
            let cell = row as usize * nx + col as usize;
            (ids[cell], flags[cell]) = (event.track as i32, 1);
        }
    }
    (ids, flags)
}

/// The events of a scene: of fewer cells first, of equal ones that of the higher number.
fn first_seen(job: &RandomJob, scene: usize) -> Vec<Event<'_>> {
    let mut events = job.events(scene);
    events.sort_by_key(|event| (event.component.cells, std::cmp::Reverse(event.track)));
    events
}

/// The cells of further given phenomena, in stretches along a row; no variables where no cell is shared.
fn shared(root: &mut Group, job: &RandomJob) {
    let mut stretches: Vec<[i32; 5]> = Vec::new();
    for scene in 0..job.times().len() {
        let mut seen: HashSet<(u32, u32)> = HashSet::new();
        for event in first_seen(job, scene) {
            let begin = stretches.len();
            for (row, col, _) in job.cells_of(scene, event.component) {
                if seen.insert((row, col)) {
                    continue;
                }
                let (row, col) = (row as i32, col as i32);
                match stretches[begin..].last_mut() {
                    Some([_, of, first, cells, _]) if *of == row && *first + *cells == col => *cells += 1,
                    _ => stretches.push([scene as i32, row, col, 1, event.track as i32]),
                }
            }
        }
    }
    if stretches.is_empty() {
        return;
    }
    root.dimension("shared_run", stretches.len());
    let columns = [
        ("shared_time", "index along time of the cells"),
        ("shared_row", "row of the cells, from 0"),
        ("shared_column", "column of the first cell, from 0"),
        ("shared_cells", "number of cells, along the row"),
        ("shared_track_id", "number of a further track that the cells belong to"),
    ];
    for (k, (name, long_name)) in columns.into_iter().enumerate() {
        let values: Vec<i32> = stretches.iter().map(|stretch| stretch[k]).collect();
        let variable = Variable::of(name, &["shared_run"], &values);
        root.variables.push(variable.with("long_name", long_name).with("units", "1"));
    }
}

/// `<job>-ForTraCC-Mask-Output.nc4`, of some jobs as the newest TOS2CA has it.
pub(super) fn grouped(job: &RandomJob, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("ForTraCC-Mask-Output.nc4");
    let newest = job.info.job_id % 2 == 0;
    let out = file(&path);
    let written = if newest {
        write_newest_mask_output(out, &job.info, &job.grid, &job.lineage, &job.scenes, &|_| ())
    } else {
        write_mask_output(out, &job.info, &job.grid, &job.lineage, &job.scenes, &|_| ())
    };
    written.unwrap();
    let stamps = scene_stamps(job.times());
    let mut groups = vec![mask_root(job, &stamps), navigation(&job.grid, None), Group::at("masks")];
    if newest {
        groups[0].attribute("algorithm", if job.info.tracker == "fortracc" { "ForTraCC" } else { "AuxGeoIR" });
    }
    groups[2].attribute("num_events", job.lineage.tracks.len() as i64);
    for (scene, stamp) in stamps.iter().enumerate() {
        let mut cells: Vec<[i32; 3]> = Vec::new();
        let mut values: Vec<(usize, f32)> = Vec::new();
        for event in job.events(scene) {
            for (row, col, value) in job.cells_of(scene, event.component) {
                values.push((cells.len(), value as f32));
                cells.push([row as i32, col as i32, event.track as i32]);
            }
        }
        // by track, then row-major, whatever parts the track has
        values.sort_by_key(|(at, _)| (cells[*at][2], cells[*at][0], cells[*at][1]));
        let rows: Vec<i32> = values.iter().flat_map(|(at, _)| cells[*at]).collect();
        let values: Vec<f32> = values.into_iter().map(|(_, value)| value).collect();
        let mut group = Group::at(format!("masks/{stamp}"));
        group.dimension("num_pixels", values.len());
        group.dimension("num_cols", 3);
        let note = "Each row is a pixel with the columns indicating (i, j, event_id).";
        let indices = Variable::of("mask_indices", &["num_pixels", "num_cols"], &rows).with("description", note);
        let note = "Each entry gives the corresponding data value of the mask pixel in `mask_indices`.";
        let values = Variable::of("data_values", &["num_pixels"], &values).with("description", note);
        group.variables.extend([indices, values]);
        groups.push(group);
    }
    (path, NetCdf { groups })
}

fn mask_root(job: &RandomJob, stamps: &[String]) -> Group {
    let info = &job.info;
    let ends = |values: &[f64]| [values[0], values[values.len() - 1]];
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        ends(&values)
    };
    let (lat, lon) = match job.grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => (sorted(lat), ends(lon)),
        of_cells => (sorted(of_cells.latitudes()), sorted(of_cells.longitudes())),
    };
    let mut root = Group::default();
    root.attribute("event_type", info.event_type.as_str());
    root.attribute("latitude_bounds", Value::numbers(&lat));
    root.attribute("longitude_bounds", Value::numbers(&lon));
    root.attribute("start_date", stamps.first().map_or("", String::as_str));
    root.attribute("end_date", stamps.last().map_or("", String::as_str));
    root.attribute("format", "netCDF-4");
    root.attribute("website", "https://github.com/eventscape/eventscape");
    root.attribute("project", info.project.as_deref().unwrap_or("Eventscape"));
    root.attribute("institution", info.institution.as_deref().unwrap_or("not stated"));
    if info.created.is_some() {
        root.attribute("production_time", "2026-01-02 03:04:05");
    }
    root.attribute("job_id", info.job_id as i64);
    root.attribute("variable", info.variable.name.as_str());
    root.attribute("dataset", info.dataset_label.as_str());
    match info.threshold {
        Some(threshold) => root.attribute("threshold", threshold),
        None => root.attribute("threshold", info.threshold_text.as_str()),
    }
    common::unusual_calendar(&mut root, job.times());
    root
}

/// The group `navigation`: the grid's own coordinates as float32.
pub(super) fn navigation(grid: &Grid, description: Option<&str>) -> Group {
    let mut group = Group::at("navigation");
    if let Some(text) = description {
        group.attribute("Description", text);
    }
    let [row, column] = common::grid_dims(grid);
    group.dimension(row, grid.ny());
    group.dimension(column, grid.nx());
    let narrow = |values: &[f64]| values.iter().map(|x| *x as f32).collect::<Vec<f32>>();
    let (lat_dims, lon_dims, lat, lon) = match grid.coordinates() {
        Coordinates::Rectilinear { lat, lon } => (vec!["lat"], vec!["lon"], &lat[..], &lon[..]),
        of_cells => (vec!["y", "x"], vec!["y", "x"], of_cells.latitudes(), of_cells.longitudes()),
    };
    group.variables.push(Variable::of("lat", &lat_dims, &narrow(lat)));
    group.variables.push(Variable::of("lon", &lon_dims, &narrow(lon)));
    group
}
