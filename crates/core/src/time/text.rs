//! Instants in words.

use super::{Calendar, Civil, MICROS_PER_SECOND, Timestamp};
use crate::CoreError;

/// How much of an instant a text gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// A time of day.
    Time,
}

/// Parses `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, with a time after `T`, `_` or a space (`hh`, `hh:mm`, `hh:mm:ss[.f]`), with `Z`, `UTC` or an
/// offset (`+02:00`; behind a space also `0:00`), or all digits (`YYYYMMDD`, `YYYYMMDDhhmm`, `YYYYMMDDhhmmss`), also with `T`
/// (`YYYYMMDDThhmmssZ`).
pub(super) fn parse_instant(text: &str, calendar: Calendar) -> Result<(Timestamp, Precision), CoreError> {
    let wrong = || {
        CoreError::Time(format!(
            "`{}` is not a time; write it as 2015-08-12, 2015-08-12T06:30 or 201508120630 (UTC)",
            text.trim()
        ))
    };
    let written = text.trim();
    if written.len() > 64 || !written.is_ascii() {
        return Err(wrong());
    }
    let spread = spread(written);
    let body = spread.as_deref().unwrap_or(written);
    let mut civil = Civil { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
    if body.len() >= 8 && body.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| body.get(range).and_then(|p| p.parse::<u8>().ok());
        civil.year = body[..4].parse().map_err(|_| wrong())?;
        (civil.month, civil.day) = part(4..6).zip(part(6..8)).ok_or_else(wrong)?;
        match body.len() {
            8 => {}
            12 | 14 => {
                (civil.hour, civil.minute) = part(8..10).zip(part(10..12)).ok_or_else(wrong)?;
                civil.second = part(12..14).unwrap_or(0);
            }
            _ => return Err(wrong()),
        }
        let precision = if body.len() == 8 { Precision::Day } else { Precision::Time };
        return Ok((Timestamp::from_civil(calendar, civil)?, precision));
    }
    let (date, time) = match body.find(['T', 't', ' ', '_']) {
        Some(at) => (&body[..at], body[at + 1..].trim()),
        None => (body.trim_end_matches(['Z', 'z']), ""),
    };
    let (sign, date) = date.strip_prefix('-').map_or((1, date), |rest| (-1, rest));
    let parts: Vec<&str> = date.split('-').collect();
    let number =
        |p: &str| if p.len() <= 6 { p.parse::<i32>().ok().filter(|_| !p.starts_with(['+', '-'])) } else { None };
    civil.year = sign * parts.first().and_then(|p| number(p)).ok_or_else(wrong)?;
    let small = |p: &&str| number(p).and_then(|n| u8::try_from(n).ok()).ok_or_else(wrong);
    let precision = match parts.as_slice() {
        [_] => Precision::Year,
        [_, month] => {
            civil.month = small(month)?;
            Precision::Month
        }
        [_, month, day] => {
            (civil.month, civil.day) = (small(month)?, small(day)?);
            Precision::Day
        }
        _ => return Err(wrong()),
    };
    if time.is_empty() || time.eq_ignore_ascii_case("z") || time.eq_ignore_ascii_case("utc") {
        return Ok((Timestamp::from_civil(calendar, civil)?, precision));
    }
    if precision != Precision::Day {
        return Err(wrong());
    }
    let (clock, offset) = split_offset(time).ok_or_else(wrong)?;
    let fields: Vec<&str> = clock.split(':').collect();
    if fields.len() > 3 {
        return Err(wrong());
    }
    let mut leap = false;
    civil.hour = fields.first().map(small).transpose()?.unwrap_or(0);
    civil.minute = fields.get(1).map(small).transpose()?.unwrap_or(0);
    if let Some(seconds) = fields.get(2) {
        let mut seconds: f64 = seconds.parse().map_err(|_| wrong())?;
        if !(0.0..=60.0).contains(&seconds) {
            return Err(wrong());
        }
        // a leap second is the first second of the next minute
        leap = seconds == 60.0;
        if leap {
            seconds = 59.0;
        }
        civil.second = seconds as u8;
        civil.micros = (((seconds - seconds.floor()) * 1e6).round() as u32).min(999_999);
    }
    // 24:00 is the end of the day in ISO 8601
    let next_day = civil.hour == 24 && civil.minute == 0 && civil.second == 0 && civil.micros == 0;
    if next_day {
        civil.hour = 0;
    }
    let local = Timestamp::from_civil(calendar, civil)?;
    let shift = i64::from(next_day) * 86_400 + i64::from(leap) - offset;
    Ok((Timestamp::from_micros(calendar, local.micros() + shift * MICROS_PER_SECOND), Precision::Time))
}

/// The basic form of ISO 8601, `20200101T120000Z`, as the extended one; `None` for all else.
fn spread(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(8).filter(|(date, _)| date.bytes().all(|b| b.is_ascii_digit()))?;
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let digits = clock.bytes().take_while(u8::is_ascii_digit).count();
    let (time, behind) = clock.split_at(digits);
    let time = match digits {
        2 => time.to_owned(),
        4 => format!("{}:{}", &time[..2], &time[2..]),
        6 => format!("{}:{}:{}", &time[..2], &time[2..4], &time[4..]),
        _ => return None,
    };
    Some(format!("{}-{}-{}T{time}{behind}", &date[..4], &date[4..6], &date[6..]))
}

/// A clock time and its offset from UTC in seconds.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    let mut upper = time.trim();
    for name in ["Z", "z", "UTC", "utc", "GMT", "gmt"] {
        if let Some(clock) = upper.strip_suffix(name) {
            upper = clock.trim();
            break;
        }
    }
    // behind a space an offset may stand without a sign
    let at = upper.rfind(['+', '-']).or_else(|| upper.rfind(' '));
    let Some(at) = at else { return Some((upper, 0)) };
    let (clock, offset) = upper.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits = offset[1..].trim();
    let (hours, minutes) = match digits.split_once(':') {
        Some((h, m)) => (h.parse::<i64>().ok()?, m.parse::<i64>().ok()?),
        None if digits.len() == 4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        None => (digits.parse::<i64>().ok()?, 0),
    };
    ((0..=18).contains(&hours) && (0..60).contains(&minutes))
        .then(|| (clock.trim(), sign * (hours * 3600 + minutes * 60)))
}
