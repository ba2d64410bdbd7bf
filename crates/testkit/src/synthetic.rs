//! Cubes of masks and fields: arbitrary ones for properties, and simple ones whose phenomena are known.

use eventscape_core::time::Calendar;
use eventscape_core::{Connectivity, SceneComponents, Timestamp};
use proptest::prelude::*;

use crate::oracle;

/// The time of step `index`, half-hourly from 2020-01-01T00:00Z.
#[must_use]
pub fn half_hour(index: usize) -> Timestamp {
    Timestamp::from_micros(Calendar::Standard, (1_577_836_800 + 1800 * index as i64) * 1_000_000)
}

/// Masks of several times on one grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskCube {
    /// Rows.
    pub ny: usize,
    /// Columns.
    pub nx: usize,
    /// For each time the mask, row-major.
    pub masks: Vec<Vec<bool>>,
}

impl MaskCube {
    /// The components of each time, half-hourly, by flood fill.
    #[must_use]
    pub fn components(&self, connectivity: Connectivity, periodic: bool, min_size: u32) -> Vec<SceneComponents> {
        let of_scene = |(index, mask): (usize, &Vec<bool>)| {
            oracle::components(half_hour(index), &[], mask, (self.ny, self.nx), connectivity, periodic, min_size)
        };
        self.masks.iter().enumerate().map(of_scene).collect()
    }

    /// The same masks with all columns moved eastwards by `columns`, around the globe.
    #[must_use]
    pub fn rolled(&self, columns: usize) -> Self {
        let roll = |mask: &Vec<bool>| {
            let from =
                |cell: usize| cell / self.nx * self.nx + (cell % self.nx + self.nx - columns % self.nx) % self.nx;
            (0..mask.len()).map(|cell| mask[from(cell)]).collect()
        };
        Self { masks: self.masks.iter().map(roll).collect(), ..*self }
    }
}

/// Any cube up to `side` rows and columns and `steps` times: random cells of a random density (from lonely cells to one
/// great labyrinth), or a few rectangles that appear again and again with little changes (links, merges and splits, and
/// many ties).
pub fn mask_cubes(side: usize, steps: usize) -> impl Strategy<Value = MaskCube> {
    prop_oneof![random_cells(side, steps), rectangles(side, steps)]
}

fn random_cells(side: usize, steps: usize) -> impl Strategy<Value = MaskCube> {
    (1..=side, 1..=side, 1..=steps, 0.1..0.9_f64).prop_flat_map(|(ny, nx, nt, density)| {
        let mask = prop::collection::vec(prop::bool::weighted(density), ny * nx);
        prop::collection::vec(mask, nt).prop_map(move |masks| MaskCube { ny, nx, masks })
    })
}

fn rectangles(side: usize, steps: usize) -> impl Strategy<Value = MaskCube> {
    let corner = (0..side, 0..side, 1..=4_usize, 1..=4_usize);
    let change = (0..2_usize, 0..2_usize, prop::bool::weighted(0.8));
    (2..=side, 2..=side, 1..=steps).prop_flat_map(move |(ny, nx, nt)| {
        let one = (corner.clone(), prop::collection::vec(change.clone(), nt));
        prop::collection::vec(one, 1..8).prop_map(move |all| {
            let mut masks = vec![vec![false; ny * nx]; nt];
            for ((row, column, height, width), changes) in &all {
                let (mut row, mut column) = (*row, *column);
                for (mask, (down, right, shown)) in masks.iter_mut().zip(changes) {
                    row += down;
                    column += right;
                    for (y, x) in (row..row + height).flat_map(|y| (column..column + width).map(move |x| (y, x))) {
                        if *shown && y < ny && x < nx {
                            mask[y * nx + x] = true;
                        }
                    }
                }
            }
            MaskCube { ny, nx, masks }
        })
    })
}

/// A cold disc of `radius` cells that moves by `step` columns a scene over a warm field: 210 K in 290 K.
#[must_use]
pub fn moving_disc(ny: usize, nx: usize, steps: usize, radius: f64, step: f64) -> Vec<Vec<f32>> {
    let (row, column) = (ny as f64 / 2.0, radius + 1.0);
    let cell = |index: usize, time: usize| {
        let (y, x) = ((index / nx) as f64, (index % nx) as f64);
        let centre = column + step * time as f64;
        if (y - row).hypot(x - centre) <= radius { 210.0 } else { 290.0 }
    };
    (0..steps).map(|time| (0..ny * nx).map(|index| cell(index, time)).collect()).collect()
}
