//! Items: the events of a job.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::collections::job_of;
use crate::events::{EventFilter, GeoBox, blocking};
use crate::http::App;
use crate::http::auth::Asker;
use crate::http::endpoints::{GEOJSON, JSON, MOST_FEATURES, MOST_OFFSET, USUAL_FEATURES};
use crate::http::landing::{link, pages};
use crate::http::path::Names;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::times;
use crate::jobs::JobRecord;

pub(in crate::http) async fn items(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
    query: Query,
) -> Result<Response, Problem> {
    let job = job_of(&app, &user, &names).await?;
    let filter = filter(&query)?;
    let (limit, offset) = (query.whole("limit", USUAL_FEATURES, MOST_FEATURES), query.whole("offset", 0, MOST_OFFSET));
    let (events, own) = (app.events.clone(), job.clone());
    let (matched, found) = blocking(move || {
        let events = events.of(&own)?;
        let places = events.matching(&filter)?;
        let chosen: Vec<usize> = places.iter().skip(offset as usize).take(limit as usize).copied().collect();
        Ok((places.len() as i64, events.features(&chosen)?))
    })
    .await?;
    let at = place(&app, &job);
    let mut links = pages(&format!("{at}/items"), GEOJSON, &query, (limit, offset), found.len(), matched);
    links.push(link(at.clone(), "collection", JSON, "The collection"));
    let features: Vec<Value> = found.into_iter().map(|(name, map)| feature(&job, &name, map)).collect();
    let now = app.jobs.database().now().await?;
    Ok(geojson(&json!({
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": features.len(),
        "timeStamp": times::text(now),
        "links": links,
        "features": features,
    })))
}

pub(in crate::http) async fn item(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
) -> Result<Response, Problem> {
    let job = job_of(&app, &user, &names).await?;
    let missing = || Problem::not_found(format!("there is no event `{}` in it", names.shown("featureID")));
    let name = names.get("featureID").strip_prefix(&format!("{}-", job.job_id)).ok_or_else(missing)?.to_owned();
    let (events, own) = (app.events.clone(), job.clone());
    let found = blocking(move || {
        let events = events.of(&own)?;
        match events.place(&name) {
            Some(place) => Ok(events.features(&[place])?.pop()),
            None => Ok(None),
        }
    });
    let (name, map) = found.await?.ok_or_else(missing)?;
    let mut feature = feature(&job, &name, map);
    let at = place(&app, &job);
    let own = format!("{at}/items/{}-{name}", job.job_id);
    let links = json!([link(own, "self", GEOJSON, "This event"), link(at, "collection", JSON, "Its collection")]);
    if let Value::Object(map) = &mut feature {
        map.insert("links".to_owned(), links);
    }
    Ok(geojson(&feature))
}

fn filter(query: &Query) -> Result<EventFilter, Problem> {
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
fn feature(job: &JobRecord, name: &str, mut map: Map<String, Value>) -> Value {
    map.insert("id".to_owned(), format!("{}-{name}", job.job_id).into());
    Value::Object(map)
}

fn geojson(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, GEOJSON)], value.to_string()).into_response()
}
