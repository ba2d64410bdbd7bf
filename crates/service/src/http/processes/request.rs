//! What the body of an execution says.

use serde_json::{Map, Value};

use super::Process;
use crate::http::problem::Problem;
use crate::jobs::{JobStatus, Policy, is_below};

/// Keys that say what a value is, beside it.
const OF_VALUE: [&str; 5] = ["value", "uom", "mediaType", "encoding", "schema"];

/// The body of an execution.
pub(super) struct Execution {
    pub(super) inputs: Map<String, Value>,
    pub(super) wishes: Wishes,
}

/// What else is wished of a job.
#[derive(Debug, Default)]
pub(in crate::http) struct Wishes {
    /// Whether results come as a document of outputs, not as the one output itself.
    pub(super) document: bool,
    /// Whether mail is not wanted.
    pub(super) no_mail: bool,
    /// Whether others may see the job.
    pub(super) public: bool,
    /// Who is to be called: address and for which state of the job.
    pub(super) subscribers: Vec<(String, JobStatus)>,
}

impl Execution {
    /// Reads a body (OGC `execute.yaml`).
    pub(super) fn read(body: &[u8], process: &Process, policy: &Policy) -> Result<Self, Problem> {
        let body: Value =
            serde_json::from_slice(body).map_err(|e| Problem::bad(format!("the body is not valid JSON: {e}")))?;
        let Value::Object(mut body) = body else { return Err(Problem::bad("the body is no object")) };
        let Some(Value::Object(inputs)) = body.remove("inputs") else {
            return Err(Problem::bad("the body needs an object `inputs` with the keys of a job file"));
        };
        let mut wishes = Wishes::default();
        for (key, value) in body {
            match key.as_str() {
                "response" => wishes.document = one_of(&key, &value, &["raw", "document"])? == "document",
                "mode" => {
                    one_of(&key, &value, &["sync", "async", "auto"])?;
                }
                "outputs" => check_outputs(&value, process)?,
                "mail" => wishes.no_mail = !truth(&key, &value)?,
                "public" => wishes.public = truth(&key, &value)?,
                "subscriber" => wishes.subscribers = subscribers(&value, policy)?,
                _ => {
                    let key: String = key.chars().take(64).collect();
                    let known = "inputs, outputs, response, mode, subscriber, mail, public";
                    return Err(Problem::bad(format!("`{key}` is not known here; there are {known}")));
                }
            }
        }
        let inputs = inputs.into_iter().map(|(key, value)| Ok((key.clone(), plain(&key, value)?)));
        Ok(Self { inputs: inputs.collect::<Result<_, Problem>>()?, wishes })
    }
}

fn one_of<'w>(key: &str, value: &Value, words: &[&'w str]) -> Result<&'w str, Problem> {
    let found = words.iter().find(|word| value.as_str() == Some(word));
    found.copied().ok_or_else(|| Problem::bad(format!("{key}: there are {}", words.join(", "))))
}

fn truth(key: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| Problem::bad(format!("{key}: it is true or false")))
}

/// All outputs are given, whichever are asked for; a process has one.
fn check_outputs(value: &Value, process: &Process) -> Result<(), Problem> {
    let Value::Object(outputs) = value else { return Err(Problem::bad("outputs: it is no object")) };
    let (known, _) = process.output;
    for (name, wish) in outputs {
        if name != known {
            let name: String = name.chars().take(64).collect();
            return Err(Problem::bad(format!("outputs: `{name}` is none of this process; there is `{known}`")));
        }
        let transmission = wish.get("transmissionMode").map_or(Some("value"), Value::as_str);
        if !wish.is_object() || transmission != Some("value") {
            return Err(Problem::bad(format!("outputs: `{known}` is given by value")));
        }
    }
    Ok(())
}

