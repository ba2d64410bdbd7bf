//! Items: the events of a job.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::collections::job_of;
use crate::error::{Result, ServiceError};
use crate::events::{EventFilter, GeoBox};
use crate::http::App;
use crate::http::auth::Asker;
use crate::http::endpoints::{GEOJSON, JSON, MOST_FEATURES, MOST_OFFSET, USUAL_FEATURES};
use crate::http::landing::{link, pages};
use crate::http::path::Names;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::times;
use crate::jobs::JobRecord;

/// A page of events.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    r#type: &'static str,
    number_matched: i64,
    number_returned: usize,
    time_stamp: String,
    links: Vec<Value>,
    features: Vec<Map<String, Value>>,
}

pub(in crate::http) async fn items(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
    query: Query,
) -> std::result::Result<Response, Problem> {
    let job = job_of(&app, &user, &names).await?;
    let filter = filter(&query)?;
    let (limit, offset) = (query.whole("limit", USUAL_FEATURES, MOST_FEATURES), query.whole("offset", 0, MOST_OFFSET));
    let (at, now) = (place(&app, &job), times::text(app.jobs.database().now().await?));
    let events = app.events.clone();
    let read = app.events.heavy.read(move |wanted| {
        let events = events.of(&job)?;
        let places = events.matching(&filter, wanted)?;
        let chosen: Vec<usize> = places.iter().skip(offset as usize).take(limit as usize).copied().collect();
        let found = events.features(&chosen, wanted)?;
        let matched = places.len() as i64;
        let mut links = pages(&format!("{at}/items"), GEOJSON, &query, (limit, offset), found.len(), matched);
        links.push(link(at, "collection", JSON, "The collection"));
        text(&Page {
            r#type: "FeatureCollection",
            number_matched: matched,
            number_returned: found.len(),
            time_stamp: now,
            links,
            features: found.into_iter().map(|(name, map)| feature(&job, &name, map)).collect(),
        })
    });
    Ok(geojson(read.await?))
}

pub(in crate::http) async fn item(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
) -> std::result::Result<Response, Problem> {
    let job = job_of(&app, &user, &names).await?;
    let missing = || Problem::not_found(format!("there is no event `{}` in it", names.shown("featureID")));
    let name = names.get("featureID").strip_prefix(&format!("{}-", job.job_id)).ok_or_else(missing)?.to_owned();
    let (events, at) = (app.events.clone(), place(&app, &job));
    let read = app.events.heavy.read(move |wanted| {
        let events = events.of(&job)?;
        let Some(place) = events.place(&name) else { return Ok(None) };
        let Some((name, map)) = events.features(&[place], wanted)?.pop() else { return Ok(None) };
        let mut feature = feature(&job, &name, map);
        let own = format!("{at}/items/{}-{name}", job.job_id);
        let links = json!([link(own, "self", GEOJSON, "This event"), link(at, "collection", JSON, "Its collection")]);
        feature.insert("links".to_owned(), links);
        text(&feature).map(Some)
    });
    Ok(geojson(read.await?.ok_or_else(missing)?))
}

fn filter(query: &Query) -> std::result::Result<EventFilter, Problem> {
    let mut filter = EventFilter::default();
    if let Some(numbers) = query.numbers("bbox") {
        let why = "bbox: it is no west, south, east, north in degrees, with the south not above the north";
        filter.boxes = GeoBox::of(&numbers).ok_or_else(|| Problem::bad(why))?;
    }
    if let Some(text) = query.text("datetime") {
        (filter.from, filter.until) = times::interval_micros(text)?;
    }
    filter.track = query.text("track_id").map(|_| i64::from(query.whole("track_id", 0, u32::MAX)));
    Ok(filter)
}

fn place(app: &App, job: &JobRecord) -> String {
    app.at(&format!("/collections/{}{}", super::PREFIX, job.job_id))
}

/// A feature with the id that it has in the job's GeoJSON products.
fn feature(job: &JobRecord, name: &str, mut map: Map<String, Value>) -> Map<String, Value> {
    map.insert("id".to_owned(), format!("{}-{name}", job.job_id).into());
    map
}

fn text(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| ServiceError::Internal(format!("events cannot be written: {e}")))
}

fn geojson(text: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, GEOJSON)], text).into_response()
}
