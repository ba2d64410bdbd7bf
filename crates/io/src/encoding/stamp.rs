//! Calendars as one byte. The codes are part of the formats: never change one.

use eventscape_core::time::Calendar;

pub(crate) fn calendar_code(calendar: Calendar) -> u8 {
    match calendar {
        Calendar::Standard => 0,
        Calendar::ProlepticGregorian => 1,
        Calendar::Julian => 2,
        Calendar::NoLeap => 3,
        Calendar::AllLeap => 4,
        Calendar::Day360 => 5,
    }
}

pub(crate) fn calendar_of(code: u8) -> Option<Calendar> {
    Some(match code {
        0 => Calendar::Standard,
        1 => Calendar::ProlepticGregorian,
        2 => Calendar::Julian,
        3 => Calendar::NoLeap,
        4 => Calendar::AllLeap,
        5 => Calendar::Day360,
        _ => return None,
    })
}
