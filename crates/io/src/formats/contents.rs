//! What opening a granule finds, common to all formats.

use std::collections::BTreeMap;

use super::read::Stored;
use super::{Attributes, Format, Variable};

/// The parsed structure of a granule.
pub(crate) struct Contents {
    pub(crate) format: Format,
    /// The attributes of each group by its path; the root is the empty path.
    pub(crate) groups: BTreeMap<String, Attributes>,
    pub(crate) variables: Vec<Variable>,
    /// How each variable is stored, in the order of `variables`.
    pub(crate) stored: Vec<Stored>,
    /// Variables of types that cannot be read, with the reason.
    pub(crate) unreadable: BTreeMap<String, String>,
}

impl Contents {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, groups: BTreeMap::new(), variables: Vec::new(), stored: Vec::new(), unreadable: BTreeMap::new() }
    }
}

/// Joins a group's path and a name.
pub(crate) fn join(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") }
}
