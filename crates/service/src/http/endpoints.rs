//! All endpoints: the one table from which requests are routed and checked, and the OpenAPI document is made.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};

use super::parameters::{self, FORMAT, Kind, Parameter};
use super::{
    App, download, features, jobs, landing, metrics, openapi, processes, progress, reference, results, verification,
};

/// One way to use the API.
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: &'static [Parameter],
    /// Name of the schema of the body.
    pub(super) body: Option<&'static str>,
    pub(super) answer: Answer,
    /// Whether it needs no token.
    pub(super) is_open: bool,
    handler: fn() -> MethodRouter<App>,
}

/// What is answered when all is well.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) meaning: &'static str,
    pub(super) media_type: &'static str,
    /// Name of the schema, of an answer in JSON.
    pub(super) schema: Option<&'static str>,
}

/// The tag of TOS2CA's own endpoints.
const TOS2CA: &str = "tos2ca";

pub(super) const JSON: &str = "application/json";
pub(super) const GEOJSON: &str = "application/geo+json";
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

const fn json(meaning: &'static str, schema: &'static str) -> Answer {
    Answer { status: 200, meaning, media_type: JSON, schema: Some(schema) }
}

const fn of_type(media_type: &'static str, meaning: &'static str) -> Answer {
    Answer { status: 200, meaning, media_type, schema: None }
}

const fn endpoint(
    (method, path): (&'static str, &'static str),
    tag: &'static str,
    summary: &'static str,
    answer: Answer,
    handler: fn() -> MethodRouter<App>,
) -> Endpoint {
    Endpoint { method, path, tag, summary, query: &[], body: None, answer, is_open: false, handler }
}

impl Endpoint {
    const fn open(self) -> Self {
        Self { is_open: true, ..self }
    }

    const fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    const fn body(self, schema: &'static str) -> Self {
        Self { body: Some(schema), ..self }
    }

    /// The parameters of its query.
    pub(super) fn parameters(&self) -> impl Iterator<Item = Parameter> + Clone {
        let has_format = [JSON, GEOJSON, OPENAPI].contains(&self.answer.media_type);
        self.query.iter().copied().chain(has_format.then_some(FORMAT))
    }
}

/// How many of anything are listed if nothing is said.
pub(super) const USUALLY_LISTED: u32 = 20;
/// The most of anything that is listed at once.
pub(super) const MOST_LISTED: u32 = 1000;
/// Features of an answer if nothing is said.
pub(super) const USUAL_FEATURES: u32 = 100;
/// The most features of an answer.
pub(super) const MOST_FEATURES: u32 = 10_000;
/// The largest offset.
pub(super) const MOST_OFFSET: u32 = 1_000_000_000;

const LIMIT: Parameter = Parameter::new("limit", Kind::Whole(1), "how many (20 if absent, 1000 at the most)");
const OFFSET: Parameter = Parameter::new("offset", Kind::Whole(0), "how many to leave out before");

const JOB_LIST: &[Parameter] = &[
    Parameter::new("type", Kind::Words(&["process"]), "the only type of job there is"),
    Parameter::new("processID", Kind::Words(&["phdef", "curation", "echo"]), "jobs of these processes"),
    Parameter::new("status", Kind::Words(jobs::WORDS), "jobs of these statuses"),
    Parameter::new(
        "datetime",
        Kind::Text,
        "submitted at an instant or in an interval (`first/last`, `..` for an open end)",
    ),
    Parameter::new("minDuration", Kind::Whole(0), "that have taken as many seconds, or more"),
    Parameter::new("maxDuration", Kind::Whole(0), "that have taken as many seconds, or fewer"),
    LIMIT,
    OFFSET,
];

const ITEMS: &[Parameter] = &[
    Parameter::new(
        "bbox",
        Kind::Numbers(4, 6),
        "events that touch a box: west, south, east, north in degrees; west above east \
        goes across ±180°; six numbers have heights, which do not count",
    ),
    Parameter::new(
        "datetime",
        Kind::Text,
        "events at an instant or in an interval (`first/last`, `..` for an open end)",
    ),
    Parameter::new("track_id", Kind::Whole(1), "events of a track"),
    Parameter::new("limit", Kind::Limit(USUAL_FEATURES, MOST_FEATURES), "how many"),
    OFFSET,
];

