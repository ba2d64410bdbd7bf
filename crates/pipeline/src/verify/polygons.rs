//! `<job>-<time>.json`: the polygons of a time (GeoJSON).

use std::collections::BTreeMap;
use std::io::BufReader;

use eventscape_core::Timestamp;
use eventscape_io::stores::ByteReader;
use serde::Deserialize;

use super::described::{Described, IN_TABLE};
use super::facts::{Events, Facts, Sums, Told};
use super::finding::{Checked, Faults, Trouble};
use super::product::Asked;
use super::rings;
use super::stamps::{either_way, in_name, unit_of};

#[derive(Deserialize)]
struct Collection {
    r#type: String,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    geometry: Geometry,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Vec<[f64; 2]>>),
    MultiPolygon(Vec<Vec<Vec<[f64; 2]>>>),
}

#[derive(Deserialize)]
struct Properties {
    anomaly: u32,
    #[serde(rename = "dateTime")]
    date_time: String,
    cells: u64,
    min: Option<f64>,
    mean: Option<f64>,
    max: Option<f64>,
    area_km2: Option<f64>,
    perimeter_km: Option<f64>,
    std_dev: Option<f64>,
    eccentricity: Option<f64>,
    orientation_deg: Option<f64>,
    centroid_lat: Option<f64>,
}

/// Looks at the polygons of a time. Memory: those of one time.
pub(super) fn check(asked: &Asked<'_>, faults: &mut Faults) -> Checked<Facts> {
    let calendar = asked.manifest.calendar;
    let file = BufReader::new(ByteReader::new(asked.source.clone()));
    let collection: Collection = serde_json::from_reader(file)
        .map_err(|error| Trouble::at("", format!("it is no GeoJSON of polygons: {error}")))?;
    if collection.r#type != "FeatureCollection" {
        return Err(Trouble::at("", format!("it is a {}, not a FeatureCollection", collection.r#type)));
    }
    let Some((time, stamp)) = in_name(asked.name, calendar) else { return Ok(Facts::default()) };
    let unit = unit_of(stamp);
    let mut sums = Sums::default();
    for (k, feature) in collection.features.iter().enumerate() {
        let place = format!("features[{k}]");
        let told = &feature.properties;
        let own = Timestamp::parse(&told.date_time, calendar).map(|(time, _)| time.micros());
        if own.is_ok_and(|micros| either_way(|named| named(micros, unit) == named(time.micros(), unit), |same| *same)) {
            let numbers = numbers(told);
            if let Some((which, why)) = numbers.wrong() {
                faults.add(format!("{place}.{}", IN_TABLE[which]), why);
            }
            sums.add((time.micros(), told.anomaly), numbers.sum(told.cells));
        } else {
            faults.add(&place, format!("it is of {}, not of the time in the file's name", told.date_time));
        }
        let wrong = match &feature.geometry {
            Geometry::Polygon(one) => rings::wrong(std::slice::from_ref(one)),
            Geometry::MultiPolygon(many) => rings::wrong(many),
        };
        if let Some(why) = wrong {
            faults.add(&place, why);
        }
        if told.cells == 0 || told.anomaly == 0 {
            faults.add(&place, "it is no event, or has no cell");
        }
    }
    let tells = Told { components: true, all_cells: true, range: true, description: true, ..Told::default() };
    let files = BTreeMap::from([(time.micros(), asked.name.to_owned())]);
    Ok(Facts { events: Some(Events { rows: sums.finish(), unit, tells, files }), ..Facts::default() })
}

fn numbers(told: &Properties) -> Described {
    let of = |number: Option<f64>| number.unwrap_or(f64::NAN);
    Described([
        of(told.min),
        of(told.mean),
        of(told.max),
        of(told.area_km2),
        of(told.perimeter_km),
        of(told.std_dev),
        of(told.eccentricity),
        of(told.orientation_deg),
        of(told.centroid_lat),
    ])
}
