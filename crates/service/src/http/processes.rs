//! What can be done (OGC API - Processes 1.0).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use eventscape_pipeline::{CurationJob, job_schema};
use serde_json::{Map, Value, json};

use super::App;
use super::auth::Asker;
use super::landing::link;
use super::problem::Problem;
use super::query::Query;
use crate::jobs::{JobRequest, JobStage, JobStatus, Policy, SERVICE_KEYS, Submission, is_below};

/// A process.
struct Process {
    id: &'static str,
    title: &'static str,
    description: &'static str,
    stage: Option<JobStage>,
}

const ALL: [Process; 3] = [
    Process {
        id: "phdef",
        title: "Phenomenon definition",
        description: "Finds connected regions where a condition holds, follows them through time, and writes masks, tracks, \
            polygons, tables and maps.",
        stage: Some(JobStage::Phdef),
    },
    Process {
        id: "curation",
        title: "Data curation",
        description: "Gathers other data inside the events of a PhDef job, on the events' own cells and times, with \
            statistics.",
        stage: Some(JobStage::Curation),
    },
    Process { id: "echo", title: "Echo", description: "Answers with its inputs, to try clients with.", stage: None },
];

fn find(id: &str) -> Result<&'static Process, Problem> {
    ALL.iter().find(|process| process.id == id).ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        Problem::of_kind(
            StatusCode::NOT_FOUND,
            "no-such-process",
            format!("there is no process `{id}`; /processes lists them"),
        )
    })
}

