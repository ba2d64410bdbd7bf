//! Grids: where the cells of a scene lie.

#![allow(clippy::single_range_in_vec_init, reason = "the columns of a window are one range, or two")]

mod areas;
mod domain;
mod lattice;
mod mesh;

pub use areas::CellAreas;
pub use domain::{Domain, Window};
pub use mesh::{Mesh, NO_CELL};

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::sphere::unwrapped;
use crate::{CellRange, Cells, Connectivity, CoreError};

/// The positions of the cells' centres, degrees, in the file's own order and longitude convention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coordinates {
    /// Latitude depends on the row and longitude on the column alone.
    Rectilinear {
        /// `ny` latitudes, strictly ascending or descending.
        lat: Vec<f64>,
        /// `nx` longitudes going east; across the seam of the convention they drop by 360 (`179.5, -179.5`).
        lon: Vec<f64>,
    },
    /// Both depend on both: `ny * nx` values each, row-major (rotated poles, tripolar oceans).
    Curvilinear {
        /// Latitudes.
        lat: Vec<f64>,
        /// Longitudes.
        lon: Vec<f64>,
    },
    /// One row of cells whose neighbours come from a table (HEALPix, unstructured meshes).
    Mesh(Box<Mesh>),
}

impl Coordinates {
    /// The latitudes, as many as the kind has: of rows, or of cells.
    #[must_use]
    pub fn latitudes(&self) -> &[f64] {
        match self {
            Self::Rectilinear { lat, .. } | Self::Curvilinear { lat, .. } => lat,
            Self::Mesh(mesh) => mesh.lat(),
        }
    }

    /// The longitudes, as many as the kind has: of columns, or of cells.
    #[must_use]
    pub fn longitudes(&self) -> &[f64] {
        match self {
            Self::Rectilinear { lon, .. } | Self::Curvilinear { lon, .. } => lon,
            Self::Mesh(mesh) => mesh.lon(),
        }
    }
}

/// A grid of `ny` rows and `nx` columns on the Earth, or of one row of cells that are joined as a graph.
///
/// ```
/// use eventscape_core::{Connectivity, Grid};
///
/// let grid = Grid::rectilinear(vec![10.0, 11.0], vec![20.0, 21.0, 22.0])?;
/// assert_eq!((grid.ny(), grid.nx(), grid.len()), (2, 3, 6));
/// assert_eq!(grid.centre(1, 2), Some((11.0, 22.0)));
/// assert_eq!(grid.neighbours(5, Connectivity::Eight), [1, 2, 4]);
/// assert_eq!(grid.lon_edges().unwrap()[0], 19.5);
/// # Ok::<(), eventscape_core::CoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Grid {
    ny: usize,
    nx: usize,
    coordinates: Coordinates,
    periodic: bool,
    /// One entry a cell, `false` outside the job's polygon; `None`: all cells count.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "domain_as_runs")]
    domain: Option<Vec<bool>>,
}

/// Lengths of the runs of cells outside and inside the domain, in turn, beginning outside.
fn domain_as_runs<S: serde::Serializer>(domain: &Option<Vec<bool>>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut runs: Vec<usize> = vec![0];
    for inside in domain.iter().flatten() {
        let is_inside_run = runs.len().is_multiple_of(2);
        match runs.last_mut() {
            Some(run) if is_inside_run == *inside => *run += 1,
            _ => runs.push(1),
        }
    }
    runs.serialize(serializer)
}

/// What a stored grid consists of, before it is checked.
#[derive(Deserialize)]
struct Parts {
    ny: usize,
    nx: usize,
    coordinates: Coordinates,
    periodic: bool,
    #[serde(default)]
    domain: Option<Vec<usize>>,
}

impl TryFrom<Parts> for Grid {
    type Error = CoreError;

    fn try_from(parts: Parts) -> Result<Self, CoreError> {
        let grid = match parts.coordinates {
            Coordinates::Rectilinear { lat, lon } => Self::rectilinear(lat, lon)?,
            Coordinates::Curvilinear { lat, lon } => Self::curvilinear(parts.ny, parts.nx, lat, lon)?,
            Coordinates::Mesh(mesh) => Self::from(*mesh),
        };
        let grid = grid.with_periodic(parts.periodic);
        match parts.domain {
            Some(runs) => {
                let cells = runs.iter().try_fold(0usize, |sum, run| sum.checked_add(*run));
                if cells != Some(grid.len()) {
                    return Err(CoreError::Grid(format!(
                        "the stored domain does not have the {} cells of its grid",
                        grid.len()
                    )));
                }
                let parts = runs.iter().enumerate().flat_map(|(k, run)| std::iter::repeat_n(k % 2 == 1, *run));
                grid.with_domain(parts.collect())
            }
            None => Ok(grid),
        }
    }
}

