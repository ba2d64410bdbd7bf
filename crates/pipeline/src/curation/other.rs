//! The other data: on a grid, or swaths.

use eventscape_catalog::{Entry, GranuleInfo, Notice, Subset, Swaths, VariableMeta};
use eventscape_core::grid::Coordinates;
use eventscape_core::regrid::spacing;
use eventscape_formats::Attributes;

use crate::error::Result;

/// The data that are gathered around events.
pub(super) enum Other {
    Grid(Box<Subset>),
    Swath(Box<Swaths>),
}

impl Other {
    pub(super) fn variables(&self) -> &[VariableMeta] {
        match self {
            Self::Grid(subset) => subset.variables(),
            Self::Swath(swaths) => swaths.variables(),
        }
    }

    pub(super) fn granules(&self) -> &[GranuleInfo] {
        match self {
            Self::Grid(subset) => subset.granules(),
            Self::Swath(swaths) => swaths.granules(),
        }
    }

    pub(super) fn notices(&self) -> &[Notice] {
        match self {
            Self::Grid(subset) => subset.notices(),
            Self::Swath(swaths) => swaths.notices(),
        }
    }

    pub(super) fn collection(&self) -> Option<&Entry> {
        match self {
            Self::Grid(subset) => subset.collection(),
            Self::Swath(swaths) => swaths.collection(),
        }
    }

    /// Distances of rows and columns (along and across the track), degrees.
    pub(super) fn spacing(&self) -> (f64, f64) {
        match self {
            Self::Grid(subset) => spacing(subset.grid()),
            Self::Swath(swaths) => swaths.spacing(),
        }
    }

    /// Whether values are taken from points rather than from cells of a grid of rows and columns.
    pub(super) fn is_points(&self) -> bool {
        match self {
            Self::Grid(subset) => !matches!(subset.grid().coordinates(), Coordinates::Rectilinear { .. }),
            Self::Swath(_) => true,
        }
    }

    /// Seconds from one step to the next; none of swaths and of a single step.
    pub(super) fn step_seconds(&self) -> Option<f64> {
        match self {
            Self::Grid(subset) => subset.nominal_step_seconds(),
            Self::Swath(_) => None,
        }
    }

    pub(super) fn attributes_of(&self, path: &str) -> Result<Attributes> {
        Ok(match self {
            Self::Grid(subset) => subset.attributes_of(path)?,
            Self::Swath(swaths) => swaths.attributes_of(path)?,
        })
    }

    /// Scenes (granules of swaths) that were read so far.
    pub(super) fn read_so_far(&self) -> usize {
        match self {
            Self::Grid(subset) => subset.counts().from_source,
            Self::Swath(swaths) => swaths.granules_read(),
        }
    }
}
