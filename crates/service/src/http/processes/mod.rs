//! What can be done (OGC API - Processes 1.0).

mod execute;
mod request;

use std::sync::OnceLock;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use eventscape_catalog::Catalog;
use eventscape_pipeline::{CurationJob, Job, JobTable};
use serde_json::{Map, Value, json};

use super::App;
use super::endpoints::{JSON, MOST_LISTED, MOST_OFFSET, USUALLY_LISTED};
use super::landing::{link, pages};
use super::path::Names;
use super::problem::Problem;
use super::query::Query;
use crate::jobs::{JobStage, SERVICE_KEYS};

pub(super) use execute::{execute, submit};
pub(super) use request::Wishes;

/// A process.
struct Process {
    id: &'static str,
    title: &'static str,
    description: &'static str,
    /// Name and title of its one output.
    output: (&'static str, &'static str),
    stage: Option<JobStage>,
}

const PRODUCTS: (&str, &str) = ("products", "Products");

const ALL: [Process; 3] = [
    Process {
        id: "phdef",
        title: "Phenomenon definition",
        description: "Finds connected regions where a condition holds, follows them through time, and writes masks, tracks, \
            polygons, tables and maps.",
        output: PRODUCTS,
        stage: Some(JobStage::Phdef),
    },
    Process {
        id: "curation",
        title: "Data curation",
        description: "Gathers other data inside the events of a PhDef job, on the events' own cells and times, with \
            statistics.",
        output: PRODUCTS,
        stage: Some(JobStage::Curation),
    },
    Process {
        id: "echo",
        title: "Echo",
        description: "Answers with its inputs, to try clients with.",
        output: ("echo", "What was sent"),
        stage: None,
    },
];

fn find(names: &Names) -> Result<&'static Process, Problem> {
    let id = names.get("processID");
    ALL.iter().find(|process| process.id == id).ok_or_else(|| {
        let why = format!("there is no process `{}`; /processes lists them", names.shown("processID"));
        Problem::of_kind(StatusCode::NOT_FOUND, "no-such-process", why)
    })
}

fn summary(app: &App, process: &Process) -> Map<String, Value> {
    let options = if process.stage.is_some() { json!(["async-execute", "dismiss"]) } else { json!(["sync-execute"]) };
    let own = app.at(&format!("/processes/{}", process.id));
    let value = json!({
        "id": process.id,
        "title": process.title,
        "description": process.description,
        "version": env!("CARGO_PKG_VERSION"),
        "jobControlOptions": options,
        "outputTransmission": ["value"],
        "links": [
            link(own.clone(), "self", JSON, process.title),
            link(format!("{own}/execution"), "http://www.opengis.net/def/rel/ogc/1.0/execute", JSON, "Execute"),
        ],
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) async fn list(State(app): State<App>, query: Query) -> Json<Value> {
    let (limit, offset) = (query.whole("limit", USUALLY_LISTED, MOST_LISTED), query.whole("offset", 0, MOST_OFFSET));
    let chosen = ALL.iter().skip(offset as usize).take(limit as usize);
    let processes: Vec<_> = chosen.map(|process| summary(&app, process)).collect();
    let links = pages(&app.at("/processes"), JSON, &query, (limit, offset), processes.len(), ALL.len() as i64);
    Json(json!({ "processes": processes, "links": links }))
}

pub(super) async fn describe(State(app): State<App>, names: Names) -> Result<Json<Value>, Problem> {
    let process = find(&names)?;
    let mut description = summary(&app, process);
    description.insert("inputs".to_owned(), Value::Object(inputs(process)));
    let (name, title) = process.output;
    let schema = match process.stage {
        Some(_) => json!({ "type": "object", "description": "Every file of the job, by its name",
            "additionalProperties": { "type": "object", "required": ["href", "type"], "properties": {
                "href": { "type": "string", "format": "uri" }, "type": { "type": "string" },
                "title": { "type": "string" }, "length": { "type": "integer" }, "sha256": { "type": "string" },
                "time": { "type": "string" } } } }),
        None => json!({ "type": "object" }),
    };
    description.insert("outputs".to_owned(), json!({ name: { "title": title, "schema": schema } }));
    Ok(Json(Value::Object(description)))
}

/// The inputs of a process: the keys of its job file.
fn inputs(process: &Process) -> Map<String, Value> {
    let schema = match process.stage {
        Some(JobStage::Phdef) => Job::schema(),
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
        for_openapi(&mut own);
        if process.stage == Some(JobStage::Curation) && name == "phdef" {
            own = json!({ "type": "integer", "minimum": 1, "description": "Number of the PhDef job whose events to look into" });
        }
        if name == "collection" {
            name_collections(&mut own);
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

/// Tells of the collections that come with the program: an operator may have added others.
fn name_collections(schema: &mut Value) {
    static NAMES: OnceLock<String> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let catalog = Catalog::builtin().map(|catalog| catalog.list().to_vec()).unwrap_or_default();
        catalog.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>().join(", ")
    });
    let known = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    schema["description"] = format!("{known} The program knows {names}.").trim_start().into();
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

/// A schema in the words of OpenAPI 3.0, which knows no type `null` (an input that is not given is left out) and no `const`.
fn for_openapi(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    map.insert("type".to_owned(), one);
                }
            }
            if let Some(one) = map.remove("const") {
                map.insert("enum".to_owned(), json!([one]));
            }
            for word in ["anyOf", "oneOf"] {
                let Some(Value::Array(choices)) = map.get_mut(word) else { continue };
                choices.retain(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
                if let [Value::Object(one)] = choices.as_slice() {
                    let one = one.clone();
                    map.remove(word);
                    for (key, value) in one {
                        map.entry(key).or_insert(value);
                    }
                }
            }
            map.values_mut().for_each(for_openapi);
        }
        Value::Array(values) => values.iter_mut().for_each(for_openapi),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_of_openapi_3_0() {
        for process in &ALL {
            let text = Value::Object(inputs(process)).to_string();
            assert!(!text.contains("\"null\"") && !text.contains("$ref") && !text.contains("\"type\":["), "{text}");
            assert!(!text.contains("\"const\""), "{text}");
        }
    }
}
