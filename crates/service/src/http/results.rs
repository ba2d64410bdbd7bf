//! The products of a job.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::App;
use super::auth::SeenJob;
use super::documents::word;
use super::problem::Problem;
use crate::jobs::{JobRecord, JobStatus};

/// Why a job failed is no error of the request that asks for its results.
const FAILED: &str = "urn:eventscape:problem:job-failed";

pub(super) async fn results(State(app): State<App>, SeenJob(job): SeenJob) -> Result<Json<Value>, Problem> {
    check_complete(&job)?;
    let outputs = app.jobs.outputs(job.job_id).await?;
    let documents = app.documents();
    // of one output the raw form is its value itself
    Ok(Json(match job.wants_document {
        true => documents.results(&job, &outputs),
        false => documents.products(&job, &outputs),
    }))
}

/// Refuses a job that has no products, and says why.
pub(super) fn check_complete(job: &JobRecord) -> Result<(), Problem> {
    match job.status {
        JobStatus::Complete => Ok(()),
        JobStatus::Error => {
            let why = job.message.clone().unwrap_or_else(|| "the job failed".to_owned());
            Err(Problem::of_kind(StatusCode::UNPROCESSABLE_ENTITY, FAILED, why))
        }
        status => {
            let yet = if status == JobStatus::Cancelled { "" } else { " yet" };
            let why = format!("job {} is {}: it has no results{yet}", job.job_id, word(status));
            Err(Problem::of_kind(StatusCode::NOT_FOUND, "result-not-ready", why))
        }
    }
}
