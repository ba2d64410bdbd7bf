//! The corners of a grid's cells, and outlines that run along them.

use eventscape_core::{Grid, Run};

use super::columns::{Columns, merge_touching};
use super::cut::cut;
use super::shape::{Outline, Point, Polygon, Ring};
use super::trace::{Corner, Part, trace};

/// Draws outlines on one grid. Make it once a job: it holds the corners of the cells.
pub struct Outliner {
    mesh: Mesh,
}

enum Mesh {
    /// Straight columns and rows.
    Lines { columns: Columns, lat: Vec<f64> },
    /// `ny + 1` by `nx + 1` corners.
    Corners { nx: usize, periodic: bool, corners: Vec<Point> },
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
                Mesh::Corners { nx: grid.nx(), periodic: grid.is_periodic(), corners }
            }
        };
        Self { mesh }
    }

    /// The outline of a set of cells, given as runs (row-major, as a component has them).
    #[must_use]
    pub fn outline(&self, runs: &[Run]) -> Outline {
        let polygons = match &self.mesh {
            Mesh::Lines { columns, lat } => {
                let laid_out = columns.lay_out(runs);
                let upward = lat.last() > lat.first();
                let point = |c: &Corner| [columns.edges()[c.col as usize], lat[c.line as usize]];
                let ring = |corners: &Vec<Corner>| turned(corners.iter().map(point).collect(), upward);
                let parts = trace(laid_out.as_deref().unwrap_or(runs));
                parts
                    .iter()
                    .map(|part| Polygon { shell: ring(&part.shell), holes: part.holes.iter().map(ring).collect() })
                    .collect()
            }
            Mesh::Corners { nx, periodic, corners } => {
                let shift = if *periodic { free_column(runs, *nx) } else { 0 };
                let turned = (shift > 0).then(|| shifted(runs, shift as u32, *nx as u32));
                let point = |c: Corner| {
                    let col = c.col as usize + shift;
                    corners[c.line as usize * (nx + 1) + if col > *nx { col - nx } else { col }]
                };
                let parts = trace(turned.as_deref().unwrap_or(runs));
                parts.iter().flat_map(|part| cut_part(part, point)).collect()
            }
        };
        Outline { polygons }
    }
}

/// A column that the runs leave free, from which a periodic grid can be unrolled; 0 where there is none.
fn free_column(runs: &[Run], nx: usize) -> usize {
    let mut changes = vec![0_i64; nx + 1];
    for run in runs {
        changes[run.start as usize] += 1;
        changes[run.end as usize] -= 1;
    }
    let covered = changes.iter().scan(0, |depth, change| {
        *depth += change;
        Some(*depth)
    });
    covered.take(nx).position(|depth| depth == 0).unwrap_or(0)
}

/// Runs counted from another column of a periodic grid (one that no run covers), merged where they touch.
fn shifted(runs: &[Run], shift: u32, nx: u32) -> Vec<Run> {
    let mut shifted: Vec<Run> = runs
        .iter()
        .map(|run| {
            let start = (run.start + nx - shift) % nx;
            Run { row: run.row, start, end: start + run.cells() }
        })
        .collect();
    merge_touching(&mut shifted);
    shifted
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
