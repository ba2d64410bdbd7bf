//! Grids: where the cells of a scene lie.

use crate::CoreError;

/// The positions of the cells' centres, degrees, in the file's own order and longitude convention.
#[derive(Clone, Debug, PartialEq)]
pub enum Coordinates {
    /// Latitude depends on the row and longitude on the column alone.
    Rectilinear {
        /// `ny` latitudes, strictly ascending or descending.
        lat: Vec<f64>,
        /// `nx` longitudes, strictly ascending (after unwrapping: a box across ±180° reads `179.5, 180.5 - 360`).
        lon: Vec<f64>,
    },
    /// Both depend on both: `ny * nx` values each, row-major (swaths, rotated poles).
    Curvilinear {
        /// Latitudes.
        lat: Vec<f64>,
        /// Longitudes.
        lon: Vec<f64>,
    },
}

/// A grid of `ny` rows and `nx` columns on the Earth.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    ny: usize,
    nx: usize,
    coordinates: Coordinates,
    periodic: bool,
    /// One entry a cell, `false` outside the job's polygon; `None`: all cells count.
    domain: Option<Vec<bool>>,
}

impl Grid {
    /// A grid of latitudes by longitudes.
    ///
    /// # Errors
    /// [`CoreError::Grid`] where a coordinate is missing, NaN, out of range or not monotonic.
    pub fn rectilinear(lat: Vec<f64>, lon: Vec<f64>) -> Result<Self, CoreError> {
        let (ny, nx) = (lat.len(), lon.len());
        if ny == 0 || nx == 0 {
            return Err(CoreError::Grid(format!("the grid has {ny} latitudes and {nx} longitudes; it needs one of each")));
        }
        Ok(Self { ny, nx, coordinates: Coordinates::Rectilinear { lat, lon }, periodic: false, domain: None })
    }

    /// Number of rows.
    #[must_use]
    pub fn ny(&self) -> usize {
        self.ny
    }

    /// Number of columns.
    #[must_use]
    pub fn nx(&self) -> usize {
        self.nx
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ny * self.nx
    }

    /// Never: a grid has at least one cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The coordinates.
    #[must_use]
    pub fn coordinates(&self) -> &Coordinates {
        &self.coordinates
    }

    /// Whether the last column is the first one's neighbour.
    #[must_use]
    pub fn is_periodic(&self) -> bool {
        self.periodic
    }

    /// Which cells belong to the job's domain, row-major; `None`: all.
    #[must_use]
    pub fn domain(&self) -> Option<&[bool]> {
        self.domain.as_deref()
    }
}
