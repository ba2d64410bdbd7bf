//! Components on grids whose cells are each placed on their own: everything costs a few operations a cell.

use std::mem::MaybeUninit;

use super::bounds::Bounds;
use super::moments::Moments;
use super::statistics::{Portable, Statistics, Sums, add_run, origin};
use super::{EARTH_RADIUS_KM, Measurable, Measures, RunValues};
use crate::detect::{Cell, GROUP, Isa};
use crate::grid::CellAreas;
use crate::{Grid, Run};

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

fn point(lat: f64, lon: f64) -> Point {
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (lat.to_radians().sin_cos(), lon.to_radians().sin_cos());
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn middle(a: Point, b: Point) -> Point {
    [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]), 0.5 * (a[2] + b[2])]
}

fn great_circle_km(a: Point, b: Point) -> f64 {
    let d = minus(a, b);
    let chord = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
    2.0 * EARTH_RADIUS_KM * (0.5 * chord).min(1.0).asin()
}

impl Curvilinear {
    pub(super) fn new(grid: &Grid) -> Self {
        let (ny, nx) = (grid.ny(), grid.nx());
        let cells = || (0..ny).flat_map(|row| (0..nx).map(move |column| (row, column)));
        let areas = match grid.areas() {
            CellAreas::Full { cells, .. } => cells,
            areas @ CellAreas::Separable { .. } => cells().map(|(row, column)| areas.get(row, column)).collect(),
        };
        let corner_degrees = grid.corners();
        Self {
            nx,
            centres: cells().filter_map(|(row, column)| grid.centre(row, column)).map(|c| point(c.0, c.1)).collect(),
            areas: areas.into_iter().chain([0.0; GROUP]).collect(),
            corners: corner_degrees.iter().map(|c| point(c.0, c.1)).collect(),
            corner_degrees,
            periodic: grid.is_periodic(),
        }
    }

    pub(super) fn area(&self, row: u32, start: u32, end: u32) -> f64 {
        let first = row as usize * self.nx;
        self.areas[first + start as usize..first + end as usize].iter().sum()
    }

    /// The corner at an edge between rows and an edge between columns.
    fn corner(&self, row: u32, column: u32) -> Point {
        self.corners[row as usize * (self.nx + 1) + column as usize]
    }

    /// Length of the edges between columns `start..end` along the edge before row `row`, km.
    fn along(&self, row: u32, start: u32, end: u32) -> f64 {
        (start..end).map(|c| great_circle_km(self.corner(row, c), self.corner(row, c + 1))).sum()
    }

    /// Length of a row's edge before column `column`, km.
    fn across(&self, row: u32, column: u32) -> f64 {
        great_circle_km(self.corner(row, column), self.corner(row + 1, column))
    }

    /// Box of the cells' corners. Longitudes are followed from the first cell's centre, so a component must not reach
    /// half round the globe from there for the box to be the smallest one.
    pub(super) fn bounds(&self, runs: &[Run]) -> Bounds {
        let Some(first) = runs.first() else { return Bounds::default() };
        let centre = self.centres[first.row as usize * self.nx + first.start as usize];
        let from = centre[1].atan2(centre[0]).to_degrees();
        let mut bounds = Bounds { south: 90.0, north: -90.0, west: f64::INFINITY, east: f64::NEG_INFINITY };
        for run in runs {
            for row in [run.row, run.row + 1] {
                let line = &self.corner_degrees[row as usize * (self.nx + 1)..];
                for (lat, lon) in &line[run.start as usize..=run.end as usize] {
                    let lon = from + (lon - from + 180.0).rem_euclid(360.0) - 180.0;
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

    fn shape_of(&self, runs: &[Run]) -> (Moments, f64, u32, u32) {
        let (mut moments, mut perimeter) = (Moments::default(), 0.0);
        let (mut west, mut east) = (u32::MAX, 0);
        let mut above: &[Run] = &[];
        for here in runs.chunk_by(|a, b| a.row == b.row) {
            let row = here[0].row;
            for run in here {
                (run.start..run.end).for_each(|column| self.add_cell(row, column, &mut moments));
                perimeter += self.along(row, run.start, run.end) + self.along(row + 1, run.start, run.end);
                perimeter += self.across(row, run.start) + self.across(row, run.end);
                west = west.min(run.start);
                east = east.max(run.end);
            }
            let ends = (here[0].start, here[here.len() - 1].end);
            if self.periodic && ends == (0, self.nx as u32) {
                perimeter -= self.across(row, ends.0) + self.across(row, ends.1);
            }
            if above.first().is_some_and(|run| run.row + 1 == row) {
                perimeter -= 2.0 * self.shared(above, here);
            }
            above = here;
        }
        (moments, perimeter.max(0.0), west, east)
    }

    /// Length of the edges that two rows of runs share, km.
    fn shared(&self, above: &[Run], here: &[Run]) -> f64 {
        let (mut i, mut k) = (0, 0);
        let mut length = 0.0;
        while let (Some(a), Some(b)) = (above.get(i), here.get(k)) {
            length += self.along(b.row, a.start.max(b.start), a.end.min(b.end));
            i += usize::from(a.end <= b.end);
            k += usize::from(b.end <= a.end);
        }
        length
    }
}

/// Measures one component and writes its values; as the rectilinear measure does.
pub(super) fn measure<T: Measurable>(
    isa: Isa,
    grid: &Curvilinear,
    runs: &[Run],
    source: RunValues<'_, T>,
    values: &mut [MaybeUninit<T>],
) -> Measures {
    let (moments, perimeter_km, west, east) = grid.shape_of(runs);
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        fn wide<T: Measurable>(
            grid: &Curvilinear,
            runs: &[Run],
            source: RunValues<'_, T>,
            values: &mut [MaybeUninit<T>],
            area: f64,
        ) -> Statistics {
            statistics::<T, T::Wide>(grid, runs, source, values, area)
        }
        if isa == Isa::Avx2 {
            // SAFETY: `Isa::best` makes `Avx2` only where the processor has all these features.
            let statistics = unsafe { wide(grid, runs, source, values, moments.area) };
            return Measures { moments, perimeter_km, statistics, west, east };
        }
    }
    let _ = isa;
    let statistics = statistics::<T, Portable<T>>(grid, runs, source, values, moments.area);
    Measures { moments, perimeter_km, statistics, west, east }
}

#[inline(always)]
fn statistics<T: Cell, S: Sums<T>>(
    grid: &Curvilinear,
    runs: &[Run],
    source: RunValues<'_, T>,
    values: &mut [MaybeUninit<T>],
    area: f64,
) -> Statistics {
    let origin = origin(source.first());
    let mut sums = S::starting_at(source.first(), origin);
    let mut at = 0;
    for (k, run) in runs.iter().enumerate() {
        let cells = run.cells() as usize;
        let areas = &grid.areas[run.row as usize * grid.nx + run.start as usize..];
        add_run(&mut sums, cells, source.of_run(k), areas, &mut values[at..]);
        at += cells;
    }
    sums.end_row(1.0);
    Statistics::of(&sums.by_place(), origin, area)
}
