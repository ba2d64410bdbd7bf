//! The calendars of the CF conventions (section 4.4.1).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::CoreError;

/// A CF calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Calendar {
    /// Mixed Julian/Gregorian (`standard`, `gregorian`): Julian up to 1582-10-04, Gregorian from 1582-10-15.
    #[default]
    Standard,
    /// Gregorian for all time.
    ProlepticGregorian,
    /// Julian for all time.
    Julian,
    /// Every year has 365 days (`noleap`, `365_day`).
    NoLeap,
    /// Every year has 366 days (`all_leap`, `366_day`).
    AllLeap,
    /// Every month has 30 days.
    Day360,
}

impl Calendar {
    /// The name in CF attributes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ProlepticGregorian => "proleptic_gregorian",
            Self::Julian => "julian",
            Self::NoLeap => "noleap",
            Self::AllLeap => "all_leap",
            Self::Day360 => "360_day",
        }
    }

    /// Days from 1970-01-01 of this calendar to a date; `None` where there is no such day.
    #[must_use]
    pub fn days_from_civil(self, year: i32, month: u8, day: u8) -> Option<i64> {
        if !(1..=12).contains(&month) || day == 0 || day > self.days_in_month(year, month) {
            return None;
        }
        let (y, m, d) = (i64::from(year), i64::from(month), i64::from(day));
        Some(match self {
            Self::ProlepticGregorian => gregorian_days(y, m, d),
            Self::Julian => julian_days(y, m, d) - julian_days(1970, 1, 1),
            Self::Standard => {
                if (year, month, day) >= (1582, 10, 15) {
                    gregorian_days(y, m, d)
                } else if (year, month, day) <= (1582, 10, 4) {
                    // 1582-10-04 (Julian) is the day before 1582-10-15 (Gregorian)
                    julian_days(y, m, d) - julian_days(1582, 10, 4) + gregorian_days(1582, 10, 15) - 1
                } else {
                    return None;
                }
            }
            Self::NoLeap | Self::AllLeap => {
                let before: i64 = (1..month).map(|k| i64::from(self.days_in_month(year, k))).sum();
                (y - 1970) * self.fixed_year() + before + d - 1
            }
            Self::Day360 => (y - 1970) * 360 + (m - 1) * 30 + d - 1,
        })
    }

    /// The date so many days after 1970-01-01 of this calendar.
    #[must_use]
    pub fn civil_from_days(self, days: i64) -> (i32, u8, u8) {
        match self {
            Self::ProlepticGregorian => gregorian_civil(days),
            Self::Julian => julian_civil(days + julian_days(1970, 1, 1)),
            Self::Standard => {
                let switch = gregorian_days(1582, 10, 15);
                if days >= switch {
                    gregorian_civil(days)
                } else {
                    julian_civil(days - switch + 1 + julian_days(1582, 10, 4))
                }
            }
            Self::NoLeap | Self::AllLeap => {
                let length = self.fixed_year();
                let year = 1970 + days.div_euclid(length);
                let mut rest = days.rem_euclid(length);
                let mut month = 1;
                while month < 12 && rest >= i64::from(self.days_in_month(year as i32, month)) {
                    rest -= i64::from(self.days_in_month(year as i32, month));
                    month += 1;
                }
                (year as i32, month, rest as u8 + 1)
            }
            Self::Day360 => {
                let rest = days.rem_euclid(360);
                ((1970 + days.div_euclid(360)) as i32, (rest / 30) as u8 + 1, (rest % 30) as u8 + 1)
            }
        }
    }

    /// Number of the last day of a month (1..=12; 0 for another number).
    #[must_use]
    pub fn days_in_month(self, year: i32, month: u8) -> u8 {
        match month {
            2 if self == Self::Day360 => 30,
            2 => 28 + u8::from(self.is_leap(year)),
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31 - u8::from(self == Self::Day360),
            _ => 0,
        }
    }

    fn is_leap(self, year: i32) -> bool {
        let gregorian = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        match self {
            Self::ProlepticGregorian => gregorian,
            Self::Standard if year > 1582 => gregorian,
            Self::Standard | Self::Julian => year % 4 == 0,
            Self::AllLeap => true,
            Self::NoLeap | Self::Day360 => false,
        }
    }

    fn fixed_year(self) -> i64 {
        if self == Self::AllLeap { 366 } else { 365 }
    }
}

/// Days from 1970-01-01, Gregorian (Fliegel and Van Flandern's method on a year that starts in March).
fn gregorian_days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn gregorian_civil(days: i64) -> (i32, u8, u8) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    march_year(year_of_era + era * 400, of_year)
}

/// Days from 0000-03-01, Julian.
fn julian_days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    y.div_euclid(4) * 1461 + y.rem_euclid(4) * 365 + of_year
}

fn julian_civil(days: i64) -> (i32, u8, u8) {
    let cycle = days.div_euclid(1461);
    let of_cycle = days.rem_euclid(1461);
    let year = (of_cycle - of_cycle / 1460) / 365;
    march_year(cycle * 4 + year, of_cycle - 365 * year)
}

fn march_year(year: i64, of_year: i64) -> (i32, u8, u8) {
    let mp = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * mp + 2) / 5 + 1) as u8;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u8;
    ((year + i64::from(month <= 2)) as i32, month, day)
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Calendar {
    type Err = CoreError;

    fn from_str(name: &str) -> Result<Self, CoreError> {
        Ok(match name.trim().to_ascii_lowercase().as_str() {
            "standard" | "gregorian" => Self::Standard,
            "proleptic_gregorian" => Self::ProlepticGregorian,
            "julian" => Self::Julian,
            "noleap" | "365_day" => Self::NoLeap,
            "all_leap" | "366_day" => Self::AllLeap,
            "360_day" => Self::Day360,
            _ => {
                return Err(CoreError::Time(format!(
                    "`{name}` is not a CF calendar; known are standard, gregorian, proleptic_gregorian, julian, \
                     noleap (365_day), all_leap (366_day) and 360_day"
                )));
            }
        })
    }
}

impl TryFrom<String> for Calendar {
    type Error = CoreError;

    fn try_from(name: String) -> Result<Self, CoreError> {
        name.parse()
    }
}

impl From<Calendar> for &'static str {
    fn from(calendar: Calendar) -> Self {
        calendar.name()
    }
}
