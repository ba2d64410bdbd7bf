//! Outlines of cells of a mesh: along the edges that lead out of the set.

use std::collections::{HashMap, HashSet};

use eventscape_core::grid::{Mesh, NO_CELL};
use eventscape_core::{CellRange, Connectivity};

use super::cut::cut;
use super::shape::{Point, Polygon, Ring};

/// The polygons of a set of cells; `points` are the nodes of the mesh. Cells that hang together by a corner alone are polygons
/// of their own.
pub(super) fn outline(mesh: &Mesh, points: &[Point], cells: &[CellRange]) -> Vec<Polygon> {
    let set: Vec<u32> = cells.iter().flat_map(|range| range.cells()).collect();
    let place: HashMap<u32, usize> = set.iter().enumerate().map(|(place, cell)| (*cell, place)).collect();
    let mut seen = vec![false; set.len()];
    let mut polygons = Vec::new();
    for first in 0..set.len() {
        if !seen[first] {
            let part = part(mesh, &set, &place, first, &mut seen);
            polygons.extend(cut(&rings(mesh, points, &part, &place)));
        }
    }
    polygons
}

/// The cells that hang together with one by edges, ascending.
fn part(mesh: &Mesh, set: &[u32], place: &HashMap<u32, usize>, first: usize, seen: &mut [bool]) -> Vec<u32> {
    seen[first] = true;
    let (mut stack, mut part) = (vec![set[first]], Vec::new());
    while let Some(cell) = stack.pop() {
        part.push(cell);
        for other in mesh.neighbours(cell, Connectivity::Four) {
            if let Some(at) = place.get(other).filter(|at| !seen[**at]) {
                seen[*at] = true;
                stack.push(*other);
            }
        }
    }
    part.sort_unstable();
    part
}

/// The rings around a part, each open and with the part on its left hand.
fn rings(mesh: &Mesh, points: &[Point], part: &[u32], place: &HashMap<u32, usize>) -> Vec<Ring> {
    let is_open = |other: u32| other == NO_CELL || !place.contains_key(&other);
    let mut rings = Vec::new();
    // edges are told by their cell and the corner at which they begin
    let mut walked: HashSet<(u32, usize)> = HashSet::new();
    for cell in part {
        for corner in 0..mesh.corners(*cell).len() {
            if !is_open(mesh.across(*cell)[corner]) || walked.contains(&(*cell, corner)) {
                continue;
            }
            let (mut at, mut ring) = ((*cell, corner), Ring::new());
            while walked.insert(at) {
                let node = mesh.corners(at.0)[at.1];
                ring.extend(points.get(node as usize));
                at = next(mesh, at, is_open);
            }
            rings.push(ring);
        }
    }
    rings
}

/// The open edge that follows an open edge: around the node where that ends, from cell to cell, so that an outline stays with
/// its own cells where others touch the node alone.
fn next(mesh: &Mesh, (mut cell, corner): (u32, usize), is_open: impl Fn(u32) -> bool) -> (u32, usize) {
    let mut corner = (corner + 1) % mesh.corners(cell).len();
    let node = mesh.corners(cell)[corner];
    while !is_open(mesh.across(cell)[corner]) {
        // the same node as a corner of the cell beyond
        cell = mesh.across(cell)[corner];
        corner = mesh.corners(cell).iter().position(|other| *other == node).unwrap_or(0);
    }
    (cell, corner)
}
