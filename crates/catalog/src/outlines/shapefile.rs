//! Features from a shapefile: areas in the `.shp`, properties in the `.dbf`, the coordinate system in the `.prj` beside it.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use eventscape_core::sphere::PolygonRings;
use serde_json::{Map, Value};
use shapefile::dbase::{self, FieldValue};
use shapefile::{PolygonRing, Shape};

use super::crs::Crs;
use super::feature::{Feature, Features};
use super::format::unreadable;
use super::told::Told;
use crate::{CatalogError, Result};

/// A `.prj` is a line of text.
const LARGEST_PRJ: u64 = 1 << 20;

/// Reads the features of a shapefile.
pub(super) fn read(path: &Path, told: &mut Told) -> Result<Features> {
    let location = path.display().to_string();
    let crs = system(path, &location)?;
    let table = path.with_extension("dbf");
    if !table.is_file() {
        return Err(CatalogError::granule(
            location,
            "there is no `.dbf` of the same name beside it, which has the names and times of its shapes",
        ));
    }
    // the crates are not ours, and files come from anywhere
    let list = catch_unwind(AssertUnwindSafe(|| features(path, &table)))
        .unwrap_or_else(|_| Err("it is damaged".to_owned()))
        .map_err(|why| {
            CatalogError::granule(location.clone(), format!("it is not a shapefile that can be read: {why}"))
        })?;
    Features { location, list }.in_degrees(crs, told)
}

fn system(path: &Path, location: &str) -> Result<Crs> {
    let beside = path.with_extension("prj");
    match std::fs::metadata(&beside) {
        Ok(meta) if meta.len() <= LARGEST_PRJ => {
            let bytes = std::fs::read(&beside).map_err(|source| unreadable(&beside, source))?;
            Crs::of_wkt(&String::from_utf8_lossy(&bytes), location)
        }
        Ok(_) => Err(CatalogError::granule(location, "the `.prj` beside it is too long for one")),
        Err(_) => Ok(Crs::Unknown),
    }
}

fn features(path: &Path, table: &Path) -> std::result::Result<Vec<Feature>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let shapes = shapefile::ShapeReader::new(BufReader::new(file)).map_err(|e| e.to_string())?;
    let records = dbase::ReaderBuilder::new()
        .with_encoding(dbase::encoding::UnicodeLossy)
        .open(table)
        .map_err(|e| format!("its .dbf: {e}"))?;
    let mut reader = shapefile::Reader::new(shapes, records);
    let mut list = Vec::new();
    for pair in reader.iter_shapes_and_records() {
        let (shape, record) = pair.map_err(|e| e.to_string())?;
        let properties: Map<String, Value> = record.into_iter().map(|(name, value)| (name, json(value))).collect();
        list.push(Feature { number: list.len() + 1, id: None, properties, polygons: polygons(shape) });
    }
    Ok(list)
}

/// All rings of a shape as one polygon: the even-odd rule finds its holes.
fn polygons(shape: Shape) -> Vec<PolygonRings> {
    macro_rules! rings {
        ($polygon:expr) => {
            $polygon
                .rings()
                .iter()
                .map(|ring| {
                    let mut points: Vec<(f64, f64)> = ring.points().iter().map(|p| (p.x, p.y)).collect();
                    // outer rings go clockwise here, and the other way round everywhere else
                    if matches!(ring, PolygonRing::Outer(_)) {
                        points.reverse();
                    }
                    points
                })
                .collect::<PolygonRings>()
        };
    }
    let rings = match shape {
        Shape::Polygon(polygon) => rings!(polygon),
        Shape::PolygonM(polygon) => rings!(polygon),
        Shape::PolygonZ(polygon) => rings!(polygon),
        _ => return Vec::new(),
    };
    if rings.is_empty() { Vec::new() } else { vec![rings] }
}

fn json(value: FieldValue) -> Value {
    let date = |d: dbase::Date| format!("{:04}-{:02}-{:02}", d.year(), d.month(), d.day());
    match value {
        FieldValue::Character(text) => text.map_or(Value::Null, Value::from),
        FieldValue::Memo(text) => Value::from(text),
        FieldValue::Numeric(number) => number.map_or(Value::Null, Value::from),
        FieldValue::Float(number) => number.map_or(Value::Null, |x| Value::from(f64::from(x))),
        FieldValue::Double(number) | FieldValue::Currency(number) => Value::from(number),
        FieldValue::Integer(number) => Value::from(number),
        FieldValue::Logical(flag) => flag.map_or(Value::Null, Value::from),
        FieldValue::Date(day) => day.map_or(Value::Null, |day| Value::from(date(day))),
        FieldValue::DateTime(time) => {
            let clock = time.time();
            let (hours, minutes, seconds) = (clock.hours(), clock.minutes(), clock.seconds());
            Value::from(format!("{}T{hours:02}:{minutes:02}:{seconds:02}", date(time.date())))
        }
    }
}
