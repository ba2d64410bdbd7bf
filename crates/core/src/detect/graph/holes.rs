//! Fills holes of a mesh.

use crate::Connectivity;
use crate::detect::label::Forest;
use crate::grid::Mesh;
use crate::lanes::bits;

/// Fills the regions of at most `max_cells` cells that are outside, surrounded by cells inside, fillable all over, and away
/// from the rim of the mesh. With neighbours by corners for the phenomenon, the cells of a hole touch by edges alone, and the
/// other way round.
pub(in crate::detect) fn fill(
    mesh: &Mesh,
    connectivity: Connectivity,
    max_cells: u32,
    fillable: &[u64],
    inside: &mut [u64],
) {
    let connectivity = match connectivity {
        Connectivity::Four => Connectivity::Eight,
        Connectivity::Eight => Connectivity::Four,
    };
    let outside: Vec<u32> = (0..mesh.len() as u32).filter(|cell| !bits::any(inside, *cell, cell + 1)).collect();
    let mut labels = vec![0; outside.len()];
    let mut forest = Forest::default();
    forest.label_cells(&outside, mesh.len(), |cell| mesh.neighbours(cell, connectivity), &mut labels);
    forest.gather();
    let mut open = vec![false; forest.len()];
    for (cell, label) in outside.iter().zip(&labels) {
        if mesh.is_rim(*cell) || !bits::any(fillable, *cell, cell + 1) {
            open[forest.roots()[*label as usize] as usize] = true;
        }
    }
    for (cell, label) in outside.iter().zip(&labels) {
        let root = forest.roots()[*label as usize] as usize;
        if !open[root] && forest.cells()[root] <= max_cells {
            bits::set(inside, *cell, cell + 1);
        }
    }
}
