//! `/getData` of TOS2CA's data-access server: values of interpolated products, ready to be plotted.
//!
//! A row for each cell: the value of each file's variable, latitude, longitude, time (YYYYMMDDhhmm), anomaly. Files of one PhDef job have
//! the same cells in the same order; what one of them lacks is missing.

use std::collections::{BTreeSet, HashSet};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use eventscape_core::time::Calendar;
use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_products::read::InterpolatedReader;

use super::table::{Cell, Table};
use crate::error::{Result, ServiceError};
use crate::events::{GeoBox, Wanted};
use crate::http::App;
use crate::http::auth::{Asker, seen_job};
use crate::http::endpoints::JSON;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::{JobRecord, place_of};

/// Files of a request.
const MOST_FILES: usize = 8;
/// Rows of an answer.
const MOST_ROWS: usize = 200_000;
/// What the reference takes for yes, and for no.
pub(in crate::http) const FILL: &[&str] =
    &["true", "True", "TRUE", "t", "T", "1", "false", "False", "FALSE", "f", "F", "0"];
const TRUE: [&str; 6] = ["true", "True", "TRUE", "t", "T", "1"];
/// Bytes of a variable of an event, or of the grid, that are read at once.
const MOST_BYTES: u64 = 1 << 30;

/// Which values are wanted.
struct Choice {
    ids: Option<HashSet<u32>>,
    times: Times,
    boxes: Vec<GeoBox>,
    with_missing: bool,
}

/// Times as their files name them, YYYYMMDDhhmm and perhaps more digits; `None` for an open end.
#[derive(Debug, Default, PartialEq)]
struct Times {
    first: Option<String>,
    last: Option<String>,
}

impl Times {
    /// Reads `first,last` (in either order) or `first/last`; one time alone is the first.
    fn read(text: &str) -> Option<Self> {
        let is_stamp = |text: &&str| (12..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let stamps: Option<Vec<&str>> =
            text.split([',', '/']).map(str::trim).map(|t| Some(t).filter(is_stamp)).collect();
        match stamps?[..] {
            [first] => Some(Self { first: Some(first.to_owned()), last: None }),
            [a, b] => Some(Self { first: Some(a.min(b).to_owned()), last: Some(a.max(b).to_owned()) }),
            _ => None,
        }
    }

    fn has(&self, stamp: &str) -> bool {
        let is_late_enough = self.first.as_deref().is_none_or(|first| stamp >= first);
        // a window that ends at a minute has all of that minute
        is_late_enough && self.last.as_deref().is_none_or(|last| stamp <= last || stamp.starts_with(last))
    }
}

pub(in crate::http) async fn data(
    State(app): State<App>,
    Asker(user): Asker,
    query: Query,
) -> std::result::Result<Response, Problem> {
    let files = query.text("files").unwrap_or_default();
    let names: Vec<&str> = files.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.is_empty() || names.len() > MOST_FILES {
        return Err(Problem::bad(format!("files: give 1 to {MOST_FILES}")));
    }
    let choice = choice(&query)?;
    let mut places = Vec::new();
    for name in names {
        let (job, file) = split(name)?;
        let job = seen_job(&app, &user, job).await?;
        places.push(place(&app, &job, file).await?);
    }
    let stores = app.stores.clone();
    let read = app.events.heavy.read(move |wanted| {
        let files = places.iter().map(|place| open(&stores, place)).collect::<Result<Vec<_>>>()?;
        let table = table(&files, &choice, MOST_ROWS, wanted)?;
        serde_json::to_vec(&table).map_err(|e| ServiceError::Internal(format!("values cannot be written: {e}")))
    });
    Ok(([(header::CONTENT_TYPE, JSON)], read.await?).into_response())
}

/// The job and the file of `17/17-Interpolated-Data.nc4`, of a whole location that ends so, or of the name alone.
fn split(name: &str) -> std::result::Result<(&str, &str), Problem> {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or_default();
    match parts.next().or_else(|| file.split_once('-').map(|(job, _)| job)) {
        Some(job) if !file.is_empty() => Ok((job, file)),
        _ => {
            let name: String = name.chars().take(128).collect();
            Err(Problem::bad(format!("files: `{name}` is no `<job>/<file>` and no `<job>-Interpolated-Data.nc4`")))
        }
    }
}

/// Where an interpolated product is; only those that its job lists are read.
async fn place(app: &App, job: &JobRecord, file: &str) -> std::result::Result<Location, Problem> {
    let outputs = app.jobs.outputs(job.job_id).await?;
    // names of what was copied from TOS2CA may have folders before them; its page writes `.nc` for `.nc4`
    let is_it = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or_default();
        name == file || (file.ends_with(".nc") && name.strip_suffix('4') == Some(file))
    };
    let found = outputs.into_iter().find(|output| output.kind == "interpolated subset" && is_it(&output.name));
    let (Some(output), Some(folder)) = (found, job.location.as_deref()) else {
        let file: String = file.chars().take(128).collect();
        let why = format!("job {} has no interpolated product `{file}`", job.job_id);
        return Err(Problem::new(StatusCode::NOT_FOUND, why));
    };
    let place = Location::parse(&place_of(folder, &output.name));
    Ok(place.map_err(|e| ServiceError::Internal(e.to_string()))?)
}

