//! A table of keys that lies in several structs.
//!
//! serde either flattens structs into one table or refuses unknown keys. A job needs both: its parts are shared with other jobs,
//! and a mistyped key must not pass. So a job's parts each derive their keys and schema, [`JobTable::schema_with`] merges the
//! schemas, and [`JobTable::read`] deals the keys of a table to the parts by their schemas.

use std::path::Path;

use eventscape_core::track::{METHODS, Method, method_named};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::file::read_table;
use super::keys::{WrongKey, check_known, key_of_method, read_with};
use crate::error::{PipelineError, Result};

/// A kind of job as a table of keys.
pub trait JobTable: Serialize + Sized {
    /// The JSON Schema of the table. `methods` are the trackers that it may name.
    fn schema_with(methods: &[Method]) -> Value;

    /// Reads a table. `methods` are the trackers that it may name.
    ///
    /// # Errors
    /// The first key that is wrong, with what it takes.
    fn read(keys: Map<String, Value>, methods: &[Method]) -> std::result::Result<Self, WrongKey>;

    /// The JSON Schema of the table with the trackers of this program.
    #[must_use]
    fn schema() -> Value {
        Self::schema_with(&METHODS)
    }
}

/// Reads a job: the keys of a file (TOML, or JSON where its name ends in `.json`), if there is one, with `flags` over them.
/// `min-overlap` and `min_overlap` are the same key. Relative paths are taken from the working folder.
///
/// # Errors
/// Names the file or the flag, and the key.
pub fn read_job<T: JobTable>(file: Option<&Path>, flags: Map<String, Value>, methods: &[Method]) -> Result<T> {
    let flag = |wrong: WrongKey| PipelineError::job(format!("--{}", wrong.key.replace('_', "-")), wrong.reason);
    let alone = T::read(flags.clone(), methods).map_err(flag)?;
    let Some(path) = file else { return Ok(alone) };
    let mut table = read_table(path)?;
    let in_file = |wrong: WrongKey| {
        PipelineError::job(path.display().to_string(), format!("key `{}`: {}", wrong.key, wrong.reason))
    };
    T::read(table.clone(), methods).map_err(in_file)?;
    table.extend(flags);
    T::read(table, methods).map_err(flag)
}

/// Whether the tracker that a table names is one of those that there are.
pub(super) fn check_tracker(keys: &Map<String, Value>, methods: &[Method]) -> std::result::Result<(), WrongKey> {
    let name = keys.get("tracker").and_then(Value::as_str);
    let found = name.map_or(Ok(()), |name| method_named(methods, name).map(|_| ()));
    found.map_err(|reason| WrongKey { key: "tracker".to_owned(), reason })
}

/// Takes the keys of each part out of a table.
pub(super) struct Dealer<'s> {
    keys: Map<String, Value>,
    schema: &'s Value,
}

impl<'s> Dealer<'s> {
    /// `schema` is that of the whole table.
    ///
    /// # Errors
    /// A key that is in no part.
    pub(super) fn new(keys: Map<String, Value>, schema: &'s Value) -> std::result::Result<Self, WrongKey> {
        check_known(&keys, schema)?;
        Ok(Self { keys, schema })
    }

    /// The keys of a part.
    ///
    /// # Errors
    /// One that is not of its type.
    pub(super) fn part<K: DeserializeOwned + JsonSchema>(&mut self) -> std::result::Result<K, WrongKey> {
        let own = schemars::schema_for!(K).to_value();
        read_with(self.take(&own), self.schema)
    }

    /// The keys that no part has: those of the trackers.
    ///
    /// # Errors
    /// One that is not of its type.
    pub(super) fn methods(mut self, methods: &[Method]) -> std::result::Result<Map<String, Value>, WrongKey> {
        let mut all = Map::new();
        for method in methods {
            let own = self.take(&method.schema());
            method.check(&own).map_err(|wrong| key_of_method(wrong, &own, self.schema))?;
            all.extend(own);
        }
        Ok(all)
    }

    fn take(&mut self, part: &Value) -> Map<String, Value> {
        let properties = part.get("properties").and_then(Value::as_object);
        let names = properties.into_iter().flatten().map(|(name, _)| name);
        names.filter_map(|name| self.keys.remove_entry(name)).collect()
    }
}

