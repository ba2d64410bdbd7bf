//! How a variable lies in its granule: which of its dimensions are rows, columns, times and levels.

use eventscape_formats::{Granule, ScalarType, Variable};

use super::mapping::{Mapping, Named, way_out};
use super::roles::{self, Evidence, Role, role_of, text};
use crate::entry::Axes;
use crate::{CatalogError, Result};

/// Where the positions of the cells come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Horizontal {
    pub(crate) latitude: String,
    pub(crate) longitude: String,
    /// The variable's dimension along which rows are counted.
    pub(crate) row_dim: usize,
    /// The variable's dimension along which columns are counted.
    pub(crate) column_dim: usize,
    /// How the coordinates give the positions.
    pub(crate) placement: Placement,
}

/// How coordinates give positions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Placement {
    /// Latitude depends on the row and longitude on the column alone.
    Axes,
    /// Both depend on both, and are stored by rows and columns (which may stand behind a time).
    Cells,
    /// `latitude` and `longitude` are the axes y and x of a grid mapping.
    Mapped(Box<Mapping>),
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
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) path: String,
    pub(crate) rank: usize,
    pub(crate) horizontal: Horizontal,
    pub(crate) time: TimeAxis,
    pub(crate) level: Option<LevelAxis>,
    /// Positions cell by cell that are there and not used, since `coordinates` does not name them.
    pub(crate) unused: Option<Horizontal>,
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
        let horizontal = candidates.horizontal(&Mapping::of(granule, variable)).map_err(refused)?;
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
        let unused = candidates.unused(&horizontal);
        Ok(Self { path: variable.path.clone(), rank: variable.dims.len(), horizontal, time, level, unused })
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
    /// Variables of texts that it may look up.
    texts: Vec<&'g Variable>,
    visible: Vec<(&'g Variable, Option<(Role, Evidence)>)>,
}

