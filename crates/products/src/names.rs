//! The names of the files and of the times in them.

use std::collections::HashSet;

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;

/// The time of each scene as file names have it: `YYYYMMDDhhmm`, the nearest minute; with seconds (and microseconds) for all scenes of
/// a job where two of them have the same minute (second). Times in files are exact; nothing of ours reads a time back from a name.
#[must_use]
pub fn scene_stamps(times: &[Timestamp]) -> Vec<String> {
    let finer = |digits: usize, step_seconds: u32| -> Vec<String> {
        let stamp = |time: &Timestamp| {
            let time = time.rounded(step_seconds, Timestamp::from_micros(time.calendar(), 0));
            let civil = time.civil();
            let mut text = time.stamp();
            text += &format!("{:02}{:06}", civil.second, civil.micros)[..digits];
            text
        };
        times.iter().map(stamp).collect()
    };
    let minutes = finer(0, 60);
    if all_differ(&minutes) {
        return minutes;
    }
    let seconds = finer(2, 1);
    if all_differ(&seconds) { seconds } else { finer(8, 0) }
}

fn all_differ(names: &[String]) -> bool {
    names.iter().collect::<HashSet<_>>().len() == names.len()
}

/// `<job>-Manifest.json`.
#[must_use]
pub fn manifest_name(job_id: u64) -> String {
    format!("{job_id}-Manifest.json")
}

/// Microseconds since 1970-01-01T00:00:00Z for the calendars that name real days (standard, proleptic Gregorian, Julian);
/// `None` for model calendars (`noleap`, `all_leap`, `360_day`), whose times have no place on that axis.
#[must_use]
pub fn instant_micros(time: Timestamp) -> Option<i64> {
    const DAY: i64 = 86_400_000_000;
    match time.calendar() {
        Calendar::Standard | Calendar::ProlepticGregorian => Some(time.micros()),
        // 1970-01-01 of the Julian calendar is 1970-01-14 of the Gregorian one
        Calendar::Julian => time.micros().checked_add(13 * DAY),
        Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360 => None,
    }
}

/// The inverse of [`instant_micros`]: microseconds on a calendar's own axis. `None` for model calendars.
pub(crate) fn real_micros(calendar: Calendar, instant: i64) -> Option<i64> {
    let shift = instant_micros(Timestamp::from_micros(calendar, 0))?;
    instant.checked_sub(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(micros: &[i64]) -> Vec<Timestamp> {
        micros.iter().map(|m| Timestamp::from_micros(Calendar::Standard, *m)).collect()
    }

    #[test]
    fn times_of_one_minute_get_names_with_seconds() {
        assert_eq!(scene_stamps(&times(&[0, 60_000_000])), ["197001010000", "197001010001"]);
        assert_eq!(scene_stamps(&times(&[0, 29_000_000])), ["19700101000000", "19700101000029"]);
        assert_eq!(
            scene_stamps(&times(&[7_199_700_000, 10_800_400_000])),
            ["197001010200", "197001010300"],
            "float times"
        );
        assert_eq!(scene_stamps(&times(&[0, 1])), ["19700101000000000000", "19700101000000000001"]);
    }

    #[test]
    fn a_julian_day_is_thirteen_days_later() {
        assert_eq!(instant_micros(Timestamp::from_micros(Calendar::Julian, 0)), Some(13 * 86_400_000_000));
        assert_eq!(instant_micros(Timestamp::from_micros(Calendar::Day360, 0)), None);
    }
}
