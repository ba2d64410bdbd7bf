//! The grid's own convention of longitudes.

use crate::Grid;
use crate::sphere::eastward;

/// Where the convention's 360 degrees begin: at 180°W or at 0°.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Convention {
    first: f64,
}

impl Convention {
    /// From 0° where the grid has longitudes above 180° and none below 0°.
    pub(super) fn of(grid: &Grid) -> Self {
        let lon = grid.coordinates().longitudes();
        let from_zero = lon.iter().all(|x| *x >= 0.0) && lon.iter().any(|x| *x > 180.0);
        Self { first: if from_zero { 0.0 } else { -180.0 } }
    }

    /// A longitude in the convention; its first degree rather than its last.
    pub(super) fn fold(self, lon: f64) -> f64 {
        if (self.first..self.first + 360.0).contains(&lon) {
            return lon;
        }
        let folded = eastward(lon, self.first);
        // A remainder just below 360 may round up to it.
        if folded >= self.first + 360.0 { self.first } else { folded }
    }

    /// Western and eastern edge in the convention, of a span that goes east from `west` to `east`. The east edge is the
    /// smaller one where the span crosses the seam; a span of the whole globe is the whole convention.
    pub(super) fn span(self, west: f64, east: f64) -> (f64, f64) {
        if east - west >= 360.0 - 1e-9 {
            return (self.first, self.first + 360.0);
        }
        let end = self.fold(east);
        (self.fold(west), if end == self.first { self.first + 360.0 } else { end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMMETRIC: Convention = Convention { first: -180.0 };
    const FROM_ZERO: Convention = Convention { first: 0.0 };

    #[test]
    fn longitudes_keep_the_convention_of_the_grid() {
        let grid = |lon: Vec<f64>| Grid::rectilinear(vec![0.0, 1.0], lon).unwrap();
        assert_eq!(Convention::of(&grid(vec![179.0, -180.0])), SYMMETRIC);
        assert_eq!(Convention::of(&grid(vec![179.0, 181.0])), FROM_ZERO);
        assert_eq!(Convention::of(&grid(vec![10.0, 11.0])), SYMMETRIC);
    }

    #[test]
    fn a_span_across_the_seam_ends_west_of_its_beginning() {
        assert_eq!(SYMMETRIC.span(179.5, 180.5), (179.5, -179.5));
        assert_eq!(FROM_ZERO.span(179.5, 180.5), (179.5, 180.5));
        assert_eq!(FROM_ZERO.span(-0.5, 0.5), (359.5, 0.5));
    }

    #[test]
    fn a_span_that_ends_at_the_seam_does_not_cross_it() {
        assert_eq!(SYMMETRIC.span(170.0, 180.0), (170.0, 180.0));
        assert_eq!(SYMMETRIC.span(-180.0, -170.0), (-180.0, -170.0));
        assert_eq!(FROM_ZERO.span(350.0, 360.0), (350.0, 360.0));
    }

    #[test]
    fn the_whole_globe_is_the_whole_convention() {
        assert_eq!(SYMMETRIC.span(-180.25, 179.75), (-180.0, 180.0));
        assert_eq!(FROM_ZERO.span(0.0, 360.0), (0.0, 360.0));
    }
}