/// The schema of a table of parts. `notes` describe keys that mean something else here than in the part that they come from.
pub(super) fn merged(
    title: &str,
    about: &str,
    notes: &[(&str, &str)],
    parts: impl IntoIterator<Item = Value>,
) -> Value {
    let (mut properties, mut definitions) = (Map::new(), Map::new());
    for part in parts {
        let Value::Object(mut part) = part else { continue };
        for (name, all) in [("properties", &mut properties), ("$defs", &mut definitions)] {
            if let Some(Value::Object(own)) = part.remove(name) {
                // the first part that has a key says what it means
                own.into_iter().for_each(|(key, value)| {
                    all.entry(key).or_insert(without_empty_default(value));
                });
            }
        }
    }
    for (key, note) in notes {
        if let Some(Value::Object(property)) = properties.get_mut(*key) {
            property.insert("description".to_owned(), Value::from(*note));
        }
    }
    properties.insert("$schema".to_owned(), serde_json::json!({ "type": "string" }));
    let mut schema = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": about,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if let (false, Value::Object(schema)) = (definitions.is_empty(), &mut schema) {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

/// A property without a default that says nothing: an absent key is `null` or false anyway.
fn without_empty_default(mut property: Value) -> Value {
    if let Value::Object(map) = &mut property
        && matches!(map.get("default"), Some(Value::Null | Value::Bool(false)))
    {
        map.remove("default");
    }
    property
}

/// The trackers as a schema: the values of `tracker`, and the keys that each has of its own.
pub(super) fn method_parts(methods: &[Method]) -> Vec<Value> {
    let names: Vec<Value> = methods
        .iter()
        .map(|method| serde_json::json!({ "const": method.name, "description": method.about, "type": "string" }))
        .collect();
    let tracker = serde_json::json!({
        "properties": {
            "tracker": {
                "anyOf": [{ "$ref": "#/$defs/TrackerName" }, { "type": "null" }],
                "description": "The tracker (default `fortracc`).",
            }
        },
        "$defs": { "TrackerName": { "description": "How components are linked through time.", "oneOf": names } },
    });
    std::iter::once(tracker).chain(methods.iter().map(Method::schema)).collect()
}

/// Implements [`JobTable`] for a struct of parts.
macro_rules! job_table {
    (
        $job:ident, title: $title:literal, about: $about:literal, notes: $notes:expr,
        parts: { $($part:ident: $keys:ty),+ $(,)? } $(, methods: $method:ident)?
    ) => {
        impl $crate::job::JobTable for $job {
            #[allow(unused_variables)] // not every kind of job has trackers
            fn schema_with(methods: &[eventscape_core::track::Method]) -> serde_json::Value {
                let first: Vec<serde_json::Value> = job_table!(@methods methods $($method)?);
                let parts = [$(schemars::schema_for!($keys).to_value()),+];
                $crate::job::table::merged($title, $about, $notes, first.into_iter().chain(parts))
            }

            fn read(
                keys: serde_json::Map<String, serde_json::Value>,
                methods: &[eventscape_core::track::Method],
            ) -> std::result::Result<Self, $crate::job::WrongKey> {
                let schema = <Self as $crate::job::JobTable>::schema_with(methods);
                job_table!(@check keys methods $($method)?);
                let mut dealer = $crate::job::table::Dealer::new(keys, &schema)?;
                Ok(Self { $($part: dealer.part::<$keys>()?,)+ $($method: dealer.methods(methods)?,)? })
            }
        }

        impl TryFrom<serde_json::Map<String, serde_json::Value>> for $job {
            type Error = $crate::job::WrongKey;

            fn try_from(
                keys: serde_json::Map<String, serde_json::Value>,
            ) -> std::result::Result<Self, $crate::job::WrongKey> {
                <Self as $crate::job::JobTable>::read(keys, &eventscape_core::track::METHODS)
            }
        }
    };
    (@methods $all:ident $method:ident) => { $crate::job::table::method_parts($all) };
    (@methods $all:ident) => { Vec::new() };
    (@check $keys:ident $all:ident $method:ident) => { $crate::job::table::check_tracker(&$keys, $all)? };
    (@check $keys:ident $all:ident) => {};
}

pub(super) use job_table;
