//! How a swath's variable lies in its granule: positions and times cell by cell.

use eventscape_formats::{Dimension, Granule, Variable};

use super::layout::Candidates;
use super::roles::Role;
use crate::entry::Axes;
use crate::{CatalogError, Result};

/// Where the positions and times of a variable's cells are. All have the variable's own dimensions but those of length 1; the
/// times may also run along some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SwathLayout {
    pub(crate) path: String,
    pub(crate) latitude: String,
    pub(crate) longitude: String,
    pub(crate) time: String,
    /// The lengths of the dimensions.
    pub(crate) shape: Vec<u64>,
    /// For each dimension, by how much a step along it moves on in the list of times; 0 where the times do not depend on it.
    pub(crate) time_strides: Vec<usize>,
}

impl SwathLayout {
    /// Finds the layout of a variable.
    pub(crate) fn of(granule: &Granule, variable: &Variable, hints: Option<&Axes>) -> Result<Self> {
        let refused = |message: String| CatalogError::Variable { location: granule.location().to_owned(), message };
        if !variable.scalar.is_numeric() {
            return Err(refused(format!("`{}` holds text, not numbers", variable.path)));
        }
        let own = long(variable);
        let candidates = Candidates::of(granule, variable, hints);
        let everywhere = |v: &Variable| !own.is_empty() && long(v) == own;
        let somewhere = |v: &Variable| !long(v).is_empty() && long(v).iter().all(|d| own.contains(d));
        let place = |role: Role| candidates.surest(role, everywhere);
        let time = candidates.surest(Role::Time, everywhere).or_else(|| candidates.surest(Role::Time, somewhere));
        let (Some(latitude), Some(longitude), Some(time)) = (place(Role::Latitude), place(Role::Longitude), time)
        else {
            return Err(refused(format!(
                "`{}` is no swath: there is no latitude, longitude and time for each of its cells",
                variable.path
            )));
        };
        let mut stride = 1;
        let mut strides = vec![0; own.len()];
        for dim in long(time).iter().rev() {
            if let Some(slot) = own.iter().position(|d| d == dim).and_then(|at| strides.get_mut(at)) {
                *slot = stride;
            }
            stride *= dim.len as usize;
        }
        Ok(Self {
            path: variable.path.clone(),
            latitude: latitude.path.clone(),
            longitude: longitude.path.clone(),
            time: time.path.clone(),
            shape: own.iter().map(|d| d.len).collect(),
            time_strides: strides,
        })
    }

    /// The place of a cell's time in the list of times; `cell` counts row-major.
    pub(crate) fn time_of(&self, cell: usize) -> usize {
        let (mut rest, mut at) = (cell, 0);
        for (len, stride) in self.shape.iter().zip(&self.time_strides).rev() {
            let len = (*len as usize).max(1);
            at += (rest % len) * stride;
            rest /= len;
        }
        at
    }
}

/// The dimensions that have more than one place.
fn long(variable: &Variable) -> Vec<&Dimension> {
    variable.dims.iter().filter(|d| d.len > 1).collect()
}
