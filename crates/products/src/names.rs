//! The names of the files and of the times in them.

use std::collections::HashSet;

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;

/// The time of each scene as file names have it: `YYYYMMDDhhmm`, as the reference; with seconds (and microseconds) for
/// all scenes of a job where two of them fall into one minute (one second).
#[must_use]
pub fn scene_stamps(times: &[Timestamp]) -> Vec<String> {
    let finer = |digits: usize| -> Vec<String> {
        let stamp = |time: &Timestamp| {
            let civil = time.civil();
            let mut text = time.stamp();
            text += &format!("{:02}{:06}", civil.second, civil.micros)[..digits];
            text
        };
        times.iter().map(stamp).collect()
    };
    let minutes = finer(0);
    if all_differ(&minutes) {
        return minutes;
    }
    let seconds = finer(2);
    if all_differ(&seconds) { seconds } else { finer(8) }
}

fn all_differ(names: &[String]) -> bool {
    names.iter().collect::<HashSet<_>>().len() == names.len()
}

/// `<job>-<time>.json`, the polygons of one time.
#[must_use]
pub fn geojson_name(job_id: u64, stamp: &str) -> String {
    format!("{job_id}-{stamp}.json")
}

/// `<job>-<time>.png` or `.svg`, the map of one time.
#[must_use]
pub fn map_name(job_id: u64, stamp: &str, extension: &str) -> String {
    format!("{job_id}-{stamp}.{extension}")
}

/// `<job>-Animation.gif`, the maps of all times.
#[must_use]
pub fn animation_name(job_id: u64) -> String {
    format!("{job_id}-Animation.gif")
}

/// `<job>-ForTraCC-Mask-Output.nc4`.
#[must_use]
pub fn mask_output_name(job_id: u64) -> String {
    format!("{job_id}-ForTraCC-Mask-Output.nc4")
}

/// `<job>-Masks.nc`.
#[must_use]
pub fn masks_name(job_id: u64) -> String {
    format!("{job_id}-Masks.nc")
}

/// `<job>-Tracks.nc`.
#[must_use]
pub fn tracks_name(job_id: u64) -> String {
    format!("{job_id}-Tracks.nc")
}

/// `<job>-ForTraCC-TOC.json`.
#[must_use]
pub fn toc_name(job_id: u64) -> String {
    format!("{job_id}-ForTraCC-TOC.json")
}

/// `<job>-ForTraCC-Mask-Output-Hierarchy.json`.
#[must_use]
pub fn hierarchy_name(job_id: u64) -> String {
    format!("{job_id}-ForTraCC-Mask-Output-Hierarchy.json")
}

/// `<job>-Tracks.parquet`.
#[must_use]
pub fn tracks_parquet_name(job_id: u64) -> String {
    format!("{job_id}-Tracks.parquet")
}

/// `<job>-Lineage.parquet`.
#[must_use]
pub fn lineage_parquet_name(job_id: u64) -> String {
    format!("{job_id}-Lineage.parquet")
}

/// `<job>-Curated-Data.nc4`.
#[must_use]
pub fn curated_name(job_id: u64) -> String {
    format!("{job_id}-Curated-Data.nc4")
}

/// `<job>-Curation-Hierarchy.json`.
#[must_use]
pub fn curation_hierarchy_name(job_id: u64) -> String {
    format!("{job_id}-Curation-Hierarchy.json")
}

/// `<job>-Interpolated-Data.nc4`, in the reference's layout.
#[must_use]
pub fn interpolated_name(job_id: u64) -> String {
    format!("{job_id}-Interpolated-Data.nc4")
}

/// `<job>-Interpolated.nc`, by CF.
#[must_use]
pub fn flat_name(job_id: u64) -> String {
    format!("{job_id}-Interpolated.nc")
}

/// `<job>-Curated.parquet`.
#[must_use]
pub fn curated_table_name(job_id: u64) -> String {
    format!("{job_id}-Curated.parquet")
}

/// `<job>-Statistics.csv`.
#[must_use]
pub fn statistics_name(job_id: u64) -> String {
    format!("{job_id}-Statistics.csv")
}

/// `<job>-Series-<event>-<variable>.png`.
#[must_use]
pub fn series_name(job_id: u64, event: u32, variable: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    format!("{job_id}-Series-{event}-{}.png", variable.chars().map(safe).collect::<String>())
}

/// `<job>-Stationary.nc`.
#[must_use]
pub fn stationary_name(job_id: u64) -> String {
    format!("{job_id}-Stationary.nc")
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
        assert_eq!(scene_stamps(&times(&[0, 59_000_000])), ["19700101000000", "19700101000059"]);
        assert_eq!(scene_stamps(&times(&[0, 1])), ["19700101000000000000", "19700101000000000001"]);
    }

    #[test]
    fn a_julian_day_is_thirteen_days_later() {
        assert_eq!(instant_micros(Timestamp::from_micros(Calendar::Julian, 0)), Some(13 * 86_400_000_000));
        assert_eq!(instant_micros(Timestamp::from_micros(Calendar::Day360, 0)), None);
    }
}
