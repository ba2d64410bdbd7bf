//! The names in a path, and of products.

use std::collections::HashMap;
use std::fmt::Write;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use eventscape_io::IoError;
use eventscape_io::stores::Location;

use super::problem::Problem;

/// The names in the path of a request, by those of its endpoint. One that is no UTF-8 names nothing.
pub(super) struct Names(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Names {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let names = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        names.map(|Path(names)| Self(names)).map_err(|_| Problem::not_found("there is nothing of this name"))
    }
}

impl Names {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// As it may be repeated in a message.
    pub(super) fn shown(&self, name: &str) -> String {
        self.get(name).chars().take(64).collect()
    }
}

/// A name as one part of a path, with `%` and two digits for all that may not be written there.
pub(super) fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // a text takes all that is written to it
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The same as text.
pub(super) fn location_text(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        kind if kind.ends_with(':') => format!("{kind}//{name}"),
        folder => format!("{folder}/{name}"),
    }
}

/// Where a product of a job is. Of those that TOS2CA made, names may have folders before them, and where they lie in no folder
/// together, a name is all of the location.
pub(super) fn location(folder: &str, name: &str) -> Result<Location, IoError> {
    match folder {
        "" => Location::parse(name),
        // in buckets that have no more in common than their kind: the slashes are cut off
        kind if kind.ends_with(':') => Location::parse(&format!("{kind}//{name}")),
        folder => Ok(Location::parse(folder)?.join(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_part_of_a_path() {
        for (name, known) in [
            ("1-ForTraCC-TOC.json", "1-ForTraCC-TOC.json"),
            ("a b/c?d#e%.nc", "a%20b%2Fc%3Fd%23e%25.nc"),
            ("s3://b/ü.nc", "s3%3A%2F%2Fb%2F%C3%BC.nc"),
        ] {
            assert_eq!(encoded(name), known);
        }
    }

    #[test]
    fn products_lie_in_a_folder_or_are_locations_themselves() {
        for (folder, name, known) in [
            ("s3://b/7", "7-a.nc4", "s3://b/7/7-a.nc4"),
            ("s3://b/7", "x/7-a.nc4", "s3://b/7/x/7-a.nc4"),
            ("/data/7", "7-a.nc4", "/data/7/7-a.nc4"),
            ("", "s3://b/7/7-a.nc4", "s3://b/7/7-a.nc4"),
            ("", "/data/7-a.nc4", "/data/7-a.nc4"),
            ("s3:", "b/7/7-a.nc4", "s3://b/7/7-a.nc4"),
        ] {
            assert_eq!(location(folder, name).unwrap(), Location::parse(known).unwrap(), "{folder} {name}");
            assert_eq!(location_text(folder, name), known);
        }
    }
}
