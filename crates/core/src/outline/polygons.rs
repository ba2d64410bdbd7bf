//! The cells of polygons.

use super::columns::{Columns, rows_between, turns};
use crate::grid::Coordinates;
use crate::sphere::{Polygon, PolygonRings};
use crate::{CellRange, Grid};

/// Appends the cells whose centres lie in a polygon (even-odd rule), in any turn of the circle.
pub(super) fn cells_inside(grid: &Grid, columns: &Columns, polygon: &Polygon, cells: &mut Vec<CellRange>) {
    let mut crossings = Vec::new();
    match (grid.coordinates(), columns) {
        (Coordinates::Rectilinear { lat, .. }, Columns::Straight { lon, .. }) => {
            for row in rows_between(lat, polygon.south, polygon.north) {
                polygon.crossings(lat[row], &mut crossings);
                for turn in turns(lon, polygon.west, polygon.east) {
                    // inside from one crossing (included) to the next (excluded), as `Polygon::has`
                    for pair in crossings.chunks_exact(2) {
                        let at = |x: f64| lon.partition_point(|centre| *centre < x + 360.0 * turn) as u32;
                        let (start, end) = (at(pair[0]), at(pair[1]));
                        if start < end {
                            cells.push(CellRange::in_row(row as u32, start..end, grid.nx() as u32));
                        }
                    }
                }
            }
        }
        (Coordinates::Rectilinear { .. }, Columns::Free) => {}
        (of_cells, _) => {
            let centres = of_cells.latitudes().iter().zip(of_cells.longitudes());
            for (cell, (lat, lon)) in centres.enumerate() {
                if *lat < polygon.south || *lat > polygon.north {
                    continue;
                }
                polygon.crossings(*lat, &mut crossings);
                if polygon.has(&crossings, *lon) {
                    cells.push(CellRange { start: cell as u32, end: cell as u32 + 1 });
                }
            }
        }
    }
}

/// A point in the largest polygon: halfway along its widest stretch at the latitude of its middle. Where it has no area, the
/// middle of the box around it.
pub(super) fn representative(polygons: &[PolygonRings]) -> Option<(f64, f64)> {
    let size = |polygon: &Polygon| (polygon.east - polygon.west) * (polygon.north - polygon.south);
    let all = polygons.iter().map(Polygon::new);
    let largest = all.max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let lat = 0.5 * (largest.south + largest.north);
    let mut crossings = Vec::new();
    largest.crossings(lat, &mut crossings);
    let widest = crossings.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    let lon = widest.map_or(0.5 * (largest.west + largest.east), |pair| 0.5 * (pair[0] + pair[1]));
    Some((lat, lon))
}
