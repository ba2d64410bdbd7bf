//! Where the cells of a variable lie.
//!
//! The way of the data: the coordinates of the file, in degrees or as the axes of a mapping ([`Positions::read`]) → positions → cells
//! without one ([`unknown`]) and the column at which the grid begins ([`seam`]) → the grid ([`Positions::file_grid`]).

mod seam;
mod unknown;

use eventscape_core::{CoreError, Grid};
use eventscape_formats::{Granule, Remark, Variable};

use super::layout::{Horizontal, Placement};
use super::mapping::Mapping;
use super::numbers::coordinate_values;
use super::roles::{degrees_factor, text};
use crate::subset::parallel;
use crate::{CatalogError, Result};
use seam::{Seam, seam};

/// The positions of a variable's cells as its granule has them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Positions {
    /// Latitude of each row, longitude of each column, degrees.
    Axes { lat: Vec<f64>, lon: Vec<f64> },
    /// Latitude and longitude of each cell, degrees, row-major.
    Cells { lat: Vec<f64>, lon: Vec<f64>, shape: (usize, usize) },
    /// y of each row and x of each column, in what the mapping takes.
    Mapped { y: Vec<f64>, x: Vec<f64>, mapping: Box<Mapping> },
}

/// A grid, and how its columns lie in the file.
#[derive(Clone, Debug)]
pub(crate) struct FileGrid {
    pub(crate) grid: Grid,
    /// The file's columns go west: column `c` of the file is column `nx - 1 - c` of those that go east.
    pub(crate) westward: bool,
    /// The file repeats its first meridian at the end, and the last column is left out.
    pub(crate) left_out_meridian: bool,
    /// The grid begins at this one of the columns that go east.
    pub(crate) first_column: usize,
    /// What the user should be told.
    pub(crate) remarks: Vec<Remark>,
}

impl Positions {
    pub(crate) fn read(granule: &Granule, horizontal: &Horizontal) -> Result<Self> {
        let variable = |path: &str| granule.variable(path);
        let (first, second) = (variable(&horizontal.latitude)?, variable(&horizontal.longitude)?);
        match &horizontal.placement {
            Placement::Axes => Ok(Self::Axes { lat: in_degrees(granule, first)?, lon: in_degrees(granule, second)? }),
            Placement::Cells => {
                let shape = match first.dims[..] {
                    [.., ref rows, ref columns] => (rows.len as usize, columns.len as usize),
                    _ => {
                        return Err(CatalogError::granule(
                            granule.location(),
                            "its positions have no rows and columns",
                        ));
                    }
                };
                let cells = shape.0.saturating_mul(shape.1);
                let (lat, lon) = (once(granule, first, cells)?, once(granule, second, cells)?);
                Ok(Self::Cells { lat, lon, shape })
            }
            Placement::Mapped(mapping) => {
                let axis = |variable: &Variable| -> Result<Vec<f64>> {
                    let wrong = |message: String| CatalogError::granule(granule.location(), message);
                    let factor = mapping.factor(variable).map_err(wrong)?;
                    let values = coordinate_values(granule, variable)?;
                    match values.iter().position(|x| !x.is_finite()) {
                        Some(at) => Err(wrong(format!("number {at} of its axis `{}` is missing", variable.path))),
                        None => Ok(values.into_iter().map(|x| x * factor).collect()),
                    }
                };
                Ok(Self::Mapped { y: axis(first)?, x: axis(second)?, mapping: mapping.clone() })
            }
        }
    }

