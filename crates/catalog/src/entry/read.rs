//! Entries from TOML and JSON, with the path of the key that is wrong.

use serde_json::Value;

use super::Entry;
use crate::{CatalogError, Result};

/// Reads and checks one entry from TOML.
pub(crate) fn read_entry(file: &str, text: &str) -> Result<Entry> {
    let mut entries = entries_of_text(file, text, false)?;
    match (entries.pop(), entries.is_empty()) {
        (Some(entry), true) => Ok(entry),
        _ => Err(wrong(file, "", "it must hold one collection")),
    }
}

/// Reads and checks the entries of a catalogue file: one at the top, or a list `collections`.
pub(crate) fn entries_of_text(file: &str, text: &str, is_json: bool) -> Result<Vec<Entry>> {
    let value: Value = if is_json {
        serde_json::from_str(text).map_err(|e| wrong(file, "", format!("it is not valid JSON: {e}")))?
    } else {
        toml::from_str(text).map_err(|e| wrong(file, "", format!("it is not valid TOML: {e}")))?
    };
    let Value::Object(mut top) = value else {
        return Err(wrong(file, "", "a catalogue is a table of keys"));
    };
    let Some(list) = top.remove("collections") else {
        return Ok(vec![entry_of_value(file, "", Value::Object(top))?]);
    };
    if let Some(key) = top.keys().next() {
        return Err(wrong(file, key, "beside `collections` no other key may stand at the top"));
    }
    let Value::Array(list) = list else {
        return Err(wrong(file, "collections", "it is a list of tables: write [[collections]] before each"));
    };
    let entries: Vec<Entry> = list
        .into_iter()
        .enumerate()
        .map(|(i, value)| entry_of_value(file, &format!("collections[{i}]"), value))
        .collect::<Result<_>>()?;
    for (i, entry) in entries.iter().enumerate() {
        if entries.iter().take(i).any(|e| e.id == entry.id) {
            return Err(wrong(file, &format!("collections[{i}].id"), format!("`{}` is there twice", entry.id)));
        }
    }
    Ok(entries)
}

fn entry_of_value(file: &str, prefix: &str, value: Value) -> Result<Entry> {
    let key = |path: &str| match (prefix.is_empty(), path) {
        (true, path) => path.to_owned(),
        (false, "" | ".") => prefix.to_owned(),
        (false, path) => format!("{prefix}.{path}"),
    };
    let entry: Entry = serde_path_to_error::deserialize(value)
        .map_err(|e| wrong(file, &key(&e.path().to_string()), e.inner().to_string()))?;
    entry.check().map_err(|(path, reason)| wrong(file, &key(&path), reason))?;
    Ok(entry)
}

fn wrong(file: &str, key: &str, reason: impl Into<String>) -> CatalogError {
    CatalogError::Entry { file: file.to_owned(), key: key.to_owned(), reason: reason.into() }
}
