//! Grids of equal cells, made from a box and a spacing.

use crate::CoreError;
use crate::grid::{Domain, Grid};
use crate::sphere::east_of;

/// A grid has at most so many cells (a globe of 0.02° has 162 million).
const MOST_CELLS: f64 = (1u64 << 28) as f64;
/// Bounds this close to a multiple of the spacing, in cells, are taken for it.
const ON_LATTICE: f64 = 1e-6;

impl Grid {
    /// A grid of square cells of `spacing` degrees whose outer edges are a box; one that is no multiple of the spacing is
    /// filled up to the east and the north. Rows go north, columns east.
    ///
    /// `west > east` crosses ±180°, where longitudes then drop by 360; otherwise they stay in the convention of the box.
    /// Where the box begins at a multiple of the spacing, so do all cells, to the last bit: grids of one spacing share
    /// their cells.
    ///
    /// # Errors
    /// [`CoreError::Option`] for a spacing that is no positive number or makes more than 2²⁸ cells (found out before any
    /// of them is made); [`CoreError::Domain`] for a box without width or height, or that leaves the Earth.
    pub fn regular(west: f64, south: f64, east: f64, north: f64, spacing: f64) -> Result<Self, CoreError> {
        if !(spacing.is_finite() && spacing > 0.0) {
            return Err(CoreError::Option(format!("a spacing of {spacing}° makes no cells; give a positive number")));
        }
        // the same checks as those of any box
        Domain::new_box(west, south, east, north)?;
        let width = if (east - west).abs() >= 360.0 { 360.0 } else { east_of(east, west) };
        if width == 0.0 || south >= north {
            return Err(CoreError::Domain(format!(
                "the box {west},{south},{east},{north} has no area; give west,south,east,north in degrees"
            )));
        }
        let up = |length: f64| (length / spacing - ON_LATTICE).ceil().max(1.0);
        let nx = up(width).min((360.0 / spacing + ON_LATTICE).floor().max(1.0));
        // the centre of the last row may not pass the pole
        let ny = up(north - south).min(((90.0 - south) / spacing + 0.5).floor().max(1.0));
        if nx * ny > MOST_CELLS {
            return Err(CoreError::Option(format!(
                "cells of {spacing}° in the box {west},{south},{east},{north} are {ny:.0} rows of {nx:.0} columns; a grid \
                 has at most {MOST_CELLS:.0} cells: choose a coarser `resolution` or a smaller `bbox`"
            )));
        }
        let (nx, ny) = (nx as usize, ny as usize);
        let lat = centres(south, spacing, ny).map(|lat| lat.clamp(-90.0, 90.0)).collect();
        let across = west > east;
        let fold = |lon: f64| if across && lon >= 180.0 { lon - 360.0 } else { lon };
        Self::rectilinear(lat, centres(west, spacing, nx).map(fold).collect())
    }
}

/// The centres of `count` cells from an edge on.
fn centres(edge: f64, spacing: f64, count: usize) -> impl Iterator<Item = f64> {
    let first = edge / spacing;
    let first = if (first - first.round()).abs() < ON_LATTICE { first.round() } else { first };
    (0..count).map(move |k| (first + k as f64 + 0.5) * spacing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Coordinates;

    fn axes(grid: &Grid) -> (&[f64], &[f64]) {
        match grid.coordinates() {
            Coordinates::Rectilinear { lat, lon } => (lat, lon),
            _ => panic!("a regular grid is rectilinear"),
        }
    }

    #[test]
    fn the_grid_of_the_fires_has_the_size_of_tos2cas() {
        let grid = Grid::regular(-125.2, 32.3, -114.1, 42.1, 0.005).unwrap();
        assert_eq!((grid.ny(), grid.nx()), (1960, 2220));
        let part = Grid::regular(-121.0, 39.0, -120.5, 39.5, 0.005).unwrap();
        let (all, some) = (axes(&grid), axes(&part));
        assert!(some.0.iter().all(|lat| all.0.contains(lat)) && some.1.iter().all(|lon| all.1.contains(lon)));
    }

    #[test]
    fn a_box_over_the_seam_drops_by_a_turn_and_a_globe_closes() {
        let over = Grid::regular(170.0, -10.0, -170.0, 10.0, 5.0).unwrap();
        assert_eq!(axes(&over).1, [172.5, 177.5, -177.5, -172.5]);
        assert!(Grid::regular(-180.0, -90.0, 180.0, 90.0, 2.5).unwrap().is_periodic());
        let uneven = Grid::regular(0.0, -90.0, 360.0, 90.0, 0.7).unwrap();
        assert!(axes(&uneven).0.last().unwrap() <= &90.0 && !uneven.is_empty());
    }

    #[test]
    fn too_many_cells_are_refused_before_they_are_made() {
        for spacing in [1e-9, f64::MIN_POSITIVE, 0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Grid::regular(-180.0, -90.0, 180.0, 90.0, spacing).is_err(), "{spacing}");
        }
        assert!(Grid::regular(5.0, 5.0, 5.0, 6.0, 0.1).is_err());
        assert!(Grid::regular(5.0, 6.0, 6.0, 6.0, 0.1).is_err());
    }
}
