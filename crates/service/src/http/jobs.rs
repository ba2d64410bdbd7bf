//! Jobs (OGC API - Processes 1.0).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::App;
use super::auth::{Asker, OwnJob, SeenJob};
use super::documents::word;
use super::landing::link;
use super::problem::Problem;
use super::query::Query;
use super::times;
use crate::jobs::{JobFilter, JobStage, JobStatus};

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
    let jobs: Vec<Value> = page.jobs.iter().map(|job| app.documents().status(job)).collect();
    Ok(Json(json!({ "jobs": jobs, "links": links, "numberMatched": page.matched })))
}

pub(super) async fn status(State(app): State<App>, SeenJob(job): SeenJob) -> Json<Value> {
    Json(app.documents().status(&job))
}

pub(super) async fn dismiss(State(app): State<App>, OwnJob(job): OwnJob) -> Result<Json<Value>, Problem> {
    app.jobs.cancel(job.job_id).await?;
    Ok(Json(app.documents().status(&app.jobs.get(job.job_id).await?)))
}

pub(super) async fn retry(State(app): State<App>, OwnJob(job): OwnJob) -> Result<Json<Value>, Problem> {
    app.jobs.retry(job.job_id).await?;
    app.bell.notify_one();
    Ok(Json(app.documents().status(&app.jobs.get(job.job_id).await?)))
}
