//! Instants on the CF calendars.

mod calendar;
mod text;
mod units;

pub use calendar::Calendar;
pub use text::Precision;
pub use units::TimeUnits;

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::CoreError;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// An instant in UTC on a CF calendar, to the microsecond.
///
/// Instants of different calendars do not compare: a job has one calendar, and the catalogue says where a collection's
/// calendar only names the same days differently (IMERG's `julian`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Timestamp {
    calendar: Calendar,
    /// Microseconds since 1970-01-01T00:00:00 of the same calendar.
    micros: i64,
}

/// The fields of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year.
    pub year: i32,
    /// Month, 1..=12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
    /// Hour, 0..=23.
    pub hour: u8,
    /// Minute, 0..=59.
    pub minute: u8,
    /// Second, 0..=59.
    pub second: u8,
    /// Microsecond, 0..=999_999.
    pub micros: u32,
}

impl Timestamp {
    /// The instant so many microseconds after 1970-01-01T00:00:00 of the calendar.
    #[must_use]
    pub fn from_micros(calendar: Calendar, micros: i64) -> Self {
        Self { calendar, micros }
    }

    /// The instant of a date and time.
    ///
    /// # Errors
    /// [`CoreError::Time`] where the calendar has no such day or the clock no such time.
    pub fn from_civil(calendar: Calendar, civil: Civil) -> Result<Self, CoreError> {
        let days = calendar.days_from_civil(civil.year, civil.month, civil.day).ok_or_else(|| {
            CoreError::Time(format!(
                "there is no {:04}-{:02}-{:02} in the {calendar} calendar",
                civil.year, civil.month, civil.day
            ))
        })?;
        if civil.hour > 23 || civil.minute > 59 || civil.second > 59 || civil.micros > 999_999 {
            return Err(CoreError::Time(format!(
                "{:02}:{:02}:{:02} is not a time of day",
                civil.hour, civil.minute, civil.second
            )));
        }
        let seconds = days * SECONDS_PER_DAY
            + i64::from(civil.hour) * 3600
            + i64::from(civil.minute) * 60
            + i64::from(civil.second);
        seconds
            .checked_mul(MICROS_PER_SECOND)
            .and_then(|m| m.checked_add(i64::from(civil.micros)))
            .map(|micros| Self { calendar, micros })
            .filter(|time| time.in_range())
            .ok_or_else(|| {
                CoreError::Time(format!("the year {} is out of range; give one of -99999..99999", civil.year))
            })
    }

    /// Parses `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, with a time after `T` or a space and `Z` or an offset, or all digits
    /// (`YYYYMMDD`, `YYYYMMDDhhmm`). What is not given is the earliest. The precision tells how much was given.
    ///
    /// # Errors
    /// [`CoreError::Time`] shows how a time is written, or says which day the calendar lacks.
    ///
    /// ```
    /// use eventscape_core::time::{Calendar, Timestamp};
    ///
    /// let (time, _) = Timestamp::parse("2015-08-12T00:30", Calendar::Standard)?;
    /// assert_eq!(time.to_string(), "2015-08-12T00:30:00Z");
    /// assert!(Timestamp::parse("2015-02-30", Calendar::Standard).is_err());
    /// assert!(Timestamp::parse("2015-02-30", Calendar::Day360).is_ok());
    /// # Ok::<(), eventscape_core::CoreError>(())
    /// ```
    pub fn parse(text: &str, calendar: Calendar) -> Result<(Self, Precision), CoreError> {
        text::parse_instant(text, calendar)
    }

    /// Parses the last instant of what a text names: of the day if it is a day, of the month if it is a month.
    ///
    /// # Errors
    /// As [`Timestamp::parse`].
    pub fn parse_last(text: &str, calendar: Calendar) -> Result<Self, CoreError> {
        let (first, precision) = Self::parse(text, calendar)?;
        let civil = first.civil();
        let next = match precision {
            Precision::Time => return Ok(first),
            Precision::Day => {
                return Ok(Self::from_micros(calendar, first.micros + SECONDS_PER_DAY * MICROS_PER_SECOND - 1));
            }
            Precision::Month if civil.month < 12 => Civil { month: civil.month + 1, ..civil },
            Precision::Month | Precision::Year => Civil { year: civil.year + 1, month: 1, ..civil },
        };
        Ok(Self::from_micros(calendar, Self::from_civil(calendar, next)?.micros - 1))
    }

