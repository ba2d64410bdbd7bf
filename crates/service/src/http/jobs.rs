//! Jobs (OGC API - Processes 1.0).

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::App;
use super::auth::Asker;
use super::landing::link;
use super::problem::Problem;
use super::query::Query;
use super::times;
use crate::jobs::{JobFilter, JobRecord, JobStage, JobStatus};

/// OGC's word for a status.
fn word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Pending => "accepted",
        JobStatus::Running => "running",
        JobStatus::Complete => "successful",
        JobStatus::Error => "failed",
        JobStatus::Cancelled => "dismissed",
    }
}

/// OGC's `statusInfo`.
pub(super) fn status_of(app: &App, job: &JobRecord) -> Value {
    let own = format!("{}/jobs/{}", app.address, job.job_id);
    let mut links = vec![
        link(own.clone(), "self", "application/json", "Status"),
        link(format!("{own}/progress"), "monitor", "text/event-stream", "Progress as server-sent events"),
    ];
    if job.status == JobStatus::Complete {
        let rel = "http://www.opengis.net/def/rel/ogc/1.0/results";
        links.push(link(format!("{own}/results"), rel, "application/json", "Products"));
    }
    let mut value = json!({
        "jobID": job.job_id.to_string(),
        "processID": job.stage.name(),
        "type": "process",
        "title": job.description,
        "status": word(job.status),
        "progress": job.progress / 10,
        "created": times::text(job.submitted),
        "updated": times::text(job.updated),
        "links": links,
    });
    if let Value::Object(map) = &mut value {
        let mut put = |key: &str, value: Option<Value>| value.map(|value| map.insert(key.to_owned(), value));
        put("message", job.message.clone().map(Value::from));
        put("started", job.started.map(|at| times::text(at).into()));
        put("finished", job.ended.map(|at| times::text(at).into()));
        put("phdef", job.phdef_job_id.map(Value::from));
    }
    value
}

pub(super) async fn list(State(app): State<App>, Asker(user): Asker, query: Query) -> Result<Json<Value>, Problem> {
    query.only(&["type", "processID", "status", "datetime", "limit", "offset", "f"])?;
    query.each("type", |word| (word == "process").then_some(()))?;
    let statuses =
        [JobStatus::Pending, JobStatus::Running, JobStatus::Complete, JobStatus::Error, JobStatus::Cancelled];
    let (from, until) = query.text("datetime").map(times::interval).transpose()?.unwrap_or_default();
    let filter = JobFilter {
        visible_to: (!user.is_admin()).then_some(user.user_id),
        stages: query.each("processID", JobStage::of)?,
        statuses: query.each("status", |name| statuses.into_iter().find(|status| word(*status) == name))?,
        submitted_from: from,
        submitted_until: until,
    };
    let limit = query.whole("limit", 20, 1000)?;
    if limit == 0 {
        return Err(Problem::bad("limit: at least 1"));
    }
    let offset = query.whole("offset", 0, u32::MAX / 2)?;
    let page = app.jobs.list(&filter, limit, offset).await?;
    let mut links = vec![link(format!("{}/jobs", app.address), "self", "application/json", "Jobs")];
    if i64::from(offset) + (page.jobs.len() as i64) < page.matched && !page.jobs.is_empty() {
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        for name in ["processID", "status", "datetime"] {
            if let Some(text) = query.text(name) {
                next.append_pair(name, text);
            }
        }
        next.append_pair("limit", &limit.to_string());
        next.append_pair("offset", &(offset + limit).to_string());
        links.push(link(format!("{}/jobs?{}", app.address, next.finish()), "next", "application/json", "Older jobs"));
    }
    let jobs: Vec<Value> = page.jobs.iter().map(|job| status_of(&app, job)).collect();
    Ok(Json(json!({ "jobs": jobs, "links": links, "numberMatched": page.matched })))
}

pub(super) async fn status(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    Ok(Json(status_of(&app, &asker.sees(&app, &id).await?)))
}

pub(super) async fn dismiss(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    let job = asker.owns(&app, &id).await?;
    app.jobs.cancel(job.job_id).await?;
    Ok(Json(status_of(&app, &app.jobs.get(job.job_id).await?)))
}

pub(super) async fn retry(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    let job = asker.owns(&app, &id).await?;
    app.jobs.retry(job.job_id).await?;
    app.bell.notify_one();
    Ok(Json(status_of(&app, &app.jobs.get(job.job_id).await?)))
}
