//! The search that methods share: the connected regions that meet the job's condition.

use std::sync::{Mutex, PoisonError};

use super::{Finder, MethodContext};
use crate::detect::{Baseline, DetectOptions, Detector, Scratch};
use crate::{Condition, Connectivity, CoreError, Grid, Scene, SceneComponents};

/// Components of fewer cells are dropped where a job says nothing.
const DEFAULT_MIN_CELLS: u32 = 150;

/// The search for the connected regions that meet a condition ([`Detector`]), with the options of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionSearch {
    condition: Condition,
    fields: Vec<(String, Option<String>)>,
    options: DetectOptions,
}

impl ConditionSearch {
    /// The search that a job asks for.
    #[must_use]
    pub fn new(context: &MethodContext<'_>) -> Self {
        let shared = &context.shared;
        Self {
            condition: context.condition.clone(),
            fields: context.fields.iter().map(|(n, units)| ((*n).to_owned(), units.map(str::to_owned))).collect(),
            options: DetectOptions {
                connectivity: shared.connectivity,
                min_cells: shared.min_cells.unwrap_or(DEFAULT_MIN_CELLS),
                min_area_km2: shared.min_area_km2,
                max_hole_cells: shared.max_hole_cells,
                smooth_cells: shared.smooth_cells,
                keep_missing: true,
            },
        }
    }

    /// Its options with their values, for the products.
    #[must_use]
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let detect = &self.options;
        let connectivity = if detect.connectivity == Connectivity::Four { "4" } else { "8" };
        let mut options = vec![
            ("connectivity", connectivity.to_owned()),
            ("min_size", detect.min_cells.to_string()),
            ("fill_holes", detect.max_hole_cells.to_string()),
            ("smooth", detect.smooth_cells.to_string()),
        ];
        options.extend(detect.min_area_km2.map(|area| ("min_area_km2", area.to_string())));
        options
    }

    /// The finder for scenes on a grid.
    ///
    /// # Errors
    /// Those of [`Detector::new`].
    pub fn finder<'a>(&self, grid: &'a Grid) -> Result<Box<dyn Finder + 'a>, CoreError> {
        let fields: Vec<(&str, Option<&str>)> = self.fields.iter().map(|(n, u)| (n.as_str(), u.as_deref())).collect();
        let detector = Detector::new(&self.condition, &fields, self.options, grid)?;
        Ok(Box::new(ConditionFinder { detector, spare: Mutex::default() }))
    }
}

struct ConditionFinder<'a> {
    detector: Detector<'a>,
    /// Buffers that no thread uses now.
    spare: Mutex<Vec<Scratch>>,
}

impl Finder for ConditionFinder<'_> {
    fn find(&self, scenes: &[&Scene], baseline: Option<&Baseline>) -> Result<SceneComponents, CoreError> {
        let scene = scenes.first().ok_or_else(|| CoreError::Scene("there is no scene to search".to_owned()))?;
        let mut scratch = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let found = self.detector.detect(scene, baseline, &mut scratch)?;
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        Ok(found)
    }
}
