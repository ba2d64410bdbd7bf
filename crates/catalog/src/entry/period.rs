//! Spans of time as ISO 8601 durations, and dates, as entries write them.

use std::fmt;

use eventscape_core::Timestamp;
use eventscape_core::time::{Calendar, Civil};
use serde::{Deserialize, Serialize};

const MICROS: i64 = 1_000_000;

/// A span of time: whole months, or seconds. Written as an ISO 8601 duration: `PT30M`, `P1D`, `P1M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// So many months.
    Months(u32),
    /// So many seconds.
    Seconds(u32),
}

impl Period {
    /// Its length in seconds; a month counts as 30.4375 days.
    #[must_use]
    pub fn nominal_seconds(self) -> f64 {
        match self {
            Self::Months(n) => f64::from(n) * 30.4375 * 86_400.0,
            Self::Seconds(n) => f64::from(n),
        }
    }

    /// The instant `count` periods after `origin` (before, if negative); `None` where the calendar ends or has no such
    /// day.
    #[must_use]
    pub fn after(self, origin: Timestamp, count: i64) -> Option<Timestamp> {
        match self {
            Self::Seconds(n) => {
                let micros = count.checked_mul(i64::from(n))?.checked_mul(MICROS)?;
                Some(Timestamp::from_micros(origin.calendar(), origin.micros().checked_add(micros)?))
            }
            Self::Months(n) => {
                let civil = origin.civil();
                let months =
                    i64::from(civil.year) * 12 + i64::from(civil.month) - 1 + count.checked_mul(i64::from(n))?;
                let year = i32::try_from(months.div_euclid(12)).ok()?;
                let month = u8::try_from(months.rem_euclid(12) + 1).ok()?;
                Timestamp::from_civil(origin.calendar(), Civil { year, month, ..civil }).ok()
            }
        }
    }

    /// How many whole periods lie between `origin` and `time` (rounded down).
    #[must_use]
    pub fn count_until(self, origin: Timestamp, time: Timestamp) -> i64 {
        match self {
            Self::Seconds(n) => (time.micros() - origin.micros()).div_euclid(i64::from(n.max(1)) * MICROS),
            Self::Months(n) => {
                let (a, b) = (origin.civil(), time.civil());
                let months = i64::from(b.year - a.year) * 12 + i64::from(b.month) - i64::from(a.month);
                let n = i64::from(n.max(1));
                let mut count = months.div_euclid(n);
                while self.after(origin, count).is_some_and(|t| t.micros() > time.micros()) {
                    count -= 1;
                }
                count
            }
        }
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a span of time; write it as PT30M, PT1H, P1D or P1M");
        let (mut seconds, mut months, mut is_time, mut any) = (0u32, 0u32, false, false);
        let mut digits = String::new();
        for c in text.strip_prefix('P').ok_or_else(wrong)?.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            if c == 'T' && !is_time && digits.is_empty() {
                is_time = true;
                continue;
            }
            let number: u32 = std::mem::take(&mut digits).parse().map_err(|_| wrong())?;
            let (unit, total) = match (c, is_time) {
                ('Y', false) => (12, &mut months),
                ('M', false) => (1, &mut months),
                ('W', false) => (604_800, &mut seconds),
                ('D', false) => (86_400, &mut seconds),
                ('H', true) => (3_600, &mut seconds),
                ('M', true) => (60, &mut seconds),
                ('S', true) => (1, &mut seconds),
                _ => return Err(wrong()),
            };
            any = true;
            *total = number.checked_mul(unit).and_then(|n| total.checked_add(n)).ok_or_else(wrong)?;
        }
        match (any && digits.is_empty(), months, seconds) {
            (true, 0, s) => Ok(Self::Seconds(s)),
            (true, m, 0) => Ok(Self::Months(m)),
            _ => Err(wrong()),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Months(n) => write!(f, "P{n}M"),
            Self::Seconds(n) if n != 0 && n % 86_400 == 0 => write!(f, "P{}D", n / 86_400),
            Self::Seconds(n) if n != 0 && n % 3_600 == 0 => write!(f, "PT{}H", n / 3_600),
            Self::Seconds(n) if n != 0 && n % 60 == 0 => write!(f, "PT{}M", n / 60),
            Self::Seconds(n) => write!(f, "PT{n}S"),
        }
    }
}

/// A day, or an instant, on the standard calendar: `2011-08-28`, `1992-10-10T12:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(pub Timestamp);

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a date; write it as 2011-08-28 or 2011-08-28T12:00");
        let (date, clock) = text.split_once(['T', ' ']).unwrap_or((&text, "00:00"));
        let parts =
            |s: &str, by: char| s.split(by).map(str::parse).collect::<Result<Vec<u16>, _>>().map_err(|_| wrong());
        let clock = clock.trim_end_matches('Z');
        let (&[year, month, day], &[hour, minute, ..]) = (&parts(date, '-')?[..], &parts(clock, ':')?[..]) else {
            return Err(wrong());
        };
        let small = |x: u16| u8::try_from(x).map_err(|_| wrong());
        let civil = Civil {
            year: i32::from(year),
            month: small(month)?,
            day: small(day)?,
            hour: small(hour)?,
            minute: small(minute)?,
            second: 0,
            micros: 0,
        };
        Timestamp::from_civil(Calendar::Standard, civil).map(Self).map_err(|e| e.to_string())
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        let text = instant.0.to_string();
        text.strip_suffix("T00:00:00Z").map_or_else(|| text.clone(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::try_from(text.to_owned()).unwrap()
    }

    fn instant(text: &str) -> Timestamp {
        Instant::try_from(text.to_owned()).unwrap().0
    }

    #[test]
    fn durations_are_read_and_written() {
        for text in ["PT30M", "PT1H", "P1D", "P4D", "P1M", "PT0S", "P12M"] {
            assert_eq!(period(text).to_string(), text);
        }
        assert_eq!(period("P1DT12H"), Period::Seconds(129_600));
        for text in ["", "1D", "P", "PT", "P1", "PT1D", "P1MT1H", "P1X", "P99999999999D"] {
            assert!(Period::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn months_are_counted_by_the_calendar() {
        let (origin, month) = (instant("1980-01-01"), Period::Months(1));
        assert_eq!(month.after(origin, 13), Some(instant("1981-02-01")));
        assert_eq!(month.after(origin, -1), Some(instant("1979-12-01")));
        assert_eq!(month.count_until(origin, instant("2020-01-31")), 480);
        assert_eq!(month.count_until(instant("1980-01-10"), instant("1980-02-09")), 0);
        assert_eq!(Period::Seconds(86_400).count_until(origin, instant("1979-12-31T12:00")), -1);
    }

    #[test]
    fn impossible_dates_are_refused() {
        for text in ["2020", "2020-02-30", "2020-13-01", "soon", "2020-01-01T25:00", ""] {
            assert!(Instant::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(String::from(Instant(instant("1992-10-10T12:00"))), "1992-10-10T12:00:00Z");
        assert_eq!(String::from(Instant(instant("1992-10-10"))), "1992-10-10");
    }
}
