//! Statuses, lists and places in TOS2CA's words.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::extent::{Extent, extent};
use crate::error::ServiceError;
use crate::http::App;
use crate::http::auth::Asker;
use crate::http::endpoints::{MOST_LISTED, MOST_OFFSET, USUALLY_LISTED};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::{JobFilter, JobRecord, JobRequest, JobStage, JobStatus, area_of_box, place_of};
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
    let Some(job) = job.filter(|job| job.stage == stage) else {
        return Ok(Json(json!([{ "jobID": number, "status": "Not Found", "doc": {} }])));
    };
    let owner = owner(app, user, &job).await?;
    let request = request_of(&job);
    let is_whole = request.as_ref().is_none_or(|r| r.area().is_none() || r.span().0.is_none() || r.span().1.is_none());
    let extent = if is_whole { extent(app, &job).await? } else { None };
    let doc = document(&job, request.as_ref(), owner.as_ref(), extent.as_ref());
    Ok(Json(json!([{ "jobID": number, "status": word(job.status), "doc": doc }])))
}

/// Whose job it is, for themselves and administrators; others who may see a public job do not hear whose it is.
async fn owner(app: &App, user: &User, job: &JobRecord) -> Result<Option<User>, Problem> {
    Ok(match job.user_id == user.user_id {
        true => Some(user.clone()),
        false if user.is_admin() => app.users.by_id(job.user_id).await?,
        false => None,
    })
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
    let email = asked.unwrap_or_else(|| of_whom.email.clone());
    let one = |job: &JobRecord| {
        let doc = document(job, request_of(job).as_ref(), Some(&of_whom), None);
        json!({ "email": email, "status": word(job.status), "doc": doc })
    };
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

/// What was asked for; `None` where an older version kept it and it cannot be read any more.
fn request_of(job: &JobRecord) -> Option<JobRequest> {
    JobRequest::of_stored(job.stage, job.phdef_job_id, &job.request).ok()
}

/// A job by the names of TOS2CA's tables. Where no area or span was asked for, they are those of its data, once these are known. What is
/// not known, or is not for who asks, is null.
fn document(job: &JobRecord, request: Option<&JobRequest>, owner: Option<&User>, extent: Option<&Extent>) -> Value {
    let (start, end) = request.map(JobRequest::span).unwrap_or_default();
    let (first, last) = extent.map(Extent::span).unwrap_or_default();
    let whole = || extent.and_then(|extent| extent.bbox).map(area_of_box);
    let (operator, value) = request.map(JobRequest::condition).unwrap_or_default();
    let (algorithm, warm) = request.and_then(JobRequest::tracker).unzip();
    let warm = warm.flatten();
    json!({
        "userID": job.user_id,
        "phdefJobID": job.phdef_job_id,
        "stage": job.stage.name(),
        "status": word(job.status),
        "dataset": job.dataset,
        "variable": job.variable,
        "coords": request.and_then(JobRequest::area).or_else(whole),
        "startDate": start.or(first),
        "endDate": end.or(last),
        "algorithm": algorithm,
        "ineqOperator": operator,
        "ineqValue": value,
        "warmerToggle": warm.map(|(_, grows)| if grows { "on" } else { "off" }),
        "warmerValue": warm.map(|(kelvin, _)| kelvin),
        "description": job.description,
        "lastName": owner.map(|user| &user.last_name),
        "firstName": owner.map(|user| &user.first_name),
        "email": owner.map(|user| &user.email),
    })
}
