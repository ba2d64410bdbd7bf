//! Numbers for Prometheus: how much there is to do, and how requests went.

use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::App;
use super::auth::Asker;
use super::problem::Problem;
use crate::error::ServiceError;
use crate::jobs::{JobStatus, Load};

/// The format of the answer.
pub(super) const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0;charset=utf-8";

/// Others are counted as one.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];

/// Labels have few values, whatever is asked: paths are those of the table of endpoints.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    method: &'static str,
    path: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Path {
    path: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Status {
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Version {
    version: &'static str,
}

/// The requests of this process.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: Family<Request, Counter>,
    seconds: Family<Path, Histogram, fn() -> Histogram>,
}

impl Default for Metrics {
    fn default() -> Self {
        // 2 ms to 33 s
        let histogram: fn() -> Histogram = || Histogram::new(exponential_buckets(0.002, 4.0, 8));
        Self { requests: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

impl Metrics {
    /// Counts an answer. `path` is the endpoint's; `None` where there is none.
    pub(super) fn answered(&self, method: &Method, path: Option<&str>, status: StatusCode, took: Duration) {
        let method = METHODS.iter().find(|known| **known == method.as_str()).copied().unwrap_or("other");
        let path = path.unwrap_or("none").to_owned();
        self.requests.get_or_create(&Request { method, path: path.clone(), status: status.as_u16() }).inc();
        self.seconds.get_or_create(&Path { path }).observe(took.as_secs_f64());
    }

    fn text(&self, load: &Load) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("eventscape");
        let jobs = Family::<Status, Gauge>::default();
        // those that no job has, too: a count that appears is no rise to those who watch
        for status in JobStatus::ALL {
            let count = load.jobs.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count);
            jobs.get_or_create(&Status { status: status.name() }).set(count);
        }
        registry.register("jobs", "Jobs in the database, by status", jobs);
        let gauge = |value: i64| {
            let gauge = Gauge::<i64>::default();
            gauge.set(value);
            gauge
        };
        registry.register("tasks_ready", "Tasks that a worker could take now", gauge(load.ready));
        let waits = "The longest time that a job with such a task has not gone on";
        registry.register_with_unit("longest_wait", waits, Unit::Seconds, gauge(load.longest_wait_ms / 1000));
        let overdue = "Tasks that nobody took over though their workers are not heard of";
        registry.register("leases_overdue", overdue, gauge(load.overdue));
        let untold = "Ends of jobs that mail servers and webhooks are still to be told of";
        registry.register("notifications_waiting", untold, gauge(load.untold));
        let never = "Ends of jobs that were given up to be told, after a day";
        registry.register("notifications_failed", never, gauge(load.never_told));
        registry.register("http_requests", "Answers of this process", self.requests.clone());
        let took = "Time to the beginning of an answer of this process";
        registry.register_with_unit("http_request", took, Unit::Seconds, self.seconds.clone());
        let info = Family::<Version, Gauge>::default();
        info.get_or_create(&Version { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build_info", "The version of the program", info);
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }
}

/// For administrators.
pub(super) async fn serve(State(app): State<App>, Asker(user): Asker) -> Result<Response, Problem> {
    if !user.is_admin() {
        return Err(Problem::new(StatusCode::FORBIDDEN, "metrics are for administrators"));
    }
    let text = app.metrics.text(&app.jobs.load().await?);
    let text = text.map_err(|e| ServiceError::Internal(format!("the metrics cannot be written: {e}")))?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}
