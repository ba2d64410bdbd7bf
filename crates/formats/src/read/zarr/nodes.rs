//! The groups and arrays of a store, with or without consolidated metadata.

use serde_json::Value;

use super::array::Array;
use crate::read::Attributes;
use crate::read::contents::join;
use crate::source::DirectorySource;
use crate::{IoError, Result};

/// Groups may be nested this deep.
const MAX_DEPTH: usize = 64;
/// A store of more nodes than this is refused.
const MAX_NODES: usize = 200_000;

/// A group or an array.
pub(super) struct Node {
    pub(super) path: String,
    pub(super) version: u8,
    /// `zarr.json`, `.zarray` or `.zgroup`.
    pub(super) metadata: Value,
    /// `.zattrs` (version 2).
    pub(super) attributes: Value,
}

/// What a node's metadata tell.
pub(super) enum Described {
    Group(Attributes),
    Array(Box<Array>),
    /// An array of a type or with a codec that cannot be read.
    Unreadable(String),
}

/// The files of which a store has one at least.
pub(super) const MARKS: [&str; 4] = ["zarr.json", ".zmetadata", ".zgroup", ".zarray"];

/// The version of the store, and all nodes in the order of their paths; `None` where the folder is no store.
pub(super) fn find(source: &dyn DirectorySource) -> Result<Option<(u8, Vec<Node>)>> {
    let damaged = |reason: String| IoError::Damaged { location: source.location().to_owned(), reason };
    let mut found = source.get_many(&MARKS)?;
    let mut at = |i: usize| found.get_mut(i).and_then(Option::take);
    let (zarr_json, consolidated, group, array) = (at(0), at(1), at(2), at(3));
    let (version, mut nodes) = if let Some(bytes) = zarr_json {
        let root = parse(source, "zarr.json", &bytes)?;
        let nodes = match root.pointer("/consolidated_metadata/metadata").and_then(Value::as_object) {
            Some(members) => consolidated3(root.clone(), members),
            None => walk(source, 3)?,
        };
        (3, nodes)
    } else if let Some(bytes) = consolidated {
        let root = parse(source, ".zmetadata", &bytes)?;
        let members = root.get("metadata").and_then(Value::as_object);
        let members = members.ok_or_else(|| damaged("`.zmetadata` has no metadata".to_owned()))?;
        (2, consolidated2(members))
    } else if group.is_some() || array.is_some() {
        (2, walk(source, 2)?)
    } else {
        return Ok(None);
    };
    if nodes.len() > MAX_NODES {
        return Err(damaged(format!("it has more than {MAX_NODES} groups and arrays")));
    }
    nodes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Some((version, nodes)))
}

fn parse(source: &dyn DirectorySource, key: &str, bytes: &[u8]) -> Result<Value> {
    // Python writes NaN and Infinity into JSON as bare words, which JSON does not have.
    serde_json::from_slice(bytes).or_else(|error| {
        let text = String::from_utf8_lossy(bytes);
        serde_json::from_str(&quote_bare_words(&text)).map_err(|_| IoError::Damaged {
            location: source.location().to_owned(),
            reason: format!("`{key}` is not JSON: {error}"),
        })
    })
}

/// Puts quotes around NaN, Infinity and -Infinity outside strings.
fn quote_bare_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"].into_iter().find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            out.push('"');
            out.push_str(word);
            out.push('"');
            rest = &rest[word.len()..];
            continue;
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn consolidated3(root: Value, members: &serde_json::Map<String, Value>) -> Vec<Node> {
    let node = |path: &str, metadata: Value| Node {
        path: path.trim_matches('/').to_owned(),
        version: 3,
        metadata,
        attributes: Value::Null,
    };
    let mut nodes: Vec<Node> = members.iter().map(|(path, metadata)| node(path, metadata.clone())).collect();
    nodes.push(node("", root));
    nodes
}

fn consolidated2(members: &serde_json::Map<String, Value>) -> Vec<Node> {
    members
        .iter()
        .filter_map(|(key, metadata)| {
            let (path, name) = key.rsplit_once('/').unwrap_or(("", key));
            matches!(name, ".zarray" | ".zgroup").then(|| Node {
                path: path.to_owned(),
                version: 2,
                metadata: metadata.clone(),
                attributes: members.get(&join(path, ".zattrs")).cloned().unwrap_or(Value::Null),
            })
        })
        .collect()
}

/// Looks into the folders one by one.
fn walk(source: &dyn DirectorySource, version: u8) -> Result<Vec<Node>> {
    let mut nodes = Vec::new();
    let mut waiting = vec![(String::new(), 0)];
    while let Some((path, depth)) = waiting.pop() {
        let names: [&str; 3] = if version == 3 { ["zarr.json", "", ""] } else { [".zarray", ".zgroup", ".zattrs"] };
        let keys: Vec<String> = names.iter().filter(|n| !n.is_empty()).map(|name| join(&path, name)).collect();
        let found = source.get_many(&keys.iter().map(String::as_str).collect::<Vec<_>>())?;
        let mut parsed = Vec::with_capacity(keys.len());
        for (key, bytes) in keys.iter().zip(found) {
            parsed.push(bytes.map(|bytes| parse(source, key, &bytes)).transpose()?);
        }
        let mut at = |i: usize| parsed.get_mut(i).and_then(Option::take);
        let (is_array, metadata, attributes) = if version == 3 {
            let metadata = at(0);
            let is_array =
                metadata.as_ref().is_some_and(|m| m.get("node_type").and_then(Value::as_str) == Some("array"));
            (is_array, metadata, Value::Null)
        } else {
            let (array, group, attributes) = (at(0), at(1), at(2));
            (array.is_some(), array.or(group), attributes.unwrap_or(Value::Null))
        };
        // A folder that is no node (chunks of an array of another tool, a folder of notes) is not looked into.
        let Some(metadata) = metadata else { continue };
        nodes.push(Node { path: path.clone(), version, metadata, attributes });
        if is_array {
            continue;
        }
        let children = source.children(&path)?;
        if depth >= MAX_DEPTH || nodes.len() + waiting.len() + children.folders.len() > MAX_NODES {
            return Err(IoError::Damaged {
                location: source.location().to_owned(),
                reason: format!("group `{path}` is nested too deep, or there are too many"),
            });
        }
        waiting.extend(children.folders.into_iter().map(|name| (join(&path, &name), depth + 1)));
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_are_quoted_outside_strings_only() {
        let text = r#"{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \" NaN"}"#;
        let value: Value = serde_json::from_str(&quote_bare_words(text)).unwrap();
        assert_eq!(value, serde_json::json!({"a": "NaN", "b": ["-Infinity", "Infinity"], "c": "NaN \" NaN"}));
    }
}
