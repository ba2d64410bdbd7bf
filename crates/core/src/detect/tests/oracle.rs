//! The slow and simple way to the same result.

use crate::grid::CellAreas;
use crate::sphere::EARTH_RADIUS_KM;
use crate::{Connectivity, Grid, Values};

/// A component as its cells in row-major order, and its number.
#[derive(Debug, PartialEq)]
pub(super) struct OracleComponent {
    pub(super) label: u32,
    pub(super) cells: Vec<(usize, usize)>,
}

pub(super) fn flood_fill(mask: &[bool], grid: &Grid, connectivity: Connectivity) -> Vec<OracleComponent> {
    let (ny, nx) = (grid.ny(), grid.nx());
    let mut seen = vec![false; mask.len()];
    let mut found = Vec::new();
    for first in 0..mask.len() {
        if !mask[first] || seen[first] {
            continue;
        }
        let (mut stack, mut cells) = (vec![(first / nx, first % nx)], Vec::new());
        seen[first] = true;
        while let Some((row, col)) = stack.pop() {
            cells.push((row, col));
            for (r, c) in neighbours(row, col, ny, nx, grid.is_periodic(), connectivity) {
                if mask[r * nx + c] && !seen[r * nx + c] {
                    seen[r * nx + c] = true;
                    stack.push((r, c));
                }
            }
        }
        cells.sort_unstable();
        found.push(OracleComponent { label: found.len() as u32 + 1, cells });
    }
    found
}

fn neighbours(
    row: usize,
    col: usize,
    ny: usize,
    nx: usize,
    periodic: bool,
    connectivity: Connectivity,
) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for dr in -1i64..=1 {
        for dc in -1i64..=1 {
            if (dr, dc) == (0, 0) || (connectivity == Connectivity::Four && dr != 0 && dc != 0) {
                continue;
            }
            let (r, c) = (row as i64 + dr, col as i64 + dc);
            let c = if periodic { c.rem_euclid(nx as i64) } else { c };
            if (0..ny as i64).contains(&r) && (0..nx as i64).contains(&c) {
                out.push((r as usize, c as usize));
            }
        }
    }
    out
}

/// Measures by sums over cells.
#[derive(Debug)]
pub(super) struct OracleMeasures {
    pub(super) area: f64,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) min: f64,
    pub(super) mean: f64,
    pub(super) max: f64,
    pub(super) std_dev: f64,
    pub(super) perimeter: f64,
    pub(super) major: f64,
    pub(super) minor: f64,
    pub(super) touches_edge: bool,
}

pub(super) fn measure(grid: &Grid, areas: &CellAreas, cells: &[(usize, usize)], field: &Values) -> OracleMeasures {
    let nx = grid.nx();
    let value = |c: &(usize, usize)| field.get(c.0 * nx + c.1).unwrap();
    let area = |c: &(usize, usize)| areas.get(c.0, c.1);
    let total: f64 = cells.iter().map(area).sum();
    let mean = cells.iter().map(|c| area(c) * value(c)).sum::<f64>() / total;
    let variance = cells.iter().map(|c| area(c) * (value(c) - mean).powi(2)).sum::<f64>() / total;
    let points: Vec<[f64; 3]> = cells
        .iter()
        .map(|c| {
            let (lat, lon) = grid.centre(c.0, c.1).unwrap();
            unit(lat, lon)
        })
        .collect();
    let mut sum = [0.0; 3];
    for (p, c) in points.iter().zip(cells) {
        (0..3).for_each(|d| sum[d] += p[d] * area(c));
    }
    let (lat, lon) = (sum[2].atan2(sum[0].hypot(sum[1])), sum[1].atan2(sum[0]));
    let east = [-lon.sin(), lon.cos(), 0.0];
    let north = [-lat.sin() * lon.cos(), -lat.sin() * lon.sin(), lat.cos()];
    let (lat_edges, lon_edges) = (grid.lat_edges().unwrap(), grid.lon_edges().unwrap());
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (p, c) in points.iter().zip(cells) {
        let (x, y) = (dot(*p, east), dot(*p, north));
        let width =
            (lon_edges[c.1 + 1] - lon_edges[c.1]).to_radians() * grid.centre(c.0, c.1).unwrap().0.to_radians().cos();
        let height = (lat_edges[c.0 + 1] - lat_edges[c.0]).to_radians();
        xx += area(c) * (x * x + width * width / 12.0);
        xy += area(c) * x * y;
        yy += area(c) * (y * y + height * height / 12.0);
    }
    let (xx, xy, yy) = (xx / total, xy / total, yy / total);
    let (half, root) = (0.5 * (xx + yy), (0.25 * (xx - yy).powi(2) + xy * xy).sqrt());
    OracleMeasures {
        area: total,
        lat: lat.to_degrees(),
        lon: lon.to_degrees(),
        min: cells.iter().map(value).fold(f64::INFINITY, f64::min),
        mean,
        max: cells.iter().map(value).fold(f64::NEG_INFINITY, f64::max),
        std_dev: variance.sqrt(),
        perimeter: perimeter(grid, cells, &lat_edges, &lon_edges),
        major: 4.0 * EARTH_RADIUS_KM * (half + root).sqrt(),
        minor: 4.0 * EARTH_RADIUS_KM * (half - root).max(0.0).sqrt(),
        touches_edge: cells.iter().any(|c| on_edge(grid, *c)),
    }
}

fn perimeter(grid: &Grid, cells: &[(usize, usize)], lat_edges: &[f64], lon_edges: &[f64]) -> f64 {
    let (ny, nx) = (grid.ny(), grid.nx());
    let inside = |r: i64, c: i64| {
        let c = if grid.is_periodic() { c.rem_euclid(nx as i64) } else { c };
        (0..ny as i64).contains(&r)
            && (0..nx as i64).contains(&c)
            && cells.binary_search(&(r as usize, c as usize)).is_ok()
    };
    let mut length = 0.0;
    for &(row, col) in cells {
        let (r, c) = (row as i64, col as i64);
        let width = (lon_edges[col + 1] - lon_edges[col]).to_radians() * EARTH_RADIUS_KM;
        let height = (lat_edges[row + 1] - lat_edges[row]).abs().to_radians() * EARTH_RADIUS_KM;
        for (out, edge) in [(r - 1, lat_edges[row]), (r + 1, lat_edges[row + 1])] {
            if !inside(out, c) {
                length += width * edge.to_radians().cos();
            }
        }
        for out in [c - 1, c + 1] {
            if !inside(r, out) {
                length += height;
            }
        }
    }
    length
}

fn on_edge(grid: &Grid, (row, col): (usize, usize)) -> bool {
    let (ny, nx) = (grid.ny(), grid.nx());
    let near_outside = grid.domain().is_some_and(|domain| {
        neighbours(row, col, ny, nx, grid.is_periodic(), Connectivity::Eight).iter().any(|(r, c)| !domain[r * nx + c])
    });
    row == 0 || row + 1 == ny || (!grid.is_periodic() && (col == 0 || col + 1 == nx)) || near_outside
}

fn unit(lat: f64, lon: f64) -> [f64; 3] {
    let (a, o) = (lat.to_radians(), lon.to_radians());
    [a.cos() * o.cos(), a.cos() * o.sin(), a.sin()]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
