//! The masks of a job, read time by time: ours, or in a layout of TOS2CA.

use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Timestamp};
use eventscape_formats::Granule;

use super::cf_masks::CfMasks;
use crate::ProductError;
use crate::kinds::{MASK_OUTPUT, MASKS};
use crate::masked::MaskedEvent;
use crate::product::Files;
use crate::tos2ca::Tos2caMasks;

/// A file of masks, open. Any number of threads may read it.
///
/// `<job>-Masks.nc` has float64 positions, its calendar and exact instants; TOS2CA's layout has float32 positions and times
/// to the digits of its groups' names.
#[derive(Debug)]
pub struct MaskFile {
    layout: Layout,
}

#[derive(Debug)]
enum Layout {
    Cf(CfMasks),
    Tos2ca(Tos2caMasks),
}

/// The names among these that are of masks, those of the best layout alone: ours before TOS2CA's, by any of its names.
pub fn mask_names_in<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let names: Vec<&str> = names.into_iter().collect();
    let ending_in = |endings: &[&str]| -> Vec<&'a str> {
        let is_one = |name: &&&str| name.split_once('-').is_some_and(|(_, rest)| endings.contains(&rest));
        names.iter().filter(is_one).copied().collect()
    };
    match ending_in(&endings(MASKS.files)) {
        ours if !ours.is_empty() => ours,
        _ => ending_in(&endings(MASK_OUTPUT.files)),
    }
}

/// What names of files that hold masks are like, the best first.
#[must_use]
pub fn mask_patterns() -> Vec<String> {
    let all = [MASKS.files, MASK_OUTPUT.files];
    all.into_iter().flat_map(endings).map(|ending| format!("*-{ending}")).collect()
}

fn endings(files: Files) -> Vec<&'static str> {
    match files {
        Files::One(ending) => vec![ending],
        Files::Renamed { old, new } => vec![new, old],
        Files::EachScene(_) | Files::EachSeries => Vec::new(),
    }
}

impl MaskFile {
    /// Understands a file of masks. A file in TOS2CA's layout may not tell its calendar: times are dates of `calendar` then.
    ///
    /// # Errors
    /// [`ProductError::Input`] where it is no file of masks; what the granule says.
    pub fn open(granule: Granule, calendar: Calendar) -> Result<Self, ProductError> {
        let is_tos2ca = granule.groups().any(|group| group == "navigation");
        let layout = if is_tos2ca {
            Layout::Tos2ca(Tos2caMasks::open(granule, calendar)?)
        } else {
            Layout::Cf(CfMasks::open(granule)?)
        };
        Ok(Self { layout })
    }

    /// Where it was read from.
    #[must_use]
    pub fn location(&self) -> &str {
        match &self.layout {
            Layout::Cf(file) => file.location(),
            Layout::Tos2ca(file) => file.location(),
        }
    }

    /// The grid of the masks.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        match &self.layout {
            Layout::Cf(file) => file.grid(),
            Layout::Tos2ca(file) => file.grid(),
        }
    }

    /// The times, ascending.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        match &self.layout {
            Layout::Cf(file) => file.times(),
            Layout::Tos2ca(file) => file.times(),
        }
    }

    /// The times as the names of files have them (`YYYYMMDDhhmm`, see [`crate::scene_stamps`]).
    #[must_use]
    pub fn stamps(&self) -> &[String] {
        match &self.layout {
            Layout::Cf(file) => file.stamps(),
            Layout::Tos2ca(file) => file.stamps(),
        }
    }

    /// An attribute of the root as text, e.g. `dataset`, `variable`, `job_id`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        match &self.layout {
            Layout::Cf(file) => file.attribute(name),
            Layout::Tos2ca(file) => file.attribute(name),
        }
    }

    /// The events of a time, by ascending number.
    ///
    /// # Errors
    /// [`ProductError::Input`] for a cell outside the grid or an event without a number; what the granule says.
    pub fn events(&self, index: usize) -> Result<Vec<MaskedEvent>, ProductError> {
        match &self.layout {
            Layout::Cf(file) => file.events(index),
            Layout::Tos2ca(file) => file.events(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_masks_come_first_and_those_of_tos2ca_by_any_of_its_names() {
        let theirs = ["7-ForTraCC-Mask-Output.nc4", "7-Manifest.json", "7-Tracks.nc"];
        assert_eq!(mask_names_in(theirs), ["7-ForTraCC-Mask-Output.nc4"]);
        assert_eq!(mask_names_in(["8-Masks-Output.nc4", "8-Masks-TOC.json"]), ["8-Masks-Output.nc4"]);
        let all = theirs.into_iter().chain(["7-Masks.nc"]);
        assert_eq!(mask_names_in(all), ["7-Masks.nc"]);
        assert!(mask_names_in(["Masks.nc", "7-Masks.nc.part"]).is_empty());
    }
}
