//! Instants in answers and in `datetime` parameters.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;

use super::problem::Problem;

/// Milliseconds since 1970 as RFC 3339.
pub(super) fn text(ms: i64) -> String {
    Timestamp::from_micros(Calendar::ProlepticGregorian, ms.saturating_mul(1000)).to_string()
}

/// An OGC `datetime`: an instant, or `first/last` with `..` or nothing for an open end. Milliseconds.
pub(super) fn interval(text: &str) -> Result<(Option<i64>, Option<i64>), Problem> {
    let one = |part: &str| match part {
        "" | ".." => Ok(None),
        _ => match Timestamp::parse(part, Calendar::ProlepticGregorian) {
            Ok((time, _)) => Ok(Some(time.micros().div_euclid(1000))),
            Err(_) => Err(Problem::bad(format!("datetime: `{part}` is no instant, as 2015-08-12T06:00:00Z is"))),
        },
    };
    let (first, last) = match text.split_once('/') {
        Some((first, last)) => (one(first)?, one(last)?),
        None => {
            let at = one(text)?.ok_or_else(|| Problem::bad("datetime: it is empty"))?;
            (Some(at), Some(at))
        }
    };
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        return Err(Problem::bad("datetime: it ends before it begins"));
    }
    Ok((first, last))
}
