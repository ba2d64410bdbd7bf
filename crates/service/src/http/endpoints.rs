//! All endpoints: the one table from which requests are routed and the OpenAPI document is made.

use axum::Router;
use axum::routing::{MethodRouter, delete, get, post};

use super::{App, download, jobs, landing, openapi, processes, progress, results};

/// One way to use the API.
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) tag: &'static str,
    /// Names and meanings of parameters of the query.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// Name of the schema of the body.
    pub(super) body: Option<&'static str>,
    /// Status and meaning of what it answers when all is well.
    pub(super) answer: (u16, &'static str),
    /// Media type of the answer.
    pub(super) media_type: &'static str,
    pub(super) is_open: bool,
    handler: fn() -> MethodRouter<App>,
}

const JSON: &str = "application/json";

const fn endpoint(
    (method, path): (&'static str, &'static str),
    tag: &'static str,
    summary: &'static str,
    answer: (u16, &'static str),
    handler: fn() -> MethodRouter<App>,
) -> Endpoint {
    Endpoint { method, path, summary, tag, query: &[], body: None, answer, media_type: JSON, is_open: false, handler }
}

const JOB_LIST: &[(&str, &str)] = &[
    ("type", "`process`: the only type of job there is"),
    ("processID", "jobs of these processes, with commas: `phdef`, `curation`"),
    ("status", "jobs of these statuses, with commas: `accepted`, `running`, `successful`, `failed`, `dismissed`"),
    ("datetime", "jobs submitted at an instant or in an interval (`first/last`, `..` for an open end)"),
    ("limit", "how many, 1 to 1000 (20 if absent)"),
    ("offset", "how many to leave out before"),
];

/// All of them.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        is_open: true,
        ..endpoint(("get", "/"), "service", "What there is", (200, "Links"), || get(landing::landing))
    },
    Endpoint {
        is_open: true,
        ..endpoint(
            ("get", "/conformance"),
            "service",
            "Standards that are met",
            (200, "Classes of conformance"),
            || get(landing::conformance),
        )
    },
    Endpoint {
        is_open: true,
        media_type: "application/vnd.oai.openapi+json;version=3.0",
        ..endpoint(("get", "/api"), "service", "This document", (200, "OpenAPI"), || get(openapi::serve))
    },
    Endpoint {
        is_open: true,
        ..endpoint(
            ("get", "/health"),
            "service",
            "Whether the service and its database are well",
            (200, "All is well"),
            || get(landing::health),
        )
    },
    Endpoint {
        media_type: "text/plain;version=0.0.4",
        ..endpoint(("get", "/metrics"), "service", "Numbers for Prometheus", (200, "Metrics"), || get(landing::metrics))
    },
    Endpoint {
        is_open: true,
        query: &[("limit", "how many, 1 to 1000 (all if absent)")],
        ..endpoint(("get", "/processes"), "processes", "What can be done", (200, "Processes"), || get(processes::list))
    },
    Endpoint {
        is_open: true,
        ..endpoint(("get", "/processes/{processID}"), "processes", "A process and its inputs", (200, "Process"), || {
            get(processes::describe)
        })
    },
    Endpoint {
        body: Some("execute"),
        ..endpoint(
            ("post", "/processes/{processID}/execution"),
            "processes",
            "Submit a job; `echo` answers at once",
            (201, "The job that was made"),
            || post(processes::execute),
        )
    },
    Endpoint {
        query: JOB_LIST,
        ..endpoint(("get", "/jobs"), "jobs", "Your jobs and public ones, the newest first", (200, "Jobs"), || {
            get(jobs::list)
        })
    },
    endpoint(("get", "/jobs/{jobID}"), "jobs", "How far a job is", (200, "Status"), || get(jobs::status)),
    endpoint(("delete", "/jobs/{jobID}"), "jobs", "Cancel a job", (200, "Status"), || delete(jobs::dismiss)),
    endpoint(("post", "/jobs/{jobID}/retry"), "jobs", "Try a failed or cancelled job again", (200, "Status"), || {
        post(jobs::retry)
    }),
    endpoint(("get", "/jobs/{jobID}/results"), "jobs", "The products of a job", (200, "Products"), || {
        get(results::results)
    }),
    Endpoint {
        media_type: "application/octet-stream",
        ..endpoint(
            ("get", "/jobs/{jobID}/files/{name}"),
            "jobs",
            "A product; `Range` asks for a part of it",
            (200, "The file"),
            || get(download::download),
        )
    },
    Endpoint {
        media_type: "text/event-stream",
        ..endpoint(
            ("get", "/jobs/{jobID}/progress"),
            "jobs",
            "How far a job is, as server-sent events until it ends",
            (200, "Events `status`"),
            || get(progress::events),
        )
    },
];

/// Routes all of them.
pub(super) fn routes() -> Router<App> {
    ENDPOINTS.iter().fold(Router::new(), |router, endpoint| router.route(endpoint.path, (endpoint.handler)()))
}
