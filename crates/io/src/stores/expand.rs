//! Patterns, folders and prefixes become lists of files.

use std::path::Path;

use eventscape_formats::{Format, is_data_name};
use glob::{MatchOptions, Pattern};

use super::below;
use super::location::{BucketName, Location, join_keys};
use super::registry::{Listed, Stores};
use crate::{IoError, Result};

/// A `*` stays within a folder, and hidden files are not matched by wildcards.
const MATCH: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// A folder that holds one of these is a Zarr store.
const ZARR_DOCUMENTS: [&str; 4] = ["zarr.json", ".zgroup", ".zarray", ".zmetadata"];

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn is_zarr_name(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("zarr"))
}

/// The locations of one pattern; an error where there is none.
pub(crate) fn expand(stores: &Stores, pattern: &str) -> Result<Vec<Location>> {
    let location = Location::parse(pattern)?;
    let found = match &location {
        Location::Local(path) => local(path, stores.formats())?,
        Location::Object { bucket, key } => objects(stores, bucket, key, pattern)?,
        Location::Http(_) if pattern.contains('*') => {
            return Err(IoError::Location {
                location: location.to_string(),
                reason: "a web server cannot be searched; name each file".to_owned(),
            });
        }
        Location::Http(_) => vec![location.clone()],
    };
    if found.is_empty() { Err(IoError::NotFound { location: pattern_shown(&location, pattern) }) } else { Ok(found) }
}

fn pattern_shown(location: &Location, pattern: &str) -> String {
    if matches!(location, Location::Http(_)) { location.to_string() } else { pattern.to_owned() }
}

fn local(path: &Path, formats: &[&Format]) -> Result<Vec<Location>> {
    // a file whose name holds a bracket is a file first
    if path.is_dir() {
        return folder(path, formats);
    }
    if path.exists() {
        return Ok(vec![Location::Local(path.to_owned())]);
    }
    let Some(text) = path.to_str().filter(|text| has_wildcard(text)) else { return Ok(Vec::new()) };
    let wrong = |reason: String| IoError::Location { location: text.to_owned(), reason };
    let matches = glob::glob_with(text, MATCH).map_err(|e| wrong(format!("the pattern is wrong: {e}")))?;
    let mut found = Vec::new();
    for entry in matches {
        let entry = entry.map_err(|e| {
            let location = e.path().display().to_string();
            IoError::Io { action: "reading", location, source: e.into() }
        })?;
        // `**` alone also matches folders; those that are no store are passed through, not matched
        if !entry.is_dir() || is_zarr(&entry) {
            found.push(Location::Local(entry));
        }
    }
    Ok(found)
}

fn is_zarr(folder: &Path) -> bool {
    folder.file_name().and_then(|n| n.to_str()).is_some_and(is_zarr_name)
        || ZARR_DOCUMENTS.iter().any(|name| folder.join(name).is_file())
}

