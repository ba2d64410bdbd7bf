//! Instants in answers and in `datetime` parameters.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;

use super::problem::Problem;

type Interval = (Option<i64>, Option<i64>);

/// Milliseconds since 1970 as RFC 3339.
pub(super) fn text(ms: i64) -> String {
    of_micros(ms.saturating_mul(1000))
}

/// Microseconds since 1970 as RFC 3339.
pub(super) fn of_micros(micros: i64) -> String {
    Timestamp::from_micros(Calendar::ProlepticGregorian, micros).to_string()
}

/// An OGC `datetime`: an instant, or `first/last` with `..` or nothing for an open end. Milliseconds.
pub(super) fn interval(text: &str) -> Result<Interval, Problem> {
    let (first, last) = interval_micros(text)?;
    Ok((first.map(|at| at.div_euclid(1000)), last.map(|at| at.div_euclid(1000))))
}

/// The same in microseconds.
pub(super) fn interval_micros(text: &str) -> Result<Interval, Problem> {
    // a day or a month is all of it
    let one = |part: &str, is_last: bool| match part {
        "" | ".." => Ok(None),
        _ => match instant(part, is_last) {
            Ok(time) => Ok(Some(time.micros())),
            Err(_) => {
                let part: String = part.chars().take(64).collect();
                Err(Problem::bad(format!("datetime: `{part}` is no instant, as 2015-08-12T06:00:00Z is")))
            }
        },
    };
    let (first, last) = match text.split_once('/') {
        Some((first, last)) => (one(first, false)?, one(last, true)?),
        None => {
            let at = one(text, false)?.ok_or_else(|| Problem::bad("datetime: it is empty"))?;
            (Some(at), one(text, true)?)
        }
    };
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        return Err(Problem::bad("datetime: it ends before it begins"));
    }
    Ok((first, last))
}

/// The first or last instant of what a text names.
fn instant(text: &str, is_last: bool) -> Result<Timestamp, eventscape_core::CoreError> {
    match is_last {
        true => Timestamp::parse_last(text, Calendar::ProlepticGregorian),
        false => Timestamp::parse(text, Calendar::ProlepticGregorian).map(|(time, _)| time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_may_be_open_and_days_are_whole() {
        let of = |text| interval(text).ok();
        let at = 1_439_359_200_000;
        assert_eq!(of("2015-08-12T06:00:00Z"), Some((Some(at), Some(at))));
        assert_eq!(of("2015-08-12T06:00:00Z/.."), Some((Some(at), None)));
        assert_eq!(of("/2015-08-12T08:00:00+02:00"), Some((None, Some(at))));
        let day = at - 6 * 3_600_000;
        assert_eq!(of("2015-08-12"), Some((Some(day), Some(day + 86_399_999))));
        assert_eq!(of("2015-08-11/2015-08-12"), Some((Some(day - 86_400_000), Some(day + 86_399_999))));
        for wrong in ["..", "yesterday", "2015-08-13/2015-08-12", "2015-13-01"] {
            assert!(of(wrong).is_none(), "{wrong}");
        }
    }
}
