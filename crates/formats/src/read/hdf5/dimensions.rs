//! The dimensions of the data sets: from dimension scales, from names that the file tells otherwise, or made up.

use std::collections::HashMap;

use super::walk::{Found, Walked};
use super::{Blocks, damaged};
use crate::Result;
use crate::read::{Attribute, Dimension};

/// One dimension of a data set while the lengths are not settled yet.
enum Axis {
    /// A dimension scale, by the address of its data set.
    Scale(u64),
    /// A name without a scale.
    Named(String),
    /// Neither.
    Phony,
}

/// The dimensions of each data set in the order of the walk; `None` for those that only stand for a dimension.
pub(super) fn resolve(walked: &Walked, blocks: &Blocks) -> Result<Vec<Option<Vec<Dimension>>>> {
    let scales: HashMap<u64, &Found> =
        walked.datasets.iter().filter(|f| f.internal.is_scale).map(|f| (f.dataset.address(), f)).collect();
    let by_id: HashMap<i64, u64> =
        scales.iter().filter_map(|(address, f)| f.internal.dimid.map(|id| (id, *address))).collect();

    let mut axes = Vec::with_capacity(walked.datasets.len());
    for found in &walked.datasets {
        axes.push(axes_of(found, &scales, &by_id, blocks)?);
    }

    // A dimension that may grow is as long as the longest variable along it.
    let mut lengths: HashMap<u64, u64> = HashMap::new();
    for (address, found) in &scales {
        lengths.insert(*address, found.dataset.shape().first().copied().unwrap_or(0));
    }
    for (found, axes) in walked.datasets.iter().zip(&axes) {
        for (axis, len) in axes.iter().zip(found.dataset.shape()) {
            if let Axis::Scale(address) = axis {
                let known = lengths.entry(*address).or_default();
                if scales.get(address).is_some_and(|scale| unlimited(scale, 0)) {
                    *known = (*known).max(*len);
                }
            }
        }
    }

    let phony = phony_names(walked, &axes, &scales, &lengths);
    Ok(walked
        .datasets
        .iter()
        .zip(axes)
        .zip(phony)
        .map(|((found, axes), phony)| {
            if found.internal.is_scale && found.internal.without_variable {
                return None;
            }
            let dims = axes.into_iter().zip(phony).enumerate().map(|(d, (axis, phony))| {
                let stored = found.dataset.shape().get(d).copied().unwrap_or(0);
                let grows = unlimited(found, d);
                match axis {
                    Axis::Scale(address) => {
                        let scale = scales.get(&address);
                        let longest = lengths.get(&address).copied().unwrap_or(stored).max(stored);
                        Dimension {
                            name: scale.map_or_else(String::new, |scale| scale.name.clone()),
                            // Only an axis that may grow can be shorter in the file than its dimension.
                            len: if grows { longest } else { stored },
                            unlimited: grows || scale.is_some_and(|scale| unlimited(scale, 0)),
                        }
                    }
                    Axis::Named(name) => Dimension { name, len: stored, unlimited: grows },
                    Axis::Phony => Dimension { name: phony, len: stored, unlimited: grows },
                }
            });
            Some(dims.collect())
        })
        .collect())
}

fn axes_of(
    found: &Found,
    scales: &HashMap<u64, &Found>,
    by_id: &HashMap<i64, u64>,
    blocks: &Blocks,
) -> Result<Vec<Axis>> {
    let rank = found.dataset.ndim();
    if rank == 0 {
        return Ok(Vec::new());
    }
    if let Some(raw) = &found.internal.dimension_list {
        return listed(found, raw, scales, blocks);
    }
    let ids = &found.internal.coordinates;
    if ids.len() == rank && ids.iter().all(|id| by_id.contains_key(id)) {
        return Ok(ids.iter().filter_map(|id| by_id.get(id)).map(|address| Axis::Scale(*address)).collect());
    }
    if found.internal.is_scale && rank == 1 {
        return Ok(vec![Axis::Scale(found.dataset.address())]);
    }
    // The GPM mission writes the names of the dimensions into an attribute of its own.
    if let Some(Attribute::Text(names)) = found.attributes.get("DimensionNames") {
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        if names.len() == rank && names.iter().all(|name| !name.is_empty()) {
            return Ok(names.into_iter().map(|name| Axis::Named(name.to_owned())).collect());
        }
    }
    Ok((0..rank).map(|_| Axis::Phony).collect())
}

