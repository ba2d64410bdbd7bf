//! The tables: Parquet of tracks, links and curated values; CSV of statistics.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use eventscape_core::sphere::{bearing_deg, distance_km};
use eventscape_core::time::Calendar;
use eventscape_core::{Arrival, Departure, Description, Relation, Timestamp};
use serde_json::{Value as Json, json};

use super::curation::in_order;
use super::tracks::{child, parent};
use super::{common, degrees_west_east};
use crate::JobInfo;
use crate::curation::{CuratedTable, Gathered, Places, StatisticsTable};
use crate::parquet::{write_lineage_parquet, write_tracks_parquet};
use crate::polygons::Outliner;
use crate::read_back::expected::Plain;
use crate::read_back::jobs::{Event, RandomCuration, RandomJob};
use crate::read_back::sidecar::{self, Numbers};

/// The columns of a table, in order.
#[derive(Default)]
struct Columns {
    columns: Vec<Json>,
    numbers: Numbers,
}

impl Columns {
    fn add(&mut self, name: &str, values: Json) {
        self.columns.push(json!({"name": name, "values": values}));
    }

    fn plain<T: Plain>(&mut self, name: &str, values: &[T]) {
        let values = self.numbers.add(values);
        self.add(name, values);
    }

    /// Numbers of which some are absent.
    fn some<T: Plain + Default>(&mut self, name: &str, values: &[Option<T>]) {
        let there: Vec<u8> = values.iter().map(|value| u8::from(value.is_some())).collect();
        let filled: Vec<T> = values.iter().map(|value| value.unwrap_or_default()).collect();
        let (values, there) = (self.numbers.add(&filled), self.numbers.add(&there));
        self.columns.push(json!({"name": name, "values": values, "there": there}));
    }

    fn texts<T: serde::Serialize>(&mut self, name: &str, values: &[T]) {
        self.add(name, json!({"type": "text", "texts": values}));
    }

    /// Times as instants where the calendar has real days, as texts where it has not.
    fn times(&mut self, name: &str, values: &[Timestamp], calendar: Calendar) {
        let shift = match calendar {
            Calendar::Standard | Calendar::ProlepticGregorian => 0,
            Calendar::Julian => 13 * 86_400_000_000,
            Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360 => {
                return self.texts(name, &values.iter().map(Timestamp::to_string).collect::<Vec<_>>());
            }
        };
        self.plain(name, &values.iter().map(|time| time.micros() + shift).collect::<Vec<i64>>());
    }

    fn write(self, path: &Path, job: &JobInfo) {
        let mut metadata = json!({
            "title": job.title, "summary": job.summary, "job_id": job.job_id.to_string(), "dataset": job.dataset_label,
            "variable": job.variable.name, "condition": job.condition_text, "tracker": job.tracker,
            "license": job.license, "history": job.history,
        });
        if let Some(created) = &job.created {
            metadata["date_created"] = json!(created);
        }
        let expected = json!({"format": "parquet", "columns": self.columns, "metadata": metadata});
        sidecar::write(path, &expected, &self.numbers);
    }
}

fn create(path: &Path) -> File {
    File::create(path).unwrap()
}

fn calendar(times: &[Timestamp]) -> Calendar {
    times.first().map_or_else(Calendar::default, |time| time.calendar())
}

pub(super) fn arrival(arrival: Arrival) -> &'static str {
    match arrival {
        Arrival::Initiation => "initiation",
        Arrival::InitiationSplit => "initiation - split",
        Arrival::Continuation => "continuation",
        Arrival::ContinuationMerge => "continuation - merge",
        Arrival::ContinuationSplit => "continuation - split",
    }
}

pub(super) fn departure(departure: Option<Departure>) -> Option<&'static str> {
    departure.map(|departure| match departure {
        Departure::Dissipation => "dissipation",
        Departure::DissipationMerge => "dissipation - merge",
    })
}

/// The corners (longitude, latitude) of each cell of a component.
pub(super) fn cells(job: &RandomJob, corners: &[[(f64, f64); 4]], scene: usize, event: &Event<'_>) -> Vec<f64> {
    let cells = job.cells_of(scene, event.component);
    let of = |(row, col, _): &(u32, u32, f64)| corners[*row as usize * job.grid.nx() + *col as usize];
    cells.iter().flat_map(of).flat_map(|(lat, lon)| [lon, lat]).collect()
}

