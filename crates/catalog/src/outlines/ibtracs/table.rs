//! IBTrACS as CSV: a row of names, a row of units, a row for each time of each storm.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use eventscape_core::Timestamp;
use eventscape_core::outline::Phenomenon;

use super::storms::{Fix, Storms};
use crate::outlines::dates::CALENDAR;
use crate::outlines::told::Told;
use crate::{CatalogError, Result};

/// Where the columns are.
struct Columns {
    sid: usize,
    name: Option<usize>,
    time: usize,
    lat: usize,
    lon: usize,
    radii: [usize; 4],
}

/// Reads the storms of a table.
pub(in crate::outlines) fn read(path: &Path, knots: u32, told: &mut Told) -> Result<Vec<Phenomenon>> {
    let location = path.display().to_string();
    let failed = |error: csv::Error| {
        CatalogError::granule(location.clone(), format!("it is not an IBTrACS table that can be read: {error}"))
    };
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_path(path).map_err(failed)?;
    let columns = columns(reader.headers().map_err(failed)?, knots, &location)?;
    let mut storms = Storms::new(knots);
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(failed)? {
        let text = |column: usize| row.get(column).unwrap_or_default();
        let sid = text(columns.sid);
        if sid.is_empty() {
            // the row of units
            continue;
        }
        let line = row.position().map_or(0, csv::Position::line);
        let (time, _) = Timestamp::parse(text(columns.time), CALENDAR)
            .map_err(|error| CatalogError::granule(location.clone(), format!("line {line}, ISO_TIME: {error}")))?;
        let number = |column: usize| -> Result<Option<f64>> {
            let text = text(column);
            if text.is_empty() {
                return Ok(None);
            }
            let number: Option<f64> = text.parse().ok().filter(|x: &f64| x.is_finite());
            number.map(Some).ok_or_else(|| {
                CatalogError::granule(location.clone(), format!("line {line}: `{text}` is not a number"))
            })
        };
        let [ne, se, sw, nw] = columns.radii;
        let fix = Fix {
            time,
            lat: number(columns.lat)?,
            lon: number(columns.lon)?,
            radii: [known(number(ne)?), known(number(se)?), known(number(sw)?), known(number(nw)?)],
        };
        let storm = storms.storm(sid, columns.name.map_or("", text));
        storms.add(storm, &fix);
    }
    Ok(storms.finish(told))
}

/// A radius below nothing stands for one that is not known.
fn known(radius: Option<f64>) -> Option<f64> {
    radius.filter(|miles| *miles >= 0.0)
}

fn columns(head: &StringRecord, knots: u32, location: &str) -> Result<Columns> {
    let find = |name: &str| head.iter().position(|column| column.trim_matches('\u{feff}').eq_ignore_ascii_case(name));
    let need = |name: &str| {
        find(name).ok_or_else(|| {
            CatalogError::granule(location, format!("it has no column `{name}`, which the tables of IBTrACS have"))
        })
    };
    let radius = |quarter: &str| need(&format!("USA_R{knots}_{quarter}"));
    Ok(Columns {
        sid: need("SID")?,
        name: find("NAME"),
        time: need("ISO_TIME")?,
        lat: need("LAT")?,
        lon: need("LON")?,
        radii: [radius("NE")?, radius("SE")?, radius("SW")?, radius("NW")?],
    })
}
