//! Who asks: the user of the token in `Authorization: Bearer`.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;

use super::App;
use super::problem::Problem;
use super::query::Query;
use crate::error::ServiceError;
use crate::jobs::JobRecord;
use crate::users::User;

/// The user who asks.
pub(super) struct Asker(pub(super) User);

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if !app.needs_token {
            return Ok(Self(app.users.local().await?));
        }
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = token
            .filter(|t| !t.is_empty() && t.len() <= 256)
            .ok_or_else(|| ServiceError::Unauthorized("send a token: `Authorization: Bearer <token>`".to_owned()))?;
        Ok(Self(app.users.by_token(token).await?))
    }
}

/// The job of the path, which the user may see; one of others looks as if it were not there.
pub(super) struct SeenJob(pub(super) JobRecord);

/// The job of the path, which the user may change.
pub(super) struct OwnJob(pub(super) JobRecord);

impl FromRequestParts<App> for SeenJob {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(job_and_user(parts, app).await?.0))
    }
}

impl FromRequestParts<App> for OwnJob {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (job, user) = job_and_user(parts, app).await?;
        if job.user_id == user.user_id || user.is_admin() {
            return Ok(Self(job));
        }
        Err(ServiceError::Forbidden(format!("job {} is another user's", job.job_id)).into())
    }
}

async fn job_and_user(parts: &mut Parts, app: &App) -> Result<(JobRecord, User), Problem> {
    let Asker(user) = Asker::from_request_parts(parts, app).await?;
    Query::from_request_parts(parts, app).await?.only(&["f"])?;
    // a path that is no UTF-8 names no job
    let names = Path::<HashMap<String, String>>::from_request_parts(parts, app).await.map(|Path(names)| names);
    let id = names.ok().and_then(|mut names| names.remove("jobID")).unwrap_or_default();
    let missing = || ServiceError::NotFound(format!("job `{}`", id.chars().take(64).collect::<String>()));
    let number = id.parse::<i64>().ok().filter(|n| *n > 0).ok_or_else(missing)?;
    let job = app.jobs.get(number).await?;
    if job.user_id == user.user_id || job.is_public || user.is_admin() {
        return Ok((job, user));
    }
    Err(missing().into())
}
