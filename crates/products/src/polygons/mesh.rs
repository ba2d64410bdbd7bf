//! The corners of a grid's cells, and outlines that run along them.

use eventscape_core::cells::{CellRow, rows};
use eventscape_core::grid::Mesh as Graph;
use eventscape_core::{CellRange, Grid};

use super::columns::{Columns, join_touching};
use super::cut::cut;
use super::graph;
use super::shape::{Outline, Point, Polygon, Ring};
use super::trace::{Corner, Part, steps, trace};

/// Draws outlines on one grid. Make it once a job: it holds the corners of the cells.
pub struct Outliner {
    nx: u32,
    mesh: Mesh,
}

enum Mesh {
    /// Straight columns and rows.
    Lines { columns: Columns, lat: Vec<f64> },
    /// `ny + 1` by `nx + 1` corners.
    Corners { periodic: bool, corners: Vec<Point> },
    /// The nodes of a graph.
    Graph { graph: Box<Graph>, nodes: Vec<Point> },
}

impl Outliner {
    /// An outliner for a grid.
    #[must_use]
    pub fn new(grid: &Grid) -> Self {
        let mesh = match (grid.lat_edges(), grid.lon_edges()) {
            (Some(lat), Some(lon)) => {
                let sizes = lat.windows(2).chain(lon.windows(2)).map(|pair| (pair[1] - pair[0]).abs());
                let round = rounding(smallest(sizes));
                let mut columns = Columns::new(&lon, grid.is_periodic());
                columns.round(round);
                Mesh::Lines { columns, lat: lat.into_iter().map(round).collect() }
            }
            _ => {
                let corners: Vec<Point> = grid.corners().into_iter().map(|(lat, lon)| [lon, lat]).collect();
                let sizes = corners.windows(2).map(|pair| (pair[1][1] - pair[0][1]).hypot(pair[1][0] - pair[0][0]));
                let round = rounding(smallest(sizes));
                let corners = corners.into_iter().map(|p| p.map(round)).collect();
                match grid.mesh() {
                    Some(graph) => Mesh::Graph { graph: Box::new(graph.clone()), nodes: corners },
                    None => Mesh::Corners { periodic: grid.is_periodic(), corners },
                }
            }
        };
        Self { nx: grid.nx() as u32, mesh }
    }

    /// The outline of a set of cells.
    #[must_use]
    pub fn outline(&self, cells: &[CellRange]) -> Outline {
        let nx = self.nx;
        let polygons = match &self.mesh {
            Mesh::Lines { columns, lat } => {
                let upward = lat.last() > lat.first();
                let point = |c: &Corner| [columns.edges()[c.col as usize], lat[c.line as usize]];
                let ring = |corners: &Vec<Corner>| turned(corners.iter().map(point).collect(), upward);
                let parts = match columns.is_plain() {
                    true => trace(cells, nx, steps),
                    false => trace(cells, nx, |row, out| columns.lay_out(row, out)),
                };
                parts
                    .iter()
                    .map(|part| Polygon { shell: ring(&part.shell), holes: part.holes.iter().map(ring).collect() })
                    .collect()
            }
            Mesh::Corners { periodic, corners } => {
                let shift = if *periodic { free_column(cells, nx) } else { 0 };
                let across = nx as usize;
                let point = |c: Corner| {
                    let col = (c.col + shift) as usize;
                    corners[c.line as usize * (across + 1) + if col > across { col - across } else { col }]
                };
                let parts = match shift {
                    0 => trace(cells, nx, steps),
                    _ => trace(cells, nx, |row, out| shifted(row, shift, nx, out)),
                };
                parts.iter().flat_map(|part| cut_part(part, point)).collect()
            }
            Mesh::Graph { graph, nodes } => graph::outline(graph, nodes, cells),
        };
        Outline { polygons }
    }
}

/// A column without a cell, from which a periodic grid can be unrolled; 0 where there is none.
fn free_column(cells: &[CellRange], nx: u32) -> u32 {
    let mut changes = vec![0_i64; nx as usize + 1];
    for columns in rows(cells, nx).flat_map(|row| row.columns()) {
        changes[columns.start as usize] += 1;
        changes[columns.end as usize] -= 1;
    }
    let covered = changes.iter().scan(0, |depth, change| {
        *depth += change;
        Some(*depth)
    });
    covered.take(nx as usize).position(|depth| depth == 0).unwrap_or(0) as u32
}

/// Where a row steps in and out, counted from another column of a periodic grid (one without a cell).
fn shifted(row: CellRow<'_>, shift: u32, nx: u32, out: &mut Vec<u32>) {
    for columns in row.columns() {
        let start = (columns.start + nx - shift) % nx;
        out.extend([start, start + columns.end - columns.start]);
    }
    join_touching(out);
}

/// The polygons of a part whose corners lie anywhere on the Earth.
fn cut_part(part: &Part, point: impl Fn(Corner) -> Point) -> Vec<Polygon> {
    let rings: Vec<Ring> =
        std::iter::once(&part.shell).chain(&part.holes).map(|ring| every_corner(ring).map(&point).collect()).collect();
    let mirrored = part.shell.first().is_some_and(|c| is_mirrored(*c, &point));
    cut(&rings.into_iter().map(|ring| turned(ring, mirrored)).collect::<Vec<_>>())
}

/// All corners along a ring, those where it goes straight on too: a row of a curvilinear grid is no straight line.
pub(crate) fn every_corner(ring: &[Corner]) -> impl Iterator<Item = Corner> {
    ring.iter().zip(ring.iter().cycle().skip(1)).flat_map(|(from, to)| {
        let steps = from.line.abs_diff(to.line) + from.col.abs_diff(to.col);
        let (line, col) = (i64::from(to.line) - i64::from(from.line), i64::from(to.col) - i64::from(from.col));
        (0..steps).map(move |k| Corner {
            line: (i64::from(from.line) + line.signum() * i64::from(k)) as u32,
            col: (i64::from(from.col) + col.signum() * i64::from(k)) as u32,
        })
    })
}

/// Whether rows go up, seen from outside the Earth with columns going right. The first corner of a shell is the upper
/// left one of a cell.
fn is_mirrored(c: Corner, point: impl Fn(Corner) -> Point) -> bool {
    let at = |line: u32, col: u32| {
        let [lon, lat] = point(Corner { line, col }).map(f64::to_radians);
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (a, below, across) = (at(c.line, c.col), at(c.line + 1, c.col), at(c.line + 1, c.col + 1));
    let cross = [
        below[1] * across[2] - below[2] * across[1],
        below[2] * across[0] - below[0] * across[2],
        below[0] * across[1] - below[1] * across[0],
    ];
    a[0] * cross[0] + a[1] * cross[1] + a[2] * cross[2] < 0.0
}

fn turned(mut ring: Ring, turn: bool) -> Ring {
    if turn {
        ring.reverse();
    }
    ring
}

fn smallest(sizes: impl Iterator<Item = f64>) -> f64 {
    sizes.filter(|size| *size > 0.0).fold(f64::INFINITY, f64::min)
}

/// Rounds to 7 decimals, or to 12 where cells are small; never gives a negative zero.
fn rounding(smallest_cell: f64) -> impl Fn(f64) -> f64 + Copy {
    let factor = if smallest_cell < 1e-4 { 1e12 } else { 1e7 };
    move |x: f64| (x * factor).round() / factor + 0.0
}
