//! What of the other data each mask time needs: known before any value is read.

mod orbits;
mod steps;

use std::collections::BTreeMap;

use eventscape_catalog::{CatalogError, Entry, Subset, Swaths};
use eventscape_core::Timestamp;
use eventscape_core::grid::Window;
use eventscape_core::time::Calendar;

use super::masks::EventBox;
use crate::error::{PipelineError, Result};
use steps::{Steps, window};

pub(super) use orbits::{Around, event as seen_by};

/// A step belongs to a time if it is at most this share of a step away.
const SAME_STEP: f64 = 0.26;
/// A single field is that of the times within a day of its own.
const SINGLE_SECONDS: f64 = 86_400.0;
/// Neighbours farther apart than so many steps have a gap between them.
const GAP: f64 = 1.5;

/// A mask time and what it needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MaskTime {
    /// Its index in the mask file.
    pub(super) index: usize,
    /// The mask time on the other data's calendar.
    pub(super) time: Timestamp,
    pub(super) events: Vec<EventBox>,
    pub(super) need: Need,
}

/// What a mask time needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Need {
    /// Of data on a grid.
    Steps(StepNeed),
    /// Of swaths: the granules that may hold cells seen near the time.
    Orbits(Vec<usize>),
}

/// The steps around a mask time and the windows around its events.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StepNeed {
    /// `YYYYMMDDhhmmss-<k>`: the step that belongs to the time, counted where several mask times share it.
    pub(super) name: String,
    /// The steps before, at and after.
    pub(super) times: [Timestamp; 3],
    /// The scenes of these steps; `None` where there is none.
    pub(super) scenes: [Option<usize>; 3],
    /// The window of each event; `None` for an event outside of the other data's grid.
    pub(super) windows: Vec<Option<Window>>,
}

/// What is to be read for a whole job.
pub(super) struct Plan {
    pub(super) times: Vec<MaskTime>,
    /// For each scene or granule of swaths the mask times that need it, by their places in `times`.
    pub(super) users: BTreeMap<usize, Vec<usize>>,
}

/// The span of the other data that the mask times need, as texts for a request; `None` where it cannot be told beforehand.
pub(super) fn span(entry: Option<&Entry>, first: Timestamp, last: Timestamp) -> Option<(String, String)> {
    let entry = entry?;
    let step = entry.time.step?;
    let standard = |time: Timestamp| time.in_calendar(Calendar::Standard).ok();
    let round = |time: Timestamp| entry.round_time(time).unwrap_or(time);
    let (first, last) = (round(standard(first)?), round(standard(last)?));
    // whole steps on both sides, and a little for stamps that are not quite on them
    let early = step.after(first, -1)?.plus_seconds(-SAME_STEP * step.nominal_seconds());
    let late = step.after(last, 1)?.plus_seconds(SAME_STEP * step.nominal_seconds());
    Some((early.to_string(), late.to_string()))
}

impl Plan {
    /// Plans a job on data on a grid. `margin` is in degrees.
    pub(super) fn of_steps(
        subset: &Subset,
        times: &[(Timestamp, Vec<EventBox>)],
        margin: f64,
        constant: bool,
    ) -> Result<Self> {
        let steps = Steps::of(subset, constant);
        let mut plan = Self { times: Vec::with_capacity(times.len()), users: BTreeMap::new() };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (index, (time, events)) in times.iter().enumerate() {
            let Some((time, around, scenes)) = steps.around(*time) else {
                return Err(no_such_day(*time, subset.calendar()));
            };
            let stamp = format!("{}{:02}", around[1].stamp(), around[1].civil().second);
            let count = counts.entry(stamp.clone()).or_default();
            *count += 1;
            let windows: Vec<Option<Window>> =
                events.iter().map(|event| window(subset, event, margin)).collect::<Result<_>>()?;
            if windows.iter().any(Option::is_some) {
                for scene in scenes.iter().flatten() {
                    plan.users.entry(*scene).or_default().push(index);
                }
            }
            let need = StepNeed { name: format!("{stamp}-{count}"), times: around, scenes, windows };
            plan.times.push(MaskTime { index, time, events: events.clone(), need: Need::Steps(need) });
        }
        if plan.users.is_empty() {
            return Err(plan.nothing(subset).into());
        }
        Ok(plan)
    }

