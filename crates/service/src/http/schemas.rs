//! Schemas of what is sent and answered, for the OpenAPI document.

use serde_json::{Map, Value, json};

use super::jobs::WORDS;

/// All of them, by their names.
pub(super) fn all() -> Value {
    let groups = [service(), jobs(), features(), reference()];
    let all: Map<String, Value> = groups
        .into_iter()
        .filter_map(|group| match group {
            Value::Object(map) => Some(map),
            _ => None,
        })
        .flatten()
        .collect();
    Value::Object(all)
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn list_of(name: &str) -> Value {
    json!({ "type": "array", "items": refer(name) })
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer" })
}

fn service() -> Value {
    json!({
        "anything": {},
        "link": object(&["href", "rel"], json!({ "href": text(), "rel": text(), "type": text(), "title": text() })),
        "landing": object(&["title", "links"], json!({ "title": text(), "description": text(), "links": list_of("link") })),
        "conformance": object(&["conformsTo"], json!({ "conformsTo": { "type": "array", "items": text() } })),
        "health": object(&["status", "version", "database"],
            json!({ "status": { "type": "string", "enum": ["ok"] }, "version": text(), "database": text() })),
        "problem": object(&["type", "title", "status", "detail"],
            json!({ "type": text(), "title": text(), "status": number(), "detail": text() })),
    })
}

fn jobs() -> Value {
    let uri = json!({ "type": "string", "format": "uri" });
    json!({
        "execute": object(&["inputs"], json!({
            "inputs": { "type": "object", "description": "The inputs that the process describes" },
            "outputs": { "type": "object", "description": "The outputs that are wanted; each is given by value" },
            "response": { "type": "string", "enum": ["raw", "document"], "default": "raw" },
            "mode": { "type": "string", "enum": ["sync", "async", "auto"] },
            "mail": { "type": "boolean", "description": "Whether to send mail when the job ends (if absent: yes)" },
            "public": { "type": "boolean", "description": "Whether all users may see the job (if absent: no)" },
            "subscriber": { "type": "object", "additionalProperties": false,
                "properties": { "successUri": uri, "failedUri": uri, "inProgressUri": uri } },
        })),
        "process": object(&["id", "version", "jobControlOptions", "outputTransmission"], json!({
            "id": text(), "title": text(), "description": text(), "version": text(),
            "jobControlOptions": { "type": "array", "items":
                { "type": "string", "enum": ["sync-execute", "async-execute", "dismiss"] } },
            "outputTransmission": { "type": "array", "items": { "type": "string", "enum": ["value", "reference"] } },
            "inputs": { "type": "object" }, "outputs": { "type": "object" }, "links": list_of("link"),
        })),
        "processList": object(&["processes", "links"], json!({ "processes": list_of("process"), "links": list_of("link") })),
        "statusInfo": object(&["jobID", "status", "type"], json!({
            "jobID": text(), "processID": text(), "type": { "type": "string", "enum": ["process"] },
            "title": text(), "status": { "type": "string", "enum": WORDS }, "message": text(),
            "created": { "type": "string", "format": "date-time" }, "started": { "type": "string", "format": "date-time" },
            "finished": { "type": "string", "format": "date-time" }, "updated": { "type": "string", "format": "date-time" },
            "progress": { "type": "integer", "minimum": 0, "maximum": 100 }, "phdef": number(), "links": list_of("link"),
        })),
        "jobList": object(&["jobs", "links"],
            json!({ "jobs": list_of("statusInfo"), "links": list_of("link"), "numberMatched": number() })),
        "results": { "type": "object", "additionalProperties": refer("anything") },
        "finding": object(&["severity", "product", "place", "problem", "advice"], json!({
            "severity": { "type": "string", "enum": ["fault", "note"] }, "product": text(), "place": text(),
            "problem": text(), "advice": text(),
        })),
        "verification": object(&["jobID", "isSound", "products", "bytes", "damaged", "findings"], json!({
            "jobID": text(), "isSound": { "type": "boolean" }, "products": number(), "bytes": number(),
            "damaged": { "type": "array", "items": text() }, "findings": list_of("finding"),
        })),
    })
}

fn features() -> Value {
    json!({
        "collection": object(&["id", "links"], json!({
            "id": text(), "title": text(), "description": text(), "itemType": { "type": "string", "enum": ["feature"] },
            "crs": { "type": "array", "items": text() }, "extent": { "type": "object" }, "links": list_of("link"),
        })),
        "collections": object(&["links", "collections"], json!({
            "collections": list_of("collection"), "links": list_of("link"), "numberMatched": number() })),
        "feature": object(&["type", "id", "geometry", "properties"], json!({
            "type": { "type": "string", "enum": ["Feature"] }, "id": text(),
            "bbox": { "type": "array", "items": { "type": "number" } },
            "geometry": object(&["type", "coordinates"], json!({
                "type": { "type": "string", "enum": ["Polygon", "MultiPolygon"] },
                "coordinates": { "type": "array", "items": {} } })),
            "properties": { "type": "object" }, "links": list_of("link"),
        })),
        "featureCollection": object(&["type", "features"], json!({
            "type": { "type": "string", "enum": ["FeatureCollection"] }, "features": list_of("feature"),
            "links": list_of("link"), "timeStamp": { "type": "string", "format": "date-time" },
            "numberMatched": number(), "numberReturned": number() })),
    })
}

fn reference() -> Value {
    let person = |more: &[&str], properties: Value| {
        let mut all = json!({ "firstName": text(), "lastName": text(), "email": text(), "dataset": text(),
            "variable": text(), "description": text() });
        if let (Value::Object(all), Value::Object(properties)) = (&mut all, properties) {
            all.extend(properties);
        }
        object(more, all)
    };
    json!({
        "referencePhdef": person(&["dataset", "variable", "ineqOperator", "ineqValue"], json!({
            "startDate": text(), "endDate": text(), "ineqOperator": text(), "ineqValue": { "oneOf": [text(), { "type": "number" }] },
            "coords": { "type": "string", "description": "Corners: `lon lat,lon lat,…`" },
            "algorithm": { "type": "string", "enum": ["", "fortracc", "auxgeoir"] },
            "warmerToggle": { "type": "string", "enum": ["", "on", "off"], "description": "AUX-GEOIR: whether clusters grow into what is warmer and cools" },
            "warmerValue": { "oneOf": [text(), { "type": "number" }], "description": "AUX-GEOIR: the warm threshold in K" } })),
        "referenceCuration": person(&["jobID", "dataset", "variable"], json!({ "jobID": number() })),
        "referenceSubmitted": object(&["Status", "Message"],
            json!({ "Status": text(), "Message": text(), "jobID": number() })),
        "referenceJob": { "type": "array", "items": object(&["jobID", "status", "doc"],
            json!({ "jobID": number(), "status": text(), "doc": { "type": "object" } })) },
        "referenceJobs": { "type": "array", "items": object(&["email", "status", "doc"],
            json!({ "email": text(), "status": text(), "doc": { "type": "object" } })) },
        "referenceLocation": { "type": "array", "items": object(&["jobID", "location", "variable"],
            json!({ "phdefJobID": number(), "jobID": number(), "location": text(), "variable": text(), "description": text() })) },
        "referencePlaces": { "type": "array", "items": object(&["location"],
            json!({ "jobID": number(), "location": text(), "variable": text() })) },
        "referenceData": object(&["title", "values", "axis_labels"], json!({ "title": text(),
            "values": { "type": "array", "items": { "type": "array", "items": { "type": "number", "nullable": true } } },
            "axis_labels": { "type": "array", "items": text() }, "var_list": { "type": "array", "items": text() },
            "stats": { "type": "array", "items": object(&["time", "stats"], json!({ "time": { "type": "number", "nullable": true },
                "stats": { "type": "object", "description": "Statistics of the file by event and variable" } })) },
            "data": object(&["columns", "rows"], json!({ "columns": { "type": "array", "items": text() },
                "rows": { "type": "array", "items": { "type": "array", "items": { "type": "number", "nullable": true } } } })) })),
    })
}