fn summary(app: &App, process: &Process) -> Map<String, Value> {
    let options = if process.stage.is_some() { json!(["async-execute"]) } else { json!(["sync-execute"]) };
    let own = format!("{}/processes/{}", app.address, process.id);
    let value = json!({
        "id": process.id,
        "title": process.title,
        "description": process.description,
        "version": env!("CARGO_PKG_VERSION"),
        "jobControlOptions": options,
        "outputTransmission": if process.stage.is_some() { json!(["reference"]) } else { json!(["value"]) },
        "links": [
            link(own.clone(), "self", "application/json", process.title),
            link(format!("{own}/execution"), "http://www.opengis.net/def/rel/ogc/1.0/execute", "application/json", "Execute"),
        ],
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) async fn list(State(app): State<App>, query: Query) -> Result<Json<Value>, Problem> {
    query.only(&["limit", "f"])?;
    let limit = query.whole("limit", 1000, 1000)?;
    if limit == 0 {
        return Err(Problem::bad("limit: at least 1"));
    }
    let processes: Vec<_> = ALL.iter().take(limit as usize).map(|process| summary(&app, process)).collect();
    let own = link(format!("{}/processes", app.address), "self", "application/json", "Processes");
    Ok(Json(json!({ "processes": processes, "links": [own] })))
}

pub(super) async fn describe(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Problem> {
    query.only(&["f"])?;
    let process = find(&id)?;
    let mut description = summary(&app, process);
    description.insert("inputs".to_owned(), Value::Object(inputs(process)));
    let file = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    let outputs = match process.stage {
        Some(_) => json!({ "products": { "title": "Products", "description": "Every file of the job, by its name",
            "schema": { "type": "object", "additionalProperties": file } } }),
        None => json!({ "echo": { "title": "What was sent", "schema": { "type": "object" } } }),
    };
    description.insert("outputs".to_owned(), outputs);
    Ok(Json(Value::Object(description)))
}

/// The inputs of a process: the keys of its job file.
fn inputs(process: &Process) -> Map<String, Value> {
    let schema = match process.stage {
        Some(JobStage::Phdef) => job_schema(),
        Some(JobStage::Curation) => CurationJob::schema(),
        None => json!({ "properties": { "message": { "description": "Anything", "type": "string" } } }),
    };
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    let mut inputs = Map::new();
    for (name, own) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if process.stage.is_some() && (SERVICE_KEYS.contains(&name.as_str()) || name == "$schema") {
            continue;
        }
        let mut own = own.clone();
        inline(&mut own, &definitions);
        if process.stage == Some(JobStage::Curation) && name == "phdef" {
            own = json!({ "type": "integer", "minimum": 1, "description": "Number of the PhDef job whose events to look into" });
        }
        let description = own.get("description").cloned().unwrap_or_default();
        let least = u8::from(name == "phdef");
        inputs.insert(
            name.clone(),
            json!({ "title": name, "description": description, "minOccurs": least, "maxOccurs": 1, "schema": own }),
        );
    }
    inputs
}

/// Puts definitions in the places that refer to them.
fn inline(schema: &mut Value, definitions: &Value) {
    match schema {
        Value::Object(map) => {
            let name =
                map.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/$defs/")).map(str::to_owned);
            if let Some(found) = name.and_then(|name| definitions.get(name)) {
                map.remove("$ref");
                for (key, value) in found.as_object().into_iter().flatten() {
                    map.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            map.values_mut().for_each(|value| inline(value, definitions));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| inline(value, definitions)),
        _ => {}
    }
}

pub(super) async fn execute(
    State(app): State<App>,
    asker: Asker,
    Path(id): Path<String>,
    query: Query,
    body: Bytes,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let process = find(&id)?;
    let mut body: Value =
        serde_json::from_slice(&body).map_err(|e| Problem::bad(format!("the body is not valid JSON: {e}")))?;
    let Some(Value::Object(keys)) = body.get_mut("inputs").map(Value::take) else {
        return Err(Problem::bad("the body needs an object `inputs` with the keys of a job file"));
    };
    let keys = plain(keys);
    let Some(stage) = process.stage else {
        return Ok(Json(json!({ "echo": keys })).into_response());
    };
    let request = JobRequest::read(stage, keys, &app.policy)?;
    let user = &asker.0;
    let mut notify = subscribers(&body, &app.policy)?;
    let wants_mail = body.get("mail").is_none_or(|wants| wants.as_bool() != Some(false));
    if app.sends_mail && app.needs_token && wants_mail {
        let ends = [JobStatus::Complete, JobStatus::Error];
        notify.extend(ends.map(|end| ("email".to_owned(), user.email.clone(), end)));
    }
    let submission = Submission {
        user_id: user.user_id,
        request,
        priority: 0,
        is_public: false,
        notify,
        most_at_once: app.limits.jobs_per_user,
    };
    let job_id = app.jobs.submit(submission).await?;
    app.bell.notify_one();
    let job = app.jobs.get(job_id).await?;
    let mut headers = HeaderMap::new();
    if let Ok(location) = format!("{}/jobs/{job_id}", app.address).parse() {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Json(app.documents().status(&job))).into_response())
}

/// Values may be given as they are or, with a media type beside them, as `{"value": …}`.
fn plain(keys: Map<String, Value>) -> Map<String, Value> {
    let of = |value: Value| match value {
        Value::Object(mut map) if map.contains_key("value") => map.remove("value").unwrap_or_default(),
        other => other,
    };
    keys.into_iter().map(|(key, value)| (key, of(value))).collect()
}

/// Who is to be called when the job ends (OGC `subscriber`).
fn subscribers(body: &Value, policy: &Policy) -> Result<Vec<(String, String, JobStatus)>, Problem> {
    let Some(subscriber) = body.get("subscriber") else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (key, event) in [("successUri", JobStatus::Complete), ("failedUri", JobStatus::Error)] {
        let Some(uri) = subscriber.get(key) else { continue };
        let parsed = uri.as_str().and_then(|text| url::Url::parse(text).ok());
        let parsed = parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 1024);
        let url = parsed.ok_or_else(|| Problem::bad(format!("subscriber: `{key}` is no http or https address")))?;
        if !policy.webhooks.iter().any(|root| is_below(url.as_str(), root)) {
            let why = "may not be called from here; the operator allows addresses with `notify.webhooks`";
            return Err(Problem::bad(format!("subscriber: `{url}` {why}")));
        }
        found.push(("webhook".to_owned(), url.to_string(), event));
    }
    Ok(found)
}
