//! The tables of a mesh from its nodes and cells.

use std::collections::HashMap;

use super::{Mesh, NO_CELL, Table};
use crate::CoreError;
use crate::grid::areas::polygon_km2;
use crate::sphere::unit_vector;

type Point = [f64; 3];

pub(super) fn mesh(nodes: Vec<(f64, f64)>, cells: &[Vec<u32>]) -> Result<Mesh, CoreError> {
    let wrong = |text: String| Err(CoreError::Grid(text));
    if cells.is_empty() || u32::try_from(cells.len()).is_err() || u32::try_from(nodes.len()).is_err() {
        return wrong(format!(
            "the mesh has {} nodes and {} cells; it needs a cell, and fewer than 2³² of both",
            nodes.len(),
            cells.len()
        ));
    }
    if let Some(at) = nodes.iter().position(|(lat, lon)| !(lat.abs() <= 90.0 && lon.abs() <= 720.0)) {
        return wrong(format!("node {at} of the mesh lies at {:?}, which is no place on the Earth", nodes[at]));
    }
    let points: Vec<Point> = nodes.iter().map(|(lat, lon)| unit_vector(*lat, *lon)).collect();
    let (mut starts, mut corners) = (vec![0u32], Vec::new());
    let (mut lat, mut lon, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    for (number, cell) in cells.iter().enumerate() {
        if cell.len() < 3 || cell.iter().any(|node| *node as usize >= nodes.len()) {
            return wrong(format!(
                "cell {number} of the mesh has the corners {cell:?}; it needs three or more of the {} nodes",
                nodes.len()
            ));
        }
        let mut ring = cell.clone();
        let mut at: Vec<Point> = ring.iter().map(|node| points[*node as usize]).collect();
        let (mut centre, turns_left) = middle(&at);
        if !turns_left {
            // sums depend on the order in the last bit, and a mesh is stored the right way round
            ring.reverse();
            at.reverse();
            centre = middle(&at).0;
        }
        let degrees =
            (centre[2].atan2(centre[0].hypot(centre[1])).to_degrees(), centre[1].atan2(centre[0]).to_degrees());
        areas.push(polygon_km2(&at, degrees.0));
        lat.push(degrees.0);
        lon.push(degrees.1);
        corners.extend(ring);
        starts.push(corners.len() as u32);
    }
    let across = across(&starts, &corners)?;
    let by_edge = table(cells.len(), |cell| across[range(&starts, cell)].to_vec());
    let of_node = cells_of_nodes(nodes.len(), &starts, &corners);
    let by_corner = table(cells.len(), |cell| {
        corners[range(&starts, cell)].iter().flat_map(|node| of_node.of(*node).iter().copied()).collect()
    });
    Ok(Mesh { nodes, starts, corners, across, by_edge, by_corner, lat, lon, areas })
}

fn range(starts: &[u32], cell: usize) -> std::ops::Range<usize> {
    starts[cell] as usize..starts[cell + 1] as usize
}

/// The mean direction of a ring's corners, and whether the ring goes counterclockwise seen from outside.
fn middle(ring: &[Point]) -> (Point, bool) {
    let mut sum = [0.0; 3];
    let mut normal = [0.0; 3];
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        for d in 0..3 {
            sum[d] += a[d];
            let (e, f) = ((d + 1) % 3, (d + 2) % 3);
            normal[d] += a[e] * b[f] - a[f] * b[e];
        }
    }
    let along = (0..3).map(|d| sum[d] * normal[d]).sum::<f64>();
    (sum, along >= 0.0)
}

/// For each corner, the cell on the other side of the edge that begins there.
fn across(starts: &[u32], corners: &[u32]) -> Result<Vec<u32>, CoreError> {
    let mut edges: HashMap<(u32, u32), u32> = HashMap::with_capacity(corners.len());
    let edge = |ring: &[u32], k: usize| (ring[k], ring[(k + 1) % ring.len()]);
    for cell in 0..starts.len() - 1 {
        let ring = &corners[range(starts, cell)];
        for k in 0..ring.len() {
            let (from, to) = edge(ring, k);
            // in cells that all go counterclockwise, two cells of one edge go along it in opposite directions
            if from == to || edges.insert((from, to), cell as u32).is_some() {
                return Err(CoreError::Grid(format!(
                    "the edge between nodes {from} and {to} of the mesh belongs to more than two cells, or to cells that \
                     overlap; an edge lies between two cells at most"
                )));
            }
        }
    }
    let mut across = Vec::with_capacity(corners.len());
    for cell in 0..starts.len() - 1 {
        let ring = &corners[range(starts, cell)];
        across.extend((0..ring.len()).map(|k| {
            let (from, to) = edge(ring, k);
            edges.get(&(to, from)).copied().unwrap_or(NO_CELL)
        }));
    }
    Ok(across)
}

fn cells_of_nodes(nodes: usize, starts: &[u32], corners: &[u32]) -> Table {
    let mut counts = vec![0u32; nodes + 1];
    corners.iter().for_each(|node| counts[*node as usize + 1] += 1);
    for node in 0..nodes {
        counts[node + 1] += counts[node];
    }
    let mut next = counts.clone();
    let mut cells = vec![0; corners.len()];
    for cell in 0..starts.len() - 1 {
        for node in &corners[range(starts, cell)] {
            cells[next[*node as usize] as usize] = cell as u32;
            next[*node as usize] += 1;
        }
    }
    Table { starts: counts, cells }
}

/// The lists of all cells, each ascending, without the cell itself and without [`NO_CELL`].
fn table(cells: usize, list: impl Fn(usize) -> Vec<u32>) -> Table {
    let mut table = Table { starts: vec![0], cells: Vec::new() };
    for cell in 0..cells {
        let mut own = list(cell);
        own.retain(|other| *other != NO_CELL && *other as usize != cell);
        own.sort_unstable();
        own.dedup();
        table.cells.extend(own);
        table.starts.push(table.cells.len() as u32);
    }
    table
}
