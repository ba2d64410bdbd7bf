//! What the service is, and how it is.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;
use super::endpoints::{JSON, OPENAPI};
use super::problem::Problem;
use super::query::Query;

/// How long the database may take to say that it is well: those who watch do not wait for long.
const PATIENCE: Duration = Duration::from_secs(2);
const PROCESSES: &str = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf";
const FEATURES: &str = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf";

/// A link, as OGC writes it.
pub(super) fn link(href: String, rel: &str, media_type: &str, title: &str) -> Value {
    json!({ "href": href, "rel": rel, "type": media_type, "title": title })
}

/// Links to this page of a list and to the next, if there is one, which begins where this one ends. `shown` of `matched` are on
/// this one.
pub(super) fn pages(
    own: &str,
    media_type: &str,
    query: &Query,
    (limit, offset): (u32, u32),
    shown: usize,
    matched: i64,
) -> Vec<Value> {
    let page = |text: String| if text.is_empty() { own.to_owned() } else { format!("{own}?{text}") };
    let mut links = vec![link(page(query.with(&[])), "self", media_type, "This page")];
    let end = u64::from(offset) + shown as u64;
    if shown > 0 && i64::try_from(end).is_ok_and(|end| end < matched) {
        let next = [("limit", limit.to_string()), ("offset", end.to_string())];
        links.push(link(page(query.with(&next)), "next", media_type, "The next page"));
    }
    links
}

pub(super) async fn landing(State(app): State<App>) -> Json<Value> {
    let ogc = |name: &str| format!("http://www.opengis.net/def/rel/ogc/1.0/{name}");
    let to = |path: &str, rel: &str, title: &str| link(app.at(path), rel, JSON, title);
    Json(json!({
        "title": "Eventscape",
        "description": "Find, follow and describe physical phenomena in Earth-observation data",
        "links": [
            to("/", "self", "This document"),
            link(app.at("/api"), "service-desc", OPENAPI, "The API, as OpenAPI"),
            to("/conformance", "conformance", "Standards that are met"),
            to("/conformance", &ogc("conformance"), "Standards that are met"),
            to("/processes", &ogc("processes"), "What can be done"),
            to("/jobs", &ogc("job-list"), "Jobs"),
            to("/collections", "data", "Events of finished jobs"),
        ],
    }))
}

pub(super) async fn conformance() -> Json<Value> {
    let processes = ["core", "ogc-process-description", "json", "oas30", "job-list", "callback", "dismiss"];
    let features = ["core", "geojson", "oas30"];
    let all = processes.iter().map(|class| format!("{PROCESSES}/{class}"));
    let all: Vec<String> = all.chain(features.iter().map(|class| format!("{FEATURES}/{class}"))).collect();
    Json(json!({ "conformsTo": all }))
}

/// 200 where the database answers and its tables are current; 503 otherwise.
pub(super) async fn health(State(app): State<App>) -> Response {
    let db = app.jobs.database().clone();
    let (status, database) = match tokio::time::timeout(PATIENCE, async { db.is_current().await }).await {
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "does not answer in time"),
        Ok(Ok(true)) => (StatusCode::OK, "ok"),
        Ok(Ok(false)) => (StatusCode::SERVICE_UNAVAILABLE, "its tables are of another version: `eventscape migrate`"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "does not answer")
        }
    };
    if status != StatusCode::OK {
        return Problem::new(status, format!("the database: {database}")).into_response();
    }
    let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "database": database });
    Json(body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_where_this_one_ended() {
        let uri = "/items?bbox=1,2,3,4&limit=10&offset=5".parse().unwrap();
        let next = |shown: usize, matched: i64| {
            let links = pages("http://h/items", JSON, &Query::of(&uri), (10, 5), shown, matched);
            let next = links.iter().find(|link| link["rel"] == "next")?;
            next["href"].as_str().map(|href| href.rsplit('=').next().unwrap().to_owned())
        };
        assert_eq!((next(10, 100), next(3, 100)), (Some("15".to_owned()), Some("8".to_owned())));
        assert_eq!((next(3, 8), next(0, 100)), (None, None));
    }
}
