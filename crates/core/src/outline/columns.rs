//! The columns and rows of a grid, as shapes meet them.

use crate::Grid;
use crate::grid::Coordinates;
use crate::sphere::unwrapped;

/// The longitudes of a grid's columns.
#[derive(Debug)]
pub(super) enum Columns {
    /// The columns' centres and edges, going east without a drop.
    Straight { lon: Vec<f64>, edges: Vec<f64>, lat_edges: Vec<f64> },
    /// The grid has two-dimensional coordinates.
    Free,
}

impl Columns {
    pub(super) fn of(grid: &Grid) -> Self {
        match (grid.coordinates(), grid.lon_edges(), grid.lat_edges()) {
            (Coordinates::Rectilinear { lon, .. }, Some(edges), Some(lat_edges)) => {
                Self::Straight { lon: unwrapped(lon), edges, lat_edges }
            }
            _ => Self::Free,
        }
    }

    /// West, south, east, north of the cells' edges; `None` where columns are not straight.
    pub(super) fn bounds(&self) -> Option<[f64; 4]> {
        let Self::Straight { edges, lat_edges, .. } = self else { return None };
        let ((south, north), (west, east)) = (ends(lat_edges), ends(edges));
        Some([west, south, east, north])
    }
}

/// The smallest and the largest of values in order.
fn ends(values: &[f64]) -> (f64, f64) {
    match values {
        [first, .., last] => (first.min(*last), first.max(*last)),
        [only] => (*only, *only),
        [] => (0.0, 0.0),
    }
}

/// The rows whose latitude lies between two, whichever way they go.
pub(super) fn rows_between(lat: &[f64], south: f64, north: f64) -> std::ops::Range<usize> {
    let descending = lat.first() > lat.last();
    if descending {
        lat.partition_point(|a| *a > north)..lat.partition_point(|a| *a >= south)
    } else {
        lat.partition_point(|a| *a < south)..lat.partition_point(|a| *a <= north)
    }
}

/// By how many turns an interval of longitudes may be shifted to meet columns that go east without a drop.
pub(super) fn turns(lon: &[f64], west: f64, east: f64) -> impl Iterator<Item = f64> + use<> {
    let (first, last) = lon.first().zip(lon.last()).map_or((0.0, -1.0), |(a, b)| (*a, *b));
    let (low, high) = (((first - east) / 360.0).ceil() as i64, ((last - west) / 360.0).floor() as i64);
    (low..=high).map(|turn| turn as f64)
}
