//! Collections: the events of a job each.

use axum::Json;
use axum::extract::State;
use eventscape_products::TracksExtent;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::{CRS84, PREFIX};
use crate::error::{Result, ServiceError};
use crate::events::blocking;
use crate::http::App;
use crate::http::auth::{Asker, seen_job};
use crate::http::endpoints::{GEOJSON, JSON, MOST_LISTED, MOST_OFFSET, USUALLY_LISTED};
use crate::http::landing::{link, pages};
use crate::http::path::Names;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::times;
use crate::jobs::{JobFilter, JobRecord, JobStage, JobStatus};
use crate::users::User;

/// Tables that are looked into at once for their extents.
const AT_ONCE: usize = 8;

pub(in crate::http) async fn collections(
    State(app): State<App>,
    Asker(user): Asker,
    query: Query,
) -> std::result::Result<Json<Value>, Problem> {
    let (limit, offset) = (query.whole("limit", USUALLY_LISTED, MOST_LISTED), query.whole("offset", 0, MOST_OFFSET));
    let filter = JobFilter {
        visible_to: (!user.is_admin()).then_some(user.user_id),
        stages: vec![JobStage::Phdef],
        statuses: vec![JobStatus::Complete],
        with_tracks: true,
        ..JobFilter::default()
    };
    let page = app.jobs.list(&filter, limit, offset).await?;
    let described = stream::iter(page.jobs).map(|job| listed(&app, job)).buffered(AT_ONCE);
    let collections: Vec<Value> = described.try_collect().await?;
    let links = pages(&app.at("/collections"), JSON, &query, (limit, offset), collections.len(), page.matched);
    Ok(Json(json!({ "collections": collections, "links": links, "numberMatched": page.matched })))
}

pub(in crate::http) async fn collection(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
) -> std::result::Result<Json<Value>, Problem> {
    let job = job_of(&app, &user, &names).await?;
    let extent = match extent(&app, &job).await {
        // where its table was deleted, the job is there all the same
        Err(error) if error.is_gone() => TracksExtent::default(),
        extent => extent?,
    };
    Ok(Json(describe(&app, &job, &extent)))
}

/// The job whose events a collection has.
pub(super) async fn job_of(app: &App, user: &User, names: &Names) -> std::result::Result<JobRecord, Problem> {
    let missing = || {
        Problem::not_found(format!("there is no collection `{}`; /collections lists them", names.shown("collectionID")))
    };
    let id = names.get("collectionID").strip_prefix(PREFIX).ok_or_else(missing)?;
    let job =
        seen_job(app, user, id).await.map_err(|problem| if problem.is_missing() { missing() } else { problem })?;
    let is_it = job.stage == JobStage::Phdef && job.status == JobStatus::Complete;
    if !is_it || !app.jobs.has_tracks(job.job_id).await? {
        return Err(missing());
    }
    Ok(job)
}

/// As a list has it: one whose table is gone or damaged does not keep the others from being listed.
async fn listed(app: &App, job: JobRecord) -> Result<Value> {
    let extent = match extent(app, &job).await {
        Err(ServiceError::Product(error)) => {
            tracing::warn!(%error, job = job.job_id, "a table of events cannot be read");
            TracksExtent::default()
        }
        extent => extent?,
    };
    Ok(describe(app, &job, &extent))
}

async fn extent(app: &App, job: &JobRecord) -> Result<TracksExtent> {
    let (events, own) = (app.events.clone(), job.clone());
    blocking(move || events.extent(&own)).await
}

fn describe(app: &App, job: &JobRecord, extent: &TracksExtent) -> Value {
    let id = format!("{PREFIX}{}", job.job_id);
    let at = app.at(&format!("/collections/{id}"));
    let mut value = json!({
        "id": id,
        "title": job.description,
        "description": format!("Events of job {}: {} of {}", job.job_id, job.variable, job.dataset),
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            link(at.clone(), "self", JSON, "This collection"),
            link(format!("{at}/items"), "items", GEOJSON, "Its events"),
            link(app.at(&format!("/jobs/{}", job.job_id)), "via", JSON, "The job that found them"),
        ],
    });
    if let (Some(bbox), Value::Object(map)) = (extent.bbox, &mut value) {
        let times_seen = extent.micros;
        let mut extent = json!({ "spatial": { "bbox": [bbox], "crs": CRS84 } });
        if let (Some((first, last)), Value::Object(extent)) = (times_seen, &mut extent) {
            let interval = json!([[times::of_micros(first), times::of_micros(last)]]);
            let trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
            extent.insert("temporal".to_owned(), json!({ "interval": interval, "trs": trs }));
        }
        map.insert("extent".to_owned(), extent);
    }
    value
}