const GET_DATA: &[Parameter] = &[
    Parameter::new("files", Kind::Text, "products: `<job>/<file>` or the file's name alone, with commas").required(),
    Parameter::new("ids", Kind::Text, "anomalies, with commas (all if absent)"),
    Parameter::new(
        "times",
        Kind::Text,
        "from the first to the last of two times YYYYMMDDhhmm with a comma or a slash between; of one, all from then on (all if absent)",
    ),
    Parameter::new("area", Kind::Numbers(4, 4), "west, south, east, north in degrees (everywhere if absent)"),
    Parameter::new(
        "fill",
        Kind::OneOf(reference::FILL),
        "whether to give values that are missing, too (`false` if absent)",
    ),
    Parameter::new("format", Kind::OneOf(&["application/json", "json"]), "format of the answer; there is JSON"),
];

/// All of them.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    endpoint(("get", "/"), "service", "What there is", json("Links", "landing"), || get(landing::landing)).open(),
    endpoint(
        ("get", "/conformance"),
        "service",
        "Standards that are met",
        json("Classes of conformance", "conformance"),
        || get(landing::conformance),
    )
    .open(),
    endpoint(
        ("get", "/api"),
        "service",
        "This document",
        Answer { media_type: OPENAPI, ..json("OpenAPI", "anything") },
        || get(openapi::serve),
    )
    .open(),
    endpoint(
        ("get", "/health"),
        "service",
        "Whether the service and its database are well",
        json("All is well", "health"),
        || get(landing::health),
    )
    .open(),
    endpoint(
        ("get", "/metrics"),
        "service",
        "Numbers for Prometheus",
        of_type(metrics::OPEN_METRICS, "Metrics"),
        || get(metrics::serve),
    ),
    endpoint(("get", "/processes"), "processes", "What can be done", json("Processes", "processList"), || {
        get(processes::list)
    })
    .open()
    .query(&[LIMIT, OFFSET]),
    endpoint(
        ("get", "/processes/{processID}"),
        "processes",
        "A process and its inputs",
        json("The process", "process"),
        || get(processes::describe),
    )
    .open(),
    endpoint(
        ("post", "/processes/{processID}/execution"),
        "processes",
        "Submit a job; `echo` answers at once",
        Answer { status: 201, ..json("The job that was made", "statusInfo") },
        || post(processes::execute),
    )
    .body("execute"),
    endpoint(("get", "/jobs"), "jobs", "Your jobs and public ones, the newest first", json("Jobs", "jobList"), || {
        get(jobs::list)
    })
    .query(JOB_LIST),
    endpoint(("get", "/jobs/{jobID}"), "jobs", "How far a job is", json("Its status", "statusInfo"), || {
        get(jobs::status)
    }),
    endpoint(
        ("delete", "/jobs/{jobID}"),
        "jobs",
        "Cancel a job; one that has ended is removed, with its products",
        json("Its status", "statusInfo"),
        || delete(jobs::dismiss),
    ),
    endpoint(
        ("post", "/jobs/{jobID}/retry"),
        "jobs",
        "Try a failed or cancelled job again",
        json("Its status", "statusInfo"),
        || post(jobs::retry),
    ),
    endpoint(("get", "/jobs/{jobID}/results"), "jobs", "The products of a job", json("Products", "results"), || {
        get(results::results)
    }),
    endpoint(
        ("get", "/jobs/{jobID}/verification"),
        "jobs",
        "Read the products of a job back whole: whether they are as they were made",
        json("What was found", "verification"),
        || get(verification::verification),
    ),
    endpoint(
        ("get", "/jobs/{jobID}/files/{name}"),
        "jobs",
        "A product; `Range` asks for a part of it",
        of_type("application/octet-stream", "The file"),
        || get(download::download),
    ),
    endpoint(
        ("get", "/jobs/{jobID}/progress"),
        "jobs",
        "How far a job is, as server-sent events until it ends",
        of_type("text/event-stream", "Events `status`"),
        || get(progress::events),
    ),
    endpoint(
        ("get", "/collections"),
        "features",
        "Jobs whose events can be asked for, the newest first",
        json("Collections", "collections"),
        || get(features::collections),
    )
    .query(&[LIMIT, OFFSET]),
    endpoint(
        ("get", "/collections/{collectionID}"),
        "features",
        "The events of a job",
        json("The collection", "collection"),
        || get(features::collection),
    ),
    endpoint(
        ("get", "/collections/{collectionID}/items"),
        "features",
        "Events of a job: one feature for each track and time",
        Answer { media_type: GEOJSON, ..json("Events", "featureCollection") },
        || get(features::items),
    )
    .query(ITEMS),
    endpoint(
        ("get", "/collections/{collectionID}/items/{featureID}"),
        "features",
        "An event",
        Answer { media_type: GEOJSON, ..json("The event", "feature") },
        || get(features::item),
    ),
    endpoint(
        ("post", "/api/phdef/submit"),
        TOS2CA,
        "Submit a PhDef job, in TOS2CA's words",
        json("The job", "referenceSubmitted"),
        || post(reference::submit_phdef),
    )
    .body("referencePhdef"),
    endpoint(
        ("post", "/api/data-curation/submit"),
        TOS2CA,
        "Submit a curation job, in TOS2CA's words",
        json("The job", "referenceSubmitted"),
        || post(reference::submit_curation),
    )
    .body("referenceCuration"),
    endpoint(
        ("get", "/api/phdef/status"),
        TOS2CA,
        "How far a PhDef job is",
        json("Its status", "referenceJob"),
        || get(reference::status_phdef),
    )
    .query(reference::JOB),
    endpoint(
        ("get", "/api/data-curation/status"),
        TOS2CA,
        "How far a curation job is",
        json("Its status", "referenceJob"),
        || get(reference::status_curation),
    )
    .query(reference::JOB),
    endpoint(("get", "/api/phdef/list"), TOS2CA, "Your PhDef jobs", json("Jobs", "referenceJobs"), || {
        get(reference::list_phdef)
    })
    .query(&[reference::WHOSE, LIMIT, OFFSET]),
    endpoint(("get", "/api/data-curation/list"), TOS2CA, "Your curation jobs", json("Jobs", "referenceJobs"), || {
        get(reference::list_curation)
    })
    .query(&[reference::WHOSE, LIMIT, OFFSET]),
    endpoint(
        ("get", "/api/location"),
        TOS2CA,
        "Where a job's products are",
        json("Places by kind", "referenceLocation"),
        || get(reference::location),
    )
    .query(reference::JOB),
    endpoint(
        ("get", "/api/nc4"),
        TOS2CA,
        "Where a job's products of a type are",
        json("Places", "referencePlaces"),
        || get(reference::products),
    )
    .query(reference::JOB_AND_TYPE),
    endpoint(
        ("get", "/getData"),
        TOS2CA,
        "Values of interpolated products, as the data-access server gives them",
        json("Values by file, time and anomaly", "referenceData"),
        || get(reference::data),
    )
    .query(GET_DATA),
];

/// The endpoint of a method and a path as it is written in the table; `HEAD` is `GET` without what is answered.
pub(super) fn find(method: &Method, path: &str) -> Option<&'static Endpoint> {
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    let method = if method == Method::HEAD { &Method::GET } else { method };
    ENDPOINTS.iter().find(|e| e.path == path && method.as_str().eq_ignore_ascii_case(e.method))
}

/// Routes all of them; the query of a request is checked before anything else.
pub(super) fn routes() -> Router<App> {
    ENDPOINTS.iter().fold(Router::new(), |router, endpoint| {
        let handler = || {
            let check = middleware::from_fn(move |request, next| checked(endpoint, request, next));
            (endpoint.handler)().route_layer(check)
        };
        let router = router.route(endpoint.path, handler());
        // its pages end their addresses with a slash, which its servers take off
        if endpoint.tag == TOS2CA { router.route(&format!("{}/", endpoint.path), handler()) } else { router }
    })
}

async fn checked(endpoint: &'static Endpoint, mut request: Request, next: Next) -> Response {
    match parameters::read(request.uri(), endpoint.parameters()) {
        Ok(query) => {
            request.extensions_mut().insert(query);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}
