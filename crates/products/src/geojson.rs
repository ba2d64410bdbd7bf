//! `<job>-<time>.json`: the polygons of one time as GeoJSON (RFC 7946).

use std::io::Write;

use eventscape_core::sphere::west_east;
use eventscape_core::time::Calendar;
use eventscape_core::{Lineage, SceneComponents};
use serde::Serialize;

use crate::members::{arrival_name, departure_name, members_of};
use crate::polygons::Outliner;
use crate::{JobInfo, ProductError};

/// What a Feature says of its event. Lengths and areas are on the Earth; `min`, `mean`, `max` and `std_dev` are of the
/// tracked variable, weighted by area, in `units`; null where there is no value.
#[derive(Serialize)]
struct Properties<'a> {
    track_id: u32,
    /// The same number, as TOS2CA's viewer reads it.
    anomaly: u32,
    /// Of a phenomenon that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<&'a str>,
    /// The time in the name of the file, which TOS2CA's viewer cuts into digits and puts into the names of pictures.
    #[serde(rename = "dateTime")]
    date_time: &'a str,
    /// RFC 3339.
    time: String,
    /// Only where it is a model calendar, whose dates RFC 3339 may not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<&'static str>,
    tag: &'static str,
    arrival: &'static str,
    departure: Option<&'static str>,
    cells: u32,
    area_km2: f64,
    perimeter_km: f64,
    centroid_lat: f64,
    centroid_lon: f64,
    variable: &'a str,
    units: Option<&'a str>,
    min: f64,
    mean: f64,
    max: f64,
    std_dev: f64,
    eccentricity: f64,
    orientation_deg: f64,
    touches_edge: bool,
}

/// Writes the FeatureCollection of scene `index` (named `stamp`, see [`crate::scene_stamps`]): a Feature for each
/// component of a track, by ascending track id. A scene without events is a collection without features.
///
/// Coordinates are the corners of [`Outliner`], written as the shortest numbers that read back the same, so that edges of
/// neighbours coincide.
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Mismatch`] where scene and lineage do not fit.
pub fn write_geojson<W: Write>(
    mut out: W,
    job: &JobInfo,
    outliner: &Outliner,
    lineage: &Lineage,
    index: usize,
    stamp: &str,
    scene: &SceneComponents,
) -> Result<(), ProductError> {
    let events = members_of(lineage, index, scene)?;
    let failed = |source| ProductError::Write { product: format!("the polygons of {stamp}"), source };
    out.write_all(br#"{"type":"FeatureCollection","features":["#).map_err(failed)?;
    for (k, event) in events.iter().enumerate() {
        let outline = outliner.outline(scene.cells_of(event.component));
        // a track of AUX-GEOIR may have several components in one scene
        let before = events[..k].iter().rev().take_while(|other| other.track == event.track).count();
        let id = match before {
            0 => format!("{}-{stamp}-{}", job.job_id, event.track),
            n => format!("{}-{stamp}-{}-{}", job.job_id, event.track, n + 1),
        };
        let d = &event.component.description;
        let calendar = scene.time.calendar();
        let model = matches!(calendar, Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360);
        let given = job.given(event.track);
        let properties = Properties {
            track_id: event.track,
            anomaly: event.track,
            name: given.and_then(|given| given.name.as_deref()),
            source_id: given.map(|given| given.source_id.as_str()),
            date_time: stamp,
            time: scene.time.to_string(),
            calendar: model.then(|| calendar.name()),
            tag: event.member.tos2ca_tag(),
            arrival: arrival_name(event.member.arrival),
            departure: event.member.departure.map(departure_name),
            cells: event.component.cells,
            area_km2: d.area_km2,
            perimeter_km: d.perimeter_km,
            centroid_lat: d.centroid_lat,
            centroid_lon: west_east(d.centroid_lon),
            variable: &job.variable.name,
            units: job.variable.units.as_deref(),
            min: d.min,
            mean: d.mean,
            max: d.max,
            std_dev: d.std_dev,
            eccentricity: d.eccentricity,
            orientation_deg: d.orientation_deg,
            touches_edge: d.touches_edge,
        };
        let feature = FeatureHead { kind: "Feature", id, bbox: outline.bbox_across(), properties };
        let mut head = serde_json::to_vec(&feature).map_err(|e| failed(e.into()))?;
        head.pop();
        out.write_all(if k == 0 { b"\n" } else { b",\n" }).map_err(failed)?;
        out.write_all(&head).map_err(failed)?;
        out.write_all(br#","geometry":"#).map_err(failed)?;
        outline.write_geojson(&mut out).map_err(failed)?;
        out.write_all(b"}").map_err(failed)?;
    }
    out.write_all(b"]}\n").map_err(failed)?;
    out.flush().map_err(failed)
}

#[derive(Serialize)]
struct FeatureHead<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<[f64; 4]>,
    properties: Properties<'a>,
}