/// The scales that `DIMENSION_LIST` refers to, the first of each axis.
fn listed(found: &Found, raw: &[u8], scales: &HashMap<u64, &Found>, blocks: &Blocks) -> Result<Vec<Axis>> {
    let rank = found.dataset.ndim();
    let entry = found.dataset.vlen_reference_size();
    let address_size = entry.saturating_sub(8);
    let bad = |reason: &str| damaged(blocks, format!("variable `{}`: DIMENSION_LIST {reason}", found.variable_path()));
    if raw.len() / entry.max(1) < rank {
        return Err(bad("is shorter than the rank"));
    }
    raw.chunks_exact(entry)
        .take(rank)
        .map(|reference| {
            let bytes = found
                .dataset
                .resolve_vlen_reference_bytes(reference, address_size)
                .map_err(|e| bad(&format!("cannot be followed: {e}")))?;
            let addresses = hdf5_reader::reference::read_object_references(&bytes, address_size as u8)
                .map_err(|e| bad(&format!("is wrong: {e}")))?;
            Ok(match addresses.first() {
                // A reference to something that is no scale names nothing.
                Some(address) if scales.contains_key(address) => Axis::Scale(*address),
                _ => Axis::Phony,
            })
        })
        .collect()
}

fn unlimited(found: &Found, axis: usize) -> bool {
    found.dataset.max_dims().and_then(|dims| dims.get(axis)) == Some(&u64::MAX)
}

/// A dimension of a group that an axis without a scale may turn out to be.
struct Candidate {
    name: String,
    len: u64,
    unlimited: bool,
}

/// Names for axes without a scale as netCDF-C gives them: a dimension of the group with that length, scale or made up, that
/// the data set has on no other axis; failing that a new one. They are numbered after all real ones, by the names of the
/// data sets.
fn phony_names(
    walked: &Walked,
    axes: &[Vec<Axis>],
    scales: &HashMap<u64, &Found>,
    lengths: &HashMap<u64, u64>,
) -> Vec<Vec<String>> {
    let mut groups: HashMap<&str, usize> = HashMap::new();
    let mut known: HashMap<&str, Vec<Candidate>> = HashMap::new();
    for found in &walked.datasets {
        let number = groups.len();
        groups.entry(&found.group).or_insert(number);
        if found.internal.is_scale {
            let len = lengths.get(&found.dataset.address()).copied().unwrap_or(0);
            let candidate = Candidate { name: found.name.clone(), len, unlimited: unlimited(found, 0) };
            known.entry(&found.group).or_default().push(candidate);
        }
    }
    let mut order: Vec<usize> = (0..walked.datasets.len()).collect();
    order.sort_by_key(|i| (groups.get(walked.datasets[*i].group.as_str()), &walked.datasets[*i].name));
    let mut next = scales.len();
    let mut names: Vec<Vec<String>> = axes.iter().map(|axes| named(axes, scales)).collect();
    for i in order {
        let found = &walked.datasets[i];
        for (d, len) in found.dataset.shape().iter().enumerate() {
            if !matches!(axes[i].get(d), Some(Axis::Phony)) {
                continue;
            }
            let unlimited = unlimited(found, d);
            let same = known.entry(&found.group).or_default();
            let fits = |c: &&Candidate| c.len == *len && c.unlimited == unlimited && !names[i].contains(&c.name);
            let free = same.iter().find(fits).map(|c| c.name.clone());
            names[i][d] = free.unwrap_or_else(|| {
                let name = format!("phony_dim_{next}");
                next += 1;
                same.push(Candidate { name: name.clone(), len: *len, unlimited });
                name
            });
        }
    }
    names
}

/// The names that the axes have of themselves.
fn named(axes: &[Axis], scales: &HashMap<u64, &Found>) -> Vec<String> {
    let name = |axis: &Axis| match axis {
        Axis::Scale(address) => scales.get(address).map_or_else(String::new, |scale| scale.name.clone()),
        Axis::Named(name) => name.clone(),
        Axis::Phony => String::new(),
    };
    axes.iter().map(name).collect()
}
