//! Who asks: the user of the token in `Authorization: Bearer`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::App;
use super::cors::Origins;
use super::path::Names;
use super::problem::Problem;
use crate::error::ServiceError;
use crate::jobs::JobRecord;
use crate::serve::is_own_name;
use crate::users::User;

/// The user who asks.
pub(super) struct Asker(pub(super) User);

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if !app.needs_token {
            // whoever reaches the loopback device, but no page of another site in a browser of this machine
            check_host(&parts.headers, &app.address, &app.origins)?;
            return Ok(Self(app.users.local().await?));
        }
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = token.filter(|t| !t.is_empty() && t.len() <= 256).ok_or_else(no_token)?;
        let user = app.users.by_token(token).await?;
        tracing::Span::current().record("user", user.user_id);
        app.rates.count(user.user_id)?;
        Ok(Self(user))
    }
}

/// Why a request without a token is refused.
pub(super) fn no_token() -> ServiceError {
    ServiceError::Unauthorized("send a token: `Authorization: Bearer <token>`".to_owned())
}

/// Without tokens, requests must be meant for this machine by its name, and not come from pages of other sites: a name of another site
/// may be made to lead here (DNS rebinding). Pages of sites that the operator names may ask, too.
fn check_host(headers: &HeaderMap, address: &str, origins: &Origins) -> Result<(), Problem> {
    let host_of = |text: &str| -> Option<String> {
        let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        url::Url::parse(&url).ok()?.host_str().map(str::to_owned)
    };
    let own = host_of(address);
    let is_ours = |text: &str| host_of(text).is_some_and(|host| is_own_name(&host) || Some(&host) == own.as_ref());
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or_default());
    let is_passed_on =
        ["forwarded", "x-forwarded-for", "x-forwarded-host"].iter().any(|name| headers.contains_key(*name));
    if is_passed_on {
        let why = "without tokens this service answers no requests that a proxy passes on; set `auth.required = true`";
        return Err(ServiceError::Forbidden(why.to_owned()).into());
    }
    let may_ask = |origin: &str| is_ours(origin) || origins.has(origin);
    if text(header::HOST).is_none_or(is_ours) && text(header::ORIGIN).is_none_or(may_ask) {
        return Ok(());
    }
    let why = "without tokens this service answers requests to localhost that do not come from other sites";
    Err(ServiceError::Forbidden(why.to_owned()).into())
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

/// The job of a number that a user may see.
pub(super) async fn seen_job(app: &App, user: &User, id: &str) -> Result<JobRecord, Problem> {
    let missing = || ServiceError::NotFound(format!("job {}", id.chars().take(64).collect::<String>()));
    // a number that is written in another way is none, whosever the job is
    let number = id.parse::<i64>().ok().filter(|n| *n > 0 && n.to_string() == id).ok_or_else(missing)?;
    let job = app.jobs.get(number).await?;
    if job.user_id == user.user_id || job.is_public || user.is_admin() {
        return Ok(job);
    }
    Err(missing().into())
}

async fn job_and_user(parts: &mut Parts, app: &App) -> Result<(JobRecord, User), Problem> {
    let Asker(user) = Asker::from_request_parts(parts, app).await?;
    let names = Names::from_request_parts(parts, app).await?;
    let job = seen_job(app, &user, names.get("jobID")).await?;
    Ok((job, user))
}
