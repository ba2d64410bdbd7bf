//! Features from a GeoPackage, which is an SQLite database (OGC 12-128r19).

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};

use super::crs::Crs;
use super::feature::{Feature, Features};
use super::told::Told;
use super::wkb;
use crate::{CatalogError, Result};

/// A table of features.
struct Layer {
    table: String,
    geometry: String,
    system: i64,
}

/// Reads the features of a layer; of the only one if none is named.
pub(super) fn read(path: &Path, layer: Option<&str>, told: &mut Told) -> Result<Features> {
    let location = path.display().to_string();
    let failed = |error: rusqlite::Error| {
        CatalogError::granule(location.clone(), format!("it is not a GeoPackage that can be read: {error}"))
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(failed)?;
    // what the file brings along is not run
    database.pragma_update(None, "trusted_schema", false).map_err(failed)?;
    let layers = layers(&database).map_err(failed)?;
    let layer = choose(layers, layer, &location)?;
    let crs = system(&database, layer.system, &location)?;
    let list = features(&database, &layer, told).map_err(failed)?;
    Features { location, list }.in_degrees(crs, told)
}

fn layers(database: &Connection) -> rusqlite::Result<Vec<Layer>> {
    let mut statement = database.prepare(
        "SELECT g.table_name, g.column_name, g.srs_id FROM gpkg_geometry_columns g \
         JOIN gpkg_contents c ON c.table_name = g.table_name WHERE c.data_type = 'features' ORDER BY g.table_name",
    )?;
    let layer = |row: &rusqlite::Row<'_>| Ok(Layer { table: row.get(0)?, geometry: row.get(1)?, system: row.get(2)? });
    statement.query_map([], layer)?.collect()
}

fn choose(layers: Vec<Layer>, asked: Option<&str>, location: &str) -> Result<Layer> {
    let names: Vec<String> = layers.iter().map(|layer| layer.table.clone()).collect();
    let found = match (asked, layers.len()) {
        (Some(asked), _) => layers.into_iter().find(|layer| layer.table == asked),
        (None, 1) => layers.into_iter().next(),
        (None, 0) => None,
        (None, _) => {
            return Err(CatalogError::Request(format!(
                "`{location}` has several layers, {names:?}; choose one with --layer"
            )));
        }
    };
    match (found, asked) {
        (Some(layer), _) => Ok(layer),
        (None, Some(asked)) => {
            Err(CatalogError::Request(format!("`{location}` has no layer `{asked}`; there are {names:?}")))
        }
        (None, None) => Err(CatalogError::granule(location, "it has no layer of features")),
    }
}

fn system(database: &Connection, id: i64, location: &str) -> Result<Crs> {
    // -1 and 0: not defined, Cartesian and geographic
    if id == 0 || id == -1 {
        return Ok(Crs::Unknown);
    }
    let sql = "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
    let found = database.query_row(sql, [id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
    match found {
        Ok((organization, code)) => Crs::of_code(&organization, code, location),
        Err(_) => Crs::of_code("EPSG", id, location),
    }
}

fn features(database: &Connection, layer: &Layer, told: &mut Told) -> rusqlite::Result<Vec<Feature>> {
    let quoted = format!("\"{}\"", layer.table.replace('"', "\"\""));
    let key = key_of(database, &quoted)?;
    let mut statement = database.prepare(&format!("SELECT * FROM {quoted}"))?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let mut feature = Feature { number: list.len() + 1, id: None, properties: Map::new(), polygons: Vec::new() };
        for (column, name) in names.iter().enumerate() {
            let value = row.get_ref(column)?;
            if name.eq_ignore_ascii_case(&layer.geometry) {
                if let ValueRef::Blob(blob) = value {
                    match wkb::of_geopackage(blob) {
                        Ok(polygons) => feature.polygons = polygons,
                        Err(why) => told.changed(&format!("feature {}", feature.number), why),
                    }
                }
                continue;
            }
            if Some(name) == key.as_ref() {
                feature.id = value.as_i64().ok().map(|id| id.to_string());
            }
            feature.properties.insert(name.clone(), json(value));
        }
        list.push(feature);
    }
    Ok(list)
}

/// The primary key of a table.
fn key_of(database: &Connection, quoted: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = database.prepare(&format!("PRAGMA table_info({quoted})"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>("pk")? == 1 {
            return row.get("name").map(Some);
        }
    }
    Ok(None)
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text).into_owned()),
    }
}
