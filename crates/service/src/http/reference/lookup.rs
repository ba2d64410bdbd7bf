//! Statuses, lists and places in TOS2CA's words.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::http::App;
use crate::http::auth::Asker;
use crate::http::endpoints::{MOST_LISTED, MOST_OFFSET, USUALLY_LISTED};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::{JobFilter, JobRecord, JobRequest, JobStage, JobStatus};
use crate::users::User;

type Answer = Result<Json<Value>, Problem>;

pub(in crate::http) async fn status_phdef(State(app): State<App>, Asker(user): Asker, query: Query) -> Answer {
    status(&app, &user, &query, JobStage::Phdef).await
}

pub(in crate::http) async fn status_curation(State(app): State<App>, Asker(user): Asker, query: Query) -> Answer {
    status(&app, &user, &query, JobStage::Curation).await
}

pub(in crate::http) async fn list_phdef(State(app): State<App>, Asker(user): Asker, query: Query) -> Answer {
    list(&app, &user, &query, JobStage::Phdef).await
}

pub(in crate::http) async fn list_curation(State(app): State<App>, Asker(user): Asker, query: Query) -> Answer {
    list(&app, &user, &query, JobStage::Curation).await
}

/// The job that a query names, if the user may see it.
async fn job_of(app: &App, user: &User, query: &Query) -> Result<(i64, Option<JobRecord>), Problem> {
    let number = query.text("jobID").unwrap_or_default();
    // digits, as the parameter demands; more of them than a number has are a job that is not there
    let number: i64 = number.parse().unwrap_or(i64::MAX);
    match app.jobs.get(number).await {
        Ok(job) => Ok((number, Some(job).filter(|job| may_see(user, job)))),
        Err(ServiceError::NotFound(_)) => Ok((number, None)),
        Err(error) => Err(error.into()),
    }
}

fn may_see(user: &User, job: &JobRecord) -> bool {
    job.user_id == user.user_id || job.is_public || user.is_admin()
}

async fn status(app: &App, user: &User, query: &Query, stage: JobStage) -> Answer {
    let (number, job) = job_of(app, user, query).await?;
    Ok(Json(match job.filter(|job| job.stage == stage) {
        Some(job) => json!([{ "jobID": number, "status": word(job.status), "doc": document(&job)? }]),
        None => json!([{ "jobID": number, "status": "Not Found", "doc": {} }]),
    }))
}

async fn list(app: &App, user: &User, query: &Query, stage: JobStage) -> Answer {
    let filter = JobFilter { of_user: Some(user.user_id), stages: vec![stage], ..JobFilter::default() };
    let (limit, offset) = (query.whole("limit", USUALLY_LISTED, MOST_LISTED), query.whole("offset", 0, MOST_OFFSET));
    let page = app.jobs.list(&filter, limit, offset).await?;
    let one = |job: &JobRecord| -> Result<Value, ServiceError> {
        Ok(json!({ "email": user.email, "status": word(job.status), "doc": document(job)? }))
    };
    Ok(Json(page.jobs.iter().map(one).collect::<Result<Vec<Value>, _>>()?.into()))
}

/// The interpolated products of the curation jobs that look into a PhDef job.
pub(in crate::http) async fn location(State(app): State<App>, Asker(user): Asker, query: Query) -> Answer {
    let (number, job) = job_of(&app, &user, &query).await?;
    let missing = || Problem::new(StatusCode::NOT_FOUND, format!("there is no PhDef job {number}"));
    let phdef = job.filter(|job| job.stage == JobStage::Phdef).ok_or_else(missing)?;
    let mut found = Vec::new();
    for job in app.jobs.looking_into(phdef.job_id).await?.iter().filter(|job| may_see(&user, job)) {
        for file in app.jobs.outputs(job.job_id).await?.iter().filter(|file| file.kind == "interpolated subset") {
            found.push(json!({
                "phdefJobID": phdef.job_id,
                "jobID": job.job_id,
                "location": format!("{}/{}", job.location.as_deref().unwrap_or_default(), file.name),
                "variable": job.variable,
                "description": job.description,
            }));
        }
    }
    if found.is_empty() {
        found.push(json!({ "jobID": phdef.job_id, "location": "not found", "variable": "not found" }));
    }
    Ok(Json(found.into()))
}

/// TOS2CA has four statuses; a job that was cancelled has not been done.
fn word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Cancelled => "error",
        status => status.name(),
    }
}

/// A job by the names of TOS2CA's table.
fn document(job: &JobRecord) -> Result<Value, ServiceError> {
    let request = JobRequest::of_stored(job.stage, job.phdef_job_id, &job.request)?;
    let ((start, end), (operator, value)) = (request.span(), request.condition());
    Ok(json!({
        "userID": job.user_id,
        "phdefJobID": job.phdef_job_id,
        "stage": job.stage.name(),
        "status": word(job.status),
        "dataset": job.dataset,
        "variable": job.variable,
        "coords": request.area(),
        "startDate": start,
        "endDate": end,
        "ineqOperator": operator,
        "ineqValue": value,
        "description": job.description,
    }))
}
