//! Features from GeoJSON (RFC 7946, and the older form with a `crs`), feature by feature, without the text in memory.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use eventscape_core::sphere::PolygonRings;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::crs::Crs;
use super::feature::{Feature, Features, text_of};
use super::format::unreadable;
use super::told::Told;
use crate::{CatalogError, Result};

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    crs: Option<Value>,
    #[serde(default)]
    features: Vec<Item>,
    /// Of a document that is a single feature.
    #[serde(default, flatten)]
    only: Item,
}

#[derive(Default, Deserialize)]
struct Item {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
    #[serde(default)]
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Geometry {
    Polygon {
        coordinates: Vec<Vec<Position>>,
    },
    MultiPolygon {
        coordinates: Vec<Vec<Vec<Position>>>,
    },
    #[serde(rename = "GeometryCollection")]
    Collection {
        geometries: Vec<Geometry>,
    },
    /// Points and lines have no area.
    #[serde(other)]
    Other,
}

/// A position; what comes after longitude and latitude does not matter.
struct Position((f64, f64));

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Pair;
        impl<'de> Visitor<'de> for Pair {
            type Value = Position;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a position of two numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Position, A::Error> {
                use serde::de::Error;
                let mut number = |place| -> std::result::Result<f64, A::Error> {
                    // a null is what some writers make of NaN
                    let number: Option<Option<f64>> = items.next_element()?;
                    Ok(number.ok_or_else(|| A::Error::invalid_length(place, &self))?.unwrap_or(f64::NAN))
                };
                let point = (number(0)?, number(1)?);
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Position(point))
            }
        }
        deserializer.deserialize_seq(Pair)
    }
}

/// Reads the features of a file.
pub(super) fn read(path: &Path, told: &mut Told) -> Result<Features> {
    let location = path.display().to_string();
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    let document: Document = serde_json::from_reader(BufReader::with_capacity(1 << 20, file)).map_err(|error| {
        CatalogError::granule(location.clone(), format!("it is not GeoJSON that can be understood: {error}"))
    })?;
    let crs = match &document.crs {
        None | Some(Value::Null) => Crs::ByStandard,
        Some(crs) => Crs::of_name(
            crs.pointer("/properties/name")
                .or_else(|| crs.pointer("/name"))
                .and_then(Value::as_str)
                .unwrap_or_default(),
            &location,
        )?,
    };
    let items = match document.kind.as_str() {
        "FeatureCollection" => document.features,
        "Feature" => vec![document.only],
        other => {
            return Err(CatalogError::granule(
                location,
                format!("it is GeoJSON of type `{other}`; give a FeatureCollection, whose properties have the times"),
            ));
        }
    };
    let list = items.into_iter().enumerate().map(|(place, item)| {
        let mut polygons = Vec::new();
        if let Some(geometry) = item.geometry {
            collect(geometry, &mut polygons);
        }
        Feature {
            number: place + 1,
            id: item.id.filter(|id| !id.is_null()).map(|id| text_of(&id)),
            properties: item.properties.unwrap_or_default(),
            polygons,
        }
    });
    let features = Features { location, list: list.collect() };
    features.in_degrees(crs, told)
}

fn collect(geometry: Geometry, into: &mut Vec<PolygonRings>) {
    let rings = |polygon: Vec<Vec<Position>>| -> PolygonRings {
        polygon.into_iter().map(|ring| ring.into_iter().map(|position| position.0).collect()).collect()
    };
    match geometry {
        Geometry::Polygon { coordinates } => into.push(rings(coordinates)),
        Geometry::MultiPolygon { coordinates } => into.extend(coordinates.into_iter().map(rings)),
        // as deep as the parser of JSON lets it be
        Geometry::Collection { geometries } => geometries.into_iter().for_each(|part| collect(part, into)),
        Geometry::Other => {}
    }
}