impl From<Mesh> for Grid {
    /// The grid of a mesh: one row of its cells.
    fn from(mesh: Mesh) -> Self {
        Self { ny: 1, nx: mesh.len(), coordinates: Coordinates::Mesh(Box::new(mesh)), periodic: false, domain: None }
    }
}

impl Grid {
    /// A grid of latitudes by longitudes. It is periodic if its columns go once round the globe.
    ///
    /// # Errors
    /// [`CoreError::Grid`] where a coordinate is missing, NaN, out of range or not monotonic.
    pub fn rectilinear(lat: Vec<f64>, lon: Vec<f64>) -> Result<Self, CoreError> {
        let (ny, nx) = (lat.len(), lon.len());
        if ny == 0 || nx == 0 {
            return Err(CoreError::Grid(format!(
                "the grid has {ny} latitudes and {nx} longitudes; it needs one of each"
            )));
        }
        check_range("latitude", &lat, 90.0)?;
        check_range("longitude", &lon, 720.0)?;
        check_monotonic("latitude", &lat, false)?;
        let straight = unwrapped(&lon);
        check_monotonic("longitude", &straight, true)?;
        let lon_edges = lattice::edges(&straight);
        let (span, step) = (lon_edges[nx] - lon_edges[0], (lon_edges[nx] - lon_edges[0]) / nx as f64);
        if span > 360.0 + 1.5 * step {
            return Err(CoreError::Grid(format!("the longitudes cover {span}°, more than once round the globe")));
        }
        let periodic = nx > 1 && (span - 360.0).abs() < 0.5 * step;
        Ok(Self { ny, nx, coordinates: Coordinates::Rectilinear { lat, lon }, periodic, domain: None })
    }

    /// A grid whose latitudes and longitudes are both given cell by cell, `ny * nx` each, row-major. It is not periodic
    /// unless told so.
    ///
    /// # Errors
    /// [`CoreError::Grid`] where the sizes do not fit, or a coordinate is NaN or out of range.
    pub fn curvilinear(ny: usize, nx: usize, lat: Vec<f64>, lon: Vec<f64>) -> Result<Self, CoreError> {
        if ny == 0 || nx == 0 {
            return Err(CoreError::Grid(format!("the grid has {ny} rows and {nx} columns; it needs one of each")));
        }
        if ny.checked_mul(nx).is_none_or(|cells| lat.len() != cells || lon.len() != cells) {
            return Err(CoreError::Grid(format!(
                "the grid of {ny} rows and {nx} columns has {} latitudes and {} longitudes",
                lat.len(),
                lon.len()
            )));
        }
        check_range("latitude", &lat, 90.0)?;
        check_range("longitude", &lon, 720.0)?;
        Ok(Self { ny, nx, coordinates: Coordinates::Curvilinear { lat, lon }, periodic: false, domain: None })
    }

    /// The same grid, with the last column the first one's neighbour or not.
    #[must_use]
    pub fn with_periodic(mut self, periodic: bool) -> Self {
        self.periodic = periodic && self.nx > 1 && self.mesh().is_none();
        self
    }

