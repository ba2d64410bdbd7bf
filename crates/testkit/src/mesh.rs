//! A grid that is a graph: the triangles of an icosahedron, divided again and again. Its neighbours are found anew from the
//! triangles, cell by cell, as an oracle for the tables of the core.

use std::collections::HashMap;

use eventscape_core::grid::Mesh;
use eventscape_core::{Connectivity, Grid};

/// The grid, and the nodes at the corners of each cell.
pub struct Icosahedral {
    /// The grid: one row of `20 * 4^level` cells.
    pub grid: Grid,
    cells: Vec<Vec<u32>>,
}

impl Icosahedral {
    /// The icosahedron with each triangle divided into four, `level` times. It is turned so that no node lies on a pole or on
    /// ±180°.
    #[must_use]
    pub fn new(level: u32) -> Self {
        let phi = 0.5 * (1.0 + 5.0_f64.sqrt());
        let mut points: Vec<[f64; 3]> = Vec::new();
        for (a, b) in [(1.0, phi), (1.0, -phi), (-1.0, phi), (-1.0, -phi)] {
            points.extend([[0.0, a, b], [a, b, 0.0], [b, 0.0, a]].map(unit));
        }
        let near = |a: usize, b: usize| (0..3).map(|d| points[a][d] * points[b][d]).sum::<f64>() > 0.4;
        let mut cells: Vec<Vec<u32>> = Vec::new();
        for a in 0..12 {
            for b in a + 1..12 {
                for c in b + 1..12 {
                    if near(a, b) && near(b, c) && near(a, c) {
                        cells.push(vec![a as u32, b as u32, c as u32]);
                    }
                }
            }
        }
        for _ in 0..level {
            let mut middles: HashMap<(u32, u32), u32> = HashMap::new();
            let mut finer = Vec::with_capacity(4 * cells.len());
            for cell in &cells {
                let [a, b, c] = [cell[0], cell[1], cell[2]];
                let [ab, bc, ca] = [(a, b), (b, c), (c, a)].map(|(from, to)| {
                    *middles.entry((from.min(to), from.max(to))).or_insert_with(|| {
                        let (p, q) = (points[from as usize], points[to as usize]);
                        points.push(unit([p[0] + q[0], p[1] + q[1], p[2] + q[2]]));
                        points.len() as u32 - 1
                    })
                });
                finer.extend([vec![a, ab, ca], vec![ab, b, bc], vec![ca, bc, c], vec![ab, bc, ca]]);
            }
            cells = finer;
        }
        let nodes = points.iter().map(|p| degrees(turned(*p))).collect();
        Self { grid: Mesh::new(nodes, &cells).unwrap().into(), cells }
    }

    /// For each cell, those that share two corners with it, or one: every pair of cells is compared.
    #[must_use]
    pub fn neighbours(&self, connectivity: Connectivity) -> Vec<Vec<u32>> {
        let least = if connectivity == Connectivity::Four { 2 } else { 1 };
        let shared = |a: &[u32], b: &[u32]| a.iter().filter(|node| b.contains(node)).count();
        let of = |cell: usize| {
            let others = (0..self.cells.len()).filter(|other| *other != cell);
            others.filter(|other| shared(&self.cells[cell], &self.cells[*other]) >= least).map(|k| k as u32).collect()
        };
        (0..self.cells.len()).map(of).collect()
    }
}

/// The regions of a mask by flood fill over a table of neighbours, each ascending, in the order of their first cells.
#[must_use]
pub fn flood_fill(mask: &[bool], neighbours: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut seen = vec![false; mask.len()];
    let mut regions = Vec::new();
    for first in 0..mask.len() {
        if !mask[first] || seen[first] {
            continue;
        }
        seen[first] = true;
        let (mut stack, mut region) = (vec![first as u32], Vec::new());
        while let Some(cell) = stack.pop() {
            region.push(cell);
            for other in &neighbours[cell as usize] {
                if mask[*other as usize] && !seen[*other as usize] {
                    seen[*other as usize] = true;
                    stack.push(*other);
                }
            }
        }
        region.sort_unstable();
        regions.push(region);
    }
    regions
}

fn unit(p: [f64; 3]) -> [f64; 3] {
    let length = (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt();
    p.map(|x| x / length)
}

fn turned(p: [f64; 3]) -> [f64; 3] {
    let ((s, c), (t, d)) = (0.3_f64.sin_cos(), 0.2_f64.sin_cos());
    let q = [c * p[0] - s * p[1], s * p[0] + c * p[1], p[2]];
    [q[0], d * q[1] - t * q[2], t * q[1] + d * q[2]]
}

fn degrees(p: [f64; 3]) -> (f64, f64) {
    (p[2].atan2(p[0].hypot(p[1])).to_degrees(), p[1].atan2(p[0]).to_degrees())
}
