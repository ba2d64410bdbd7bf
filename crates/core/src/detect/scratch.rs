//! Buffers that detection uses again from scene to scene.

use super::cut::RuleScratch;
use super::label::Forest;
use super::lattice::holes::HoleScratch;
use crate::lanes::Gathered;

/// Working memory of [`super::Detector::detect`]; one for each thread, made with `Scratch::default()`.
///
/// It grows to what the busiest scene needs: about 20 bytes for each run of cells, the values of the cells inside, and
/// the bits of one row (of all rows where holes are filled).
#[derive(Debug, Default)]
pub struct Scratch {
    /// Columns at which rows step in and out of the mask, all rows after each other.
    pub(super) steps: Vec<u32>,
    /// Where each row begins in `steps`.
    pub(super) row_starts: Vec<usize>,
    /// Provisional label of each run; later the place of its component.
    pub(super) labels: Vec<u32>,
    pub(super) forest: Forest,
    /// By provisional label: whether a run of it holds a seed; empty where no seed is needed.
    pub(super) seeded: Vec<bool>,
    /// By provisional label: the area of its component, km²; empty where areas do not matter.
    pub(super) areas: Vec<f64>,
    /// By provisional label: the place of its component among those kept.
    pub(super) places: Vec<u32>,
    /// By place: where the next run goes.
    pub(super) cursors: Vec<usize>,
    /// Bits of one row, or of the whole scene where holes are filled.
    pub(super) inside: Vec<u64>,
    pub(super) missing: Vec<u64>,
    pub(super) seeds: Vec<u64>,
    /// Steps of one row of missing cells.
    pub(super) missing_steps: Vec<u32>,
    /// Values of all runs, row-major.
    pub(super) gathered: Gathered,
    /// Where the values of each run of `SceneComponents::runs` begin in `gathered`.
    pub(super) value_starts: Vec<u32>,
    pub(super) rule: RuleScratch,
    pub(super) holes: HoleScratch,
}
