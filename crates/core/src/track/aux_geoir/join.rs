//! The reference's "dateline" step.

use super::label::Cluster;
use crate::Grid;
use crate::cells::rows;
use crate::grid::Coordinates;

/// Joins clusters that reach the smallest or the largest longitude of the grid and whose boxes overlap. The boxes are those
/// before the step: a joined cluster does not reach further.
pub(super) fn join_at_grid_edges(clusters: Vec<Cluster>, grid: &Grid) -> Vec<Cluster> {
    let Coordinates::Rectilinear { lon, .. } = grid.coordinates() else { return clusters };
    let at_edge = edge_columns(lon);
    let boxes: Vec<Option<Box>> = clusters
        .iter()
        .map(|cluster| {
            let mut columns = rows(&cluster.ranges, grid.nx() as u32).flat_map(|row| row.columns()).flatten();
            let reaches = columns.any(|column| at_edge[column as usize]);
            reaches.then(|| Box::around(cluster, grid.nx() as u32))
        })
        .collect();
    let mut slots: Vec<Option<Cluster>> = clusters.into_iter().map(Some).collect();
    for first in 0..slots.len() {
        let Some(here) = &boxes[first] else { continue };
        let Some(mut cluster) = slots[first].take() else { continue };
        for second in first + 1..slots.len() {
            if boxes[second].as_ref().is_some_and(|there| here.overlaps(there))
                && let Some(other) = slots[second].take()
            {
                cluster.absorb(other, grid.nx() as u32);
            }
        }
        slots[first] = Some(cluster);
    }
    slots.into_iter().flatten().collect()
}

/// Which columns lie at the smallest or the largest longitude, as the reference compares them: in float32, to 1e-5 of the
/// longitude.
fn edge_columns(lon: &[f64]) -> Vec<bool> {
    let narrow = |lon: f64| f64::from(lon as f32);
    let west = lon.iter().copied().map(narrow).fold(f64::INFINITY, f64::min);
    let east = lon.iter().copied().map(narrow).fold(f64::NEG_INFINITY, f64::max);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-10 + 1e-5 * b.abs();
    lon.iter().map(|&lon| close(narrow(lon), west) || close(narrow(lon), east)).collect()
}

/// The rows and columns of a cluster, ends included.
struct Box {
    rows: (u32, u32),
    columns: (u32, u32),
}

impl Box {
    fn around(cluster: &Cluster, nx: u32) -> Self {
        let mut around = Self { rows: (u32::MAX, 0), columns: (u32::MAX, 0) };
        for row in rows(&cluster.ranges, nx) {
            around.rows = (around.rows.0.min(row.row), row.row);
            for columns in row.columns() {
                let (west, east) = around.columns;
                around.columns = (west.min(columns.start), east.max(columns.end - 1));
            }
        }
        around
    }

    fn overlaps(&self, other: &Self) -> bool {
        let meet = |a: (u32, u32), b: (u32, u32)| a.0 <= b.1 && b.0 <= a.1;
        meet(self.rows, other.rows) && meet(self.columns, other.columns)
    }
}
