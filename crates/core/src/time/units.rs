//! Time units of the CF conventions: `minutes since 2020-01-01 00:30:00`.

use super::text::parse_instant;
use super::{Calendar, MICROS_PER_SECOND, SECONDS_PER_DAY, Timestamp};
use crate::CoreError;

/// A unit of time and the instant from which it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeUnits {
    /// Of `per` units.
    micros: i64,
    /// More than 1 for units shorter than a microsecond.
    per: i64,
    reference: Timestamp,
}

impl TimeUnits {
    /// Parses `<unit> since <date> [<time>] [<offset>]`.
    ///
    /// # Errors
    /// [`CoreError::Time`] for units that are not of a fixed length (months and years, but on calendars where they have one), or a
    /// reference time that the calendar does not have.
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
        let day = SECONDS_PER_DAY * MICROS_PER_SECOND;
        let mut per = 1;
        let micros = match unit.trim() {
            "days" | "day" | "d" => SECONDS_PER_DAY * MICROS_PER_SECOND,
            "hours" | "hour" | "hrs" | "hr" | "h" => 3600 * MICROS_PER_SECOND,
            "minutes" | "minute" | "mins" | "min" => 60 * MICROS_PER_SECOND,
            "seconds" | "second" | "secs" | "sec" | "s" => MICROS_PER_SECOND,
            "milliseconds" | "millisecond" | "millisecs" | "millisec" | "msecs" | "msec" | "ms" => 1000,
            "microseconds" | "microsecond" | "microsecs" | "microsec" | "us" | "µs" => 1,
            "nanoseconds" | "nanosecond" | "nanosecs" | "nanosec" | "ns" => {
                per = 1000;
                1
            }
            "weeks" | "week" => 7 * day,
            "common_years" | "common_year" => 365 * day,
            "months" | "month" if calendar == Calendar::Day360 => 30 * day,
            "years" | "year" if calendar == Calendar::Day360 => 360 * day,
            "years" | "year" if calendar == Calendar::NoLeap => 365 * day,
            "years" | "year" if calendar == Calendar::AllLeap => 366 * day,
            "months" | "month" | "years" | "year" => {
                return Err(wrong(format!(
                    "count {unit}, which have no fixed length on the {calendar} calendar; rewrite the time axis in days, for example with \
                     cftime"
                )));
            }
            other => {
                return Err(wrong(format!(
                    "have the unit `{other}`; known are weeks, days, hours, minutes, seconds, ms, µs and ns"
                )));
            }
        };
        let (reference, _) = parse_instant(reference, calendar)?;
        Ok(Self { micros, per, reference })
    }

    /// The calendar.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        self.reference.calendar()
    }

    /// The instant of a whole number of units, exactly; of nanoseconds to the nearest microsecond.
    ///
    /// # Errors
    /// [`CoreError::Time`] where it is out of range (years -99999…99999).
    pub fn decode_i64(&self, count: i64) -> Result<Timestamp, CoreError> {
        let nearest = (count.checked_mul(self.micros)).map(|m| {
            let (whole, rest) = (m.div_euclid(self.per), m.rem_euclid(self.per));
            whole + i64::from(2 * rest >= self.per && self.per > 1)
        });
        nearest
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
        if count.fract() == 0.0 && count.abs() < 9.2e18 {
            return self.decode_i64(count as i64);
        }
        // whole units exactly, the rest rounded
        let whole = count.floor();
        let rest = ((count - whole) * self.micros as f64 / self.per as f64).round() as i64;
        if !count.is_finite() || whole.abs() > 9e15 {
            return Err(CoreError::Time(format!("the time {count} after {} is not an instant", self.reference)));
        }
        let base = self.decode_i64(whole as i64)?;
        Ok(Timestamp::from_micros(self.calendar(), base.micros() + rest))
    }
}