    /// Plans a job on swaths. `window_micros` is how long before and after a mask time a cell may have been seen.
    pub(super) fn of_orbits(swaths: &Swaths, times: &[(Timestamp, Vec<EventBox>)], window_micros: i64) -> Result<Self> {
        let mut plan = Self { times: Vec::with_capacity(times.len()), users: BTreeMap::new() };
        for (index, (time, events)) in times.iter().enumerate() {
            let calendar = swaths.calendar();
            let time = time.in_calendar(calendar).map_err(|_| no_such_day(*time, calendar))?;
            let around = Around::of(time, window_micros);
            let orbits = if events.is_empty() { Vec::new() } else { swaths.between(around.first, around.last) };
            for orbit in &orbits {
                plan.users.entry(*orbit).or_default().push(index);
            }
            plan.times.push(MaskTime { index, time, events: events.clone(), need: Need::Orbits(orbits) });
        }
        if plan.users.is_empty() {
            let why = "no orbit meets any time of the events; compare the dates, or widen --time-window";
            return Err(CatalogError::Empty(why.to_owned()).into());
        }
        Ok(plan)
    }

    /// Why no event can have a value.
    fn nothing(&self, subset: &Subset) -> CatalogError {
        let (first, last) = (subset.times().first(), subset.times().last());
        let own = first.zip(last).map_or_else(String::new, |(a, b)| format!("{a} to {b}"));
        let asked = self.times.first().zip(self.times.last());
        let asked = asked.map_or_else(String::new, |(a, b)| format!("{} to {}", a.time, b.time));
        CatalogError::Empty(if self.steps().all(|need| need.scenes.iter().all(Option::is_none)) {
            format!(
                "the other data have no step at any time of the events: they go from {own}, the events from {asked}"
            )
        } else {
            "no event lies on the other data's grid; compare the areas of both, or widen --margin".to_owned()
        })
    }

    fn steps(&self) -> impl Iterator<Item = &StepNeed> {
        self.times.iter().filter_map(|time| match &time.need {
            Need::Steps(need) => Some(need),
            Need::Orbits(_) => None,
        })
    }

    /// Whether a mask time from `done` on needs a scene or granule.
    pub(super) fn is_needed(&self, scene: usize, done: usize) -> bool {
        self.users.get(&scene).and_then(|users| users.last()).is_some_and(|last| *last >= done)
    }

    /// The windows that some scenes are needed in.
    pub(super) fn windows(&self, scenes: &[usize]) -> Vec<Window> {
        scenes.iter().flat_map(|scene| self.windows_of(*scene)).cloned().collect()
    }

    /// Cells of the windows that a scene is needed in, counted in each.
    pub(super) fn cells(&self, scene: usize) -> usize {
        self.windows_of(scene).map(|window| window.rows.len() * window.nx()).sum()
    }

    fn windows_of(&self, scene: usize) -> impl Iterator<Item = &Window> {
        let users = self.users.get(&scene).into_iter().flatten();
        let needs = users.filter_map(|place| match &self.times.get(*place)?.need {
            Need::Steps(need) => Some(need),
            Need::Orbits(_) => None,
        });
        needs.flat_map(|need| need.windows.iter().flatten())
    }

    /// Scenes without data that are needed, by their times: each once.
    pub(super) fn missing(&self) -> Vec<Timestamp> {
        let mut missing: Vec<Timestamp> = self
            .steps()
            .filter(|need| !need.windows.is_empty())
            .flat_map(|need| {
                let steps = || need.times.iter().zip(&need.scenes);
                // a step that is there is not missing on its other side
                let there = move |step: &Timestamp| steps().any(|(own, scene)| scene.is_some() && own == step);
                steps().filter(move |(step, scene)| scene.is_none() && !there(step))
            })
            .map(|(step, _)| *step)
            .collect();
        missing.sort_by_key(|time| time.micros());
        missing.dedup();
        missing
    }

    /// Events outside of the other data's grid, at all times.
    pub(super) fn outside(&self) -> usize {
        self.steps().flat_map(|need| &need.windows).filter(|window| window.is_none()).count()
    }

    /// Mask times with events that no orbit meets.
    pub(super) fn unseen(&self) -> usize {
        let unseen = |time: &&MaskTime| {
            !time.events.is_empty() && matches!(&time.need, Need::Orbits(orbits) if orbits.is_empty())
        };
        self.times.iter().filter(unseen).count()
    }
}

fn no_such_day(time: Timestamp, calendar: Calendar) -> PipelineError {
    let name = calendar.name();
    CatalogError::Empty(format!("the mask time {time} is no day of the calendar `{name}` of the other data")).into()
}
