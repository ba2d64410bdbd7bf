//! Who asks: the user of the token in `Authorization: Bearer`.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::App;
use super::problem::Problem;
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

impl Asker {
    /// A job that the user may see; one of others looks as if it were not there.
    pub(super) async fn sees(&self, app: &App, id: &str) -> Result<JobRecord, Problem> {
        let missing = || ServiceError::NotFound(format!("job `{}`", id.chars().take(64).collect::<String>()));
        let number = id.parse::<i64>().ok().filter(|n| *n > 0).ok_or_else(missing)?;
        let job = app.jobs.get(number).await?;
        if job.user_id == self.0.user_id || job.is_public || self.0.is_admin() {
            return Ok(job);
        }
        Err(missing().into())
    }

    /// A job that the user may change.
    pub(super) async fn owns(&self, app: &App, id: &str) -> Result<JobRecord, Problem> {
        let job = self.sees(app, id).await?;
        if job.user_id == self.0.user_id || self.0.is_admin() {
            return Ok(job);
        }
        Err(ServiceError::Forbidden(format!("job {} is another user's", job.job_id)).into())
    }
}
