//! The grid of a variable.

use eventscape_core::Grid;
use eventscape_formats::Granule;

use super::layout::Horizontal;
use super::numbers::coordinate_values;
use crate::{CatalogError, Result};

/// The positions of a variable's cells as its granule has them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Positions {
    pub(crate) lat: Vec<f64>,
    pub(crate) lon: Vec<f64>,
    /// Rows and columns where both depend on both.
    pub(crate) shape: Option<(usize, usize)>,
}

/// A grid, and how its columns lie in the file.
#[derive(Clone, Debug)]
pub(crate) struct FileGrid {
    pub(crate) grid: Grid,
    /// The file's columns go west: column `c` of the grid is the file's `nx - 1 - c`.
    pub(crate) westward: bool,
    /// The file repeats its first meridian at the end, and the last column is left out.
    pub(crate) left_out_meridian: bool,
}

impl Positions {
    pub(crate) fn read(granule: &Granule, horizontal: &Horizontal) -> Result<Self> {
        let latitude = granule.variable(&horizontal.latitude)?;
        let lat = coordinate_values(granule, latitude)?;
        let lon = coordinate_values(granule, granule.variable(&horizontal.longitude)?)?;
        let shape = match &latitude.dims[..] {
            [rows, columns] if horizontal.curvilinear => Some((rows.len as usize, columns.len as usize)),
            _ => None,
        };
        Ok(Self { lat, lon, shape })
    }

    /// In what two granules' positions differ, or `None`.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        for (name, a, b) in [("latitude", &self.lat, &other.lat), ("longitude", &self.lon, &other.lon)] {
            if a.len() != b.len() {
                return Some(format!("the one has {} {name}s, the other {}", a.len(), b.len()));
            }
            if let Some(i) = a.iter().zip(b).position(|(x, y)| x.to_bits() != y.to_bits()) {
                return Some(format!("{name} number {i} is {} in the one and {} in the other", a[i], b[i]));
            }
        }
        (self.shape != other.shape)
            .then(|| format!("the one has the shape {:?}, the other {:?}", self.shape, other.shape))
    }

    pub(crate) fn file_grid(&self, location: &str, keep_repeated_meridian: bool) -> Result<FileGrid> {
        let core = |source| CatalogError::Core { subject: location.to_owned(), source };
        if let Some((ny, nx)) = self.shape {
            let grid = Grid::curvilinear(ny, nx, self.lat.clone(), self.lon.clone()).map_err(core)?;
            return Ok(FileGrid { grid, westward: false, left_out_meridian: false });
        }
        let mut lon = self.lon.clone();
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
        let grid = Grid::rectilinear(self.lat.clone(), lon).map_err(core)?;
        Ok(FileGrid { grid, westward, left_out_meridian })
    }
}
