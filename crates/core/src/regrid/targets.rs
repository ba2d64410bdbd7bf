//! The cells of the mask that values are brought to.

use crate::grid::Coordinates;
use crate::sphere::near;
use crate::{CoreError, Grid};

/// A mask's grid with the edges of its cells at hand.
#[derive(Clone, Debug)]
pub struct Targets<'a> {
    grid: &'a Grid,
    edges: Edges,
}

#[derive(Clone, Debug)]
enum Edges {
    Straight {
        lat: Vec<f64>,
        lon: Vec<f64>,
    },
    Corners(Vec<(f64, f64)>),
    /// Each cell has its own.
    Mesh,
}

/// A cell: its centre and the box around it, degrees; `east >= west`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) south: f64,
    pub(super) north: f64,
    pub(super) west: f64,
    pub(super) east: f64,
}

impl<'a> Targets<'a> {
    /// The cells of a grid.
    #[must_use]
    pub fn new(grid: &'a Grid) -> Self {
        let edges = match (grid.lat_edges(), grid.lon_edges()) {
            (Some(lat), Some(lon)) => Edges::Straight { lat, lon },
            _ if grid.mesh().is_some() => Edges::Mesh,
            _ => Edges::Corners(grid.corners()),
        };
        Self { grid, edges }
    }

    /// The grid.
    #[must_use]
    pub fn grid(&self) -> &'a Grid {
        self.grid
    }

    /// Whether a cell's latitudes depend on its row alone, and its longitudes on its column.
    pub(super) fn is_separable(&self) -> bool {
        matches!(self.grid.coordinates(), Coordinates::Rectilinear { .. })
    }

    /// The error for a cell that is not on the grid.
    pub(super) fn outside(&self, cell: u32) -> CoreError {
        let cells = self.grid.len();
        CoreError::Grid(format!("cell {cell} is not on the mask's grid, which has {cells} cells"))
    }

    pub(super) fn cell(&self, cell: u32) -> Option<Cell> {
        let (r, c) = self.grid.place_of(cell);
        let (lat, lon) = self.grid.centre(r, c)?;
        let (south, north, west, east) = match &self.edges {
            Edges::Straight { lat, lon } => {
                let (a, b) = (*lat.get(r)?, *lat.get(r + 1)?);
                (a.min(b), a.max(b), *lon.get(c)?, *lon.get(c + 1)?)
            }
            Edges::Corners(corners) => {
                let across = self.grid.nx() + 1;
                let at = r * across + c;
                let four = [at, at + 1, at + across, at + across + 1].map(|k| corners.get(k).copied());
                let mut around = Vec::with_capacity(4);
                for corner in four {
                    around.push(corner?);
                }
                bounds(around, lon)
            }
            Edges::Mesh => bounds(self.grid.ring(cell), lon),
        };
        Some(Cell { lat, lon, south, north, west, east })
    }
}

/// South, north, west and east of corners, with longitudes near `lon`: corners may lie on the other side of the seam.
fn bounds(corners: impl IntoIterator<Item = (f64, f64)>, lon: f64) -> (f64, f64, f64, f64) {
    let (mut south, mut north, mut west, mut east) = (90.0f64, -90.0f64, f64::INFINITY, f64::NEG_INFINITY);
    for (a, o) in corners {
        let o = near(o, lon);
        (south, north) = (south.min(a), north.max(a));
        (west, east) = (west.min(o), east.max(o));
    }
    (south, north, west, east)
}
