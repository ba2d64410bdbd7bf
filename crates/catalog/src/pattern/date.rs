//! The date in a file's name.

use eventscape_core::Timestamp;
use eventscape_core::time::{Calendar, Civil, Precision};

use super::Field;

/// The date in a file's name: the first instant of the time that it names, on the standard calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameDate {
    start: Timestamp,
    precision: Precision,
}

impl NameDate {
    /// The first instant that the name can mean.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// How fine the name is.
    #[must_use]
    pub fn precision(self) -> Precision {
        self.precision
    }

    pub(super) fn from_fields(fields: &[(Field, u32)]) -> Option<Self> {
        let get = |field: Field| fields.iter().find(|(f, _)| *f == field).map(|(_, value)| *value);
        let small = |field: Field| get(field).map(u8::try_from).transpose().ok();
        let year = i32::try_from(get(Field::Year)?).ok()?;
        let (mut month, mut day) = (small(Field::Month)?, small(Field::Day)?);
        if let Some(of_year) = get(Field::DayOfYear) {
            let (m, d) = from_day_of_year(year, of_year)?;
            if month.is_some_and(|x| x != m) || day.is_some_and(|x| x != d) {
                return None;
            }
            (month, day) = (Some(m), Some(d));
        }
        let (hour, minute, second) = (small(Field::Hour)?, small(Field::Minute)?, small(Field::Second)?);
        let civil = Civil {
            year,
            month: month.unwrap_or(1),
            day: day.unwrap_or(1),
            hour: hour.unwrap_or(0),
            minute: minute.unwrap_or(0),
            second: second.unwrap_or(0),
            micros: 0,
        };
        let precision = match (month, day, hour) {
            (_, _, Some(_)) => Precision::Time,
            (_, Some(_), None) => Precision::Day,
            (Some(_), None, None) => Precision::Month,
            (None, None, None) => Precision::Year,
        };
        Some(Self { start: Timestamp::from_civil(Calendar::Standard, civil).ok()?, precision })
    }
}

fn from_day_of_year(year: i32, of_year: u32) -> Option<(u8, u8)> {
    let mut rest = of_year;
    for month in 1..=12 {
        let days = u32::from(Calendar::Standard.days_in_month(year, month));
        if (1..=days).contains(&rest) {
            return Some((month, u8::try_from(rest).ok()?));
        }
        rest = rest.checked_sub(days)?;
    }
    None
}

/// Day of the year, from 1; 0 for a day that the calendar does not have.
pub(super) fn day_of_year(calendar: Calendar, year: i32, month: u8, day: u8) -> i64 {
    let days = |month, day| calendar.days_from_civil(year, month, day);
    match (days(month, day), days(1, 1)) {
        (Some(date), Some(first)) => date - first + 1,
        _ => 0,
    }
}
