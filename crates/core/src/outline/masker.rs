//! From shapes to the components of a scene.

use std::sync::Arc;

use super::columns::Columns;
use super::extent::Extent;
use super::shape::{Kind, Shape};
use super::{polygons, quadrants};
use crate::describe::{Geometry, RangeValues};
use crate::grid::Coordinates;
use crate::lanes::{GROUP, Isa};
use crate::sphere::{Polygon, distance_km, east_of, eastward};
use crate::{CellRange, Cells, Component, CoreError, Grid, SceneComponents, Timestamp, Values};

/// Finds the cells of shapes on a grid and describes them. Made once a job, shared by all threads.
#[derive(Debug)]
pub struct Masker<'g> {
    grid: &'g Grid,
    columns: Columns,
    geometry: Geometry,
    isa: Isa,
    /// The value of every cell, for as many cells as a row has and some more.
    values: Vec<f32>,
    edges: Option<[f64; 4]>,
}

/// The components of a scene with the phenomena that they are of.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedScene {
    /// The components, one for each phenomenon that has a cell. Unlike detected ones they need not be connected, and may
    /// share cells.
    pub components: SceneComponents,
    /// The phenomenon of each component.
    pub phenomena: Vec<u32>,
    /// The cells of each component.
    pub(super) cells: Vec<Arc<Cells>>,
    /// Number of cells that belong to more than one phenomenon.
    pub shared_cells: u64,
}

impl<'g> Masker<'g> {
    /// Prepares a grid. Every masked cell gets `value`.
    ///
    /// # Errors
    /// [`CoreError::Grid`] for a grid without cells or with 2³² cells or more.
    pub fn new(grid: &'g Grid, value: f64) -> Result<Self, CoreError> {
        if u32::try_from(grid.len()).is_err() {
            return Err(CoreError::Grid(format!("the grid has {} cells; cells are counted in 32 bits", grid.len())));
        }
        let columns = Columns::of(grid);
        let edges = columns.bounds();
        Ok(Self {
            grid,
            columns,
            geometry: Geometry::new(grid)?,
            isa: Isa::best(),
            values: vec![value as f32; grid.nx().next_multiple_of(GROUP) + 2 * GROUP],
            edges,
        })
    }

    /// Whether the box around a shape meets that of the grid; a shape that does not has no cell.
    #[must_use]
    pub fn may_touch(&self, shape: &Shape) -> bool {
        let Some([west, south, east, north]) = self.edges else { return true };
        let extent = Extent::of(shape);
        // the shape begins in the grid, or the grid in the shape
        let apart = |from: f64, to: f64, width: f64| east_of(to, from) > width;
        let beside = apart(west, extent.west, east - west) && apart(extent.west, west, extent.width);
        extent.north >= south && extent.south <= north && !beside
    }

    /// The cells of shapes taken together: those whose centres lie inside, and that belong to the grid's domain.
    ///
    /// Where no centre lies inside because the shapes are too small, the one cell that holds a point of theirs (a storm's
    /// centre; a point in the largest polygon), so that nothing is lost. Empty where they lie outside the grid.
    #[must_use]
    pub fn cells(&self, shapes: &[&Shape]) -> Cells {
        let mut found = Vec::new();
        for shape in shapes {
            match &shape.0 {
                Kind::Polygons(all) => all.iter().for_each(|rings| {
                    polygons::cells_inside(self.grid, &self.columns, &Polygon::new(rings), &mut found)
                }),
                Kind::Quadrants(area) => quadrants::cells_inside(self.grid, &self.columns, area, &mut found),
            }
        }
        if found.is_empty() {
            let point = shapes.iter().find_map(|shape| match &shape.0 {
                Kind::Polygons(all) => polygons::representative(all),
                Kind::Quadrants(area) => Some((area.lat, area.lon)),
            });
            found.extend(point.and_then(|(lat, lon)| self.cell_at(lat, lon)));
        }
        self.in_domain(Cells::joined(found, self.grid.nx() as u32))
    }