fn choice(query: &Query) -> std::result::Result<Choice, Problem> {
    let list = |name: &str| -> Option<HashSet<String>> {
        Some(query.text(name)?.split(',').map(|word| word.trim().to_owned()).collect())
    };
    let ids = list("ids").map(|words| words.iter().map(|word| word.parse().ok()).collect::<Option<HashSet<u32>>>());
    let wrong = || Problem::bad("times: write `first,last` as YYYYMMDDhhmm, or `first` alone for all from then on");
    let times = match query.text("times") {
        None => Times::default(),
        Some(text) => Times::read(text).ok_or_else(wrong)?,
    };
    let boxes = match query.numbers("area") {
        None => Vec::new(),
        Some(numbers) => {
            GeoBox::of(&numbers).ok_or_else(|| Problem::bad("area: it is no west, south, east, north in degrees"))?
        }
    };
    Ok(Choice {
        ids: ids.map(|ids| ids.ok_or_else(|| Problem::bad("ids: they are numbers of anomalies"))).transpose()?,
        times,
        boxes,
        with_missing: query.text("fill").is_some_and(|word| TRUE.contains(&word)),
    })
}

fn open(stores: &Stores, place: &Location) -> Result<InterpolatedReader> {
    let options = OpenOptions { max_read_bytes: MOST_BYTES, ..OpenOptions::default() };
    Ok(InterpolatedReader::open(Granule::open(stores.open(place)?, &options)?, Calendar::Standard)?)
}

/// The values that are chosen, of at most so many rows.
fn table(files: &[InterpolatedReader], choice: &Choice, most: usize, wanted: &Wanted) -> Result<Table> {
    // a column for each variable of each file
    let columns: Vec<(&InterpolatedReader, String)> =
        files.iter().flat_map(|file| file.variables().into_iter().map(move |variable| (file, variable))).collect();
    let stamps: BTreeSet<&str> = files.iter().flat_map(InterpolatedReader::stamps).collect();
    let stamps: Vec<&str> = stamps.into_iter().filter(|stamp| choice.times.has(stamp)).collect();
    let names = columns.iter().map(|(_, name)| name.clone()).collect();
    let mut table = Table::new(names, stamps.iter().map(|stamp| stamp.parse().ok()).collect(), choice.with_missing);
    for (column, (file, variable)) in columns.iter().enumerate() {
        for (place, stamp) in stamps.iter().enumerate() {
            let is_chosen = |id: &u32| choice.ids.as_ref().is_none_or(|ids| ids.contains(id));
            for id in file.events(stamp).into_iter().filter(is_chosen) {
                wanted.check()?;
                let event = file.event(stamp, id, variable)?;
                if event.units.is_some() {
                    table.set_unit(column, event.units.clone());
                }
                let before = table.rows();
                for ((row, col), value) in event.cells.places(file.grid().nx() as u32).zip(&event.values) {
                    let Some((lat, lon)) = file.grid().centre(row as usize, col as usize) else { continue };
                    if !is_inside(&choice.boxes, lat, lon) {
                        continue;
                    }
                    table.put(Cell { stamp: place, id, row, col }, (lat, lon), column, *value);
                    if table.rows() > most {
                        let why = format!("more than {most} values; choose `ids`, `times` or an `area`");
                        return Err(ServiceError::Request(why));
                    }
                }
                // of a further file its rows are there already
                if table.rows() > before || table.has_event(place, id) {
                    table.put_statistics(place, id, column, event.statistics);
                }
            }
        }
    }
    // where nothing was wanted of a file, its axes have their units all the same
    for (column, (file, variable)) in columns.iter().enumerate() {
        wanted.check()?;
        if table.has_unit(column) {
            continue;
        }
        let first = file.stamps().into_iter().find_map(|stamp| Some((stamp, *file.events(stamp).first()?)));
        if let Some((stamp, id)) = first {
            table.set_unit(column, file.event(stamp, id, variable)?.units);
        }
    }
    Ok(table)
}