/// `<job>-Tracks.parquet`.
pub(super) fn tracks(job: &RandomJob, folder: &Path) -> PathBuf {
    let path = folder.join("Tracks.parquet");
    let outliner = Outliner::new(&job.grid);
    let rows = write_tracks_parquet(create(&path), &job.info, &outliner, &job.lineage, &job.scenes).unwrap();
    let all: Vec<(usize, Event<'_>)> = (0..job.times().len())
        .flat_map(|scene| job.events(scene).into_iter().map(move |event| (scene, event)))
        .collect();
    assert_eq!(rows, all.len() as u64);
    let mut table = Columns::default();
    table.plain("track_id", &all.iter().map(|(_, e)| i64::from(e.track)).collect::<Vec<_>>());
    let times: Vec<Timestamp> = all.iter().map(|(scene, _)| job.times()[*scene]).collect();
    table.times("time", &times, calendar(job.times()));
    table.plain("scene", &all.iter().map(|(scene, _)| *scene as i32).collect::<Vec<_>>());
    table.plain("component", &all.iter().map(|(_, e)| e.member.component as i32).collect::<Vec<_>>());
    let corners = common::corners(&job.grid);
    let counts: Vec<i64> = all.iter().map(|(_, e)| i64::from(e.component.cells)).collect();
    let corners: Vec<f64> = all.iter().flat_map(|(scene, e)| cells(job, &corners, *scene, e)).collect();
    let geometry =
        json!({"type": "outlines", "cells": table.numbers.add(&counts), "corners": table.numbers.add(&corners)});
    table.add("geometry", geometry);
    table.add("bbox", json!({"type": "boxes", "of": "geometry"}));
    table.plain("cells", &counts);
    for (name, value) in MEASURES {
        table.plain(name, &all.iter().map(|(_, e)| value(&e.component.description)).collect::<Vec<f64>>());
    }
    let motion = motion(job, &all);
    for (k, name) in ["speed_m_s", "direction_deg", "growth_km2_per_h"].into_iter().enumerate() {
        table.some(name, &motion.iter().map(|m| m[k]).collect::<Vec<_>>());
    }
    let edges: Vec<u8> = all.iter().map(|(_, e)| u8::from(e.component.description.touches_edge)).collect();
    let edges = table.numbers.add(&edges);
    table.add("touches_edge", json!({"type": "flags", "of": edges}));
    let arrivals: Vec<&str> = all.iter().map(|(_, e)| arrival(e.member.arrival)).collect();
    let departures: Vec<Option<&str>> = all.iter().map(|(_, e)| departure(e.member.departure)).collect();
    table.texts("arrival", &arrivals);
    table.texts("departure", &departures);
    table.texts("tag", &departures.iter().zip(&arrivals).map(|(d, a)| d.unwrap_or(a)).collect::<Vec<_>>());
    if !job.info.given.is_empty() {
        let given: HashMap<u32, _> = job.info.given.iter().map(|given| (given.id, given)).collect();
        table.texts("name", &all.iter().map(|(_, e)| given[&e.track].name.as_ref()).collect::<Vec<_>>());
        table.texts("source_id", &all.iter().map(|(_, e)| &given[&e.track].source_id).collect::<Vec<_>>());
    }
    table.write(&path, &job.info);
    path
}

type Measure = (&'static str, fn(&Description) -> f64);

const MEASURES: &[Measure] = &[
    ("area_km2", |d| d.area_km2),
    ("perimeter_km", |d| d.perimeter_km),
    ("centroid_lat", |d| d.centroid_lat),
    ("centroid_lon", |d| degrees_west_east(d.centroid_lon)),
    ("min", |d| d.min),
    ("mean", |d| d.mean),
    ("max", |d| d.max),
    ("std_dev", |d| d.std_dev),
    ("major_axis_km", |d| d.major_axis_km),
    ("minor_axis_km", |d| d.minor_axis_km),
    ("eccentricity", |d| d.eccentricity),
    ("orientation_deg", |d| d.orientation_deg),
];

/// Speed, direction and growth of each row since the component before it in its track.
fn motion(job: &RandomJob, all: &[(usize, Event<'_>)]) -> Vec<[Option<f64>; 3]> {
    let mut last: HashMap<u32, (Timestamp, Description)> = HashMap::new();
    let mut rows = Vec::with_capacity(all.len());
    for (scene, event) in all {
        let (time, now) = (job.times()[*scene], event.component.description);
        let before = last.insert(event.track, (time, now));
        let row =
            before.filter(|(earlier, _)| earlier.micros() < time.micros()).map_or([None; 3], |(earlier, before)| {
                let hours = (time.micros() - earlier.micros()) as f64 / 1e6 / 3600.0;
                let (from, to) = ((before.centroid_lat, before.centroid_lon), (now.centroid_lat, now.centroid_lon));
                let seconds = time.seconds_since(earlier);
                [
                    Some(distance_km(from, to) * 1000.0 / seconds),
                    (from != to).then(|| bearing_deg(from, to)),
                    Some((now.area_km2 - before.area_km2) / hours),
                ]
            });
        rows.push(row);
    }
    rows
}

/// `<job>-Lineage.parquet`.
pub(super) fn lineage(job: &RandomJob, folder: &Path) -> PathBuf {
    let path = folder.join("Lineage.parquet");
    let links = &job.lineage.links;
    let rows = write_lineage_parquet(create(&path), &job.info, &job.lineage).unwrap();
    assert_eq!(rows, links.len() as u64);
    let mut table = Columns::default();
    let calendar = calendar(job.times());
    table.plain("parent", &links.iter().map(|link| i64::from(parent(job, link))).collect::<Vec<_>>());
    table.plain("child", &links.iter().map(|link| i64::from(child(job, link))).collect::<Vec<_>>());
    let times = |scene: fn(&eventscape_core::Link) -> u32| -> Vec<Timestamp> {
        links.iter().map(|link| job.times()[scene(link) as usize]).collect()
    };
    table.times("parent_time", &times(|link| link.parent_scene), calendar);
    table.times("child_time", &times(|link| link.child_scene), calendar);
    table.plain("parent_component", &links.iter().map(|link| link.parent as i32).collect::<Vec<_>>());
    table.plain("child_component", &links.iter().map(|link| link.child as i32).collect::<Vec<_>>());
    table.plain("cells", &links.iter().map(|link| i64::from(link.cells)).collect::<Vec<_>>());
    table.plain("overlap_parent", &links.iter().map(|link| link.overlap_parent).collect::<Vec<_>>());
    table.plain("overlap_child", &links.iter().map(|link| link.overlap_child).collect::<Vec<_>>());
    let relations = links.iter().map(|link| match link.relation {
        Relation::Continuation => "continuation",
        Relation::Merge => "merge",
        Relation::Split => "split",
        Relation::Unused => "unused",
        Relation::Weak => "weak",
    });
    table.texts("relation", &relations.collect::<Vec<_>>());
    table.write(&path, &job.info);
    path
}

/// A row of the table of curated values.
struct Row {
    event: u32,
    mask_time: Timestamp,
    kind: &'static str,
    step: Option<i8>,
    value_time: Timestamp,
    variable: usize,
    place: (f64, f64),
    value: f64,
    weight: Option<f64>,
    coverage: Option<f32>,
}

/// `<job>-Curated.parquet`.
pub(super) fn curated(job: &RandomCuration, folder: &Path) -> PathBuf {
    let path = folder.join("Curated.parquet");
    let step_time = match job.curated.first().map(|time| &time.gathered) {
        Some(Gathered::Steps { times, .. }) => times[1],
        Some(Gathered::Orbit { start, .. }) => *start,
        None => job.times[0],
    };
    // the times of the other data are all of one calendar
    let of_steps = |time: Timestamp| Timestamp::from_micros(step_time.calendar(), time.micros());
    let mut table = CuratedTable::begin(create(&path), &job.info, job.times[0], step_time).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    for (time, interpolated) in job.curated.iter().zip(&job.interpolated) {
        table.add_curated(time).unwrap();
        table.add_interpolated(interpolated, of_steps(interpolated.time)).unwrap();
        for event in &time.events {
            for (variable, steps) in event.values.iter().enumerate() {
                for (k, values) in steps.iter().enumerate() {
                    for (lat, lon, at) in values.iter().flat_map(|_| in_order(&event.places)) {
                        let (step, value_time) = match (&time.gathered, &event.places) {
                            (Gathered::Steps { times, .. }, _) => (Some(k as i8 - 1), times[k]),
                            (Gathered::Orbit { start, .. }, Places::Swath { micros, .. }) => {
                                (None, Timestamp::from_micros(start.calendar(), micros[at]))
                            }
                            _ => panic!("an orbit has a swath"),
                        };
                        rows.push(Row {
                            event: event.id,
                            mask_time: time.mask_time,
                            kind: "curated",
                            step,
                            value_time,
                            variable,
                            place: (lat, lon),
                            value: values.as_ref().and_then(|values| values.get(at)).unwrap(),
                            weight: None,
                            coverage: None,
                        });
                    }
                }
            }
        }
        for event in &interpolated.events {
            for (variable, found) in event.variables.iter().enumerate() {
                rows.extend((0..event.lat.len()).map(|k| Row {
                    event: event.id,
                    mask_time: interpolated.time,
                    kind: "interpolated",
                    step: None,
                    value_time: of_steps(interpolated.time),
                    variable,
                    place: (event.lat[k], event.lon[k]),
                    value: found.values[k],
                    weight: Some(event.area_km2[k]),
                    coverage: Some(found.coverage[k] as f32),
                }));
            }
        }
    }
    assert_eq!(table.end().unwrap().1, rows.len() as u64);
    let names: Vec<&str> = job.info.variables.iter().map(|variable| variable.name.as_str()).collect();
    let mut table = Columns::default();
    table.plain("track_id", &rows.iter().map(|row| i64::from(row.event)).collect::<Vec<_>>());
    table.times("mask_time", &rows.iter().map(|row| row.mask_time).collect::<Vec<_>>(), job.times[0].calendar());
    table.texts("kind", &rows.iter().map(|row| row.kind).collect::<Vec<_>>());
    table.some("step", &rows.iter().map(|row| row.step).collect::<Vec<_>>());
    table.times("value_time", &rows.iter().map(|row| row.value_time).collect::<Vec<_>>(), step_time.calendar());
    table.texts("variable", &rows.iter().map(|row| names[row.variable]).collect::<Vec<_>>());
    table.plain("lat", &rows.iter().map(|row| row.place.0).collect::<Vec<_>>());
    table.plain("lon", &rows.iter().map(|row| row.place.1).collect::<Vec<_>>());
    table.some("value", &rows.iter().map(|row| Some(row.value).filter(|v| !v.is_nan())).collect::<Vec<_>>());
    table.some("weight", &rows.iter().map(|row| row.weight).collect::<Vec<_>>());
    table.some("coverage", &rows.iter().map(|row| row.coverage).collect::<Vec<_>>());
    table.write(&path, &job.info.job);
    path
}

/// `<job>-Statistics.csv`.
pub(super) fn statistics(job: &RandomCuration, folder: &Path) -> PathBuf {
    let path = folder.join("Statistics.csv");
    let mut table = StatisticsTable::begin(create(&path), &job.info).unwrap();
    let mut rows: Vec<Json> = Vec::new();
    for time in &job.interpolated {
        table.add(time).unwrap();
        for event in &time.events {
            for (variable, found) in job.info.variables.iter().zip(&event.variables) {
                let there: Vec<usize> = (0..found.values.len()).filter(|k| !found.values[*k].is_nan()).collect();
                let area: f64 = event.area_km2.iter().sum();
                let valid_area: f64 = there.iter().map(|k| event.area_km2[*k]).sum();
                let statistics = found.statistics.map(|s| {
                    let p = s.percentiles;
                    [s.min, s.max, s.mean, s.std_dev, p[0], p[1], p[2], p[3], p[4]]
                });
                rows.push(json!({
                    "track_id": event.id, "time": time.time.to_string(), "variable": variable.name,
                    "units": variable.units.as_deref().unwrap_or("1"), "cells": event.lat.len(),
                    "valid": there.len(), "missing": event.lat.len() - there.len(),
                    "area_km2": area, "valid_area_km2": valid_area, "statistics": statistics,
                    "method": job.info.method, "in_time": found.in_time,
                }));
            }
        }
    }
    table.end().unwrap();
    sidecar::write(&path, &json!({"format": "csv", "rows": rows}), &Numbers::default());
    path
}