    /// The same grid, with only some of its cells belonging to the job (`true`), row-major.
    ///
    /// # Errors
    /// [`CoreError::Grid`] where the number of entries is not that of the cells; [`CoreError::Domain`] where no cell is
    /// left.
    pub fn with_domain(mut self, domain: Vec<bool>) -> Result<Self, CoreError> {
        if domain.len() != self.len() {
            return Err(CoreError::Grid(format!("the domain has {} entries for {} cells", domain.len(), self.len())));
        }
        if !domain.contains(&true) {
            return Err(CoreError::Domain("no cell's centre lies in the polygon; use a larger one".to_owned()));
        }
        self.domain = domain.contains(&false).then_some(domain);
        Ok(self)
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

    /// Latitude and longitude of a cell's centre, degrees, in the grid's convention; `None` outside the grid.
    #[must_use]
    pub fn centre(&self, row: usize, col: usize) -> Option<(f64, f64)> {
        if row >= self.ny || col >= self.nx {
            return None;
        }
        match &self.coordinates {
            Coordinates::Rectilinear { lat, lon } => Some((lat[row], lon[col])),
            Coordinates::Curvilinear { lat, lon } => Some((lat[row * self.nx + col], lon[row * self.nx + col])),
            Coordinates::Mesh(mesh) => Some((mesh.lat()[col], mesh.lon()[col])),
        }
    }

    /// The mesh, where the cells are joined as a graph.
    #[must_use]
    pub fn mesh(&self) -> Option<&Mesh> {
        match &self.coordinates {
            Coordinates::Mesh(mesh) => Some(mesh),
            Coordinates::Rectilinear { .. } | Coordinates::Curvilinear { .. } => None,
        }
    }

    /// Refuses a mesh for what needs rows and columns.
    ///
    /// # Errors
    /// [`CoreError::Grid`], which names `what`.
    pub fn need_rows_and_columns(&self, what: &str) -> Result<(), CoreError> {
        match self.mesh() {
            None => Ok(()),
            Some(mesh) => Err(CoreError::Grid(format!(
                "{what} needs a grid of rows and columns; this one is a mesh of {} cells",
                mesh.len()
            ))),
        }
    }

    /// The cells that touch a cell, ascending.
    #[must_use]
    pub fn neighbours(&self, cell: u32, connectivity: Connectivity) -> Vec<u32> {
        match self.mesh() {
            Some(mesh) => mesh.neighbours(cell, connectivity).to_vec(),
            None => lattice::neighbours(cell, (self.ny, self.nx), self.periodic, connectivity),
        }
    }

    /// The corners of a cell as (latitude, longitude), degrees, in the order in which its edges join them; longitudes may be
    /// turns away from the centre's. For many cells of a lattice take [`Grid::corners`], which this computes anew.
    #[must_use]
    pub fn ring(&self, cell: u32) -> Vec<(f64, f64)> {
        if let Some(mesh) = self.mesh() {
            return mesh.ring(cell).collect();
        }
        let (corners, (row, column)) = (self.corners(), self.place_of(cell));
        let at = row * (self.nx + 1) + column;
        let four = [at, at + 1, at + self.nx + 2, at + self.nx + 1];
        four.into_iter().filter_map(|corner| corners.get(corner).copied()).collect()
    }

    /// Row and column of a cell.
    #[must_use]
    pub fn place_of(&self, cell: u32) -> (usize, usize) {
        (cell as usize / self.nx, cell as usize % self.nx)
    }

    /// [`Grid::centre`] of a cell that is given by its number.
    #[must_use]
    pub fn centre_of(&self, cell: u32) -> Option<(f64, f64)> {
        let (row, column) = self.place_of(cell);
        self.centre(row, column)
    }

    /// The cells outside the job's domain.
    #[must_use]
    pub fn outside_domain(&self) -> Cells {
        let Some(domain) = &self.domain else { return Cells::default() };
        let mut outside = Vec::new();
        let mut start = 0;
        for part in domain.chunks(self.nx).flat_map(|row| row.chunk_by(|a, b| a == b)) {
            let end = start + part.len() as u32;
            if part.first() == Some(&false) {
                outside.push(CellRange { start, end });
            }
            start = end;
        }
        Cells::ascending(outside)
    }

    /// The `ny + 1` latitudes of the rows' edges (midpoints, at most ±90); `None` on other than rectilinear grids.
    #[must_use]
    pub fn lat_edges(&self) -> Option<Vec<f64>> {
        match &self.coordinates {
            Coordinates::Rectilinear { lat, .. } => {
                Some(lattice::edges(lat).into_iter().map(|e| e.clamp(-90.0, 90.0)).collect())
            }
            Coordinates::Curvilinear { .. } | Coordinates::Mesh(_) => None,
        }
    }

    /// The `nx + 1` longitudes of the columns' edges, ascending without a drop at the seam (so some may lie outside the
    /// grid's convention); on a periodic grid the last is the first + 360. `None` on other than rectilinear grids.
    #[must_use]
    pub fn lon_edges(&self) -> Option<Vec<f64>> {
        match &self.coordinates {
            Coordinates::Rectilinear { lon, .. } => {
                let centres = unwrapped(lon);
                let mut edges = lattice::edges(&centres);
                if self.periodic
                    && let ([west, .., east], [first, .., last]) = (centres.as_slice(), edges.as_mut_slice())
                {
                    // one edge, seen from both ends
                    *last = 0.5 * (east + west + 360.0);
                    *first = *last - 360.0;
                }
                Some(edges)
            }
            Coordinates::Curvilinear { .. } | Coordinates::Mesh(_) => None,
        }
    }

    /// The `(ny + 1) * (nx + 1)` corners of the cells as (latitude, longitude), row-major; longitudes without jumps along
    /// each row of corners. Of a mesh, its nodes in their own order.
    #[must_use]
    pub fn corners(&self) -> Vec<(f64, f64)> {
        match (&self.coordinates, self.lat_edges(), self.lon_edges()) {
            (Coordinates::Curvilinear { lat, lon }, ..) => lattice::corners(self.ny, self.nx, lat, lon),
            (Coordinates::Mesh(mesh), ..) => mesh.nodes().to_vec(),
            (_, Some(lat), Some(lon)) => lat.iter().flat_map(|a| lon.iter().map(|o| (*a, *o))).collect(),
            _ => Vec::new(),
        }
    }

    /// The areas of the cells on the WGS 84 ellipsoid. Computed anew at each call: keep it.
    #[must_use]
    pub fn areas(&self) -> CellAreas {
        CellAreas::of(self)
    }

    /// The part of the grid in some rows and columns (column ranges from west to east), domain included.
    ///
    /// # Errors
    /// [`CoreError::Grid`] where a range is empty or ends past the grid.
    pub fn window(&self, window: &Window) -> Result<Self, CoreError> {
        if self.mesh().is_some() {
            let whole = window.rows == (0..1) && window.columns == [0..self.nx];
            let why = "a mesh is not cut into parts: its cells lie in no order of rows and columns";
            return if whole { Ok(self.clone()) } else { Err(CoreError::Grid(why.to_owned())) };
        }
        let (rows, columns) = (&window.rows, &window.columns);
        let inside = |r: &Range<usize>, n: usize| r.start < r.end && r.end <= n;
        if !inside(rows, self.ny) || columns.is_empty() || !columns.iter().all(|c| inside(c, self.nx)) {
            return Err(CoreError::Grid(format!(
                "rows {rows:?} and columns {columns:?} are not a part of a grid of {} rows and {} columns",
                self.ny, self.nx
            )));
        }
        let nx = columns.iter().map(ExactSizeIterator::len).sum();
        let cut = |values: &[f64]| -> Vec<f64> {
            rows.clone()
                .flat_map(|r| columns.iter().flat_map(move |c| values[r * self.nx..][c.clone()].to_vec()))
                .collect()
        };
        let grid = match &self.coordinates {
            Coordinates::Rectilinear { lat, lon } => Self::rectilinear(
                lat[rows.clone()].to_vec(),
                columns.iter().flat_map(|c| lon[c.clone()].iter().copied()).collect(),
            )?,
            Coordinates::Curvilinear { lat, lon } => Self::curvilinear(rows.len(), nx, cut(lat), cut(lon))?,
            Coordinates::Mesh(_) => self.clone(),
        };
        let grid = grid.with_periodic(self.periodic && nx == self.nx);
        match &self.domain {
            Some(domain) => grid.with_domain(
                rows.clone()
                    .flat_map(|r| columns.iter().flat_map(move |c| domain[r * self.nx..][c.clone()].iter().copied()))
                    .collect(),
            ),
            None => Ok(grid),
        }
    }
}

fn check_range(name: &str, values: &[f64], limit: f64) -> Result<(), CoreError> {
    // float32 coordinates may pass a pole by a rounding error
    match values.iter().position(|v| v.is_nan() || v.abs() > limit + 1e-4) {
        Some(at) => Err(CoreError::Grid(format!(
            "{name} number {at} of the grid is {}; it must lie between -{limit} and {limit}",
            values[at]
        ))),
        None => Ok(()),
    }
}

fn check_monotonic(name: &str, values: &[f64], ascending: bool) -> Result<(), CoreError> {
    let up = ascending || values.first() < values.last();
    match values.windows(2).position(|v| if up { v[0] >= v[1] } else { v[0] <= v[1] }) {
        Some(at) => Err(CoreError::Grid(format!(
            "{name} number {} of the grid is {} after {}; they must go {}, each once",
            at + 1,
            values[at + 1],
            values[at],
            if ascending { "east" } else { "one way" }
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