fn folder(path: &Path, formats: &[&Format]) -> Result<Vec<Location>> {
    if is_zarr(path) {
        return Ok(vec![Location::Local(path.to_owned())]);
    }
    let failed = |source| IoError::Io { action: "reading", location: path.display().to_string(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let inside = if path == Path::new(".") { entry.file_name().into() } else { entry.path() };
        if !hidden && (!inside.is_dir() || is_zarr(&inside)) {
            found.push(inside);
        }
    }
    if !found.iter().any(|path| has_data_name(path, formats)) {
        let further = below::local(path, formats, is_zarr)?;
        if further.is_empty() && found.is_empty() {
            return Err(below::nothing(&path.display().to_string(), formats));
        }
        if !further.is_empty() {
            tracing::info!("`{}`: {} data files of its subfolders", path.display(), further.len());
            found = further;
        }
    }
    Ok(found.into_iter().map(Location::Local).collect())
}

fn has_data_name(path: &Path, formats: &[&Format]) -> bool {
    is_zarr(path) || path.file_name().and_then(|n| n.to_str()).is_some_and(|name| is_data_name(formats, name))
}

fn objects(stores: &Stores, bucket: &BucketName, key: &str, pattern: &str) -> Result<Vec<Location>> {
    let at = |key: &str| Location::Object { bucket: bucket.clone(), key: key.to_owned() };
    if has_wildcard(key) {
        return matching(stores, bucket, key, pattern);
    }
    let plain = key.trim_end_matches('/');
    let name = plain.rsplit('/').next().unwrap_or_default();
    if is_zarr_name(name) {
        return Ok(vec![at(plain)]);
    }
    // a name with an extension is an object: opening it will tell whether it is there
    if !key.ends_with('/') && name.contains('.') {
        return Ok(vec![at(key)]);
    }
    let opened = stores.bucket(bucket)?;
    let again = opened.clone();
    let (asked, whole) = (plain.to_owned(), key.to_owned());
    let (is_object, objects, folders) = stores.runtime().wait(async move {
        let (objects, folders) = opened.list_level(&asked).await?;
        // an object without an extension, where there is no folder of that name
        let none = objects.is_empty() && folders.is_empty() && !whole.is_empty() && !whole.ends_with('/');
        Ok((none && opened.head(&whole).await?.is_some(), objects, folders))
    })?;
    if is_object {
        return Ok(vec![at(key)]);
    }
    let last = |key: &str| key.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = objects.iter().map(|o| last(o.location.as_ref())).collect();
    if names.iter().any(|name| ZARR_DOCUMENTS.contains(&name.as_str())) {
        return Ok(vec![at(plain)]);
    }
    let shown = || names.iter().filter(|name| !name.starts_with('.'));
    let inside: Vec<&String> = folders.iter().filter(|f| is_zarr_name(f)).collect();
    if inside.is_empty() && !folders.is_empty() && !shown().any(|name| is_data_name(stores.formats(), name)) {
        let asked = plain.to_owned();
        let all = stores.runtime().wait(async move { again.list(&asked).await })?;
        let keys: Vec<&str> = all.iter().map(|object| object.location.as_ref()).collect();
        let further = below::objects(&keys, plain, stores.formats(), zarr_root)?;
        if further.is_empty() && shown().next().is_none() {
            return Err(below::nothing(pattern, stores.formats()));
        }
        if !further.is_empty() {
            tracing::info!("`{pattern}`: {} data files of its subfolders", further.len());
            return Ok(further.into_iter().map(at).collect());
        }
    }
    let files = shown().map(|name| at(&join_keys(plain, name)));
    Ok(files.chain(inside.into_iter().map(|f| at(f))).collect())
}

/// The objects of a bucket that match a pattern; a Zarr store inside is matched by its own name.
fn matching(stores: &Stores, bucket: &BucketName, key: &str, pattern: &str) -> Result<Vec<Location>> {
    let wrong = |e: glob::PatternError| IoError::Location {
        location: pattern.to_owned(),
        reason: format!("the pattern is wrong: {e}"),
    };
    let compiled = Pattern::new(key.trim_end_matches('/')).map_err(wrong)?;
    let literal = key.split(['*', '?', '[']).next().unwrap_or_default();
    let prefix = literal.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let opened = stores.bucket(bucket)?;
    let found = stores.runtime().wait(async move { opened.list(&prefix).await })?;
    let mut matched: Vec<String> = Vec::new();
    for object in &found {
        let key = object.location.as_ref();
        match zarr_root(key) {
            Some(root) => {
                if compiled.matches_with(root, MATCH) && matched.last().is_none_or(|last| last != root) {
                    matched.push(root.to_owned());
                }
            }
            None if compiled.matches_with(key, MATCH) => matched.push(key.to_owned()),
            None => {}
        }
    }
    Ok(matched.into_iter().map(|key| Location::Object { bucket: bucket.clone(), key }).collect())
}

/// The folder of a key that is a Zarr store by its name.
fn zarr_root(key: &str) -> Option<&str> {
    let mut end = 0;
    for part in key.split('/') {
        end += part.len();
        if is_zarr_name(part) && end < key.len() {
            return key.get(..end);
        }
        end += 1;
    }
    None
}

/// All files below a folder or prefix.
pub(crate) fn list(stores: &Stores, prefix: &Location) -> Result<Vec<Listed>> {
    match prefix {
        Location::Local(path) => {
            let mut found = Vec::new();
            walk(path, &mut found)?;
            found.sort();
            Ok(found)
        }
        Location::Object { bucket, key } => {
            let opened = stores.bucket(bucket)?;
            let asked = key.trim_end_matches('/').to_owned();
            let found = stores.runtime().wait(async move { opened.list(&asked).await })?;
            let listed = found.into_iter().map(|object| Listed {
                location: Location::Object { bucket: bucket.clone(), key: object.location.into() },
                size: object.size,
            });
            Ok(listed.collect())
        }
        Location::Http(_) => Err(IoError::Unsupported {
            location: prefix.to_string(),
            feature: "the listing of a web server's folder".to_owned(),
        }),
    }
}

fn walk(folder: &Path, found: &mut Vec<Listed>) -> Result<()> {
    let failed = |source| IoError::Io { action: "reading", location: folder.display().to_string(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(source)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        // links are followed for files only, so that a loop of links ends
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            walk(&entry.path(), found)?;
        } else if let Ok(metadata) = std::fs::metadata(entry.path())
            && metadata.is_file()
        {
            found.push(Listed { location: Location::Local(entry.path()), size: metadata.len() });
        }
    }
    Ok(())
}
