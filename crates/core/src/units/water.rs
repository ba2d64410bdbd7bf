//! Water by its mass and by its depth: 1 kg m-2 is 1 mm.

use super::Unit;
use super::meaning::{Dimensions, Meaning};

/// kg m-3, by which precipitation is counted everywhere.
const DENSITY: f64 = 1000.0;
const MASS: Dimensions = [-2, 1, 0, 0, 0, 0, 0, 0];
const MASS_FLUX: Dimensions = [-2, 1, -1, 0, 0, 0, 0, 0];
const DEPTH: Dimensions = [1, 0, 0, 0, 0, 0, 0, 0];
const RATE: Dimensions = [1, 0, -1, 0, 0, 0, 0, 0];

/// By what values of the one are multiplied to become values of the other, where the one is a mass of water for each area (and time)
/// and the other its depth, or the other way round.
pub(super) fn factor(from: Meaning, to: Meaning) -> Option<f64> {
    let density = match (from.dimensions, to.dimensions) {
        (MASS, DEPTH) | (MASS_FLUX, RATE) => 1.0 / DENSITY,
        (DEPTH, MASS) | (RATE, MASS_FLUX) => DENSITY,
        _ => return None,
    };
    Some(from.scale * density / to.scale)
}

impl Unit {
    /// Whether values become those of another unit only as water of 1000 kg m-3: `mm/h` and `kg m-2 s-1`. Who converts so should tell.
    #[must_use]
    pub fn is_water_beside(&self, other: &Self) -> bool {
        self.meaning.zip(other.meaning).is_some_and(|(from, to)| factor(from, to).is_some())
    }
}
