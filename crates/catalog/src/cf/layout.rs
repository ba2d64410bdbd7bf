//! How a variable lies in its granule: which of its dimensions are rows, columns, times and levels.

use eventscape_formats::{Granule, Variable};

use super::roles::{self, Evidence, Role, role_of, text};
use crate::entry::Axes;
use crate::{CatalogError, Result};

/// Where the positions of the cells come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Horizontal {
    pub(crate) latitude: String,
    pub(crate) longitude: String,
    /// The variable's dimension along which rows are counted.
    pub(crate) row_dim: usize,
    /// The variable's dimension along which columns are counted.
    pub(crate) column_dim: usize,
    /// Latitude and longitude depend on both dimensions, and are stored by these.
    pub(crate) curvilinear: bool,
}

/// Where the times come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeAxis {
    /// The variable's dimension along which time runs; `None` where the granule holds one instant.
    pub(crate) dim: Option<usize>,
    /// The time variable; `None` where there is none.
    pub(crate) path: Option<String>,
}

/// A dimension from which one index must be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LevelAxis {
    pub(crate) dim: usize,
    pub(crate) name: String,
    pub(crate) len: u64,
    /// The variable that holds the levels' values.
    pub(crate) path: Option<String>,
}

/// How a variable lies in its granule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) path: String,
    pub(crate) rank: usize,
    pub(crate) horizontal: Horizontal,
    pub(crate) time: TimeAxis,
    pub(crate) level: Option<LevelAxis>,
}

impl Layout {
    /// Finds the layout of a variable.
    pub(crate) fn of(granule: &Granule, variable: &Variable, hints: Option<&Axes>) -> Result<Self> {
        let refused = |message: String| CatalogError::Variable { location: granule.location().to_owned(), message };
        if !variable.scalar.is_numeric() {
            return Err(refused(format!("`{}` holds text, not numbers", variable.path)));
        }
        if let Some(dim) = variable.dims.iter().find(|d| d.len == 0) {
            let reason =
                format!("dimension `{}` of variable `{}` has no element; the file is empty", dim.name, variable.path);
            return Err(CatalogError::granule(granule.location(), reason));
        }
        let candidates = Candidates::of(granule, variable, hints);
        let horizontal = candidates.horizontal().map_err(refused)?;
        let time = candidates.time(&horizontal).map_err(refused)?;
        let used = [Some(horizontal.row_dim), Some(horizontal.column_dim), time.dim];
        let mut rest = variable.dims.iter().enumerate().filter(|(i, d)| d.len > 1 && !used.contains(&Some(*i)));
        let level = rest.next().map(|(dim, d)| LevelAxis {
            dim,
            name: d.name.clone(),
            len: d.len,
            path: candidates.along(&d.name).map(|v| v.path.clone()),
        });
        if let (Some(level), Some((_, other))) = (&level, rest.next()) {
            return Err(refused(format!(
                "`{}` has the dimensions `{}` and `{}` besides time, latitude and longitude; only one can be chosen from",
                variable.path, level.name, other.name
            )));
        }
        Ok(Self { path: variable.path.clone(), rank: variable.dims.len(), horizontal, time, level })
    }

    /// The variables of a granule that lie on a grid, with their layouts.
    pub(crate) fn all(granule: &Granule, hints: Option<&Axes>) -> Vec<Self> {
        let is_data = |v: &&Variable| {
            v.scalar.is_numeric()
                && v.dims.len() >= 2
                && role_of(v).is_none_or(|(_, evidence)| evidence < Evidence::Units)
        };
        granule.variables().iter().filter(is_data).filter_map(|v| Self::of(granule, v, hints).ok()).collect()
    }
}

/// The variables that may be coordinates of a data variable.
pub(super) struct Candidates<'g> {
    variable: &'g Variable,
    coordinates: Vec<&'g str>,
    visible: Vec<(&'g Variable, Option<(Role, Evidence)>)>,
}

impl<'g> Candidates<'g> {
    pub(super) fn of(granule: &'g Granule, variable: &'g Variable, hints: Option<&Axes>) -> Self {
        let coordinates: Vec<&str> =
            text(variable, "coordinates").map(|t| t.split_whitespace().collect()).unwrap_or_default();
        let visible = granule
            .variables()
            .iter()
            .filter(|v| v.path != variable.path && v.scalar.is_numeric())
            .filter(|v| is_at_or_above(v.group(), variable.group()) || is_named(v, &coordinates))
            .map(|v| {
                let hinted = hints.and_then(|h| hinted_role(v, h));
                (v, role_of(v).filter(|r| hinted.is_none() || r.1 >= Evidence::Units).or(hinted))
            })
            .collect();
        Self { variable, coordinates, visible }
    }

    /// The position of a dimension of the data variable.
    fn dim(&self, name: &str, len: u64) -> Option<usize> {
        self.variable.dims.iter().position(|d| d.name == name && d.len == len)
    }

