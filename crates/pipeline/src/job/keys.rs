//! Tables of keys, read with errors that say what a key takes.

use eventscape_core::track::WrongType;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// How alike two keys are for one to be meant by the other, 0..1.
const ALIKE: f64 = 0.8;
/// What a key takes whose type is a string.
const TEXT: &str = "a text";
/// Longer values are cut in messages.
const LONGEST_SHOWN: usize = 60;

/// A key that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongKey {
    /// The key, with dots where it is of an inner table.
    pub key: String,
    /// What is wrong with it, and what it takes.
    pub reason: String,
}

impl std::fmt::Display for WrongKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.key, self.reason)
    }
}

/// Reads a table of keys.
///
/// # Errors
/// The first key that is wrong, with the description of its schema.
pub fn read_keys<T: DeserializeOwned + JsonSchema>(keys: Map<String, Value>) -> Result<T, WrongKey> {
    read_with(keys, &schemars::schema_for!(T).to_value())
}

/// Reads keys that `schema` describes, perhaps among others.
///
/// # Errors
/// The first key that is wrong, with its description.
pub(super) fn read_with<T: DeserializeOwned>(keys: Map<String, Value>, schema: &Value) -> Result<T, WrongKey> {
    let table = Value::Object(keys);
    serde_path_to_error::deserialize(&table).map_err(|e| {
        let path: Vec<String> = e.path().iter().map(ToString::to_string).collect();
        WrongKey { key: e.path().to_string(), reason: reason(schema, &table, &path, &e.inner().to_string()) }
    })
}

/// Whether a schema has all keys of a table.
///
/// # Errors
/// The first that it has not, with the key that may be meant.
pub(super) fn check_known(keys: &Map<String, Value>, schema: &Value) -> Result<(), WrongKey> {
    let known = schema.get("properties").and_then(Value::as_object);
    match keys.keys().find(|key| !known.is_some_and(|known| known.contains_key(key.as_str()))) {
        Some(key) => Err(WrongKey { key: key.clone(), reason: no_such_key(key, schema) }),
        None => Ok(()),
    }
}

/// What is wrong with a key of a tracker, in the words of the table's schema.
pub(super) fn key_of_method(wrong: WrongType, keys: &Map<String, Value>, schema: &Value) -> WrongKey {
    let reason = reason(schema, &Value::Object(keys.clone()), &wrong.path, &wrong.reason);
    WrongKey { key: wrong.path.join("."), reason }
}

/// What is wrong in words for people; `told` is what the library says.
fn reason(schema: &Value, table: &Value, path: &[String], told: &str) -> String {
    if told.starts_with("unknown field") {
        let (last, above) = path.split_last().map_or((String::new(), path), |(last, above)| (last.clone(), above));
        return match within(schema, above)
            .and_then(|inner| resolved(schema, inner))
            .map(|inner| no_such_key(&last, inner))
        {
            Some(reason) => reason,
            None => told.to_owned(),
        };
    }
    // those name what there is
    if told.starts_with("unknown variant") {
        return told.to_owned();
    }
    let property = within(schema, path).or_else(|| within(schema, path.get(..1)?));
    let (Some(property), Some(value)) = (property, at(table, path)) else {
        return told.to_owned();
    };
    let described = property.get("description").and_then(Value::as_str).unwrap_or_default();
    let shown: String = value.to_string().chars().take(LONGEST_SHOWN).collect();
    match (words(property), described) {
        (None, "") => told.to_owned(),
        (Some(words), "") => format!("{shown} is not {words}"),
        (Some(words), described) => format!("{shown} is not {words}: {described}"),
        (None, described) => format!("{shown} is not what it takes: {described}"),
    }
}

fn no_such_key(key: &str, schema: &Value) -> String {
    let known: Vec<&str> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .filter(|key| !key.starts_with('$'))
        .collect();
    let nearest = known.iter().map(|k| (strsim::jaro_winkler(key, k), *k)).max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((alike, name)) if alike >= ALIKE => format!("there is no such key; did you mean `{name}`?"),
        _ => format!("there is no such key; there are {}", known.join(", ")),
    }
}

/// The schema of what is at a path.
fn within<'s>(schema: &'s Value, path: &[String]) -> Option<&'s Value> {
    path.iter().try_fold(schema, |inner, key| resolved(schema, inner)?.get("properties")?.get(key)).map(|inner| {
        // a description of its own goes before that of what it refers to
        if inner.get("description").is_some() { inner } else { resolved(schema, inner).unwrap_or(inner) }
    })
}

/// What `$ref` refers to.
fn resolved<'s>(root: &'s Value, schema: &'s Value) -> Option<&'s Value> {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.strip_prefix('#')?),
        None => Some(schema),
    }
}

fn at<'v>(table: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(table, |value, key| value.get(key))
}

/// Whether a key, by the tables that it is in and its name, takes a text.
#[must_use]
pub fn takes_text(schema: &Value, path: &[String]) -> bool {
    within(schema, path).and_then(words) == Some(TEXT)
}

/// The type of a value, where it is a simple one.
fn words(schema: &Value) -> Option<&'static str> {
    let kind = match schema.get("type")? {
        Value::String(kind) => kind.as_str(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")?,
        _ => return None,
    };
    Some(match kind {
        "integer" => "a whole number in its range",
        "number" => "a number",
        "boolean" => "true or false",
        "string" => TEXT,
        "array" => "a list",
        "object" => "a table",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use eventscape_core::track::METHODS;

    use super::super::{Job, JobTable};
    use super::*;

    fn wrong(keys: Value) -> (String, String) {
        let Value::Object(keys) = keys else { panic!("a table") };
        let WrongKey { key, reason } = Job::read(keys, &METHODS).unwrap_err();
        (key, reason)
    }

    #[test]
    fn a_wrong_key_is_told_with_what_it_takes() {
        let (key, told) = wrong(serde_json::json!({"variabel": "sst"}));
        assert_eq!((key.as_str(), told.as_str()), ("variabel", "there is no such key; did you mean `variable`?"));
        let (_, told) = wrong(serde_json::json!({"xyzzy": 1}));
        assert!(told.contains("there are ") && told.contains("min_size"), "{told}");
        let (key, told) = wrong(serde_json::json!({"bbox": [1, 2, 3]}));
        assert!(key == "bbox" && told.starts_with("[1,2,3] is not") && told.contains("west > east"), "{told}");
        let (_, told) = wrong(serde_json::json!({"min_size": "a"}));
        assert!(told.starts_with("\"a\" is not a whole number") && told.contains("Least size"), "{told}");
        let (_, told) = wrong(serde_json::json!({"min_size": -3}));
        assert!(told.starts_with("-3 is not a whole number in its range"), "{told}");
        let (_, told) = wrong(serde_json::json!({"tracker": "best"}));
        assert_eq!(told, "there is no tracker `best`; there are fortracc, aux-geoir");
        let (key, told) = wrong(serde_json::json!({"max_size": "large"}));
        assert!(key == "max_size" && told.starts_with("\"large\" is not a whole number"), "{told}");
        let (_, told) = wrong(serde_json::json!({"input": {"a": 1}}));
        assert!(told.contains("globs"), "{told}");
    }
}
