//! Polygons in GeoJSON (RFC 7946).

use serde_json::Value;

use super::PolygonRings;
use super::wkt::excerpt;
use crate::CoreError;

pub(crate) fn parse(text: &str) -> Result<Vec<PolygonRings>, CoreError> {
    let value: Value =
        serde_json::from_str(text).map_err(|e| CoreError::Domain(format!("the polygon is not valid GeoJSON: {e}")))?;
    let mut polygons = Vec::new();
    collect(&value, &mut polygons)?;
    Ok(polygons)
}

fn collect(value: &Value, into: &mut Vec<PolygonRings>) -> Result<(), CoreError> {
    let wrong = |text: String| Err(CoreError::Domain(text));
    let member = |name: &str| value.get(name).unwrap_or(&Value::Null);
    let items = |name: &str| member(name).as_array().cloned().unwrap_or_default();
    match member("type").as_str() {
        Some("FeatureCollection") => items("features").iter().try_for_each(|f| collect(f, into)),
        Some("GeometryCollection") => items("geometries").iter().try_for_each(|g| collect(g, into)),
        Some("Feature") => collect(member("geometry"), into),
        Some("Polygon") => {
            into.push(rings(member("coordinates"))?);
            Ok(())
        }
        Some("MultiPolygon") => items("coordinates").iter().try_for_each(|p| {
            into.push(rings(p)?);
            Ok(())
        }),
        Some(other) => wrong(format!("GeoJSON of type `{other}` is not an area; give a Polygon or MultiPolygon")),
        None => wrong(format!("`{}` is not GeoJSON: it has no `type`", excerpt(&value.to_string()))),
    }
}

fn rings(value: &Value) -> Result<PolygonRings, CoreError> {
    let wrong = || CoreError::Domain(format!("`{}` are not the coordinates of a polygon", excerpt(&value.to_string())));
    let ring = |ring: &Value| {
        let points = ring.as_array().ok_or_else(wrong)?;
        points
            .iter()
            .map(|p| Some((p.get(0)?.as_f64()?, p.get(1)?.as_f64()?)))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(wrong)
    };
    value.as_array().ok_or_else(wrong)?.iter().map(ring).collect()
}
