//! From a scene to its components.

use rayon::prelude::*;

use super::cut::Rule;
use super::graph;
use super::lattice::smooth::smoothed;
use super::{Baseline, DetectOptions, Scratch};
use crate::describe::Geometry;
use crate::lanes::{Isa, bits};
use crate::{Condition, CoreError, Grid, Scene, SceneComponents, Values};

/// Finds and describes the components of scenes on one grid. Made once a job, shared by all threads.
///
/// A cell is inside if it belongs to the grid's domain, has a value and meets the condition. Components are numbered from
/// 1 in row-major order of their first cells, before the small ones are dropped. On a periodic grid they go on across
/// the seam.
#[derive(Debug)]
pub struct Detector<'a> {
    pub(super) grid: &'a Grid,
    pub(super) rule: Rule,
    pub(super) options: DetectOptions,
    pub(super) geometry: Geometry,
    /// The grid's domain as bits, all rows; `None`: all cells.
    pub(super) domain: Option<Vec<u64>>,
    domain_cells: u64,
    pub(super) isa: Isa,
}

impl<'a> Detector<'a> {
    /// Prepares a condition for scenes on a grid. `fields` holds names and units of the scenes' fields, which expressions
    /// refer to; other conditions look at the first field alone and need no names.
    ///
    /// # Errors
    /// [`CoreError::Condition`] for a threshold that is not a number or makes no sense, and for an expression that does not
    /// fit the fields; [`CoreError::Option`] for an option out of range; [`CoreError::Grid`] for a grid of 2³² cells or
    /// more.
    pub fn new(
        condition: &Condition,
        fields: &[(&str, Option<&str>)],
        options: DetectOptions,
        grid: &'a Grid,
    ) -> Result<Self, CoreError> {
        options.check()?;
        if u32::try_from(grid.len()).is_err() {
            return Err(CoreError::Grid(format!(
                "the grid has {} cells; components are counted in 32 bits: ask for a smaller area",
                grid.len()
            )));
        }
        Ok(Self {
            rule: Rule::new(condition, fields)?,
            options,
            geometry: Geometry::new(grid)?,
            domain: grid.domain().map(|domain| bits::image(domain, grid.nx())),
            domain_cells: grid.domain().map_or(grid.len(), |domain| domain.iter().filter(|cell| **cell).count()) as u64,
            isa: Isa::best(),
            grid,
        })
    }

    /// Finds the components of a scene. `baseline` is what an anomaly is measured against (see
    /// [`super::TileStatistics`]); other conditions need none.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the scene or the baseline does not fit the grid; [`CoreError::Condition`] where the
    /// condition needs a baseline that is not given.
    pub fn detect(
        &self,
        scene: &Scene,
        baseline: Option<&Baseline>,
        scratch: &mut Scratch,
    ) -> Result<SceneComponents, CoreError> {
        scene.check(self.grid)?;
        self.rule.check_baseline(baseline, self.grid.len())?;
        let (missing, missing_cells) = if self.options.smooth_cells > 0 {
            let steps = self.options.smooth_cells;
            let smooth = |field: &Values| match self.grid.mesh() {
                Some(mesh) => graph::smoothed(field, self.grid, mesh, steps),
                None => smoothed(field, self.grid, steps),
            };
            let fields: Vec<Values> = scene.fields.iter().map(smooth).collect();
            self.label_rows(scene, &fields, baseline, scratch)?
        } else {
            self.label_rows(scene, &scene.fields, baseline, scratch)?
        };
        let (mut components, detected) = self.keep(scratch);
        let ranges = self.sort_ranges(&mut components, scratch);
        let gathered = &scratch.gathered;
        let values = match scene.fields.first() {
            Some(Values::F64(_)) => {
                Values::F64(self.describe(&mut components, &ranges, &scratch.value_starts, &gathered.f64))
            }
            _ => Values::F32(self.describe(&mut components, &ranges, &scratch.value_starts, &gathered.f32)),
        };
        Ok(SceneComponents {
            time: scene.time,
            components,
            ranges,
            values,
            missing,
            detected,
            valid_cells: self.domain_cells - missing_cells,
        })
    }

    /// The same detector without special instructions.
    #[cfg(test)]
    pub(crate) fn portable(mut self) -> Self {
        self.isa = Isa::Portable;
        self
    }
}

/// Finds the components of many scenes in memory, on all threads of the current rayon pool, in the order of the scenes.
///
/// # Errors
/// Those of [`Detector::detect`]; of several, that of the earliest scene.
pub fn detect_all(
    detector: &Detector<'_>,
    scenes: &[Scene],
    baseline: Option<&Baseline>,
) -> Result<Vec<SceneComponents>, CoreError> {
    let found: Vec<Result<SceneComponents, CoreError>> = scenes
        .par_iter()
        .map_init(Scratch::default, |scratch, scene| detector.detect(scene, baseline, scratch))
        .collect();
    found.into_iter().collect()
}
