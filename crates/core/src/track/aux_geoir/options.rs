//! The options of AUX-GEOIR.

use crate::CoreError;
use crate::track::fortracc::check_gap;

/// How storms are found and linked. The defaults are those of the reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuxGeoirOptions {
    /// Colder cells are inside, K.
    pub cold_kelvin: f64,
    /// Colder cells are inside if they cool, K.
    pub warm_kelvin: f64,
    /// Smaller clusters are dropped, cells.
    pub min_cells: u32,
    /// Larger clusters are split into their cold parts, cells.
    pub max_cells: u32,
    /// The smallest overlap that links, as a fraction of the earlier cluster's cells. If negative, any overlap links, and
    /// among several earlier clusters the largest one counts instead of the one with the largest fraction.
    pub min_overlap: f64,
    /// Whether cooling cells count and large clusters are split (the reference's `toggle`).
    pub two_stages: bool,
    /// Tracks of fewer different times are dropped.
    pub min_steps: u32,
    /// Clusters on either side of a longer gap in time are not linked; `None`: whatever lies between them.
    pub max_gap_seconds: Option<f64>,
    /// Whether to keep the reference's faults, see [the module](crate::track::aux_geoir).
    pub reference: bool,
}

impl Default for AuxGeoirOptions {
    fn default() -> Self {
        Self {
            cold_kelvin: 245.0,
            warm_kelvin: 265.0,
            min_cells: 81,
            max_cells: 2500,
            min_overlap: -1.0,
            two_stages: true,
            min_steps: 6,
            max_gap_seconds: None,
            reference: false,
        }
    }
}

impl AuxGeoirOptions {
    pub(super) fn check(&self) -> Result<(), CoreError> {
        for (name, kelvin) in [("cold", self.cold_kelvin), ("warm", self.warm_kelvin)] {
            if !kelvin.is_finite() {
                return Err(CoreError::Option(format!(
                    "the {name} threshold is {kelvin}; it must be a temperature in K"
                )));
            }
        }
        if self.min_overlap.is_nan() || self.min_overlap > 1.0 {
            return Err(CoreError::Option(format!(
                "the minimum overlap is {}; it must be a fraction up to 1, or negative for any overlap",
                self.min_overlap
            )));
        }
        check_gap(self.max_gap_seconds)
    }
}