    /// In what two granules' positions differ, or `None`.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let lists = match (self, other) {
            (Self::Axes { lat, lon }, Self::Axes { lat: lat2, lon: lon2 }) => {
                [("latitude", lat, lat2), ("longitude", lon, lon2)]
            }
            (Self::Cells { lat, lon, shape }, Self::Cells { lat: lat2, lon: lon2, shape: shape2 }) => {
                if shape != shape2 {
                    return Some(format!("the one has the shape {shape:?}, the other {shape2:?}"));
                }
                [("latitude", lat, lat2), ("longitude", lon, lon2)]
            }
            (Self::Mapped { y, x, mapping }, Self::Mapped { y: y2, x: x2, mapping: mapping2 }) => {
                if mapping != mapping2 {
                    return Some(format!("the grid mapping `{}` has other parameters in the other", mapping.name));
                }
                [("y", y, y2), ("x", x, x2)]
            }
            _ => return Some("the one has axes, the other positions cell by cell or a grid mapping".to_owned()),
        };
        for (name, a, b) in lists {
            if a.len() != b.len() {
                return Some(format!("the one has {} {name}s, the other {}", a.len(), b.len()));
            }
            if let Some(i) = a.iter().zip(b).position(|(x, y)| x.to_bits() != y.to_bits()) {
                return Some(format!("{name} number {i} is {} in the one and {} in the other", a[i], b[i]));
            }
        }
        None
    }

    /// Whether positions cell by cell are those of axes, to a thousandth of a degree.
    pub(crate) fn agrees_with_axes(&self, axes: &Self) -> bool {
        let (Self::Cells { lat, lon, shape }, Self::Axes { lat: rows, lon: columns }) = (self, axes) else {
            return false;
        };
        let near = |a: f64, b: f64| ((a - b + 180.0).rem_euclid(360.0) - 180.0).abs() < 1e-3;
        *shape == (rows.len(), columns.len())
            && lat.iter().enumerate().all(|(k, a)| near(*a, rows[k / columns.len()]))
            && lon.iter().enumerate().all(|(k, o)| near(*o, columns[k % columns.len()]))
    }

    pub(crate) fn file_grid(&self, location: &str, keep_repeated_meridian: bool) -> Result<FileGrid> {
        match self {
            Self::Axes { lat, lon } => of_axes(lat, lon, location, keep_repeated_meridian),
            Self::Cells { lat, lon, shape } => of_cells(lat.clone(), lon.clone(), *shape, location),
            Self::Mapped { y, x, mapping } => {
                let wrong = |why: String| CatalogError::granule(location, why);
                if mapping.is_separable() {
                    let (_, lon) = mapping.row(y.first().copied().unwrap_or_default(), x).map_err(wrong)?;
                    let west = x.first().copied().unwrap_or_default();
                    let mut lat = Vec::with_capacity(y.len());
                    for y in y {
                        lat.extend(mapping.row(*y, &[west]).map_err(wrong)?.0);
                    }
                    return of_axes(&lat, &lon, location, keep_repeated_meridian);
                }
                let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
                let rows = parallel::map(y.len(), workers, |row| {
                    mapping.row(y.get(row).copied().unwrap_or_default(), x).map_err(wrong)
                })?;
                let (lat, lon): (Vec<Vec<f64>>, Vec<Vec<f64>>) = rows.into_iter().unzip();
                of_cells(lat.concat(), lon.concat(), (y.len(), x.len()), location)
            }
        }
    }
}

/// A grid of latitudes by longitudes.
fn of_axes(lat: &[f64], lon: &[f64], location: &str, keep_repeated_meridian: bool) -> Result<FileGrid> {
    let mut lon = lon.to_vec();
    let westward = lon.len() > 1 && lon.windows(2).all(|w| w[1] < w[0]);
    if westward {
        lon.reverse();
    }
    let left_out_meridian = match lon[..] {
        [first, _, .., last] if !keep_repeated_meridian => (last - first - 360.0).abs() < 1e-4,
        _ => false,
    };
    if left_out_meridian {
        // going west, the repetition stands first in the file; either of the two may go
        lon.pop();
    }
    let mut remarks = Vec::new();
    let first_column = match seam(&east_going(&lon)) {
        Seam::Start => 0,
        Seam::At(column) => {
            lon.rotate_left(column);
            column
        }
        Seam::Gap(column) => {
            let (west, east) = (lon[column - 1], lon[column]);
            remarks.push(Remark {
                ignored: true,
                text: format!(
                    "there are no longitudes between {west} and {east}: the cells on both sides are taken for neighbours whose edges meet \
                     halfway, so their areas are too large; cut the data in two, or choose one side with --bbox"
                ),
            });
            0
        }
    };
    if let Some(row) = gap(lat) {
        remarks.push(Remark {
            ignored: true,
            text: format!(
                "there are no latitudes between {} and {}: the rows on both sides are taken for neighbours whose edges meet halfway, so \
                 their areas are too large; choose one side with --bbox",
                lat[row - 1],
                lat[row]
            ),
        });
    }
    let grid = Grid::rectilinear(lat.to_vec(), lon).map_err(refused(location))?;
    Ok(FileGrid { grid, westward, left_out_meridian, first_column, remarks })
}

