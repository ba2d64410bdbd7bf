//! Which time step of a collection belongs to another instant.

use eventscape_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Entry, Period};

/// How an instant finds its time step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoundingRule {
    /// The nearest one; in the middle the later one.
    Nearest,
    /// The one whose interval, which begins at a whole step, contains it.
    Containing,
}

/// The times of a collection lie at whole steps plus an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// How.
    pub rule: RoundingRule,
    /// The step; [`super::TimeRule::step`] if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Period>,
    /// The stamp's place in its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Period>,
}

impl Entry {
    /// The time of the collection's step that belongs to an instant of the same calendar; `None` where the entry has no
    /// rule (swaths) or the calendar ends.
    ///
    /// GPM_MERGIR: 00:14 and 00:44 give 00:00 and 00:30, 00:45 gives 01:00.
    #[must_use]
    pub fn round_time(&self, time: Timestamp) -> Option<Timestamp> {
        let rule = self.time.rounding?;
        let step = rule.step.or(self.time.step)?;
        let origin = Timestamp::from_micros(time.calendar(), self.origin().0.micros());
        let offset = match rule.offset {
            Some(offset) => offset.after(origin, 1)?.micros() - origin.micros(),
            None => 0,
        };
        let shift = |t: Timestamp, by: i64| Timestamp::from_micros(t.calendar(), t.micros() + by);
        match rule.rule {
            RoundingRule::Containing => Some(shift(step.after(origin, step.count_until(origin, time))?, offset)),
            RoundingRule::Nearest => {
                let wanted = shift(time, -offset);
                let count = step.count_until(origin, wanted);
                let (before, after) = (step.after(origin, count)?, step.after(origin, count + 1)?);
                let nearer_before = wanted.micros() - before.micros() < after.micros() - wanted.micros();
                Some(shift(if nearer_before { before } else { after }, offset))
            }
        }
    }
}
