//! Components on meshes: everything costs a few operations a cell.

use std::mem::MaybeUninit;

use super::bounds::Bounds;
use super::moments::Moments;
use super::statistics::by_areas;
use super::{Measurable, Measures, RangeValues};
use crate::grid::{Mesh, NO_CELL};
use crate::lanes::{GROUP, Isa, bits};
use crate::sphere::{chord_km, near, unit_vector};
use crate::{CellRange, Connectivity, Grid};

type Point = [f64; 3];

/// The cells of a mesh, ready to be measured.
#[derive(Debug)]
pub(crate) struct Graph {
    mesh: Mesh,
    /// Areas, km², and zeros that fill a group.
    areas: Vec<f64>,
    /// What each cell adds to the moments of its component.
    moments: Vec<Moments>,
    /// Cells on the edge of the domain, as bits.
    rim: Vec<u64>,
}

impl Graph {
    /// `None` for a grid of rows and columns.
    pub(super) fn new(grid: &Grid) -> Option<Self> {
        let mesh = grid.mesh()?.clone();
        let inside = |cell: u32| grid.domain().is_none_or(|domain| domain.get(cell as usize) == Some(&true));
        let all = 0..mesh.len() as u32;
        let on_rim = |cell: u32| {
            mesh.is_rim(cell) || mesh.neighbours(cell, Connectivity::Eight).iter().any(|other| !inside(*other))
        };
        let rim: Vec<bool> = all.clone().map(|cell| inside(cell) && on_rim(cell)).collect();
        Some(Self {
            areas: mesh.areas().iter().copied().chain([0.0; GROUP]).collect(),
            moments: all.map(|cell| moments(&mesh, cell)).collect(),
            rim: bits::image(&rim, mesh.len()),
            mesh,
        })
    }

    /// Area of cells `start..end`, km².
    pub(super) fn area(&self, start: u32, end: u32) -> f64 {
        self.areas[start as usize..end as usize].iter().sum()
    }

    /// Whether a cell lies on the edge of the domain.
    pub(super) fn touches_edge(&self, ranges: &[CellRange]) -> bool {
        ranges.iter().any(|range| bits::any(&self.rim, range.start, range.end))
    }

    /// Box of the cells' corners. Longitudes are followed from the first cell's centre, so a component must not reach half
    /// round the globe from there for the box to be the smallest one.
    pub(super) fn bounds(&self, ranges: &[CellRange]) -> Bounds {
        let mut bounds = Bounds { south: 90.0, north: -90.0, west: f64::INFINITY, east: f64::NEG_INFINITY };
        let Some(from) = ranges.first().and_then(|range| self.mesh.lon().get(range.start as usize)) else {
            return Bounds::default();
        };
        for (lat, lon) in ranges.iter().flat_map(|range| range.cells()).flat_map(|cell| self.mesh.ring(cell)) {
            let lon = near(lon, *from);
            bounds.south = bounds.south.min(lat);
            bounds.north = bounds.north.max(lat);
            bounds.west = bounds.west.min(lon);
            bounds.east = bounds.east.max(lon);
        }
        bounds
    }

    /// Length of a cell's edges that lead out of a component, km.
    fn open_edges(&self, cell: u32, ranges: &[CellRange]) -> f64 {
        let corners = self.mesh.corners(cell);
        let next = corners.iter().cycle().skip(1);
        let edges = corners.iter().zip(next).zip(self.mesh.across(cell));
        let open = edges.filter(|(_, other)| **other == NO_CELL || !has(ranges, **other));
        open.map(|((from, to), _)| match (self.mesh.node(*from), self.mesh.node(*to)) {
            (Some(from), Some(to)) => chord_km(unit_vector(from.0, from.1), unit_vector(to.0, to.1)),
            _ => 0.0,
        })
        .sum()
    }
}

/// Whether a set has a cell.
fn has(ranges: &[CellRange], cell: u32) -> bool {
    let after = ranges.partition_point(|range| range.end <= cell);
    ranges.get(after).is_some_and(|range| range.start <= cell)
}

/// The moments of area of a cell: its polygon as flat triangles around the centre, whose second moments about the origin are
/// `A / 12 (Σ v vᵀ + s sᵀ)` over their corners `v` with the sum `s`; scaled to the cell's area. (So they hold the cell's own
/// extent, and [`Moments::east`] and [`Moments::north`] stay 0.)
fn moments(mesh: &Mesh, cell: u32) -> Moments {
    let ring: Vec<Point> = mesh.ring(cell).map(|(lat, lon)| unit_vector(lat, lon)).collect();
    let (lat, lon) = (mesh.lat()[cell as usize], mesh.lon()[cell as usize]);
    let centre = unit_vector(lat, lon);
    let mut sum = Moments::default();
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let area = 0.5 * length(cross(minus(*a, centre), minus(*b, centre)));
        let corners = [centre, *a, *b];
        let total: Point = std::array::from_fn(|d| corners.iter().map(|v| v[d]).sum());
        let second =
            |d: usize, e: usize| area / 12.0 * (corners.iter().map(|v| v[d] * v[e]).sum::<f64>() + total[d] * total[e]);
        sum.area += area;
        sum.x += area * total[0] / 3.0;
        sum.y += area * total[1] / 3.0;
        sum.z += area * total[2] / 3.0;
        sum.xx += second(0, 0);
        sum.xy += second(0, 1);
        sum.yy += second(1, 1);
        sum.xz += second(0, 2);
        sum.yz += second(1, 2);
        sum.zz += second(2, 2);
    }
    let scale = if sum.area > 0.0 { mesh.areas()[cell as usize] / sum.area } else { 0.0 };
    sum.scaled(scale)
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn length(a: Point) -> f64 {
    (a[0] * a[0] + a[1] * a[1] + a[2] * a[2]).sqrt()
}

/// Measures one component and writes its values; as the measures of lattices do.
pub(super) fn measure<T: Measurable>(
    isa: Isa,
    graph: &Graph,
    ranges: &[CellRange],
    source: RangeValues<'_, T>,
    values: &mut [MaybeUninit<T>],
) -> Measures {
    let (mut moments, mut perimeter_km) = (Moments::default(), 0.0);
    for cell in ranges.iter().flat_map(|range| range.cells()) {
        moments.add(&graph.moments[cell as usize]);
        perimeter_km += graph.open_edges(cell, ranges);
    }
    let statistics = by_areas(isa, &graph.areas, ranges, source, values, moments.area);
    let west = ranges.first().map_or(0, |range| range.start);
    let east = ranges.last().map_or(0, |range| range.end);
    Measures { moments, perimeter_km, statistics, west, east }
}
