//! The values on events' cells, read event by event: ours, or in the layout of TOS2CA.

use eventscape_core::Grid;
use eventscape_core::time::Calendar;
use eventscape_formats::Granule;

use super::flat::FlatInterpolated;
use crate::ProductError;
use crate::masked::EventValues;
use crate::tos2ca::Tos2caInterpolated;

/// A file of values on events' cells, open: `<job>-Interpolated.nc`, or TOS2CA's layout.
#[derive(Debug)]
pub struct InterpolatedReader {
    layout: Layout,
}

#[derive(Debug)]
enum Layout {
    Flat(FlatInterpolated),
    Tos2ca(Tos2caInterpolated),
}

impl InterpolatedReader {
    /// Understands a file. A file in TOS2CA's layout may not tell its calendar: times are dates of `calendar` then.
    ///
    /// # Errors
    /// [`ProductError::Input`] where it is no such file; what the granule says.
    pub fn open(granule: Granule, calendar: Calendar) -> Result<Self, ProductError> {
        let is_tos2ca = granule.groups().any(|group| group == "navigation");
        let layout = if is_tos2ca {
            Layout::Tos2ca(Tos2caInterpolated::open(granule, calendar)?)
        } else {
            Layout::Flat(FlatInterpolated::open(granule)?)
        };
        Ok(Self { layout })
    }

    /// The grid of the masks.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        match &self.layout {
            Layout::Flat(file) => file.grid(),
            Layout::Tos2ca(file) => file.grid(),
        }
    }

    /// The times as names have them (`YYYYMMDDhhmm`), ascending.
    #[must_use]
    pub fn stamps(&self) -> Vec<&str> {
        match &self.layout {
            Layout::Flat(file) => file.stamps(),
            Layout::Tos2ca(file) => file.stamps(),
        }
    }

    /// The tracks that have an event at a time, ascending.
    #[must_use]
    pub fn events(&self, stamp: &str) -> Vec<u32> {
        match &self.layout {
            Layout::Flat(file) => file.events(stamp),
            Layout::Tos2ca(file) => file.events(stamp),
        }
    }

    /// The names of the variables.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        match &self.layout {
            Layout::Flat(file) => file.variables(),
            Layout::Tos2ca(file) => file.variables(),
        }
    }

    /// An attribute of the root as text, by its name in TOS2CA's layout: `JobID`, `PhDefJobID`, `Dataset`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        match &self.layout {
            Layout::Flat(file) => file.attribute(name),
            Layout::Tos2ca(file) => file.attribute(name),
        }
    }

    /// The values of an event at a time.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such event, with those that there are, or its values make no sense.
    pub fn event(&self, stamp: &str, id: u32, variable: &str) -> Result<EventValues, ProductError> {
        match &self.layout {
            Layout::Flat(file) => file.event(stamp, id, variable),
            Layout::Tos2ca(file) => file.event(stamp, id, variable),
        }
    }
}
