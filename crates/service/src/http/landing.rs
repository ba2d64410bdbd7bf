//! What the service is, and how it is.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;
use super::auth::Asker;
use super::problem::Problem;
use super::query::Query;

const PROCESSES: &str = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf";

/// A link, as OGC writes it.
pub(super) fn link(href: String, rel: &str, media_type: &str, title: &str) -> Value {
    json!({ "href": href, "rel": rel, "type": media_type, "title": title })
}

pub(super) async fn landing(State(app): State<App>, query: Query) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    let at = |path: &str| format!("{}{path}", app.address);
    let json_type = "application/json";
    Ok(Json(json!({
        "title": "Eventscape",
        "description": "Find, follow and describe physical phenomena in Earth-observation data",
        "links": [
            link(at("/"), "self", json_type, "This document"),
            link(at("/api"), "service-desc", "application/vnd.oai.openapi+json;version=3.0", "The API, as OpenAPI"),
            link(at("/conformance"), "http://www.opengis.net/def/rel/ogc/1.0/conformance", json_type, "Standards that are met"),
            link(at("/processes"), "http://www.opengis.net/def/rel/ogc/1.0/processes", json_type, "What can be done"),
            link(at("/jobs"), "http://www.opengis.net/def/rel/ogc/1.0/job-list", json_type, "Jobs"),
        ],
    })))
}

pub(super) async fn conformance(query: Query) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    let classes = ["core", "ogc-process-description", "json", "oas30", "job-list", "callback", "dismiss"];
    Ok(Json(json!({ "conformsTo": classes.map(|class| format!("{PROCESSES}/{class}")) })))
}

/// 200 where the database answers and its tables are current; 503 otherwise.
pub(super) async fn health(State(app): State<App>) -> Response {
    let (status, database) = match app.jobs.database().is_current().await {
        Ok(true) => (StatusCode::OK, "ok"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "its tables are of another version: `eventscape migrate`"),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "does not answer")
        }
    };
    let told = if status == StatusCode::OK { "ok" } else { "failing" };
    let body = json!({ "status": told, "version": env!("CARGO_PKG_VERSION"), "database": database });
    (status, Json(body)).into_response()
}

/// For administrators, in the text format of Prometheus.
pub(super) async fn metrics(State(app): State<App>, Asker(user): Asker) -> Result<Response, Problem> {
    if !user.is_admin() {
        return Err(Problem::new(StatusCode::FORBIDDEN, "metrics are for administrators"));
    }
    let (jobs, ready) = app.jobs.counts().await?;
    let mut text =
        String::from("# HELP eventscape_jobs Jobs in the database, by status.\n# TYPE eventscape_jobs gauge\n");
    for (status, count) in jobs {
        text.push_str(&format!("eventscape_jobs{{status=\"{}\"}} {count}\n", status.name()));
    }
    text.push_str("# HELP eventscape_tasks_ready Tasks that wait for a worker.\n# TYPE eventscape_tasks_ready gauge\n");
    text.push_str(&format!("eventscape_tasks_ready {ready}\n"));
    let version = env!("CARGO_PKG_VERSION");
    text.push_str("# HELP eventscape_info The version of the program.\n# TYPE eventscape_info gauge\n");
    text.push_str(&format!("eventscape_info{{version=\"{version}\"}} 1\n"));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
