//! What a method knows of the job beside its own keys.

use crate::{Condition, Connectivity, Grid};

/// The job that a method plans for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MethodContext<'a> {
    /// What makes a cell belong to the phenomenon.
    pub condition: &'a Condition,
    /// Name and units of each field of a scene, the described one first.
    pub fields: &'a [(&'a str, Option<&'a str>)],
    /// The grid of the scenes.
    pub grid: &'a Grid,
    /// The options that all methods share.
    pub shared: SharedOptions,
}

impl<'a> MethodContext<'a> {
    /// A context with default options.
    #[must_use]
    pub fn new(condition: &'a Condition, fields: &'a [(&'a str, Option<&'a str>)], grid: &'a Grid) -> Self {
        Self { condition, fields, grid, shared: SharedOptions::default() }
    }

    /// The same with other options.
    #[must_use]
    pub fn with_shared(self, shared: SharedOptions) -> Self {
        Self { shared, ..self }
    }
}

/// The options that all methods share. `None` leaves the choice to the method.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SharedOptions {
    /// Which cells touch.
    pub connectivity: Connectivity,
    /// Smaller components are dropped, cells.
    pub min_cells: Option<u32>,
    /// Components of a smaller area are dropped, km².
    pub min_area_km2: Option<f64>,
    /// Holes of up to this many cells are filled.
    pub max_hole_cells: u32,
    /// Half the width of the box that smooths the field, cells.
    pub smooth_cells: u32,
    /// The smallest overlap that links two components, as a fraction of the earlier one's cells.
    pub min_overlap: Option<f64>,
    /// Components on either side of a longer gap are not linked, s; `None`: every gap is bridged.
    pub max_gap_seconds: Option<f64>,
    /// Whether to keep the faults of TOS2CA, JPL's system, where the method comes from it.
    pub tos2ca_compat: bool,
}
