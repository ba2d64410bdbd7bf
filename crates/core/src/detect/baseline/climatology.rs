//! Which scenes a scene's climatology is made of.

use crate::{CoreError, Timestamp};

/// Slots of baselines: each scene has one, and each slot the scenes whose values make it.
#[derive(Debug)]
pub(super) struct Slots {
    slot_of: Vec<usize>,
    members: Vec<Vec<usize>>,
}

impl Slots {
    /// One slot of all scenes.
    pub(super) fn one(times: usize) -> Self {
        Self { slot_of: vec![0; times], members: vec![(0..times).collect()] }
    }

    /// A slot for each day of the year that the job has: the scenes of the base years within half a window of it.
    ///
    /// Days are counted on the circle of the year. In a calendar with leap years, days are numbered as in a leap year
    /// (1 March is always day 61), so that a date has one number in every year.
    pub(super) fn by_day(
        times: &[Timestamp],
        window_days: u32,
        base_years: Option<(i32, i32)>,
    ) -> Result<Self, CoreError> {
        let days: Vec<u32> = times.iter().map(|t| day(*t)).collect();
        let length = times.iter().map(|t| year_length(*t)).max().unwrap_or(366);
        let in_base = |t: &Timestamp| base_years.is_none_or(|(a, b)| (a..=b).contains(&t.civil().year));
        let base: Vec<usize> = (0..times.len()).filter(|k| in_base(&times[*k])).collect();
        if base.is_empty() {
            let (a, b) = base_years.unwrap_or_default();
            return Err(CoreError::Condition(format!(
                "no scene of the job lies in the base period {a}-{b}; the job goes from {} to {}",
                times.first().map(ToString::to_string).unwrap_or_default(),
                times.last().map(ToString::to_string).unwrap_or_default()
            )));
        }
        let mut present: Vec<u32> = days.clone();
        present.sort_unstable();
        present.dedup();
        let half = window_days / 2;
        let members = present
            .iter()
            .map(|day| {
                let near = |k: &usize| {
                    let apart = days[*k].abs_diff(*day);
                    apart.min(length.saturating_sub(apart)) <= half
                };
                base.iter().copied().filter(near).collect()
            })
            .collect();
        let slot_of = days.iter().map(|d| present.partition_point(|p| p < d)).collect();
        Ok(Self { slot_of, members })
    }

    /// Number of different days that scenes have.
    pub(super) fn days(times: &[Timestamp]) -> usize {
        let mut days: Vec<u32> = times.iter().map(|t| day(*t)).collect();
        days.sort_unstable();
        days.dedup();
        days.len()
    }

    pub(super) fn count(&self) -> usize {
        self.members.len()
    }

    pub(super) fn members(&self, slot: usize) -> &[usize] {
        self.members.get(slot).map_or(&[], Vec::as_slice)
    }

    pub(super) fn slot_of(&self, time: usize) -> usize {
        self.slot_of.get(time).copied().unwrap_or(0)
    }
}

fn year_length(time: Timestamp) -> u32 {
    use crate::time::Calendar;
    match time.calendar() {
        Calendar::Day360 => 360,
        Calendar::NoLeap => 365,
        _ => 366,
    }
}

/// Day of the year, numbered as in the calendar's longest year.
fn day(time: Timestamp) -> u32 {
    let civil = time.civil();
    let in_year = u32::from(time.day_of_year());
    let february = time.calendar().days_in_month(civil.year, 2);
    let short = year_length(time) == 366 && february == 28 && civil.month > 2;
    in_year + u32::from(short)
}
