//! The HTTP API.

mod auth;
mod documents;
mod download;
mod endpoints;
mod jobs;
mod landing;
mod openapi;
mod problem;
mod processes;
mod progress;
mod query;
mod results;
mod times;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use eventscape_io::stores::Stores;
use tokio::sync::{Notify, Semaphore};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::jobs::{Jobs, Policy};
use crate::users::Users;
use problem::Problem;

pub(crate) use documents::Documents;
pub use openapi::document as openapi_document;

/// What requests may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// How long an answer may take to begin.
    pub time: Duration,
    /// Requests that are worked on at once; more are told to come later.
    pub at_once: usize,
    /// Jobs that a user may have waiting and running; 0 for no limit.
    pub jobs_per_user: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1 << 20, time: Duration::from_secs(30), at_once: 256, jobs_per_user: 1000 }
    }
}

/// What all requests share.
#[derive(Clone)]
pub struct App {
    /// The jobs.
    pub jobs: Jobs,
    /// The users.
    pub users: Users,
    /// Whether requests need a token; without, all are of the local user.
    pub needs_token: bool,
    /// Which files jobs may read.
    pub policy: Policy,
    /// Where the products are read from.
    pub stores: Stores,
    /// Where the API is reached, without a slash at its end; links begin with it.
    pub address: String,
    /// Wakes up workers of this process.
    pub bell: Arc<Notify>,
    /// What requests may cost.
    pub limits: Limits,
    /// Whether users are told of the ends of their jobs by mail.
    pub sends_mail: bool,
}

impl App {
    fn documents(&self) -> Documents {
        Documents { address: self.address.clone() }
    }
}

/// The API of a service.
pub fn router(app: App) -> Router {
    let limits = app.limits.clone();
    let places = Arc::new(Semaphore::new(limits.at_once));
    endpoints::routes()
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "there is nothing here; `/` tells what there is") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not what can be done here; `/api` tells what can")
        })
        .layer(DefaultBodyLimit::max(limits.body))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limits.time))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the service broke down over this request").into_response()
        }))
        .layer(middleware::from_fn(move |request, next| one_of_many(places.clone(), request, next)))
        .with_state(app)
}

/// Takes a place among the requests at work, or says that there is none.
async fn one_of_many(places: Arc<Semaphore>, request: Request, next: Next) -> Response {
    let Ok(_place) = places.try_acquire() else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once; try again in a moment")
            .into_response();
    };
    next.run(request).await
}
