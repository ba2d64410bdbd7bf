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
use crate::jobs::{JobFilter, JobRecord, JobRequest, JobStage, JobStatus, place_of};
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
        Some(job) => json!([{ "jobID": number, "status": word(job.status), "doc": document(&job) }]),
        None => json!([{ "jobID": number, "status": "Not Found", "doc": {} }]),
    }))
}

/// The jobs of who asks; an administrator may name another.
async fn list(app: &App, user: &User, query: &Query, stage: JobStage) -> Answer {
    let asked = query.text("q").map(email_of).transpose()?;
    let not_found = |email: String| Ok(Json(json!([{ "email": email, "status": "Not Found", "doc": {} }])));
    let of_whom = match asked.clone() {
        Some(email) if app.needs_token && !email.eq_ignore_ascii_case(&user.email) => {
            // of others nothing is told, not even whether they are known
            if !user.is_admin() {
                return not_found(email);
            }
            match app.users.by_email(&email).await {
                Ok(other) => other,
                Err(ServiceError::NotFound(_)) => return not_found(email),
                Err(error) => return Err(error.into()),
            }
        }
        _ => user.clone(),
    };
    let filter = JobFilter { of_user: Some(of_whom.user_id), stages: vec![stage], ..JobFilter::default() };
    let (limit, offset) = (query.whole("limit", USUALLY_LISTED, MOST_LISTED), query.whole("offset", 0, MOST_OFFSET));
    let page = app.jobs.list(&filter, limit, offset).await?;
    if let Some(email) = asked.clone().filter(|_| page.jobs.is_empty()) {
        return not_found(email);
    }
    let email = asked.unwrap_or(of_whom.email);
    let one = |job: &JobRecord| json!({ "email": email, "status": word(job.status), "doc": document(job) });
    Ok(Json(page.jobs.iter().map(one).collect::<Vec<Value>>().into()))
}

/// The address of TOS2CA's `q={"email": …}`.
fn email_of(text: &str) -> Result<String, Problem> {
    let parsed: Option<Value> = serde_json::from_str(text).ok();
    let email = parsed.as_ref().and_then(|value| value.get("email")?.as_str()).map(str::to_owned);
    email.ok_or_else(|| Problem::bad("q: write {\"email\": \"…\"}"))
}

/// Where the products of a type are.
pub(in crate::http) async fn products(State(app): State<App>, Asker(user): Asker, query: Query) -> Answer {
    let (number, job) = job_of(&app, &user, &query).await?;
    let kind = query.text("typep").unwrap_or_default();
    let mut found = Vec::new();
    if let Some(job) = job {
        let folder = job.location.clone().unwrap_or_default();
        for file in app.jobs.outputs(number).await?.iter().filter(|file| file.kind == kind) {
            found.push(json!({ "location": place_of(&folder, &file.name) }));
        }
    }
    if found.is_empty() {
        found.push(json!({ "jobID": number, "location": "not found", "variable": "not found" }));
    }
    Ok(Json(found.into()))
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
                "location": place_of(job.location.as_deref().unwrap_or_default(), &file.name),
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

/// A job by the names of TOS2CA's table; what a request says that cannot be read any more is missing.
fn document(job: &JobRecord) -> Value {
    let request = JobRequest::of_stored(job.stage, job.phdef_job_id, &job.request).ok();
    let (start, end) = request.as_ref().map(JobRequest::span).unwrap_or_default();
    let (operator, value) = request.as_ref().map(JobRequest::condition).unwrap_or_default();
    json!({
        "userID": job.user_id,
        "phdefJobID": job.phdef_job_id,
        "stage": job.stage.name(),
        "status": word(job.status),
        "dataset": job.dataset,
        "variable": job.variable,
        "coords": request.as_ref().and_then(JobRequest::area),
        "startDate": start,
        "endDate": end,
        "ineqOperator": operator,
        "ineqValue": value,
        "description": job.description,
    })
}
