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

/// The time in the name of a file, `<job>-<time>.<ending>`, with its stamp.
pub(super) fn in_name(name: &str, calendar: Calendar) -> Option<(Timestamp, &str)> {
    let (_, rest) = name.split_once('-')?;
    let (stamp, _) = rest.rsplit_once('.')?;
    Some((time_of_stamp(stamp, calendar)?, stamp))
}
