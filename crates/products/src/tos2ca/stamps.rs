//! Times as TOS2CA's groups are named by them.

use eventscape_core::Timestamp;
use eventscape_core::time::{Calendar, Civil};
use eventscape_formats::{Attribute, Granule};

use crate::ProductError;

/// The attribute of the root that tells a model calendar.
const CALENDAR: &str = "calendar";

/// What the root says of the calendar of these times: nothing where it is the usual one.
pub(super) fn calendar_attribute(calendar: Calendar) -> Option<(&'static str, &'static str)> {
    match calendar {
        Calendar::Standard | Calendar::ProlepticGregorian => None,
        Calendar::Julian | Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360 => Some((CALENDAR, calendar.name())),
    }
}

/// The calendar of a file: the one that it tells, or else `usual`.
///
/// # Errors
/// [`ProductError::Input`] for a calendar that is not known.
pub(super) fn calendar_of(granule: &Granule, usual: Calendar) -> Result<Calendar, ProductError> {
    let told = granule.attributes("")?.get(CALENDAR).and_then(Attribute::text);
    told.map_or(Ok(usual), |name| {
        name.parse().map_err(|e: eventscape_core::CoreError| ProductError::Input {
            location: granule.location().to_owned(),
            reason: e.to_string(),
        })
    })
}

/// The time that a group is named by: 12 digits to the minute, 14 to the second, 20 to the microsecond.
#[must_use]
pub fn time_of(stamp: &str, calendar: Calendar) -> Option<Timestamp> {
    if !matches!(stamp.len(), 12 | 14 | 20) || !stamp.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, until: usize| stamp.get(from..until).map_or(Some(0), |digits| digits.parse::<u32>().ok());
    let narrow = |from: usize| part(from, from + 2).and_then(|n| u8::try_from(n).ok());
    let civil = Civil {
        year: i32::try_from(part(0, 4)?).ok()?,
        month: narrow(4)?,
        day: narrow(6)?,
        hour: narrow(8)?,
        minute: narrow(10)?,
        second: narrow(12)?,
        micros: part(14, 20)?,
    };
    Timestamp::from_civil(calendar, civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_by_times_of_three_lengths() {
        let text = |stamp: &str| time_of(stamp, Calendar::Standard).map(|t| t.to_string());
        assert_eq!(text("201508120030").as_deref(), Some("2015-08-12T00:30:00Z"));
        assert_eq!(text("20150812003015").as_deref(), Some("2015-08-12T00:30:15Z"));
        assert!(text("20150812003015000001").is_some_and(|t| t.contains("15.000001")));
        for wrong in ["", "2015", "20150812", "201513120030", "2015081200300", "20150812003x"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
        assert!(time_of("201502300000", Calendar::Day360).is_some());
    }
}