impl<'g> Candidates<'g> {
    pub(super) fn of(granule: &'g Granule, variable: &'g Variable, hints: Option<&Axes>) -> Self {
        let coordinates: Vec<&str> =
            text(variable, "coordinates").map(|t| t.split_whitespace().collect()).unwrap_or_default();
        let near = |v: &&Variable| {
            v.path != variable.path && (is_at_or_above(v.group(), variable.group()) || is_named(v, &coordinates))
        };
        let texts = granule.variables().iter().filter(near).filter(|v| !v.scalar.is_numeric()).collect();
        let visible = granule
            .variables()
            .iter()
            .filter(near)
            .filter(|v| v.scalar.is_numeric())
            .map(|v| {
                let hinted = hints.and_then(|h| hinted_role(v, h));
                (v, role_of(v).filter(|r| hinted.is_none() || r.1 >= Evidence::Units).or(hinted))
            })
            .collect();
        Self { variable, coordinates, texts, visible }
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

    /// Candidates are ranked: what `coordinates` names; axes with units of latitude and longitude; where the variable names a grid
    /// mapping, positions cell by cell and then the mapping; names; names of a plane.
    fn horizontal(&self, mapping: &Named) -> std::result::Result<Horizontal, String> {
        let on_one_dim = |v: &Variable| matches!(&v.dims[..], [d] if self.dim(&d.name, d.len).is_some());
        let on_more = |v: &Variable| self.is_by_cell(v);
        let named = |v: &Variable| is_named(v, &self.coordinates);
        let at_least = |v: &Variable, least: Evidence| self.evidence(v).is_some_and(|e| e >= least);
        let sure = |v: &Variable| at_least(v, Evidence::Name);
        let surest = |v: &Variable| at_least(v, Evidence::Units);
        let pair = |fits: &dyn Fn(&Variable) -> bool| {
            Some((self.surest(Role::Latitude, fits)?, self.surest(Role::Longitude, fits)?))
        };
        let found = pair(&|v| named(v) && on_more(v) && sure(v))
            .or_else(|| pair(&|v| named(v) && on_one_dim(v) && sure(v)))
            .or_else(|| pair(&|v| on_one_dim(v) && surest(v)));
        if let Some((latitude, longitude)) = found {
            return self.placed(latitude, longitude);
        }
        match mapping {
            Named::Geographic => {}
            Named::Mapping(mapping) => {
                return match pair(&|v| on_more(v) && sure(v)) {
                    Some((latitude, longitude)) => self.placed(latitude, longitude),
                    None => self.mapped(mapping),
                };
            }
            Named::Refused(why) => {
                return match pair(&|v| on_more(v) && sure(v)) {
                    Some((latitude, longitude)) => self.placed(latitude, longitude),
                    None => Err(format!("where `{}` lies is not known: {why}", self.variable.path)),
                };
            }
        }
        let by_name = pair(&|v| on_one_dim(v) && sure(v))
            .or_else(|| pair(&|v| on_more(v) && sure(v)))
            .or_else(|| pair(&on_one_dim))
            .or_else(|| pair(&on_more));
        match by_name {
            Some((latitude, longitude)) => self.placed(latitude, longitude),
            None => Err(self.nowhere()),
        }
    }

    fn nowhere(&self) -> String {
        let dims: Vec<String> = self.variable.dims.iter().map(|d| format!("{}={}", d.name, d.len)).collect();
        let plane = self
            .visible
            .iter()
            .map(|(v, _)| *v)
            .find(|v| matches!(text(v, "standard_name"), Some("projection_x_coordinate" | "grid_longitude")));
        let hint = plane.map_or_else(String::new, |v| {
            format!(
                "; `{}` is an axis of a projected grid, but the variable names no `grid_mapping`, which would tell the projection ({})",
                v.path,
                way_out()
            )
        });
        format!(
            "no latitude and longitude were found for variable `{}` ({}), neither by `units`, `standard_name` and `coordinates` nor by \
             name{hint}",
            self.variable.path,
            dims.join(", ")
        )
    }

    /// How sure the role of a candidate is.
    fn evidence(&self, variable: &Variable) -> Option<Evidence> {
        let own = self.visible.iter().find(|(v, _)| v.path == variable.path)?;
        own.1.map(|(_, evidence)| evidence)
    }

    /// Whether a variable has a value for each row and column: on two dimensions of the data variable, with or without its time before
    /// them.
    fn is_by_cell(&self, v: &Variable) -> bool {
        let own = || v.dims.iter().all(|d| self.dim(&d.name, d.len).is_some());
        match &v.dims[..] {
            [_, _] => own(),
            [first, _, _] => {
                own() && (first.len == 1 || roles::is_time_name(&first.name) || self.is_time_dim(&first.name))
            }
            _ => false,
        }
    }

    fn is_time_dim(&self, name: &str) -> bool {
        self.visible.iter().any(|(v, role)| {
            role.is_some_and(|(role, _)| role == Role::Time) && matches!(&v.dims[..], [d] if d.name == name)
        })
    }

    fn placed(&self, latitude: &Variable, longitude: &Variable) -> std::result::Result<Horizontal, String> {
        let place = |v: &Variable, i: usize| v.dims.get(i).and_then(|d| self.dim(&d.name, d.len));
        let by_cell = latitude.dims.len() >= 2;
        let (row_dim, column_dim) = if by_cell {
            if latitude.dims != longitude.dims {
                return Err(format!("`{}` and `{}` have different dimensions", latitude.path, longitude.path));
            }
            let last = latitude.dims.len() - 1;
            (place(latitude, last - 1), place(latitude, last))
        } else {
            (place(latitude, 0), place(longitude, 0))
        };
        match (row_dim, column_dim) {
            (Some(row_dim), Some(column_dim)) if row_dim != column_dim => Ok(Horizontal {
                latitude: latitude.path.clone(),
                longitude: longitude.path.clone(),
                row_dim,
                column_dim,
                placement: if by_cell { Placement::Cells } else { Placement::Axes },
            }),
            _ => Err(format!(
                "`{}` is a series of points, not a grid: `{}` and `{}` run along the same dimension; remap it to rows and columns \
                 (for example with cdo remapnn)",
                self.variable.path, latitude.path, longitude.path
            )),
        }
    }

    /// The axes of a grid mapping: by standard name, by `axis`, by name.
    fn mapped(&self, mapping: &Mapping) -> std::result::Result<Horizontal, String> {
        let axis = |standard: [&str; 3], letter: &str, names: [&str; 8]| {
            let on_own_dim =
                |v: &&Variable| matches!(&v.dims[..], [d] if d.len > 0 && self.dim(&d.name, d.len).is_some());
            let all: Vec<&Variable> = self.visible.iter().map(|(v, _)| *v).filter(on_own_dim).collect();
            let by_standard = all.iter().find(|v| text(v, "standard_name").is_some_and(|s| standard.contains(&s)));
            let by_axis = || all.iter().find(|v| text(v, "axis").is_some_and(|a| a.eq_ignore_ascii_case(letter)));
            let by_name = || all.iter().find(|v| names.contains(&v.name().to_ascii_lowercase().as_str()));
            by_standard.or_else(by_axis).or_else(by_name).copied()
        };
        let x = axis(
            ["projection_x_coordinate", "projection_x_angular_coordinate", "grid_longitude"],
            "X",
            ["x", "rlon", "xc", "easting", "grid_longitude", "lon", "x_0", "west_east"],
        );
        let y = axis(
            ["projection_y_coordinate", "projection_y_angular_coordinate", "grid_latitude"],
            "Y",
            ["y", "rlat", "yc", "northing", "grid_latitude", "lat", "y_0", "south_north"],
        );
        let place = |v: &Variable| v.dims.first().and_then(|d| self.dim(&d.name, d.len));
        match x.zip(y).and_then(|(x, y)| Some((x, y, place(x)?, place(y)?))).filter(|(.., c, r)| c != r) {
            Some((x, y, column_dim, row_dim)) => Ok(Horizontal {
                latitude: y.path.clone(),
                longitude: x.path.clone(),
                row_dim,
                column_dim,
                placement: Placement::Mapped(Box::new(mapping.clone())),
            }),
            None => Err(format!(
                "where `{}` lies is not known: its grid mapping `{}` is `{}`, but no axes x and y of it are there (standard_name \
                 projection_x_coordinate and projection_y_coordinate)",
                self.variable.path, mapping.path, mapping.name
            )),
        }
    }

    /// Positions cell by cell that `coordinates` does not name, beside axes.
    fn unused(&self, horizontal: &Horizontal) -> Option<Horizontal> {
        if horizontal.placement != Placement::Axes {
            return None;
        }
        let by_cell = |v: &Variable| self.is_by_cell(v) && self.evidence(v).is_some_and(|e| e >= Evidence::Units);
        let (latitude, longitude) = (self.surest(Role::Latitude, by_cell)?, self.surest(Role::Longitude, by_cell)?);
        let unused = self.placed(latitude, longitude).ok()?;
        ((unused.row_dim, unused.column_dim) == (horizontal.row_dim, horizontal.column_dim)).then_some(unused)
    }

    fn time(&self, horizontal: &Horizontal) -> std::result::Result<TimeAxis, String> {
        let free = |i: usize| i != horizontal.row_dim && i != horizontal.column_dim;
        let dim_of = |v: &Variable| match &v.dims[..] {
            [d] => self.dim(&d.name, d.len).filter(|i| free(*i)),
            _ => None,
        };
        if let Some(v) = self.surest(Role::Time, |v| dim_of(v).is_some()) {
            return Ok(TimeAxis { dim: dim_of(v), path: Some(v.path.clone()) });
        }
        let in_cells =
            self.surest(Role::Time, |v| v.dims.len() > 1 && v.dims.iter().all(|d| self.dim(&d.name, d.len).is_some()));
        if let Some(v) = in_cells.filter(|v| v.dims.iter().map(|d| d.len).product::<u64>() > 1) {
            let long: Vec<usize> =
                v.dims.iter().filter(|d| d.len > 1).filter_map(|d| self.dim(&d.name, d.len)).collect();
            return match long[..] {
                // forecasts of one run
                [only] if free(only) => Ok(TimeAxis { dim: Some(only), path: Some(v.path.clone()) }),
                _ if long.iter().all(|dim| free(*dim)) => Err(self.runs(v)),
                _ => Err(format!(
                    "`{}` gives the time cell by cell: `{}` is a swath, which can be used for curation only",
                    v.path, self.variable.path
                )),
            };
        }
        if let Some((v, dim)) = self.text_times().find_map(|v| Some((v, self.text_dim(v).filter(|i| free(*i))?))) {
            return Ok(TimeAxis { dim: Some(dim), path: Some(v.path.clone()) });
        }
        let named = self.variable.dims.iter().enumerate().find(|(i, d)| free(*i) && roles::is_time_name(&d.name));
        if let Some((_, dim)) = named.filter(|(_, d)| d.len > 1) {
            return Err(format!(
                "`{}` has {} steps along `{}`, but no variable tells their times, neither in numbers nor as texts",
                self.variable.path, dim.len, dim.name
            ));
        }
        let single = self.surest(Role::Time, |v| v.dims.iter().all(|d| d.len == 1));
        Ok(TimeAxis { dim: named.map(|(i, _)| i), path: single.map(|v| v.path.clone()) })
    }

    /// Variables of texts that may be times: by standard name, by what `coordinates` names, by name.
    fn text_times(&self) -> impl Iterator<Item = &'g Variable> + '_ {
        let rank = |v: &Variable| {
            let standard = text(v, "standard_name") == Some("time");
            let named = roles::is_time_name(v.name());
            (standard || named).then_some((!standard, !is_named(v, &self.coordinates)))
        };
        let mut found: Vec<_> = self.texts.iter().filter_map(|v| Some((rank(v)?, *v))).collect();
        found.sort_by_key(|(rank, v)| (*rank, v.path.clone()));
        found.into_iter().map(|(_, v)| v)
    }

    /// The dimension of the data variable along which texts run: lines of characters have another one behind it.
    fn text_dim(&self, v: &Variable) -> Option<usize> {
        match (&v.dims[..], v.scalar) {
            ([d], ScalarType::Text) | ([d, _], ScalarType::Char) => self.dim(&d.name, d.len),
            _ => None,
        }
    }

    /// Runs of a forecast and their steps: one of them must be chosen.
    fn runs(&self, time: &Variable) -> String {
        let dims: Vec<String> = time.dims.iter().map(|d| format!("`{}` ({})", d.name, d.len)).collect();
        let run = time.dims.first().map_or("time", |d| d.name.as_str());
        format!(
            "`{}` gives the time of `{}` by {}: forecasts of several runs, whose times overlap; choose one run (for example with `ncks -d \
             {run},0 FILE`), or one step of all runs",
            time.path,
            self.variable.path,
            dims.join(" and ")
        )
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