fn is_inside(boxes: &[GeoBox], lat: f64, lon: f64) -> bool {
    let lon = if lon > 180.0 { lon - 360.0 } else { lon };
    let point = GeoBox([lon, lat, lon, lat]);
    boxes.is_empty() || boxes.iter().any(|chosen| chosen.meets(&point))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    #[test]
    fn tables_are_bounded_and_given_up_where_nobody_waits() {
        let file = "../../fixtures/golden/curation/c03_imerg_linear/expected-Interpolated-Data.nc4";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file).display().to_string();
        let files = [open(&Stores::default(), &Location::parse(&file).unwrap()).unwrap()];
        let mut choice = Choice { ids: None, times: Times::default(), boxes: Vec::new(), with_missing: true };
        let wanted = Wanted::default();
        let rows = |choice: &Choice, most: usize| table(&files, choice, most, &wanted).map(|table| table.rows());
        let all = rows(&choice, MOST_ROWS).unwrap();
        assert_eq!(rows(&choice, all).unwrap(), all);
        let error = rows(&choice, all - 1).unwrap_err();
        assert!(matches!(&error, ServiceError::Request(why) if why.contains("`area`")), "{error}");
        let given_up = table(&files, &choice, MOST_ROWS, &Wanted::by_nobody()).err();
        assert!(matches!(given_up, Some(ServiceError::Abandoned)));
        // as many as the events that are chosen have cells
        let stamp = files[0].stamps()[0].to_owned();
        let id = files[0].events(&stamp)[0];
        let cells = files[0].event(&stamp, id, &files[0].variables()[0]).unwrap().cells.count() as usize;
        choice.times = Times::read(&format!("{stamp},{stamp}")).unwrap();
        choice.ids = Some([id].into());
        let table = table(&files, &choice, cells, &wanted).unwrap();
        let text = serde_json::to_value(&table).unwrap();
        let lines = text["values"].as_array().unwrap();
        assert_eq!((table.rows(), lines.len()), (cells, cells));
        let stamp = Value::from(stamp.parse::<u64>().unwrap());
        assert!(lines.iter().all(|line| line[3] == stamp && line[4] == id), "{text}");
        // its statistics are those of the file, by time, event and variable
        assert_eq!((text["stats"].as_array().unwrap().len(), &text["stats"][0]["time"]), (1, &stamp), "{text}");
        let statistics = &text["stats"][0]["stats"][id.to_string()][text["var_list"][0].as_str().unwrap()];
        let values = || lines.iter().filter_map(|line| line[0].as_f64());
        let (least, most) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        // the reference rounds them to three decimals
        assert!((statistics["min"].as_f64().unwrap() - least).abs() < 6e-4, "{text}");
        assert!((statistics["max"].as_f64().unwrap() - most).abs() < 6e-4, "{text}");
        assert!(statistics["std_dev"].is_number() && statistics["percentile_50"].is_number(), "{text}");
        // the page's newest version reads them as a table
        assert_eq!(text["data"]["rows"][0][2], statistics["min"], "{text}");
    }

    #[test]
    fn two_times_are_a_window_and_one_is_its_beginning() {
        let has = |text: &str, stamp: &str| Times::read(text).unwrap().has(stamp);
        for text in ["200606160000,200612310000", "200606160000/200612310000", "200612310000, 200606160000"] {
            for (stamp, is_inside) in [
                ("200606160000", true),
                ("200609010000", true),
                ("200612310000", true),
                ("20061231000030", true),
                ("200606152359", false),
                ("200612310001", false),
            ] {
                assert_eq!(has(text, stamp), is_inside, "{text} {stamp}");
            }
        }
        assert!(has("200606160000", "200606160000") && has("200606160000", "209912310000"));
        assert!(!has("200606160000", "200606152359"));
        for wrong in ["", "today", "2006", "200606160000,", "200606160000,200606170000,200606180000", "200606160000/x"]
        {
            assert_eq!(Times::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn files_are_named_with_their_folder_or_alone() {
        for (name, job, file) in [
            ("17/17-Interpolated-Data.nc4", "17", "17-Interpolated-Data.nc4"),
            ("s3://bucket/jobs/17/17-Interpolated-Data.nc4", "17", "17-Interpolated-Data.nc4"),
            ("90-Interpolated-Data.nc", "90", "90-Interpolated-Data.nc"),
        ] {
            assert_eq!(split(name).unwrap_or_else(|_| panic!("{name}")), (job, file));
        }
        for wrong in ["17/", "Interpolated.nc4", "/"] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }
}
