//! Jobs (OGC API - Processes 1.0).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::App;
use super::auth::{Asker, OwnJob, SeenJob};
use super::documents::word;
use super::endpoints::{JSON, MOST_LISTED, MOST_OFFSET, USUALLY_LISTED};
use super::landing::{link, pages};
use super::problem::Problem;
use super::query::Query;
use super::times;
use crate::jobs::{JobFilter, JobRecord, JobStage, JobStatus, Page};
use crate::removal::remove_job;

/// OGC's words for the statuses of jobs.
pub(super) const WORDS: &[&str] = &["accepted", "running", "successful", "failed", "dismissed"];

pub(super) async fn list(State(app): State<App>, Asker(user): Asker, query: Query) -> Result<Json<Value>, Problem> {
    let (from, until) = query.text("datetime").map(times::interval).transpose()?.unwrap_or_default();
    let seconds = |name: &str| query.text(name).map(|_| i64::from(query.whole(name, 0, u32::MAX)) * 1000);
    let words = query.words("status");
    let stages = query.words("processID");
    let filter = JobFilter {
        visible_to: (!user.is_admin()).then_some(user.user_id),
        stages: stages.iter().filter_map(|name| JobStage::of(name)).collect(),
        statuses: JobStatus::ALL.into_iter().filter(|status| words.contains(&word(*status))).collect(),
        submitted_from: from,
        submitted_until: until,
        took_from: seconds("minDuration"),
        took_until: seconds("maxDuration"),
        ..JobFilter::default()
    };
    let (limit, offset) = (query.whole("limit", USUALLY_LISTED, MOST_LISTED), query.whole("offset", 0, MOST_OFFSET));
    // echo answers at once and leaves no jobs
    let page = match !stages.is_empty() && filter.stages.is_empty() {
        true => Page { jobs: Vec::new(), matched: 0 },
        false => app.jobs.list(&filter, limit, offset).await?,
    };
    let links = pages(&app.at("/jobs"), JSON, &query, (limit, offset), page.jobs.len(), page.matched);
    let jobs: Vec<Value> = page.jobs.iter().map(|job| app.documents().status(job)).collect();
    Ok(Json(json!({ "jobs": jobs, "links": links, "numberMatched": page.matched })))
}

pub(super) async fn status(State(app): State<App>, SeenJob(job): SeenJob) -> Json<Value> {
    Json(app.documents().status(&job))
}

/// Cancels a job; one that has ended is removed, with its products (OGC API - Processes 1.0, 12.2).
pub(super) async fn dismiss(State(app): State<App>, OwnJob(job): OwnJob) -> Result<Json<Value>, Problem> {
    let record = if job.status.is_over() {
        let removed = remove_job(&app.jobs, &app.stores, &app.store, job.job_id).await?;
        JobRecord { status: JobStatus::Cancelled, message: Some("it is removed".to_owned()), ..removed }
    } else {
        app.jobs.cancel(job.job_id).await?;
        app.jobs.get(job.job_id).await?
    };
    let mut status = app.documents().status(&record);
    if let Some(links) = status.get_mut("links").and_then(Value::as_array_mut) {
        links.push(link(app.at("/jobs"), "up", JSON, "Jobs"));
    }
    Ok(Json(status))
}

pub(super) async fn retry(State(app): State<App>, OwnJob(job): OwnJob) -> Result<Json<Value>, Problem> {
    app.jobs.retry_within(job.job_id, app.limits.jobs_per_user).await?;
    app.bell.notify_one();
    Ok(Json(app.documents().status(&app.jobs.get(job.job_id).await?)))
}
