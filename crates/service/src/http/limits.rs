//! What a request may cost: its time, a place among those at work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::metrics::Metrics;
use super::problem::Problem;

/// The header with the number of a request.
pub(super) const REQUEST_ID: &str = "x-request-id";
/// Numbers of requests that others chose may be so long.
const LONGEST_ID: usize = 64;
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// What requests may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// How long a request may take to come, an answer to begin, and to be taken.
    pub time: Duration,
    /// Requests that are worked on at once; more are told to come later.
    pub at_once: usize,
    /// Jobs that a user may have waiting and running; 0 for no limit.
    pub jobs_per_user: u32,
    /// Requests of a user in a minute; 0 for no limit.
    pub requests_per_minute: u32,
    /// Bytes of all bodies that are held at once.
    pub bodies: usize,
    /// Streams of progress that a user may have open.
    pub streams_per_user: usize,
    /// Streams of progress that are open at once: fewer than there are connections.
    pub streams: usize,
    /// How long such a stream lasts; then clients ask again.
    pub stream_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            time: Duration::from_secs(30),
            at_once: 256,
            jobs_per_user: 1000,
            requests_per_minute: 1200,
            bodies: 64 << 20,
            streams_per_user: 8,
            streams: 512,
            stream_time: Duration::from_secs(300),
        }
    }
}

/// Gives a request a number, that of the proxy before us if it has one, and logs and counts how it went.
pub(super) async fn named(metrics: Metrics, mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_sane = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let id = sent.filter(is_sane).map_or_else(new_id, str::to_owned);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id, %method, path, user = tracing::field::Empty);
    let value = HeaderValue::from_str(&id).ok();
    if let Some(value) = value.clone() {
        request.headers_mut().insert(REQUEST_ID, value);
    }
    let endpoint = request.extensions().get::<MatchedPath>().cloned();
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status(), begun.elapsed());
    span.in_scope(|| tracing::info!(status = status.as_u16(), ms = took.as_millis() as u64, "answered"));
    metrics.answered(&method, endpoint.as_ref().map(MatchedPath::as_str), status, took);
    if let Some(value) = value {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A number that no other request of this process has, and hardly any of another.
fn new_id() -> String {
    let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", started.as_micros() as u64, NEXT_ID.fetch_add(1, Ordering::Relaxed))
}

/// Takes a place among the requests at work, or says that there is none. Whether the service is well can always be asked.
pub(super) async fn one_of_many(places: Arc<Semaphore>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/health" {
        return next.run(request).await;
    }
    let Ok(_place) = places.try_acquire() else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once; try again in a moment")
            .into_response();
    };
    next.run(request).await
}

/// Ends a request whose answer does not begin in time.
pub(super) async fn in_time(time: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let why = format!("there was no answer within {} s; try again in a moment", time.as_secs());
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}
