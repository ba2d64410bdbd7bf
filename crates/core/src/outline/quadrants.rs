//! The cells of quarters of discs.

use super::columns::{Columns, rows_between, turns};
use super::extent::half_width;
use super::shape::Quadrants;
use crate::grid::Coordinates;
use crate::sphere::{EARTH_RADIUS_KM, bearing_deg, distance_km};
use crate::{CellRange, Grid};

/// More than the rounding of a distance, degrees.
const SLACK_DEG: f64 = 1e-6;

impl Quadrants {
    /// Whether a point lies in the area, the rim included.
    fn has(&self, lat: f64, lon: f64) -> bool {
        let (centre, point) = ((self.lat, self.lon), (lat, lon));
        let quarter = (bearing_deg(centre, point) / 90.0) as usize % 4;
        distance_km(centre, point) <= self.radii_km[quarter]
    }
}

/// Appends the cells whose centres lie in the area.
pub(super) fn cells_inside(grid: &Grid, columns: &Columns, area: &Quadrants, cells: &mut Vec<CellRange>) {
    let reach = area.radii_km.iter().copied().fold(0.0, f64::max) / EARTH_RADIUS_KM;
    let (south, north) = (area.lat - reach.to_degrees() - SLACK_DEG, area.lat + reach.to_degrees() + SLACK_DEG);
    match (grid.coordinates(), columns) {
        (Coordinates::Rectilinear { lat, .. }, Columns::Straight { lon, .. }) => {
            let half = half_width(area.lat, reach) + SLACK_DEG;
            let (west, east) = (area.lon - half, area.lon + half);
            for row in rows_between(lat, south, north) {
                for turn in turns(lon, west, east) {
                    let at = |x: f64| lon.partition_point(|centre| *centre < x + 360.0 * turn);
                    for column in at(west)..at(east) {
                        if area.has(lat[row], lon[column]) {
                            push(cells, row * grid.nx() + column);
                        }
                    }
                }
            }
        }
        (Coordinates::Rectilinear { .. }, Columns::Free) => {}
        (of_cells, _) => {
            let centres = of_cells.latitudes().iter().zip(of_cells.longitudes());
            for (cell, (lat, lon)) in centres.enumerate() {
                if (south..=north).contains(lat) && area.has(*lat, *lon) {
                    push(cells, cell);
                }
            }
        }
    }
}

fn push(cells: &mut Vec<CellRange>, cell: usize) {
    cells.push(CellRange { start: cell as u32, end: cell as u32 + 1 });
}
