//! Which names products may have.

use crate::{IoError, Result};

/// Refuses names that would leave the folder, hide, or not be the same everywhere.
pub(super) fn check(name: &str, folder: &str) -> Result<()> {
    let refused = |reason: &str| {
        Err(IoError::Location { location: format!("{folder}/{name}"), reason: format!("the name {reason}") })
    };
    if name.is_empty() {
        return refused("is empty");
    }
    if name.len() > 1000 {
        return refused("is longer than 1000 bytes");
    }
    for part in name.split('/') {
        if part.is_empty() {
            return refused("has an empty part");
        }
        if part.starts_with('.') {
            return refused("has a part that begins with a dot");
        }
        if part.len() > 200 {
            return refused("has a part longer than 200 bytes");
        }
        if part.contains(|c: char| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')) {
            return refused("holds a character that not every system allows in names");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_stay_inside_the_folder() {
        for name in ["7-Masks.nc", "plots/7-201508120030.png", "a b.json", "ä.json"] {
            assert!(check(name, "out").is_ok(), "{name}");
        }
        let long = "x".repeat(201);
        for name in
            ["", "/a", "a/", "a//b", "..", "../a", "a/../b", ".hidden", "a/.b", "a\\b", "c:x", "a\0", "a\nb", &long]
        {
            let error = check(name, "out").unwrap_err();
            assert_eq!(error.kind(), eventscape_core::ErrorKind::Usage, "{name:?}");
        }
    }
}