/// A grid of cells with a position each; those without one are outside its domain.
fn of_cells(mut lat: Vec<f64>, mut lon: Vec<f64>, (ny, nx): (usize, usize), location: &str) -> Result<FileGrid> {
    let known = unknown::filled(&mut lat, &mut lon, nx);
    if known.as_ref().is_some_and(|known| !known.contains(&true)) {
        return Err(CatalogError::granule(location, "none of its cells has a position"));
    }
    let grid = Grid::curvilinear(ny, nx, lat, lon).map_err(refused(location))?;
    let mut remarks = Vec::new();
    let grid = match known {
        Some(known) => {
            let without = known.iter().filter(|k| !**k).count();
            let text = format!("{without} of {} cells have no position; they are outside", known.len());
            remarks.push(Remark { ignored: false, text });
            grid.with_domain(known).map_err(refused(location))?
        }
        None => grid,
    };
    Ok(FileGrid { grid, westward: false, left_out_meridian: false, first_column: 0, remarks })
}

fn refused(location: &str) -> impl Fn(CoreError) -> CatalogError {
    move |source| CatalogError::Core { subject: location.to_owned(), source }
}

/// The values of a latitude or longitude, degrees.
fn in_degrees(granule: &Granule, variable: &Variable) -> Result<Vec<f64>> {
    let units = text(variable, "units");
    let factor = degrees_factor(units).ok_or_else(|| {
        CatalogError::granule(
            granule.location(),
            format!(
                "its `{}` has the units `{}`, which are no degrees; correct them, for example with `ncatted -a \
                 units,{},o,c,degrees_north FILE`",
                variable.path,
                units.unwrap_or_default(),
                variable.name()
            ),
        )
    })?;
    let mut values = coordinate_values(granule, variable)?;
    if factor != 1.0 {
        values.iter_mut().for_each(|x| *x *= factor);
    }
    Ok(values)
}

/// Positions cell by cell that may be written for each time: taken once where they are the same.
fn once(granule: &Granule, variable: &Variable, cells: usize) -> Result<Vec<f64>> {
    let mut values = in_degrees(granule, variable)?;
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(x, y)| x == y || (x.is_nan() && y.is_nan()));
    let moves = values.get(..cells).is_some_and(|first| values.chunks(cells.max(1)).any(|other| !same(first, other)));
    if moves {
        return Err(CatalogError::granule(
            granule.location(),
            format!(
                "its `{}` changes with time: a grid that moves cannot be followed; remap it to a fixed grid",
                variable.path
            ),
        ));
    }
    values.truncate(cells);
    Ok(values)
}

/// Longitudes without the drop of 360° at the seam of their convention.
fn east_going(lon: &[f64]) -> Vec<f64> {
    let mut turns = 0.0;
    let mut last = f64::NAN;
    lon.iter()
        .map(|x| {
            if x + turns < last - 180.0 {
                turns += 360.0;
            }
            last = x + turns;
            last
        })
        .collect()
}

/// The row before which latitudes are left out.
fn gap(lat: &[f64]) -> Option<usize> {
    let steps: Vec<f64> = lat.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    // at its ends an axis may have steps of its own: half cells at the poles
    let inner = steps.get(1..steps.len().checked_sub(1)?)?;
    let (widest, step) = inner.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let others = inner.iter().enumerate().filter(|(k, _)| *k != widest).map(|(_, s)| *s).fold(0.0, f64::max);
    (inner.len() > 2 && step > 1.5 * others).then_some(widest + 2)
}
