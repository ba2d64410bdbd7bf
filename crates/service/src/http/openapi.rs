//! The OpenAPI document, made from the table of endpoints.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::App;
use super::endpoints::{ENDPOINTS, Endpoint, JSON, OPENAPI};
use super::schemas;

pub(super) async fn serve(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, OPENAPI)], document(&app.address).to_string()).into_response()
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
            "description": "OGC API - Processes 1.0 for phenomena in Earth-observation data, OGC API - Features 1.0 over \
                their events, and TOS2CA's own endpoints",
            "license": { "name": "Apache-2.0" },
        },
        "servers": [{ "url": address }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas::all(),
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let in_path = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = json!({ "type": "string" });
    let mut parameters: Vec<Value> =
        in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": text })).collect();
    parameters.extend(endpoint.parameters().map(|parameter| parameter.document()));
    let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |media_type: &str, schema: Option<&str>| match schema {
        Some(name) => json!({ media_type: { "schema": refer(name) } }),
        None => json!({ media_type: {} }),
    };
    let mut responses = Map::new();
    let answer = &endpoint.answer;
    let mut fine = json!({ "description": answer.meaning, "content": content(answer.media_type, answer.schema) });
    if answer.status == 201 {
        fine["headers"] = json!({ "Location": { "description": "The job", "schema": { "type": "string" } } });
        let at_once = json!({ "description": "The output itself", "content": content(JSON, Some("anything")) });
        responses.insert("200".to_owned(), at_once);
    }
    if endpoint.path.contains("/files/") {
        // a product has its own type
        fine["content"] = json!({ "*/*": {} });
        responses.insert("206".to_owned(), json!({ "description": "A part of the file", "content": { "*/*": {} } }));
        let same = "The file is the one of `If-None-Match`";
        responses.insert("304".to_owned(), json!({ "description": same }));
    }
    responses.insert(answer.status.to_string(), fine);
    let problem = content("application/problem+json", Some("problem"));
    responses.insert("default".to_owned(), json!({ "description": "What went wrong (RFC 9457)", "content": problem }));
    let mut value = json!({
        "operationId": format!("{}{}", endpoint.method, endpoint.path.replace(['/', '{', '}'], "-")),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Value::Object(map) = &mut value {
        if let Some(body) = endpoint.body {
            map.insert("requestBody".to_owned(), json!({ "required": true, "content": content(JSON, Some(body)) }));
        }
        if !endpoint.is_open {
            map.insert("security".to_owned(), json!([{ "token": [] }]));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_that_is_named_is_there() {
        let document = document("http://localhost");
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        for (at, _) in text.match_indices("#/components/schemas/") {
            let name = text[at + 21..].split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
    }
}
