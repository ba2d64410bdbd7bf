//! Steps of another data set at the mask's times.

use crate::Timestamp;

/// How a mask time is met by the steps around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTime {
    /// A step has this very time.
    Exact,
    /// Linear between two steps.
    Linear,
    /// The step that belongs to the time, since the other one is missing.
    Step,
    /// There is no step.
    None,
}

impl InTime {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Linear => "linear",
            Self::Step => "step",
            Self::None => "none",
        }
    }
}

/// The weights of the steps before, at and after a mask time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeWeights {
    /// The weights; their sum is 1, or 0 where there is no step.
    pub weights: [f64; 3],
    /// How they came about.
    pub how: InTime,
}

/// The true linear weights of a time between two of three neighbouring steps (of one calendar, ascending). `present` tells
/// which steps have data. Where a step on one side is missing, the middle one, which belongs to the time by the rule of the
/// collection, stands for it.
#[must_use]
pub fn time_weights(time: Timestamp, steps: [Timestamp; 3], present: [bool; 3]) -> TimeWeights {
    let mut weights = [0.0; 3];
    for k in 0..3 {
        if present[k] && steps[k].micros() == time.micros() {
            weights[k] = 1.0;
            return TimeWeights { weights, how: InTime::Exact };
        }
    }
    for k in 0..2 {
        let (before, after) = (steps[k].micros(), steps[k + 1].micros());
        if present[k] && present[k + 1] && before < time.micros() && time.micros() < after {
            let share = (time.micros() - before) as f64 / (after - before) as f64;
            weights[k] = 1.0 - share;
            weights[k + 1] = share;
            return TimeWeights { weights, how: InTime::Linear };
        }
    }
    if present[1] {
        weights[1] = 1.0;
        return TimeWeights { weights, how: InTime::Step };
    }
    TimeWeights { weights, how: InTime::None }
}
