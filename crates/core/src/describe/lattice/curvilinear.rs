//! Components on grids whose cells are each placed on their own: everything costs a few operations a cell.

use std::mem::MaybeUninit;

use crate::cells::{CellRow, rows};
use crate::describe::bounds::Bounds;
use crate::describe::moments::Moments;
use crate::describe::statistics::by_areas;
use crate::describe::{Measurable, Measures, RangeValues};
use crate::grid::CellAreas;
use crate::lanes::{GROUP, Isa};
use crate::sphere::{chord_km, near, unit_vector};
use crate::{CellRange, Grid};

type Point = [f64; 3];

/// A curvilinear grid's cells.
#[derive(Debug)]
pub(crate) struct Curvilinear {
    nx: usize,
    /// Centres on the unit sphere.
    centres: Vec<Point>,
    /// Areas, km², and zeros that fill a group.
    areas: Vec<f64>,
    /// Corners on the unit sphere, `nx + 1` a row.
    corners: Vec<Point>,
    /// Corners as (latitude, longitude), degrees.
    corner_degrees: Vec<(f64, f64)>,
    periodic: bool,
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn middle(a: Point, b: Point) -> Point {
    [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]), 0.5 * (a[2] + b[2])]
}

impl Curvilinear {
    pub(in crate::describe) fn new(grid: &Grid) -> Self {
        let (ny, nx) = (grid.ny(), grid.nx());
        let cells = || (0..ny).flat_map(|row| (0..nx).map(move |column| (row, column)));
        let areas = match grid.areas() {
            CellAreas::Full { cells, .. } => cells,
            areas @ CellAreas::Separable { .. } => cells().map(|(row, column)| areas.get(row, column)).collect(),
        };
        let corner_degrees = grid.corners();
        Self {
            nx,
            centres: cells()
                .filter_map(|(row, column)| grid.centre(row, column))
                .map(|c| unit_vector(c.0, c.1))
                .collect(),
            areas: areas.into_iter().chain([0.0; GROUP]).collect(),
            corners: corner_degrees.iter().map(|c| unit_vector(c.0, c.1)).collect(),
            corner_degrees,
            periodic: grid.is_periodic(),
        }
    }

    pub(in crate::describe) fn area(&self, row: u32, start: u32, end: u32) -> f64 {
        let first = row as usize * self.nx;
        self.areas[first + start as usize..first + end as usize].iter().sum()
    }

    /// The corner at an edge between rows and an edge between columns.
    fn corner(&self, row: u32, column: u32) -> Point {
        self.corners[row as usize * (self.nx + 1) + column as usize]
    }

    /// Length of the edges between columns `start..end` along the edge before row `row`, km.
    fn along(&self, row: u32, start: u32, end: u32) -> f64 {
        (start..end).map(|c| chord_km(self.corner(row, c), self.corner(row, c + 1))).sum()
    }

    /// Length of a row's edge before column `column`, km.
    fn across(&self, row: u32, column: u32) -> f64 {
        chord_km(self.corner(row, column), self.corner(row + 1, column))
    }

    /// Box of the cells' corners. Longitudes are followed from the first cell's centre, so a component must not reach
    /// half round the globe from there for the box to be the smallest one.
    pub(in crate::describe) fn bounds(&self, ranges: &[CellRange]) -> Bounds {
        let Some(first) = ranges.first() else { return Bounds::default() };
        let centre = self.centres[first.start as usize];
        let from = centre[1].atan2(centre[0]).to_degrees();
        let mut bounds = Bounds { south: 90.0, north: -90.0, west: f64::INFINITY, east: f64::NEG_INFINITY };
        for (row, columns) in rows(ranges, self.nx as u32).flat_map(|row| row.columns().map(move |c| (row.row, c))) {
            for row in [row, row + 1] {
                let line = &self.corner_degrees[row as usize * (self.nx + 1)..];
                for (lat, lon) in &line[columns.start as usize..=columns.end as usize] {
                    let lon = near(*lon, from);
                    bounds.south = bounds.south.min(*lat);
                    bounds.north = bounds.north.max(*lat);
                    bounds.west = bounds.west.min(lon);
                    bounds.east = bounds.east.max(lon);
                }
            }
        }
        bounds
    }

