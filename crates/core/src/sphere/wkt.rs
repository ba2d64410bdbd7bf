//! Polygons in well-known text (OGC 06-103r4, section 7).

use super::PolygonRings;
use crate::CoreError;

pub(crate) fn parse(text: &str) -> Result<Vec<PolygonRings>, CoreError> {
    // an SRID in front is PostGIS's habit; longitude and latitude are all that is understood
    let body = text.trim();
    let body = match body.split_once(';') {
        Some((srid, rest)) if srid.trim().to_ascii_uppercase().starts_with("SRID=") => rest.trim(),
        _ => body,
    };
    let split = body.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(body.len());
    let (name, rest) = body.split_at(split);
    let mut parser = Parser { rest };
    let polygons = match name.to_ascii_uppercase().as_str() {
        "POLYGON" => vec![parser.polygon()?],
        "MULTIPOLYGON" => parser.list(Parser::polygon)?,
        _ => {
            return Err(CoreError::Domain(format!(
                "`{}` is not a polygon; give POLYGON((lon lat, …)) or MULTIPOLYGON(…), GeoJSON, or a file with one of them",
                excerpt(text)
            )));
        }
    };
    if parser.rest.trim().is_empty() {
        Ok(polygons)
    } else {
        Err(CoreError::Domain(format!("there is `{}` after the polygon", excerpt(parser.rest))))
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn polygon(&mut self) -> Result<PolygonRings, CoreError> {
        self.list(|p| p.list(Self::point))
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, CoreError>) -> Result<Vec<T>, CoreError> {
        self.expect('(')?;
        let mut items = vec![item(self)?];
        while self.take(',') {
            items.push(item(self)?);
        }
        self.expect(')')?;
        Ok(items)
    }

    fn point(&mut self) -> Result<(f64, f64), CoreError> {
        let end = self.rest.find([',', ')', '(']).unwrap_or(self.rest.len());
        let (point, rest) = self.rest.split_at(end);
        self.rest = rest;
        let numbers: Vec<f64> = point.split_whitespace().map_while(|n| n.parse().ok()).collect();
        match (numbers.as_slice(), point.split_whitespace().count()) {
            ([lon, lat], 2) => Ok((*lon, *lat)),
            _ => Err(CoreError::Domain(format!("`{}` is not a point; write longitude and latitude", excerpt(point)))),
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        match self.rest.trim_start().strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), CoreError> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(CoreError::Domain(format!("`{wanted}` is missing in the polygon before `{}`", excerpt(self.rest))))
    }
}

pub(super) fn excerpt(text: &str) -> String {
    let short: String = text.trim().chars().take(40).collect();
    if short.len() < text.trim().len() { format!("{short}…") } else { short }
}
