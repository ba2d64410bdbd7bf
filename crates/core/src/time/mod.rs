//! Instants on the CF calendars.

mod calendar;

pub use calendar::Calendar;

use std::fmt;

use crate::CoreError;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// An instant in UTC on a CF calendar, to the microsecond.
///
/// Instants of different calendars do not compare: a job has one calendar, and the catalogue says where a collection's
/// calendar only names the same days differently (IMERG's `julian`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        Ok(Self { calendar, micros: seconds * MICROS_PER_SECOND + i64::from(civil.micros) })
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

    /// Seconds from `earlier` to `self` (both of one calendar).
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.micros - earlier.micros) as f64 / MICROS_PER_SECOND as f64
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

    /// `YYYYMMDDhhmm`, the reference's name of a mask time (the minute is cut, not rounded).
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
