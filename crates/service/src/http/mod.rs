//! The HTTP API.
//!
//! The way of a request: `connections` (sockets), `cors` (pages of other sites), `limits` (its number), `bodies` (its body), `limits`
//! again (its place and time), `endpoints` (its route and query), `auth` (who asks), then the file of its endpoint.

mod auth;
mod bodies;
mod conditions;
mod connections;
mod cors;
mod documents;
mod download;
mod endpoints;
mod features;
mod jobs;
mod landing;
mod limits;
mod metrics;
mod openapi;
mod parameters;
mod path;
mod problem;
mod processes;
mod progress;
mod query;
mod rates;
mod reference;
mod results;
mod schemas;
mod streams;
mod times;
mod verification;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use eventscape_io::stores::Stores;
use tokio::sync::{Notify, Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;

use crate::events::Events;
use crate::jobs::{Jobs, Policy};
use crate::users::Users;
use bodies::Bodies;
use problem::Problem;

pub(crate) use connections::serve;
pub use cors::Origins;
pub(crate) use documents::Documents;
pub use limits::Limits;
pub use metrics::Metrics;
pub use openapi::document as openapi_document;
pub use rates::Rates;
pub use streams::Streams;

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
    /// Where all jobs' folders are.
    pub store: String,
    /// The events of finished jobs.
    pub events: Events,
    /// Where the API is reached, without a slash at its end; links begin with it.
    pub address: String,
    /// Wakes up workers of this process.
    pub bell: Arc<Notify>,
    /// What requests may cost.
    pub limits: Limits,
    /// How many requests users have sent.
    pub rates: Rates,
    /// How many streams of progress are open.
    pub streams: Streams,
    /// Other sites whose pages may use the API.
    pub origins: Origins,
    /// How requests went.
    pub metrics: Metrics,
    /// Whether users are told of the ends of their jobs by mail.
    pub sends_mail: bool,
    /// Says when the service stops: streams end then.
    pub stop: watch::Receiver<bool>,
}

impl App {
    fn documents(&self) -> Documents {
        Documents { address: self.address.clone() }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

/// The API of a service.
pub fn router(app: App) -> Router {
    let (limits, metrics, cors) = (&app.limits, app.metrics.clone(), app.origins.layer());
    let (places, time) = (Arc::new(Semaphore::new(limits.at_once)), limits.time);
    let bodies = Bodies::new(limits, app.needs_token);
    let router = endpoints::routes()
        .fallback(|| async { Problem::not_found("there is nothing here; `/` tells what there is") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not what can be done here; `/api` tells what can")
        })
        // the last is the first that a request meets
        .layer(middleware::from_fn(move |request, next| limits::in_time(time, request, next)))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the service broke down over this request").into_response()
        }))
        .layer(middleware::from_fn(move |request, next| limits::one_of_many(places.clone(), request, next)))
        .layer(middleware::from_fn(move |request, next| bodies::whole(bodies.clone(), request, next)))
        .layer(middleware::from_fn(move |request, next| limits::named(metrics.clone(), request, next)));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.with_state(app)
}
