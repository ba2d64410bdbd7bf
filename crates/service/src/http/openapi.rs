//! The OpenAPI document, made from the table of endpoints.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::App;
use super::endpoints::{ENDPOINTS, Endpoint};
use super::problem::Problem;
use super::query::Query;

pub(super) async fn serve(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let media_type = "application/vnd.oai.openapi+json;version=3.0";
    Ok(([(header::CONTENT_TYPE, media_type)], document(&app.address).to_string()).into_response())
}

/// The document of a service that is reached at an address.
#[must_use]
pub fn document(address: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in ENDPOINTS {
        if let Value::Object(methods) = paths.entry(endpoint.path).or_insert_with(|| json!({})) {
            methods.insert(endpoint.method.to_owned(), operation(endpoint));
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Eventscape",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "OGC API - Processes 1.0 for phenomena in Earth-observation data",
            "license": { "name": "Apache-2.0" },
        },
        "servers": [{ "url": address }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "execute": {
                    "type": "object",
                    "required": ["inputs"],
                    "properties": {
                        "inputs": { "type": "object", "description": "The inputs that the process describes" },
                        "mail": { "type": "boolean", "description": "Whether to send mail when the job ends (if absent: yes)" },
                        "subscriber": {
                            "type": "object",
                            "properties": {
                                "successUri": { "type": "string", "format": "uri" },
                                "failedUri": { "type": "string", "format": "uri" },
                            },
                        },
                    },
                },
                "problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": { "type": "string" },
                        "title": { "type": "string" },
                        "status": { "type": "integer" },
                        "detail": { "type": "string" },
                    },
                },
            },
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let in_path = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = json!({ "type": "string" });
    let mut parameters: Vec<Value> =
        in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": text })).collect();
    parameters.extend(endpoint.query.iter().map(|(name, meaning)| {
        let schema = match *name {
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
            "offset" => json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000_000 }),
            _ => text.clone(),
        };
        json!({ "name": name, "in": "query", "description": meaning, "schema": schema })
    }));
    let problem = |meaning: &str| {
        let schema = json!({ "schema": { "$ref": "#/components/schemas/problem" } });
        json!({ "description": meaning, "content": { "application/problem+json": schema } })
    };
    let mut responses = Map::new();
    let (status, meaning) = endpoint.answer;
    let fine = json!({ "description": meaning, "content": { endpoint.media_type: {} } });
    responses.insert(status.to_string(), fine.clone());
    if endpoint.method == "post" && status == 201 {
        responses.insert(
            "200".to_owned(),
            json!({ "description": "The answer itself", "content": { "application/json": {} } }),
        );
    }
    if endpoint.path.contains("/files/") {
        responses.insert("206".to_owned(), json!({ "description": "A part of the file", "content": { "*/*": {} } }));
    }
    responses.insert("default".to_owned(), problem("What went wrong (RFC 9457)"));
    let mut value = json!({
        "operationId": format!("{}{}", endpoint.method, endpoint.path.replace(['/', '{', '}'], "-")),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Value::Object(map) = &mut value {
        if let Some(body) = endpoint.body {
            let schema = json!({ "$ref": format!("#/components/schemas/{body}") });
            let content = json!({ "application/json": { "schema": schema } });
            map.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        if !endpoint.is_open {
            map.insert("security".to_owned(), json!([{ "token": [] }]));
        }
    }
    value
}
