//! Coordinate systems: degrees, or web Mercator, which is turned into degrees.

use crate::{CatalogError, Result};

/// Radius of the sphere of EPSG:3857, m.
const MERCATOR_RADIUS_M: f64 = 6_378_137.0;

/// What the numbers of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crs {
    /// Longitude and latitude, degrees.
    Degrees,
    /// Metres of EPSG:3857.
    WebMercator,
    /// The file does not say, and its standard has degrees then (GeoJSON).
    ByStandard,
    /// The file does not say.
    Unknown,
}

impl Crs {
    /// The system of an EPSG code.
    ///
    /// # Errors
    /// Names a system that cannot be turned into degrees here.
    pub(super) fn of_code(authority: &str, code: i64, location: &str) -> Result<Self> {
        match (authority.to_ascii_uppercase().as_str(), code) {
            // WGS 84, in two and three dimensions, and NAD83 and ETRS89, which differ from it by less than two metres
            ("EPSG", 4326 | 4979 | 4269 | 4258) | ("OGC", 84) => Ok(Self::Degrees),
            ("EPSG" | "ESRI", 3857 | 900_913 | 102_100 | 102_113 | 3785) => Ok(Self::WebMercator),
            _ => Err(refused(location, &format!("{authority}:{code}"))),
        }
    }

    /// The system of a name as GeoJSON has it: `EPSG:3857`, `urn:ogc:def:crs:OGC:1.3:CRS84`.
    pub(super) fn of_name(name: &str, location: &str) -> Result<Self> {
        let upper = name.to_ascii_uppercase();
        if upper.ends_with("CRS84") || upper.ends_with("CRS84H") {
            return Ok(Self::Degrees);
        }
        let mut parts = upper.rsplit([':', '/', '#']);
        let code = parts.next().and_then(|code| code.trim_end_matches(".XML").parse().ok());
        match code {
            Some(code) if upper.contains("EPSG") => Self::of_code("EPSG", code, location),
            Some(code) if upper.contains("ESRI") => Self::of_code("ESRI", code, location),
            _ => Err(refused(location, name)),
        }
    }

    /// The system of well-known text, as in a `.prj`.
    pub(super) fn of_wkt(text: &str, location: &str) -> Result<Self> {
        let plain: String = text.to_ascii_uppercase().chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
        let name = || plain.split('"').nth(1).unwrap_or(&plain).chars().take(60).collect::<String>();
        let is_mercator = plain.contains("PSEUDO-MERCATOR")
            || plain.contains("MERCATORAUXILIARYSPHERE")
            || plain.contains("WEBMERCATOR");
        let is_geographic = plain.starts_with("GEOGCS") || plain.starts_with("GEOGCRS") || plain.starts_with("GEODCRS");
        let known = ["WGS1984", "WGS84", "NORTHAMERICAN1983", "NAD83", "ETRS1989", "ETRS89"];
        if is_mercator {
            Ok(Self::WebMercator)
        } else if is_geographic && known.iter().any(|datum| plain.contains(datum)) {
            Ok(Self::Degrees)
        } else {
            Err(refused(location, &name()))
        }
    }

    /// Takes numbers of which their file says nothing for degrees.
    ///
    /// # Errors
    /// Numbers that can be no degrees: which metres they are nobody tells.
    pub(super) fn unsaid(points: impl Iterator<Item = (f64, f64)>, location: &str) -> Result<Self> {
        let degrees = |(x, y): &(f64, f64)| x.abs() <= 720.0 && y.abs() <= 90.0;
        match points.filter(|(x, y)| x.is_finite() && y.is_finite()).find(|point| !degrees(point)) {
            None => Ok(Self::Degrees),
            Some((x, y)) => Err(CatalogError::granule(
                location,
                format!(
                    "it does not say which coordinate system its numbers are of, and {x}, {y} are no longitude and latitude; tell the \
                     system and reproject it, for example with `ogr2ogr -s_srs EPSG:32610 -t_srs EPSG:4326 out.gpkg IN` (with the system \
                     that it has), or put its .prj beside it"
                ),
            )),
        }
    }

    /// Longitude and latitude of a point.
    pub(super) fn to_degrees(self, (x, y): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Degrees | Self::ByStandard | Self::Unknown => (x, y),
            Self::WebMercator => {
                let (lon, lat) = (x / MERCATOR_RADIUS_M, (y / MERCATOR_RADIUS_M).sinh().atan());
                (lon.to_degrees(), lat.to_degrees())
            }
        }
    }
}

fn refused(location: &str, name: &str) -> CatalogError {
    CatalogError::granule(
        location,
        format!(
            "its coordinates are of `{name}`; only longitude and latitude (EPSG:4326) and web Mercator (EPSG:3857) are \
             understood: reproject it, for example with `ogr2ogr -t_srs EPSG:4326`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_codes_and_texts_are_understood() {
        for name in ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "epsg:4269"] {
            assert_eq!(Crs::of_name(name, "x").unwrap(), Crs::Degrees, "{name}");
        }
        for name in
            ["EPSG:3857", "urn:ogc:def:crs:EPSG::3857", "http://www.opengis.net/def/crs/EPSG/0/3857", "ESRI:102100"]
        {
            assert_eq!(Crs::of_name(name, "x").unwrap(), Crs::WebMercator, "{name}");
        }
        for name in ["EPSG:3310", "", "EPSG:", "somewhere"] {
            let text = Crs::of_name(name, "fires.json").unwrap_err().to_string();
            assert!(text.contains("fires.json") && text.contains("ogr2ogr"), "{text}");
        }
        let wkt = |text| Crs::of_wkt(text, "x");
        assert_eq!(wkt(r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]"#).unwrap(), Crs::Degrees);
        assert_eq!(
            wkt(r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984"]]"#).unwrap(),
            Crs::WebMercator
        );
        assert_eq!(wkt(r#"PROJCS["WGS 84 / Pseudo-Mercator",GEOGCS["WGS 84"]]"#).unwrap(), Crs::WebMercator);
        assert!(wkt(r#"PROJCS["NAD83 / California Albers",GEOGCS["NAD83"]]"#).is_err());
    }

    #[test]
    fn numbers_of_which_nothing_is_said_are_degrees_or_refused() {
        let unsaid = |x, y| Crs::unsaid(std::iter::once((x, y)), "fires.shp");
        assert_eq!(unsaid(-121.5, 39.7).unwrap(), Crs::Degrees);
        let error = unsaid(620_000.0, 4_390_000.0).unwrap_err().to_string();
        assert!(error.contains("fires.shp") && error.contains("ogr2ogr"), "{error}");
    }

    #[test]
    fn web_mercator_turns_into_degrees() {
        // EPSG Guidance Note 7-2, Popular Visualisation Pseudo Mercator: 24°22'54.433"N, 100°20'00"W
        let (lon, lat) = Crs::WebMercator.to_degrees((-11_169_055.58, 2_800_000.0));
        assert!((lon + (100.0 + 20.0 / 60.0)).abs() < 1e-7, "{lon}");
        assert!((lat - (24.0 + 22.0 / 60.0 + 54.433 / 3600.0)).abs() < 1e-7, "{lat}");
    }
}
