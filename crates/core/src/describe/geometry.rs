//! The measures of a grid's cells, prepared once a job.

use std::mem::MaybeUninit;

use super::convention::Convention;
use super::graph::{self, Graph};
use super::lattice::cell_box::cell_box;
use super::lattice::curvilinear::{self, Curvilinear};
use super::lattice::rectilinear::{self, Rectilinear};
use super::{Measurable, Measures, RangeValues};
use crate::cells::{count, rows};
use crate::lanes::{GROUP, Isa, bits};
use crate::{CellBox, CellRange, CoreError, Description, Grid};

/// What detection must know of a grid's cells to describe components.
#[derive(Debug)]
pub(crate) struct Geometry {
    nx: u32,
    ny: u32,
    periodic: bool,
    convention: Convention,
    cells: Measured,
    /// Cells of the domain that touch one outside it, as bits, all rows; `None`: all cells are of the domain.
    rim: Option<Vec<u64>>,
}

#[derive(Debug)]
enum Measured {
    Rectilinear(Rectilinear),
    Curvilinear(Curvilinear),
    Graph(Graph),
}

impl Geometry {
    /// # Errors
    /// [`CoreError::Grid`] for a grid without cells.
    pub(crate) fn new(grid: &Grid) -> Result<Self, CoreError> {
        if grid.is_empty() {
            return Err(CoreError::Grid("the grid has no cells".to_owned()));
        }
        let (nx, ny) = (grid.nx(), grid.ny());
        Ok(Self {
            nx: nx as u32,
            ny: ny as u32,
            periodic: grid.is_periodic(),
            convention: Convention::of(grid),
            cells: match (Rectilinear::new(grid), Graph::new(grid)) {
                (Some(cells), _) => Measured::Rectilinear(cells),
                (_, Some(cells)) => Measured::Graph(cells),
                (None, None) => Measured::Curvilinear(Curvilinear::new(grid)),
            },
            rim: grid.domain().map(|domain| bits::rim(&bits::image(domain, nx), nx, grid.is_periodic())),
        })
    }

    /// Area of columns `start..end` of a row, km².
    pub(crate) fn area(&self, row: u32, start: u32, end: u32) -> f64 {
        match &self.cells {
            Measured::Rectilinear(cells) => cells.area(row, start, end),
            Measured::Curvilinear(cells) => cells.area(row, start, end),
            Measured::Graph(cells) => cells.area(start, end),
        }
    }

    /// Describes a component and appends its values, in the order of its cells.
    pub(crate) fn describe<T: Measurable>(
        &self,
        isa: Isa,
        ranges: &[CellRange],
        source: RangeValues<'_, T>,
        values: &mut Vec<T>,
    ) -> (CellBox, Description) {
        let cells = count(ranges) as usize;
        values.reserve(cells + GROUP);
        let described = self.describe_into(isa, ranges, source, values.spare_capacity_mut());
        // SAFETY: `describe_into` wrote a value for each of the cells.
        unsafe { values.set_len(values.len() + cells) };
        described
    }

    /// Describes a component (of one cell at least) and writes its values, in the order of its cells. `values` has
    /// room for at least [`GROUP`] cells more, which may be written to as well.
    pub(crate) fn describe_into<T: Measurable>(
        &self,
        isa: Isa,
        ranges: &[CellRange],
        source: RangeValues<'_, T>,
        values: &mut [MaybeUninit<T>],
    ) -> (CellBox, Description) {
        let measures = match &self.cells {
            Measured::Rectilinear(cells) => rectilinear::measure(isa, cells, ranges, source, values),
            Measured::Curvilinear(cells) => curvilinear::measure(isa, cells, ranges, source, values),
            Measured::Graph(cells) => graph::measure(isa, cells, ranges, source, values),
        };
        let cell_box = cell_box(ranges, self.nx, self.periodic, measures.west, measures.east);
        (cell_box, self.description(ranges, &measures, &cell_box))
    }

    fn description(&self, ranges: &[CellRange], measures: &Measures, cell_box: &CellBox) -> Description {
        let bounds = match &self.cells {
            Measured::Rectilinear(cells) => cells.bounds(cell_box),
            Measured::Curvilinear(cells) => cells.bounds(ranges),
            Measured::Graph(cells) => cells.bounds(ranges),
        };
        let (west, east) = self.convention.span(bounds.west, bounds.east);
        let shape = measures.moments.shape(0.5 * (bounds.west + bounds.east));
        let statistics = measures.statistics;
        Description {
            area_km2: measures.moments.area,
            centroid_lat: shape.lat,
            centroid_lon: self.convention.fold(shape.lon),
            south: bounds.south,
            north: bounds.north,
            west,
            east,
            min: statistics.min,
            mean: statistics.mean,
            max: statistics.max,
            std_dev: statistics.std_dev,
            perimeter_km: measures.perimeter_km,
            major_axis_km: shape.major_km,
            minor_axis_km: shape.minor_km,
            eccentricity: shape.eccentricity,
            orientation_deg: shape.orientation_deg,
            touches_edge: self.touches_edge(ranges, measures, cell_box),
        }
    }

    fn touches_edge(&self, ranges: &[CellRange], measures: &Measures, cell_box: &CellBox) -> bool {
        if let Measured::Graph(cells) = &self.cells {
            return cells.touches_edge(ranges);
        }
        let words = bits::words(self.nx as usize);
        cell_box.row0 == 0
            || cell_box.row1 == self.ny
            || (!self.periodic && (measures.west == 0 || measures.east == self.nx))
            || self.rim.as_ref().is_some_and(|rim| {
                rows(ranges, self.nx).any(|row| {
                    let rim = &rim[row.row as usize * words..][..words];
                    row.columns().any(|columns| bits::any(rim, columns.start, columns.end))
                })
            })
    }
}
