//! Execution: a job is put into the queue; `echo` answers at once.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::request::{Execution, Wishes};
use crate::error::Result;
use crate::http::App;
use crate::http::auth::Asker;
use crate::http::path::Names;
use crate::http::problem::Problem;
use crate::jobs::{JobRecord, JobRequest, Submission};
use crate::users::User;

pub(in crate::http) async fn execute(
    State(app): State<App>,
    Asker(user): Asker,
    names: Names,
    body: Bytes,
) -> std::result::Result<Response, Problem> {
    let process = super::find(&names)?;
    let Execution { inputs, wishes } = Execution::read(&body, process, &app.policy)?;
    let Some(stage) = process.stage else {
        if inputs.iter().any(|(key, value)| key != "message" || !value.is_string()) {
            return Err(Problem::bad("echo takes one input, the text `message`"));
        }
        let echo = Value::Object(inputs);
        return Ok(Json(if wishes.document { json!({ "echo": { "value": echo } }) } else { echo }).into_response());
    };
    let request = JobRequest::read(stage, inputs, &app.policy)?;
    let job = submit(&app, &user, request, wishes).await?;
    let mut headers = HeaderMap::new();
    if let Ok(location) = app.at(&format!("/jobs/{}", job.job_id)).parse() {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Json(app.documents().status(&job))).into_response())
}

/// Puts a job of a user into the queue.
pub(in crate::http) async fn submit(app: &App, user: &User, request: JobRequest, wishes: Wishes) -> Result<JobRecord> {
    let called = wishes.subscribers.into_iter().map(|(address, event)| ("webhook".to_owned(), address, event));
    let mut submission = Submission {
        is_public: wishes.public,
        wants_document: wishes.document,
        notify: called.collect(),
        most_at_once: app.limits.jobs_per_user,
        ..Submission::new(user.user_id, request)
    };
    if app.sends_mail && app.needs_token && !wishes.no_mail {
        submission = submission.with_mail(&user.email);
    }
    let job_id = app.jobs.submit(submission).await?;
    app.bell.notify_one();
    app.jobs.get(job_id).await
}
