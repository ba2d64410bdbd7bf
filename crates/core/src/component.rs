//! What detection finds in one scene: connected regions, as sets of cells.

use std::ops::Range;

use crate::{CellRange, Cells, Timestamp, Values};

/// Which cells of a grid touch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Connectivity {
    /// Cells that share an edge (TOS2CA's connectivity 1).
    Four,
    /// Cells that share an edge or a corner (TOS2CA's connectivity 2, and its service's default).
    #[default]
    Eight,
}

/// The smallest box of cells around a component: rows `row0..row1`, columns `col0..col1`.
///
/// On a periodic grid a box that crosses the seam has `col1 > nx`: columns are taken modulo `nx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CellBox {
    /// First row.
    pub row0: u32,
    /// First column.
    pub col0: u32,
    /// One past the last row.
    pub row1: u32,
    /// One past the last column; above `nx` where the box crosses the seam.
    pub col1: u32,
}

/// What a component is like, measured on the ellipsoid (areas) and the sphere (positions and lengths).
///
/// Statistics of the value weigh each cell by its area.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Description {
    /// Area of the cells on the WGS 84 ellipsoid, km².
    pub area_km2: f64,
    /// Latitude of the area-weighted centroid on the sphere, degrees north; that of a long arc of a parallel lies poleward of
    /// the arc.
    pub centroid_lat: f64,
    /// Longitude of the centroid, degrees east, in the grid's own convention.
    pub centroid_lon: f64,
    /// Southern edge of the cells, degrees north.
    pub south: f64,
    /// Northern edge of the cells, degrees north.
    pub north: f64,
    /// Western edge of the cells, degrees east, in the grid's own convention.
    pub west: f64,
    /// Eastern edge of the cells; smaller than `west` where the component crosses the seam of the convention.
    pub east: f64,
    /// Smallest value.
    pub min: f64,
    /// Area-weighted mean of the values.
    pub mean: f64,
    /// Largest value.
    pub max: f64,
    /// Area-weighted population standard deviation of the values.
    pub std_dev: f64,
    /// Length of the cells' outer and inner edges, km.
    pub perimeter_km: f64,
    /// Full length of the major axis of the ellipse with the same second moments, km.
    pub major_axis_km: f64,
    /// Full length of the minor axis, km.
    pub minor_axis_km: f64,
    /// `sqrt(1 - (minor/major)²)`, 0 for a circle.
    pub eccentricity: f64,
    /// Direction of the major axis, degrees clockwise from north, in `0..180`.
    pub orientation_deg: f64,
    /// Whether a cell lies on the edge of the domain (of the grid, of the job's polygon; not the seam of a periodic grid).
    pub touches_edge: bool,
}

/// A connected region of cells that meet the condition, in one scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Number of the component among all of the scene (those dropped for their size included), from 1, in row-major
    /// order of their first cells.
    pub label: u32,
    /// Number of cells.
    pub cells: u32,
    /// Where its cells lie in [`SceneComponents::ranges`].
    pub ranges: Range<usize>,
    /// Where its values lie in [`SceneComponents::values`].
    pub values: Range<usize>,
    /// The cells' bounding box.
    pub cell_box: CellBox,
    /// Its measures.
    pub description: Description,
}

/// The components of one scene that are kept (large enough), in the order of their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneComponents {
    /// The time of the scene.
    pub time: Timestamp,
    /// The kept components, by ascending label.
    pub components: Vec<Component>,
    /// The cells of all kept components: by component, then ascending.
    pub ranges: Vec<CellRange>,
    /// The tracked variable's values in the order of the ranges' cells.
    pub values: Values,
    /// The cells that are missing in the input; empty where the detector does not keep them.
    pub missing: Cells,
    /// Number of components before those below the minimum size were dropped.
    pub detected: u32,
    /// Number of cells with a value.
    pub valid_cells: u64,
}

impl Component {
    /// A component before its cells are sorted and it is measured.
    pub(crate) fn unmeasured(label: u32, cells: u32) -> Self {
        Self {
            label,
            cells,
            ranges: 0..0,
            values: 0..0,
            cell_box: CellBox { row0: 0, col0: 0, row1: 0, col1: 0 },
            description: Description::default(),
        }
    }
}

impl SceneComponents {
    /// The cells of one component, ascending.
    #[must_use]
    pub fn cells_of(&self, component: &Component) -> &[CellRange] {
        self.ranges.get(component.ranges.clone()).unwrap_or_default()
    }
}

/// The error of an [`EventSource`], whatever lies behind it.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// A stored sequence of [`SceneComponents`], one for each scene of the job in time order. Products stream over it, so
/// that memory does not grow with the length of the job.
pub trait EventSource: Send + Sync {
    /// Number of scenes.
    fn scenes(&self) -> usize;

    /// Reads the components of scene `index`.
    ///
    /// # Errors
    /// Whatever the store says: damaged, gone, index past the end.
    fn read(&self, index: usize) -> Result<SceneComponents, SourceError>;
}

impl EventSource for [SceneComponents] {
    fn scenes(&self) -> usize {
        self.len()
    }

    fn read(&self, index: usize) -> Result<SceneComponents, SourceError> {
        self.get(index).cloned().ok_or_else(|| format!("there is no scene {index} among {}", self.len()).into())
    }
}
