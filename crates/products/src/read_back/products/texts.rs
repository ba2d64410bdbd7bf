//! GeoJSON, the table of contents and the hierarchies.

use std::fs::File;
use std::path::{Path, PathBuf};

use eventscape_core::time::Calendar;
use serde_json::{Value as Json, json};

use super::tables::{arrival, cells, departure};
use super::{common, degrees_west_east};
use crate::names::scene_stamps;
use crate::polygons::Outliner;
use crate::read_back::jobs::{RandomCuration, RandomJob};
use crate::read_back::sidecar::{self, Numbers};
use crate::tos2ca::{CurationHierarchy, write_hierarchy, write_toc};
use crate::write_geojson;

/// `<job>-<time>.json` of one scene.
pub(super) fn geojson(job: &RandomJob, scene: usize, folder: &Path) -> PathBuf {
    let stamps = scene_stamps(job.times());
    let path = folder.join(format!("{}.json", stamps[scene]));
    let (info, components) = (&job.info, &job.scenes.0[scene]);
    let outliner = Outliner::new(&job.grid);
    let out = File::create(&path).unwrap();
    write_geojson(out, info, &outliner, &job.lineage, scene, &stamps[scene], components).unwrap();

    let corners = common::corners(&job.grid);
    let mut numbers = Numbers::default();
    let mut features: Vec<Json> = Vec::new();
    let events = job.events(scene);
    for (k, event) in events.iter().enumerate() {
        let d = &event.component.description;
        let calendar = components.time.calendar();
        let part = 1 + events[..k].iter().filter(|other| other.track == event.track).count();
        let id = format!("{}-{}-{}", info.job_id, stamps[scene], event.track);
        let mut properties = json!({
            "track_id": event.track, "anomaly": event.track, "dateTime": stamps[scene], "time": components.time.to_string(),
            "tag": departure(event.member.departure).unwrap_or_else(|| arrival(event.member.arrival)),
            "arrival": arrival(event.member.arrival), "departure": departure(event.member.departure),
            "cells": event.component.cells, "area_km2": d.area_km2, "perimeter_km": d.perimeter_km,
            "centroid_lat": d.centroid_lat, "centroid_lon": degrees_west_east(d.centroid_lon),
            "variable": info.variable.name, "units": info.variable.units,
            // what is not a number is null
            "min": d.min, "mean": d.mean, "max": d.max, "std_dev": d.std_dev,
            "eccentricity": d.eccentricity, "orientation_deg": d.orientation_deg, "touches_edge": d.touches_edge,
        });
        if matches!(calendar, Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360) {
            properties["calendar"] = json!(calendar.name());
        }
        if let Some(given) = info.given.iter().find(|given| given.id == event.track) {
            properties["source_id"] = json!(given.source_id);
            if let Some(name) = &given.name {
                properties["name"] = json!(name);
            }
        }
        features.push(json!({
            "id": if part == 1 { id } else { format!("{id}-{part}") },
            "properties": properties,
            "corners": numbers.add(&cells(job, &corners, scene, event)),
        }));
    }
    sidecar::write(&path, &json!({"format": "geojson", "features": features}), &numbers);
    path
}

fn write_json(path: PathBuf, document: &Json) -> PathBuf {
    sidecar::write(&path, &json!({"format": "json", "document": document}), &Numbers::default());
    path
}

/// `<job>-ForTraCC-TOC.json`.
pub(super) fn toc(job: &RandomJob, folder: &Path) -> PathBuf {
    let path = folder.join("ForTraCC-TOC.json");
    write_toc(File::create(&path).unwrap(), &job.lineage).unwrap();
    let stamps = scene_stamps(job.times());
    let entry = |track: &eventscape_core::Track| {
        let [first, last] = [0, track.members.len() - 1].map(|k| &stamps[track.members[k].scene as usize]);
        json!({"name": format!("Anomaly {}", track.id), "start_date": first, "end_date": last})
    };
    write_json(path, &job.lineage.tracks.iter().map(entry).collect())
}

/// `<job>-ForTraCC-Mask-Output-Hierarchy.json`.
pub(super) fn hierarchy(job: &RandomJob, folder: &Path) -> PathBuf {
    let path = folder.join("ForTraCC-Mask-Output-Hierarchy.json");
    write_hierarchy(File::create(&path).unwrap(), &job.lineage).unwrap();
    let masks: serde_json::Map<String, Json> =
        scene_stamps(job.times()).into_iter().map(|stamp| (stamp, json!(["mask_indices"]))).collect();
    write_json(path, &json!({"navigation": ["lat", "lon"], "masks": masks}))
}

/// `<job>-Curation-Hierarchy.json`.
pub(super) fn curation_hierarchy(job: &RandomCuration, folder: &Path) -> PathBuf {
    let path = folder.join("Curation-Hierarchy.json");
    let mut out = CurationHierarchy::begin(File::create(&path).unwrap(), &job.info).unwrap();
    let names: Vec<&str> = job.info.variables.iter().map(|variable| variable.name.as_str()).collect();
    let mut document = json!({"navigation": ["lat", "lon"]});
    for time in &job.curated {
        out.add(time).unwrap();
        let events: serde_json::Map<String, Json> =
            time.events.iter().map(|event| (event.id.to_string(), json!(names))).collect();
        document[&time.name] = json!(events);
    }
    out.end().unwrap();
    write_json(path, &document)
}
