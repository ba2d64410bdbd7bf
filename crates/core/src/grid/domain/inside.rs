//! Which cells' centres lie in polygons.

use crate::Grid;
use crate::grid::Coordinates;
use crate::sphere::Polygon;

/// One entry a cell of the grid, row-major.
pub(super) fn cells_inside(grid: &Grid, polygons: &[Polygon]) -> Vec<bool> {
    let mut cells = vec![false; grid.len()];
    let mut crossings = Vec::new();
    for polygon in polygons {
        match grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => {
                for (lat, row) in lat.iter().zip(cells.chunks_mut(grid.nx())) {
                    polygon.crossings(*lat, &mut crossings);
                    if !crossings.is_empty() {
                        row.iter_mut().zip(lon).for_each(|(cell, lon)| *cell |= polygon.has(&crossings, *lon));
                    }
                }
            }
            of_cells => {
                let (lat, lon) = (of_cells.latitudes(), of_cells.longitudes());
                for ((cell, lat), lon) in cells.iter_mut().zip(lat).zip(lon) {
                    polygon.crossings(*lat, &mut crossings);
                    *cell |= polygon.has(&crossings, *lon);
                }
            }
        }
    }
    cells
}
