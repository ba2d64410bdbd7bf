//! Time units of the CF conventions: `minutes since 2020-01-01 00:30:00`.

use super::text::parse_instant;
use super::{Calendar, MICROS_PER_SECOND, SECONDS_PER_DAY, Timestamp};
use crate::CoreError;

/// A unit of time and the instant from which it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeUnits {
    micros_per_unit: i64,
    reference: Timestamp,
}

impl TimeUnits {
    /// Parses `<unit> since <date> [<time>] [<offset>]`.
    ///
    /// # Errors
    /// [`CoreError::Time`] for units that are not of a fixed length (months, years), or a reference time that the calendar
    /// does not have.
    ///
    /// ```
    /// use eventscape_core::time::{Calendar, TimeUnits};
    ///
    /// let units = TimeUnits::parse("hours since 2000-02-28 12:00", Calendar::NoLeap)?;
    /// assert_eq!(units.decode_i64(24)?.to_string(), "2000-03-01T12:00:00Z");
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn parse(text: &str, calendar: Calendar) -> Result<Self, CoreError> {
        let wrong = |why: String| CoreError::Time(format!("the time units `{text}` {why}"));
        let lower = text.to_ascii_lowercase();
        let at = lower
            .find(" since ")
            .ok_or_else(|| wrong("are not understood; expected something like `days since 1970-01-01`".to_owned()))?;
        let (Some(unit), Some(reference)) = (lower.get(..at), text.get(at + 7..)) else {
            return Err(wrong("are not understood".to_owned()));
        };
        let micros_per_unit = match unit.trim() {
            "days" | "day" | "d" => SECONDS_PER_DAY * MICROS_PER_SECOND,
            "hours" | "hour" | "hrs" | "hr" | "h" => 3600 * MICROS_PER_SECOND,
            "minutes" | "minute" | "mins" | "min" => 60 * MICROS_PER_SECOND,
            "seconds" | "second" | "secs" | "sec" | "s" => MICROS_PER_SECOND,
            "milliseconds" | "millisecond" | "millisecs" | "millisec" | "msecs" | "msec" | "ms" => 1000,
            "microseconds" | "microsecond" | "microsecs" | "microsec" => 1,
            "months" | "month" | "years" | "year" | "common_years" | "common_year" => {
                return Err(wrong(format!(
                    "count {unit}, which have no fixed length; rewrite the time axis in days, for example with cftime"
                )));
            }
            other => {
                return Err(wrong(format!(
                    "have the unit `{other}`; known are days, hours, minutes, seconds, ms and µs"
                )));
            }
        };
        let (reference, _) = parse_instant(reference, calendar)?;
        Ok(Self { micros_per_unit, reference })
    }

    /// The calendar.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        self.reference.calendar()
    }

    /// The instant of a whole number of units, exactly.
    ///
    /// # Errors
    /// [`CoreError::Time`] where it is out of range (years -99999…99999).
    pub fn decode_i64(&self, count: i64) -> Result<Timestamp, CoreError> {
        count
            .checked_mul(self.micros_per_unit)
            .and_then(|m| m.checked_add(self.reference.micros()))
            .map(|m| Timestamp::from_micros(self.calendar(), m))
            .filter(|t| t.in_range())
            .ok_or_else(|| CoreError::Time(format!("the time {count} after {} is out of range", self.reference)))
    }

    /// The instant of a number of units, to the microsecond.
    ///
    /// # Errors
    /// [`CoreError::Time`] where it is NaN or out of range.
    pub fn decode_f64(&self, count: f64) -> Result<Timestamp, CoreError> {
        if count.fract() == 0.0 && count.abs() < 9e15 {
            return self.decode_i64(count as i64);
        }
        // whole units exactly, the rest rounded
        let whole = count.floor();
        let rest = ((count - whole) * self.micros_per_unit as f64).round() as i64;
        if !count.is_finite() || whole.abs() > 9e15 {
            return Err(CoreError::Time(format!("the time {count} after {} is not an instant", self.reference)));
        }
        let base = self.decode_i64(whole as i64)?;
        Ok(Timestamp::from_micros(self.calendar(), base.micros() + rest))
    }
}
