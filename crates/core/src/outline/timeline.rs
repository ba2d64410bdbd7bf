//! Which outlines make up which scene.

use super::shape::{Phenomenon, Shape, When};
use crate::time::Calendar;
use crate::{CoreError, Timestamp};

/// So many outlines at all times together fit a job; more are a wrong step or a wrong date.
const MOST: i64 = 20_000_000;

/// An outline of a phenomenon, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Active {
    /// The phenomenon.
    pub phenomenon: u32,
    /// The outline among its outlines.
    pub outline: u32,
}

/// The scenes of a job: every time at which there is a phenomenon, and only those.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    times: Vec<Timestamp>,
    /// Those of scene `k` are `active[starts[k]..starts[k + 1]]`, by phenomenon, then by outline.
    active: Vec<Active>,
    starts: Vec<usize>,
    /// For each phenomenon its last scene.
    last_scene: Vec<Option<u32>>,
    /// For each phenomenon whether the span cut something off before and after.
    cut: Vec<(bool, bool)>,
}

impl Timeline {
    /// Lays out phenomena in time. An outline of an instant is a scene of that instant. One that lasts is in every scene of
    /// the series of multiples of `step_micros` since 1970-01-01T00:00 (of the calendar), from the one at or before its
    /// beginning to the last one not after its end.
    ///
    /// Only times of the span (`first`, `last`, included) count, and only shapes that `wanted` keeps.
    ///
    /// # Errors
    /// [`CoreError::Option`] for a step that is not positive, and where there would be too many outlines in all scenes;
    /// [`CoreError::Time`] for times of several calendars.
    pub fn of(
        phenomena: &[Phenomenon],
        step_micros: i64,
        span: (Option<Timestamp>, Option<Timestamp>),
        wanted: impl Fn(&Shape) -> bool,
    ) -> Result<Self, CoreError> {
        if step_micros <= 0 {
            return Err(CoreError::Option("the step between two scenes must be longer than nothing".to_owned()));
        }
        let (low, high) = (span.0.map_or(i64::MIN, Timestamp::micros), span.1.map_or(i64::MAX, Timestamp::micros));
        let calendar = one_calendar(phenomena)?;
        let mut all: Vec<(i64, Active)> = Vec::new();
        let mut cut = vec![(false, false); phenomena.len()];
        let mut room = MOST;
        for (p, phenomenon) in phenomena.iter().enumerate() {
            for (o, outline) in phenomenon.outlines.iter().enumerate() {
                let (first, last) = match outline.when {
                    When::At(time) => (time.micros(), time.micros()),
                    When::During { first, last } => {
                        (first.micros().div_euclid(step_micros).saturating_mul(step_micros), last.micros())
                    }
                };
                cut[p].0 |= first < low;
                cut[p].1 |= last > high;
                let (first, last) = (first_from(first, low, step_micros), last.min(high));
                if first > last || !wanted(&outline.shape) {
                    continue;
                }
                let steps = (last.saturating_sub(first) / step_micros).saturating_add(1);
                room = room.saturating_sub(steps);
                if room < 0 {
                    return Err(CoreError::Option(format!(
                        "more than {MOST} outlines at all times together; choose a longer step or a shorter span, and look \
                         for wrong dates"
                    )));
                }
                let active = Active { phenomenon: p as u32, outline: o as u32 };
                all.extend((0..steps).map(|k| (first.saturating_add(k.saturating_mul(step_micros)), active)));
            }
        }
        all.sort_unstable();
        let mut line = Self {
            times: Vec::new(),
            active: Vec::new(),
            starts: vec![0],
            last_scene: vec![None; phenomena.len()],
            cut,
        };
        for scene in all.chunk_by(|a, b| a.0 == b.0) {
            let number = line.times.len() as u32;
            line.times.extend(scene.first().map(|(micros, _)| Timestamp::from_micros(calendar, *micros)));
            for (_, active) in scene {
                line.last_scene[active.phenomenon as usize] = Some(number);
                line.active.push(*active);
            }
            line.starts.push(line.active.len());
        }
        Ok(line)
    }

    /// The times of the scenes, ascending.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// What a scene consists of, by phenomenon; empty past the last.
    #[must_use]
    pub fn active(&self, scene: usize) -> &[Active] {
        match (self.starts.get(scene), self.starts.get(scene + 1)) {
            (Some(from), Some(to)) => &self.active[*from..*to],
            _ => &[],
        }
    }

    /// Number of phenomena that were laid out, those without a scene included.
    #[must_use]
    pub fn phenomena(&self) -> usize {
        self.last_scene.len()
    }

    /// Whether a phenomenon has a scene.
    #[must_use]
    pub fn has(&self, phenomenon: usize) -> bool {
        self.last_scene.get(phenomenon).is_some_and(Option::is_some)
    }

    /// The last scene of a phenomenon.
    pub(super) fn last_scene(&self, phenomenon: u32) -> Option<u32> {
        self.last_scene.get(phenomenon as usize).copied().flatten()
    }

    /// Whether something of a phenomenon lies before and after the span.
    pub(super) fn cut(&self, phenomenon: usize) -> (bool, bool) {
        self.cut.get(phenomenon).copied().unwrap_or_default()
    }
}

/// The first of the times `first`, `first + step`, … that is not before `low`; the last instant there is where none is.
fn first_from(first: i64, low: i64, step: i64) -> i64 {
    let behind = (i128::from(low) - i128::from(first)).max(0);
    let steps = (behind + i128::from(step) - 1) / i128::from(step);
    i64::try_from(i128::from(first) + steps * i128::from(step)).unwrap_or(i64::MAX)
}

fn one_calendar(phenomena: &[Phenomenon]) -> Result<Calendar, CoreError> {
    let times = phenomena.iter().flat_map(|p| &p.outlines).flat_map(|outline| match outline.when {
        When::At(time) => [time, time],
        When::During { first, last } => [first, last],
    });
    let mut calendar = None;
    for time in times {
        if *calendar.get_or_insert(time.calendar()) != time.calendar() {
            return Err(CoreError::Time("the outlines' times are of several calendars; a job has one".to_owned()));
        }
    }
    Ok(calendar.unwrap_or_default())
}