    fn add_cell(&self, row: u32, column: u32, m: &mut Moments) {
        let cell = row as usize * self.nx + column as usize;
        let (area, p) = (self.areas[cell], self.centres[cell]);
        let corners = [
            self.corner(row, column),
            self.corner(row, column + 1),
            self.corner(row + 1, column),
            self.corner(row + 1, column + 1),
        ];
        // A cell's extents along its rows and columns add a twelfth of their squares to the moments of its centre.
        let u = minus(middle(corners[1], corners[3]), middle(corners[0], corners[2]));
        let v = minus(middle(corners[2], corners[3]), middle(corners[0], corners[1]));
        let moment = |a: usize, b: usize| area * (p[a] * p[b] + (u[a] * u[b] + v[a] * v[b]) / 12.0);
        m.area += area;
        m.x += area * p[0];
        m.y += area * p[1];
        m.z += area * p[2];
        m.xx += moment(0, 0);
        m.xy += moment(0, 1);
        m.yy += moment(1, 1);
        m.xz += moment(0, 2);
        m.yz += moment(1, 2);
        m.zz += moment(2, 2);
    }

    fn shape_of(&self, ranges: &[CellRange]) -> (Moments, f64, u32, u32) {
        let (mut moments, mut perimeter) = (Moments::default(), 0.0);
        let (mut west, mut east) = (u32::MAX, 0);
        let mut above: Option<CellRow<'_>> = None;
        for here in rows(ranges, self.nx as u32) {
            let row = here.row;
            let (mut first, mut last) = (u32::MAX, 0);
            for columns in here.columns() {
                let (start, end) = (columns.start, columns.end);
                columns.for_each(|column| self.add_cell(row, column, &mut moments));
                perimeter += self.along(row, start, end) + self.along(row + 1, start, end);
                perimeter += self.across(row, start) + self.across(row, end);
                (first, last) = (first.min(start), last.max(end));
            }
            (west, east) = (west.min(first), east.max(last));
            if self.periodic && (first, last) == (0, self.nx as u32) {
                perimeter -= self.across(row, first) + self.across(row, last);
            }
            if let Some(above) = above.filter(|above| above.row + 1 == row) {
                perimeter -= 2.0 * self.shared(above, here);
            }
            above = Some(here);
        }
        (moments, perimeter.max(0.0), west, east)
    }

    /// Length of the edges that two rows share, km.
    fn shared(&self, above: CellRow<'_>, here: CellRow<'_>) -> f64 {
        let (mut i, mut k) = (0, 0);
        let mut length = 0.0;
        let column = |row: CellRow<'_>, range: &CellRange| (range.start - row.first, range.end - row.first);
        while let (Some(a), Some(b)) = (above.ranges.get(i), here.ranges.get(k)) {
            let (a, b) = (column(above, a), column(here, b));
            length += self.along(here.row, a.0.max(b.0), a.1.min(b.1));
            i += usize::from(a.1 <= b.1);
            k += usize::from(b.1 <= a.1);
        }
        length
    }
}

/// Measures one component and writes its values; as the rectilinear measure does.
pub(in crate::describe) fn measure<T: Measurable>(
    isa: Isa,
    grid: &Curvilinear,
    ranges: &[CellRange],
    source: RangeValues<'_, T>,
    values: &mut [MaybeUninit<T>],
) -> Measures {
    let (moments, perimeter_km, west, east) = grid.shape_of(ranges);
    let statistics = by_areas(isa, &grid.areas, ranges, source, values, moments.area);
    Measures { moments, perimeter_km, statistics, west, east }
}
