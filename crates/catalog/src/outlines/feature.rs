//! Features: an area and its properties.

use eventscape_core::outline::Shape;
use eventscape_core::sphere::PolygonRings;
use serde_json::{Map, Value};

use super::crs::Crs;
use super::told::Told;
use crate::Result;

/// An area with properties, in degrees.
#[derive(Clone, Debug)]
pub(super) struct Feature {
    /// Its place in the file, from 1.
    pub(super) number: usize,
    /// The id that the file gives it.
    pub(super) id: Option<String>,
    pub(super) properties: Map<String, Value>,
    /// Empty where the feature has no area.
    pub(super) polygons: Vec<PolygonRings>,
}

/// The features of a file.
#[derive(Clone, Debug)]
pub(super) struct Features {
    pub(super) location: String,
    pub(super) list: Vec<Feature>,
}

impl Features {
    /// Turns coordinates into degrees.
    ///
    /// # Errors
    /// Numbers of a system that the file does not tell, and that are no degrees.
    pub(super) fn in_degrees(mut self, crs: Crs, told: &mut Told) -> Result<Self> {
        let points = || self.list.iter().flat_map(|f| &f.polygons).flatten().flatten().copied();
        if crs == Crs::Unknown {
            told.general("it does not say its coordinate system; its numbers are taken for degrees".to_owned());
        }
        let unsaid = matches!(crs, Crs::Unknown | Crs::ByStandard);
        let crs = if unsaid { Crs::unsaid(points(), &self.location)? } else { crs };
        if crs == Crs::WebMercator {
            for point in self.list.iter_mut().flat_map(|f| &mut f.polygons).flatten().flatten() {
                *point = crs.to_degrees(*point);
            }
            told.general("coordinates are turned from web Mercator (EPSG:3857) into degrees".to_owned());
        }
        Ok(self)
    }

    /// The names of the properties, for messages.
    pub(super) fn property_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        // features may differ, but the first ones tell
        for name in self.list.iter().take(100).flat_map(|feature| feature.properties.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }
}

impl Feature {
    /// A property by its name, in any case of letters where none has this very name. Null counts as absent, and so does a
    /// text of nothing but blanks.
    pub(super) fn property(&self, name: &str) -> Option<&Value> {
        let any_case =
            || self.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let value = self.properties.get(name).or_else(any_case)?;
        match value {
            Value::Null => None,
            Value::String(text) if text.trim().is_empty() => None,
            value => Some(value),
        }
    }

    /// A property as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.property(name).map(text_of)
    }

    /// What to call it.
    pub(super) fn own_id(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.number.to_string())
    }

    /// Its area. Rings that are not closed are closed, those without three corners do not count; both are told of.
    pub(super) fn shape(&self, name: &str, told: &mut Told) -> Option<Shape> {
        let mut polygons: Vec<PolygonRings> = Vec::with_capacity(self.polygons.len());
        let (mut opened, mut dropped) = (false, false);
        for polygon in &self.polygons {
            let mut rings = PolygonRings::new();
            for (number, ring) in polygon.iter().enumerate() {
                if ring.iter().any(|(lon, lat)| !(lon.abs() <= 720.0 && lat.abs() <= 90.0)) {
                    told.left_out(name, "a coordinate is not a number or not on the Earth");
                    return None;
                }
                let mut ring = ring.clone();
                if ring.first() != ring.last() {
                    opened = true;
                    ring.extend(ring.first().copied());
                }
                if ring.len() < 4 {
                    dropped = true;
                    if number == 0 {
                        // holes of nothing
                        break;
                    }
                    continue;
                }
                rings.push(ring);
            }
            if !rings.is_empty() {
                polygons.push(rings);
            }
        }
        if polygons.is_empty() {
            told.left_out(name, "no polygon");
            return None;
        }
        if opened {
            told.changed(name, "rings that are not closed are closed");
        }
        if dropped {
            told.changed(name, "rings of fewer than three corners do not count");
        }
        match Shape::polygons(polygons) {
            Ok(shape) => Some(shape),
            Err(error) => {
                told.left_out(name, &error.to_string());
                None
            }
        }
    }
}

/// A value as people write it.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        // a number from a column of floats
        Value::Number(number) => match number.as_f64() {
            Some(x) if number.is_f64() && x.fract() == 0.0 && x.abs() < 1e15 => format!("{x:.0}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}
