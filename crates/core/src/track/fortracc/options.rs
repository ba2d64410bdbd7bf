//! The options of ForTraCC.

use crate::track::OverlapRule;
use crate::{Connectivity, CoreError, Timestamp};

/// How [`super::Fortracc`] links.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FortraccOptions {
    /// The smallest overlap that links, as a fraction of the earlier component's cells, 0 to 1. Equality is enough.
    pub min_overlap: f64,
    /// Which cells touch, for the pieces of the reference's formula. It must be the one that cut the components out.
    pub connectivity: Connectivity,
    /// How overlaps are computed.
    pub mode: OverlapRule,
    /// Scenes further apart than this are not linked: tracks end before the gap with an unknown fate and begin anew after
    /// it. `None` links neighbours whatever lies between them, as the reference does.
    pub max_gap_seconds: Option<f64>,
}

impl Default for FortraccOptions {
    fn default() -> Self {
        Self { min_overlap: 0.25, connectivity: Connectivity::Eight, mode: OverlapRule::Correct, max_gap_seconds: None }
    }
}

impl FortraccOptions {
    pub(super) fn check(&self) -> Result<(), CoreError> {
        if !(0.0..=1.0).contains(&self.min_overlap) {
            return Err(CoreError::Option(format!(
                "the minimum overlap is {}; it must be a fraction from 0 to 1",
                self.min_overlap
            )));
        }
        check_gap(self.max_gap_seconds)
    }
}

/// Refuses a gap that is not a positive number.
pub(in crate::track) fn check_gap(max_gap_seconds: Option<f64>) -> Result<(), CoreError> {
    match max_gap_seconds {
        Some(gap) if gap.is_nan() || gap <= 0.0 => Err(CoreError::Option(format!(
            "the longest gap is {gap} s; it must be more than 0, or absent for no limit"
        ))),
        _ => Ok(()),
    }
}

/// The usual step of a job: the median of the steps between neighbouring times, in seconds; `None` for fewer than two
/// times. A multiple of it makes a good [`FortraccOptions::max_gap_seconds`].
#[must_use]
pub fn usual_step_seconds(times: &[Timestamp]) -> Option<f64> {
    let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1].seconds_since(pair[0])).collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied()
}
