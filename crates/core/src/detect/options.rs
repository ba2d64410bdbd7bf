//! What detection may be told besides the condition.

use crate::{Connectivity, CoreError};

/// How components are formed from the cells that meet the condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectOptions {
    /// Which cells touch.
    pub connectivity: Connectivity,
    /// Components of fewer cells are dropped (they keep their number, and [`crate::SceneComponents::detected`] counts
    /// them).
    pub min_cells: u32,
    /// Components of a smaller area, in km², are dropped too.
    pub min_area_km2: Option<f64>,
    /// Holes of up to so many cells are filled before components are formed; 0 fills none. A hole is a region of cells
    /// outside the condition that is surrounded by cells inside it: it does not reach the edge of the domain and
    /// holds no missing cell. With 8 neighbours for the phenomenon, the cells of a hole touch by edges alone, and the
    /// other way round.
    pub max_hole_cells: u32,
    /// The condition is put to the mean of the valid cells of a box of so many cells to each side; 0 for the cell
    /// itself. A missing cell stays missing. Values and statistics are those of the unsmoothed field.
    pub smooth_cells: u32,
    /// Whether to keep the runs of the missing cells, for masks that tell "missing" from "outside".
    pub keep_missing: bool,
}

impl Default for DetectOptions {
    /// 8 neighbours, every component, nothing filled or smoothed.
    fn default() -> Self {
        Self {
            connectivity: Connectivity::Eight,
            min_cells: 1,
            min_area_km2: None,
            max_hole_cells: 0,
            smooth_cells: 0,
            keep_missing: false,
        }
    }
}

impl DetectOptions {
    /// # Errors
    /// [`CoreError::Option`] for an area that is not a number or negative, or for a box that cannot be meant.
    pub(crate) fn check(&self) -> Result<(), CoreError> {
        if let Some(area) = self.min_area_km2
            && !(area >= 0.0 && area.is_finite())
        {
            return Err(CoreError::Option(format!(
                "the minimum area is {area} km²; give a number of km² that is 0 or more"
            )));
        }
        if self.smooth_cells > MAX_SMOOTH {
            return Err(CoreError::Option(format!(
                "smoothing over {} cells to each side is more than the {MAX_SMOOTH} that are allowed; give fewer",
                self.smooth_cells
            )));
        }
        Ok(())
    }
}

/// Wider boxes would make a job quadratic in their width for no phenomenon that we know of.
const MAX_SMOOTH: u32 = 500;