    /// The components of a scene from the cells of its phenomena; those without cells are left out. Labels are in row-major
    /// order of first cells, that of the phenomena among equals.
    #[must_use]
    pub fn scene(&self, time: Timestamp, mut phenomena: Vec<(u32, Arc<Cells>)>) -> MaskedScene {
        phenomena.retain(|(_, cells)| !cells.is_empty());
        phenomena.sort_by_key(|(phenomenon, cells)| (cells.first().copied(), *phenomenon));
        let mut components = Vec::with_capacity(phenomena.len());
        let (mut ranges, mut values): (Vec<CellRange>, Vec<f32>) = (Vec::new(), Vec::new());
        for (number, (_, own)) in phenomena.iter().enumerate() {
            let starts = vec![0; own.len()];
            let source = RangeValues { starts: &starts, gathered: &self.values[..] };
            let first = (ranges.len(), values.len());
            let (cell_box, description) = self.geometry.describe(self.isa, own, source, &mut values);
            ranges.extend_from_slice(own);
            components.push(Component {
                label: number as u32 + 1,
                cells: own.count(),
                ranges: first.0..ranges.len(),
                values: first.1..values.len(),
                cell_box,
                description,
            });
        }
        let shared_cells = cells_of_several(&phenomena);
        let (phenomena, cells) = phenomena.into_iter().unzip();
        let scene = SceneComponents {
            time,
            detected: components.len() as u32,
            components,
            ranges,
            values: Values::F32(values),
            missing: Cells::default(),
            valid_cells: self.grid.len() as u64,
        };
        MaskedScene { components: scene, phenomena, cells, shared_cells }
    }

    /// The cell that holds a point.
    fn cell_at(&self, lat: f64, lon: f64) -> Option<CellRange> {
        let (row, column) = match (&self.columns, self.grid.coordinates()) {
            (Columns::Straight { edges, lat_edges, .. }, _) => {
                let row = lat_edges
                    .windows(2)
                    .position(|pair| (pair[0].min(pair[1])..=pair[0].max(pair[1])).contains(&lat))?;
                let west = *edges.first()?;
                let lon = eastward(lon, west);
                (row, edges.partition_point(|edge| *edge <= lon).checked_sub(1).filter(|c| *c < self.grid.nx())?)
            }
            (Columns::Free, Coordinates::Curvilinear { lat: lats, lon: lons }) => {
                let far = |cell: usize| distance_km((lats[cell], lons[cell]), (lat, lon));
                let nearest = (0..lats.len()).min_by(|a, b| far(*a).total_cmp(&far(*b)))?;
                let (row, column) = (nearest / self.grid.nx(), nearest % self.grid.nx());
                // no farther than the next centre
                let beside = if column > 0 { nearest - 1 } else { (nearest + 1).min(lats.len() - 1) };
                let step = distance_km((lats[nearest], lons[nearest]), (lats[beside], lons[beside]));
                (far(nearest) <= step).then_some((row, column))?
            }
            (Columns::Free, Coordinates::Mesh(mesh)) => {
                let far = |cell: u32| self.grid.centre_of(cell).map_or(f64::INFINITY, |c| distance_km(c, (lat, lon)));
                let nearest = (0..mesh.len() as u32).min_by(|a, b| far(*a).total_cmp(&far(*b)))?;
                // no farther than the farthest corner
                let centre = self.grid.centre_of(nearest)?;
                let reach = mesh.ring(nearest).map(|corner| distance_km(centre, corner)).fold(0.0, f64::max);
                (far(nearest) <= reach).then_some((0, nearest as usize))?
            }
            (Columns::Free, Coordinates::Rectilinear { .. }) => return None,
        };
        let cell = (row * self.grid.nx() + column) as u32;
        Some(CellRange { start: cell, end: cell + 1 })
    }

    /// The cells that belong to the grid's domain.
    fn in_domain(&self, cells: Cells) -> Cells {
        let Some(domain) = self.grid.domain() else { return cells };
        Cells::of(cells.cells().filter(|cell| domain[*cell as usize]), self.grid.nx() as u32)
    }
}

/// Number of cells that belong to more than one phenomenon.
fn cells_of_several(phenomena: &[(u32, Arc<Cells>)]) -> u64 {
    let ranges = phenomena.iter().flat_map(|(_, cells)| cells.iter());
    let mut steps: Vec<(u32, i32)> = ranges.flat_map(|range| [(range.start, 1), (range.end, -1)]).collect();
    // at one cell ranges end before others begin
    steps.sort_unstable();
    let (mut depth, mut cells) = (0, 0);
    for pair in steps.windows(2) {
        depth += pair[0].1;
        if depth > 1 {
            cells += u64::from(pair[1].0 - pair[0].0);
        }
    }
    cells
}
