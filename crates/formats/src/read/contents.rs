//! What opening a granule finds, common to all formats.

use std::collections::BTreeMap;

use super::{Attributes, Variable};

/// The structure of a granule: groups, variables, and what cannot be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The attributes of each group by its path without a leading slash; the root is the empty path.
    pub groups: BTreeMap<String, Attributes>,
    /// The variables whose type can be read.
    pub variables: Vec<Variable>,
    /// Paths of variables that are there and cannot be read, each with the reason.
    pub unreadable: BTreeMap<String, String>,
}

/// Joins a group's path and a name.
pub(crate) fn join(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") }
}
