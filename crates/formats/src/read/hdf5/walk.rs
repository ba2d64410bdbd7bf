//! All groups and data sets of a file.

use std::collections::{BTreeMap, HashSet};

use hdf5_reader::group::Group;
use hdf5_reader::{Dataset, Hdf5File};

use super::attributes::{self, Internal};
use super::{Blocks, damaged, failed};
use crate::Result;
use crate::read::Attributes;
use crate::read::contents::join;

/// Groups may be nested this deep; netCDF allows 32-bit counts but nobody nests like that.
const MAX_DEPTH: usize = 64;
/// A file of more objects than this is refused: a damaged index can list objects without end.
const MAX_OBJECTS: usize = 2_000_000;

/// A data set with its attributes.
pub(super) struct Found {
    /// The group's path.
    pub(super) group: String,
    /// The name of the data set in its group.
    pub(super) name: String,
    pub(super) dataset: Dataset,
    /// The attributes that users see.
    pub(super) attributes: Attributes,
    /// Those by which the format ties dimensions and variables together.
    pub(super) internal: Internal,
}

/// NetCDF-4 puts this before the name of a variable that is named like a dimension without being its coordinate.
const NOT_A_COORDINATE: &str = "_nc4_non_coord_";

impl Found {
    pub(super) fn variable_path(&self) -> String {
        join(&self.group, self.name.strip_prefix(NOT_A_COORDINATE).unwrap_or(&self.name))
    }
}

/// Everything found.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) groups: BTreeMap<String, Attributes>,
    pub(super) datasets: Vec<Found>,
}

pub(super) fn walk(file: &Hdf5File, blocks: &Blocks) -> Result<Walked> {
    let mut walked = Walked::default();
    let mut seen = HashSet::new();
    let root = file.root_group().map_err(|e| failed(blocks, &e))?;
    let mut waiting = vec![(String::new(), root, 0)];
    while let Some((path, group, depth)) = waiting.pop() {
        // A group that is reached twice (by a second link, or in a circle) is listed once.
        if !seen.insert(group.address()) {
            continue;
        }
        if depth > MAX_DEPTH || seen.len() + walked.datasets.len() > MAX_OBJECTS {
            return Err(damaged(blocks, format!("group `{path}` is nested too deep, or there are too many objects")));
        }
        let found = group.attributes().map_err(|e| failed(blocks, &e))?;
        let (visible, _) = attributes::split(
            &found,
            |reference| group.resolve_vlen_reference_bytes(reference, 1),
            group.offset_size(),
        )
        .map_err(|reason| damaged(blocks, format!("group `/{path}`: {reason}")))?;
        let (groups, datasets) = members(&group, blocks)?;
        for dataset in datasets {
            let name = leaf(dataset.name()).to_owned();
            let found = dataset.attributes();
            let (visible, internal) = attributes::split(
                &found,
                |reference| dataset.resolve_vlen_reference_bytes(reference, 1),
                group.offset_size(),
            )
            .map_err(|reason| damaged(blocks, format!("variable `{}`: {reason}", join(&path, &name))))?;
            walked.datasets.push(Found { group: path.clone(), name, dataset, attributes: visible, internal });
        }
        walked.groups.insert(path.clone(), visible);
        for child in groups.into_iter().rev() {
            waiting.push((join(&path, leaf(child.name())), child, depth + 1));
        }
    }
    Ok(walked)
}

fn members(group: &Group, blocks: &Blocks) -> Result<(Vec<Group>, Vec<Dataset>)> {
    group.members().map_err(|e| failed(blocks, &e))
}

fn leaf(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