/// A value may be given as it is or, with what it is beside it, as `{"value": …}`; a number with its unit as
/// `{"value": 24, "uom": "degC"}`.
fn plain(key: &str, value: Value) -> Result<Value, Problem> {
    let Value::Object(mut map) = value else { return Ok(value) };
    if !map.contains_key("value") {
        return Ok(Value::Object(map));
    }
    if let Some(other) = map.keys().find(|name| !OF_VALUE.contains(&name.as_str())) {
        let other: String = other.chars().take(64).collect();
        return Err(Problem::bad(format!("{key}: `{other}` is not known beside a value")));
    }
    let value = map.remove("value").unwrap_or_default();
    match map.remove("uom") {
        None => Ok(value),
        Some(Value::String(unit)) if value.is_number() || value.is_string() => {
            let number = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Ok(format!("{number} {unit}").into())
        }
        Some(_) => Err(Problem::bad(format!("{key}: `uom` is the name of the unit of a number"))),
    }
}

/// Who is to be called when the job begins and ends (OGC `subscriber`).
fn subscribers(subscriber: &Value, policy: &Policy) -> Result<Vec<(String, JobStatus)>, Problem> {
    let Value::Object(subscriber) = subscriber else { return Err(Problem::bad("subscriber: it is no object")) };
    let mut found = Vec::new();
    for (key, uri) in subscriber {
        let event = match key.as_str() {
            "successUri" => JobStatus::Complete,
            "failedUri" => JobStatus::Error,
            "inProgressUri" => JobStatus::Running,
            _ => {
                let key: String = key.chars().take(64).collect();
                return Err(Problem::bad(format!(
                    "subscriber: `{key}` is not known; there are successUri, failedUri, inProgressUri"
                )));
            }
        };
        let parsed = uri.as_str().and_then(|text| url::Url::parse(text).ok());
        let parsed = parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 1024);
        let url = parsed.ok_or_else(|| Problem::bad(format!("subscriber: `{key}` is no http or https address")))?;
        if !policy.webhooks.iter().any(|root| is_below(url.as_str(), root)) {
            let why = "may not be called from here; the operator allows addresses with `notify.webhooks`";
            return Err(Problem::bad(format!("subscriber: `{url}` {why}")));
        }
        found.push((url.to_string(), event));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Result<Execution, Problem> {
        let policy = Policy { webhooks: vec!["https://hooks.example.org".to_owned()], ..Policy::default() };
        Execution::read(body.to_string().as_bytes(), &super::super::ALL[0], &policy)
    }

    #[test]
    fn units_stay_with_their_numbers() {
        let body = json!({"inputs": {"value": {"value": 24.5, "uom": "degC"}, "variable": {"value": "t", "mediaType": "text/plain"}}});
        let inputs = read(&body).unwrap().inputs;
        assert_eq!((&inputs["value"], &inputs["variable"]), (&json!("24.5 degC"), &json!("t")));
        for value in
            [json!({"value": 1, "unit": "K"}), json!({"value": [1], "uom": "K"}), json!({"value": 1, "uom": 7})]
        {
            assert!(read(&json!({"inputs": {"value": value}})).is_err(), "{value}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (key, value, is_fine) in [
            ("response", json!("document"), true),
            ("response", json!("loud"), false),
            ("outputs", json!({"products": {}}), true),
            ("outputs", json!({"products": {"transmissionMode": "reference"}}), false),
            ("outputs", json!({"none": {}}), false),
            ("outputs", json!(7), false),
            ("mail", json!("no"), false),
            ("subscriber", json!("https://hooks.example.org/a"), false),
            (
                "subscriber",
                json!({"successUri": "https://hooks.example.org/a", "inProgressUri": "https://hooks.example.org/b"}),
                true,
            ),
            ("subscriber", json!({"successUri": "https://hooks.example.org.evil.net/a"}), false),
            ("subscriber", json!({"successUri": "file:///etc/passwd"}), false),
            ("colour", json!("red"), false),
        ] {
            let mut body = json!({"inputs": {}});
            body[key] = value.clone();
            assert_eq!(read(&body).is_ok(), is_fine, "{key}: {value}");
        }
    }
}
