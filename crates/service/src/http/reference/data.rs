//! `/getData` of TOS2CA's data-access server: values of interpolated products, ready to be plotted.
//!
//! A row for each cell: the value of each file's variable, latitude, longitude, time (YYYYMMDDhhmm), anomaly. Files of one PhDef job have
//! the same cells in the same order; what one of them lacks is missing.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use eventscape_core::time::Calendar;
use eventscape_io::formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_products::read::InterpolatedReader;
use serde_json::{Value, json};

use crate::error::{Result, ServiceError};
use crate::events::{GeoBox, blocking};
use crate::http::App;
use crate::http::auth::{Asker, seen_job};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::JobRecord;

/// Files of a request.
const MOST_FILES: usize = 8;
/// Rows of an answer.
const MOST_ROWS: usize = 2_000_000;

/// Which values are wanted.
struct Choice {
    ids: Option<Vec<u32>>,
    times: Times,
    boxes: Vec<GeoBox>,
    with_missing: bool,
}

enum Times {
    All,
    These(Vec<String>),
    Between(String, String),
}

impl Times {
    fn has(&self, stamp: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(stamps) => stamps.iter().any(|known| known == stamp),
            Self::Between(first, last) => (first.as_str()..=last.as_str()).contains(&stamp),
        }
    }
}

pub(in crate::http) async fn data(
    State(app): State<App>,
    Asker(user): Asker,
    query: Query,
) -> std::result::Result<Json<Value>, Problem> {
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
    Ok(Json(blocking(move || table(&stores, &places, &choice)).await?))
}

/// The job and the file of `17/17-Interpolated-Data.nc4`, or of a whole location that ends so.
fn split(name: &str) -> std::result::Result<(&str, &str), Problem> {
    let mut parts = name.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(file), Some(job)) if !file.is_empty() => Ok((job, file)),
        _ => {
            let name: String = name.chars().take(128).collect();
            Err(Problem::bad(format!("files: `{name}` is no `<job>/<file>`")))
        }
    }
}

/// Where an interpolated product is; only those that its job lists are read.
async fn place(app: &App, job: &JobRecord, file: &str) -> std::result::Result<Location, Problem> {
    let outputs = app.jobs.outputs(job.job_id).await?;
    let is_it = outputs.iter().any(|output| output.name == file && output.kind == "interpolated subset");
    let folder = job.location.as_deref().filter(|_| is_it).ok_or_else(|| {
        let file: String = file.chars().take(128).collect();
        Problem::new(StatusCode::NOT_FOUND, format!("job {} has no interpolated product `{file}`", job.job_id))
    })?;
    Ok(Location::parse(folder).map_err(|e| ServiceError::Internal(e.to_string()))?.join(file))
}

fn choice(query: &Query) -> std::result::Result<Choice, Problem> {
    let list = |name: &str| -> Option<Vec<String>> {
        Some(query.text(name)?.split(',').map(|word| word.trim().to_owned()).collect())
    };
    let ids = list("ids").map(|words| words.iter().map(|word| word.parse().ok()).collect::<Option<Vec<u32>>>());
    let is_stamp = |text: &str| (12..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let wrong = || Problem::bad("times: write YYYYMMDDhhmm, several with commas, or `first/last`");
    let times = match query.text("times").map(|text| (text, text.split_once('/'))) {
        None => Times::All,
        Some((_, Some((first, last)))) if is_stamp(first) && is_stamp(last) => {
            Times::Between(first.into(), last.into())
        }
        Some((_, Some(_))) => return Err(wrong()),
        Some(_) => Times::These(list("times").filter(|all| all.iter().all(|text| is_stamp(text))).ok_or_else(wrong)?),
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
        with_missing: query.text("fill") == Some("true"),
    })
}

/// What is known of a cell: the values of the files' variables, and where it is.
struct Row {
    values: Vec<f64>,
    lat: f64,
    lon: f64,
}

fn table(stores: &Stores, places: &[Location], choice: &Choice) -> Result<Value> {
    let mut files = Vec::new();
    for place in places {
        let granule = Granule::open(stores.open(place)?, &OpenOptions::default())?;
        files.push(InterpolatedReader::open(granule, Calendar::Standard)?);
    }
    // a column for each variable of each file
    let columns: Vec<(usize, String)> = files
        .iter()
        .enumerate()
        .flat_map(|(k, file)| file.variables().into_iter().map(move |variable| (k, variable)))
        .collect();
    let mut units: Vec<Option<String>> = vec![None; columns.len()];
    let mut rows: BTreeMap<(String, u32, u32, u32), Row> = BTreeMap::new();
    for (column, (k, variable)) in columns.iter().enumerate() {
        let Some(file) = files.get(*k) else { continue };
        let grid = file.grid();
        for stamp in file.stamps().into_iter().filter(|stamp| choice.times.has(stamp)) {
            let wanted = |id: &u32| choice.ids.as_ref().is_none_or(|ids| ids.contains(id));
            for id in file.events(stamp).into_iter().filter(wanted) {
                let event = file.event(stamp, id, variable)?;
                if let Some(unit) = units.get_mut(column) {
                    *unit = event.units.clone().or(unit.take());
                }
                for ((row, col), value) in event.cells.iter().zip(&event.values) {
                    let Some((lat, lon)) = grid.centre(*row as usize, *col as usize) else { continue };
                    let within = |lon: f64| if lon > 180.0 { lon - 360.0 } else { lon };
                    let point = GeoBox([within(lon), lat, within(lon), lat]);
                    if !choice.boxes.is_empty() && !choice.boxes.iter().any(|wanted| wanted.meets(&point)) {
                        continue;
                    }
                    let new = || Row { values: vec![f64::NAN; columns.len()], lat, lon };
                    let kept = rows.entry((stamp.to_owned(), id, *row, *col)).or_insert_with(new);
                    if let Some(slot) = kept.values.get_mut(column) {
                        *slot = *value;
                    }
                    if rows.len() > MOST_ROWS {
                        let why = format!("more than {MOST_ROWS} values; choose `ids`, `times` or an `area`");
                        return Err(ServiceError::Request(why));
                    }
                }
            }
        }
    }
    // where nothing was wanted of a file, its axes have their units all the same
    for ((k, variable), unit) in columns.iter().zip(&mut units).filter(|(_, unit)| unit.is_none()) {
        let Some(file) = files.get(*k) else { continue };
        let first = file.stamps().into_iter().find_map(|stamp| Some((stamp, *file.events(stamp).first()?)));
        if let Some((stamp, id)) = first {
            *unit = file.event(stamp, id, variable)?.units;
        }
    }
    let values: Vec<Value> = rows
        .iter()
        .filter(|(_, row)| choice.with_missing || row.values.iter().all(|value| !value.is_nan()))
        .map(|((stamp, id, ..), row)| {
            let mut line: Vec<Value> = row.values.iter().map(|value| json!(value)).collect();
            let time = stamp.parse::<u64>().map_or(Value::Null, Value::from);
            line.extend([json!(row.lat), json!(row.lon), time, json!(id)]);
            line.into()
        })
        .collect();
    let labels = columns.iter().zip(&units);
    let labels = labels.map(|((_, name), unit)| format!("{name} ({})", unit.as_deref().unwrap_or("1")));
    let title: Vec<&str> = columns.iter().map(|(_, name)| name.as_str()).collect();
    Ok(json!({ "title": title.join(" x "), "values": values, "axis_labels": labels.collect::<Vec<_>>() }))
}
