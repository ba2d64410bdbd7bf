//! Names of times, `YYYYMMDDhhmm` and finer ones.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_products::read::time_of_stamp;

use super::facts::MINUTE;

/// Microseconds of which the time that a name tells is a multiple.
pub(super) fn unit_of(stamp: &str) -> i64 {
    match stamp.len() {
        ..=12 => MINUTE,
        13..=14 => MINUTE / 60,
        _ => 1,
    }
}

/// The time that a name of multiples of `unit` has for an instant.
pub(super) type InNames = fn(i64, i64) -> i64;

/// Names have the nearest time; until 0.1.1 they had the one before.
const WAYS: [InNames; 2] =
    [|time, unit| time.saturating_add(unit / 2).div_euclid(unit) * unit, |time, unit| time.div_euclid(unit) * unit];

/// The outcome of a comparison by the first way in which it finds nothing, else by that of now.
pub(super) fn either_way<T>(compare: impl Fn(InNames) -> T, is_right: impl Fn(&T) -> bool) -> T {
    let [now, before] = WAYS.map(&compare);
    if !is_right(&now) && is_right(&before) { before } else { now }
}

/// The time in the name of a file, `<job>-<time>.<ending>`, with its stamp.
pub(super) fn in_name(name: &str, calendar: Calendar) -> Option<(Timestamp, &str)> {
    let (_, rest) = name.split_once('-')?;
    let (stamp, _) = rest.rsplit_once('.')?;
    Some((time_of_stamp(stamp, calendar)?, stamp))
}