    /// The same date and time in another calendar.
    ///
    /// # Errors
    /// [`CoreError::Time`] where the other calendar has no such day.
    pub fn in_calendar(self, calendar: Calendar) -> Result<Self, CoreError> {
        Self::from_civil(calendar, self.civil())
    }

    /// The instant so many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: f64) -> Self {
        let micros = (seconds * MICROS_PER_SECOND as f64).round() as i64;
        Self { calendar: self.calendar, micros: self.micros.saturating_add(micros) }
    }

    /// Day of the year, from 1.
    #[must_use]
    pub fn day_of_year(self) -> u16 {
        let civil = self.civil();
        let days = |month, day| self.calendar.days_from_civil(civil.year, month, day).unwrap_or(0);
        (days(civil.month, civil.day) - days(1, 1) + 1) as u16
    }

    /// Years that files and users can mean: five digits.
    pub(crate) fn in_range(self) -> bool {
        self.civil().year.unsigned_abs() <= 99_999
    }

    /// Its calendar.
    #[must_use]
    pub fn calendar(self) -> Calendar {
        self.calendar
    }

    /// Microseconds since 1970-01-01T00:00:00 of its calendar.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.micros
    }

    /// Which of two instants of one calendar is earlier.
    ///
    /// # Errors
    /// [`CoreError::Time`] where the calendars differ: their instants have no order.
    pub fn compare(self, other: Self) -> Result<Ordering, CoreError> {
        if self.calendar == other.calendar {
            return Ok(self.micros.cmp(&other.micros));
        }
        Err(CoreError::Time(format!(
            "{self} of the {} calendar and {other} of the {} calendar cannot be compared; choose data of one calendar",
            self.calendar, other.calendar
        )))
    }

    /// The nearest multiple of `step_seconds` after an instant `origin` of the same calendar; the later one where two are as
    /// near. The instant itself for a step that is not positive.
    #[must_use]
    pub fn rounded(self, step_seconds: u32, origin: Self) -> Self {
        let step = i64::from(step_seconds) * MICROS_PER_SECOND;
        if step == 0 {
            return self;
        }
        let since = i128::from(self.micros) - i128::from(origin.micros);
        let steps = (since + i128::from(step / 2)).div_euclid(i128::from(step));
        let micros = i128::from(origin.micros) + steps * i128::from(step);
        Self { calendar: self.calendar, micros: i64::try_from(micros).unwrap_or(self.micros) }
    }

    /// Seconds since 1970-01-01T00:00:00 of its calendar, for files: `seconds since 1970-01-01T00:00:00Z`.
    #[must_use]
    pub fn unix_seconds(self) -> f64 {
        self.micros as f64 / MICROS_PER_SECOND as f64
    }

    /// Seconds from `earlier` to `self` (both of one calendar).
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.micros.saturating_sub(earlier.micros) as f64 / MICROS_PER_SECOND as f64
    }

    /// Its date and time.
    #[must_use]
    pub fn civil(self) -> Civil {
        let seconds = self.micros.div_euclid(MICROS_PER_SECOND);
        let (year, month, day) = self.calendar.civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        Civil {
            year,
            month,
            day,
            hour: (of_day / 3600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
            micros: self.micros.rem_euclid(MICROS_PER_SECOND) as u32,
        }
    }

    /// `YYYYMMDDhhmm`, TOS2CA's name of a mask time (the minute is cut, not rounded).
    #[must_use]
    pub fn stamp(self) -> String {
        let c = self.civil();
        format!("{:04}{:02}{:02}{:02}{:02}", c.year, c.month, c.day, c.hour, c.minute)
    }
}

/// ISO 8601 in UTC, `2015-08-12T00:30:00Z`, with microseconds only where there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)?;
        if c.micros != 0 {
            write!(f, ".{:06}", c.micros)?;
        }
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests;