    /// The surest variable of a role among those that fit, preferring what `coordinates` names, then the closest group.
    pub(super) fn surest(&self, role: Role, fits: impl Fn(&Variable) -> bool) -> Option<&'g Variable> {
        self.visible
            .iter()
            .filter_map(|(v, r)| r.filter(|(found, _)| *found == role).map(|(_, evidence)| (*v, evidence)))
            .filter(|(v, _)| fits(v))
            .max_by_key(|(v, evidence)| {
                let own_dimension = matches!(&v.dims[..], [only] if only.name == v.name());
                (*evidence, is_named(v, &self.coordinates), own_dimension, v.group().len(), std::cmp::Reverse(&v.path))
            })
            .map(|(v, _)| v)
    }

    fn horizontal(&self) -> std::result::Result<Horizontal, String> {
        let path = &self.variable.path;
        let on_one_dim = |v: &Variable| matches!(&v.dims[..], [d] if self.dim(&d.name, d.len).is_some());
        let on_two_dims = |v: &Variable| matches!(&v.dims[..], [a, b] if self.dim(&a.name, a.len).is_some() && self.dim(&b.name, b.len).is_some());
        let pair = |fits: &dyn Fn(&Variable) -> bool| {
            Some((self.surest(Role::Latitude, fits)?, self.surest(Role::Longitude, fits)?))
        };
        let sure = |v: &Variable| role_of(v).is_some_and(|(_, e)| e > Evidence::PlaneName);
        let by_attributes = pair(&|v| on_one_dim(v) && sure(v)).or_else(|| pair(&|v| on_two_dims(v) && sure(v)));
        let (latitude, longitude) = by_attributes.or_else(|| pair(&on_one_dim)).or_else(|| pair(&on_two_dims)).ok_or_else(|| {
            let dims: Vec<String> = self.variable.dims.iter().map(|d| format!("{}={}", d.name, d.len)).collect();
            format!(
                "no latitude and longitude were found for variable `{path}` ({}), neither by `units`, `standard_name` and \
                 `coordinates` nor by name",
                dims.join(", ")
            )
        })?;
        let place = |v: &Variable, i: usize| v.dims.get(i).and_then(|d| self.dim(&d.name, d.len));
        let curvilinear = latitude.dims.len() == 2;
        let (row_dim, column_dim) = if curvilinear {
            if latitude.dims != longitude.dims {
                return Err(format!("`{}` and `{}` have different dimensions", latitude.path, longitude.path));
            }
            (place(latitude, 0), place(latitude, 1))
        } else {
            (place(latitude, 0), place(longitude, 0))
        };
        match (row_dim, column_dim) {
            (Some(row_dim), Some(column_dim)) if row_dim != column_dim => Ok(Horizontal {
                latitude: latitude.path.clone(),
                longitude: longitude.path.clone(),
                row_dim,
                column_dim,
                curvilinear,
            }),
            _ => Err(format!(
                "`{path}` is a series of points, not a grid: `{}` and `{}` run along the same dimension",
                latitude.path, longitude.path
            )),
        }
    }

    fn time(&self, horizontal: &Horizontal) -> std::result::Result<TimeAxis, String> {
        let free = |i: usize| i != horizontal.row_dim && i != horizontal.column_dim;
        let dim_of = |v: &Variable| match &v.dims[..] {
            [d] => self.dim(&d.name, d.len).filter(|i| free(*i)),
            _ => None,
        };
        let in_cells =
            self.surest(Role::Time, |v| v.dims.len() > 1 && v.dims.iter().all(|d| self.dim(&d.name, d.len).is_some()));
        if let Some(v) = self.surest(Role::Time, |v| dim_of(v).is_some()) {
            return Ok(TimeAxis { dim: dim_of(v), path: Some(v.path.clone()) });
        }
        if let Some(v) = in_cells.filter(|v| v.dims.iter().map(|d| d.len).product::<u64>() > 1) {
            return Err(format!(
                "`{}` gives the time cell by cell: `{}` is a swath, which can be used for curation only",
                v.path, self.variable.path
            ));
        }
        let named = self.variable.dims.iter().enumerate().find(|(i, d)| free(*i) && roles::is_time_name(&d.name));
        if let Some((_, dim)) = named.filter(|(_, d)| d.len > 1) {
            return Err(format!(
                "`{}` has {} steps along `{}`, but no variable tells their times",
                self.variable.path, dim.len, dim.name
            ));
        }
        let single = self.surest(Role::Time, |v| v.dims.iter().all(|d| d.len == 1));
        Ok(TimeAxis { dim: named.map(|(i, _)| i), path: single.map(|v| v.path.clone()) })
    }

    /// The variable that holds the values along a dimension.
    fn along(&self, dim: &str) -> Option<&'g Variable> {
        let on_it = |v: &&'g Variable| matches!(&v.dims[..], [d] if d.name == dim);
        let mut found: Vec<&'g Variable> = self.visible.iter().map(|(v, _)| *v).filter(on_it).collect();
        found.sort_by_key(|v| (v.name() != dim, !is_named(v, &self.coordinates), v.path.clone()));
        found.first().copied()
    }
}

fn is_at_or_above(group: &str, of: &str) -> bool {
    group.is_empty() || of == group || of.strip_prefix(group).is_some_and(|rest| rest.starts_with('/'))
}

fn is_named(variable: &Variable, names: &[&str]) -> bool {
    names.iter().any(|n| n.trim_start_matches('/') == variable.path || *n == variable.name())
}

fn hinted_role(variable: &Variable, hints: &Axes) -> Option<(Role, Evidence)> {
    let name = variable.name();
    let role = if name == hints.latitude {
        Role::Latitude
    } else if name == hints.longitude {
        Role::Longitude
    } else if name == hints.time {
        Role::Time
    } else {
        return None;
    };
    Some((role, Evidence::Name))
}
