//! Grids that are graphs: cells of any number of corners, whose neighbours come from a table.

mod build;

use serde::{Deserialize, Serialize};

use crate::{Connectivity, CoreError};

/// No cell lies across an edge.
pub const NO_CELL: u32 = u32::MAX;

/// A mesh on the Earth: one row of cells, each a polygon of great circles between nodes (UGRID's faces; HEALPix pixels and
/// icosahedral cells can be given so).
///
/// Cells are neighbours where they share an edge, that is two nodes, or a corner, that is one node. So nodes that lie at one
/// place must be one node.
///
/// ```
/// use eventscape_core::{Connectivity, grid::Mesh};
///
/// // two triangles on the equator that share the edge between nodes 1 and 2
/// let nodes = vec![(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 2.0)];
/// let mesh = Mesh::new(nodes, &[vec![0, 1, 2], vec![1, 3, 2]])?;
/// assert_eq!(mesh.len(), 2);
/// assert_eq!(mesh.neighbours(0, Connectivity::Four), [1]);
/// # Ok::<(), eventscape_core::CoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Mesh {
    /// Latitude and longitude of each node, degrees.
    nodes: Vec<(f64, f64)>,
    /// The corners of cell `k` are `corners[starts[k]..starts[k + 1]]`, counterclockwise seen from outside the Earth.
    starts: Vec<u32>,
    corners: Vec<u32>,
    /// For each corner, the cell across the edge to the next corner.
    across: Vec<u32>,
    by_edge: Table,
    by_corner: Table,
    lat: Vec<f64>,
    lon: Vec<f64>,
    areas: Vec<f64>,
}

/// A list of cells for each cell, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
struct Table {
    starts: Vec<u32>,
    cells: Vec<u32>,
}

impl Table {
    fn of(&self, cell: u32) -> &[u32] {
        part(&self.starts, &self.cells, cell)
    }
}

fn part<'a>(starts: &[u32], all: &'a [u32], cell: u32) -> &'a [u32] {
    match (starts.get(cell as usize), starts.get(cell as usize + 1)) {
        (Some(from), Some(to)) => all.get(*from as usize..*to as usize).unwrap_or_default(),
        _ => &[],
    }
}

/// What a mesh is stored as.
#[derive(Clone, Serialize, Deserialize)]
struct Parts {
    nodes: Vec<(f64, f64)>,
    cells: Vec<Vec<u32>>,
}

impl From<Mesh> for Parts {
    fn from(mesh: Mesh) -> Self {
        let cells = (0..mesh.len() as u32).map(|cell| mesh.corners(cell).to_vec()).collect();
        Self { nodes: mesh.nodes, cells }
    }
}

impl TryFrom<Parts> for Mesh {
    type Error = CoreError;

    fn try_from(parts: Parts) -> Result<Self, CoreError> {
        Self::new(parts.nodes, &parts.cells)
    }
}

impl Mesh {
    /// A mesh of nodes (latitude, longitude; degrees) and cells, each a list of the nodes at its corners in the order in which
    /// its edges join them, either way round. A cell must be smaller than half of the Earth.
    ///
    /// The centre of a cell is the mean direction of its corners.
    ///
    /// # Errors
    /// [`CoreError::Grid`] where there is no cell or there are 2³² or more, a node is not on the Earth, a cell has fewer than
    /// three corners or names a node that is not there, or an edge belongs to more than two cells.
    pub fn new(nodes: Vec<(f64, f64)>, cells: &[Vec<u32>]) -> Result<Self, CoreError> {
        build::mesh(nodes, cells)
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lat.len()
    }

    /// Never: a mesh has at least one cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lat.is_empty()
    }

    /// Latitudes of the cells' centres, degrees.
    #[must_use]
    pub fn lat(&self) -> &[f64] {
        &self.lat
    }

    /// Longitudes of the cells' centres, degrees in -180..=180.
    #[must_use]
    pub fn lon(&self) -> &[f64] {
        &self.lon
    }

    /// Areas of the cells on the WGS 84 ellipsoid, km².
    #[must_use]
    pub fn areas(&self) -> &[f64] {
        &self.areas
    }

    /// The nodes at the corners of a cell, counterclockwise; empty for a cell that is not there.
    #[must_use]
    pub fn corners(&self, cell: u32) -> &[u32] {
        part(&self.starts, &self.corners, cell)
    }

    /// For each corner of a cell, the cell across the edge from there to the next corner; [`NO_CELL`] at the rim of the mesh.
    #[must_use]
    pub fn across(&self, cell: u32) -> &[u32] {
        part(&self.starts, &self.across, cell)
    }

    /// Latitude and longitude of each node, degrees.
    #[must_use]
    pub fn nodes(&self) -> &[(f64, f64)] {
        &self.nodes
    }

    /// Latitude and longitude of a node, degrees.
    #[must_use]
    pub fn node(&self, node: u32) -> Option<(f64, f64)> {
        self.nodes.get(node as usize).copied()
    }

    /// The corners of a cell as (latitude, longitude), degrees, counterclockwise and open.
    pub fn ring(&self, cell: u32) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.corners(cell).iter().filter_map(|node| self.node(*node))
    }

    /// The cells that touch a cell, ascending: by edges alone, or by edges and corners.
    #[must_use]
    pub fn neighbours(&self, cell: u32, connectivity: Connectivity) -> &[u32] {
        match connectivity {
            Connectivity::Four => self.by_edge.of(cell),
            Connectivity::Eight => self.by_corner.of(cell),
        }
    }

    /// Whether an edge of a cell has no cell on its other side.
    #[must_use]
    pub fn is_rim(&self, cell: u32) -> bool {
        self.across(cell).contains(&NO_CELL)
    }

    /// The most corners that a cell has.
    #[must_use]
    pub fn most_corners(&self) -> usize {
        (0..self.len() as u32).map(|cell| self.corners(cell).len()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
