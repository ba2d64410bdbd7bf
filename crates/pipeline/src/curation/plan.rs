//! Which steps of the other data, and which windows of its grid, each mask time needs: known before any field is read.

use std::collections::BTreeMap;

use eventscape_catalog::{CatalogError, Entry, Subset};
use eventscape_core::Timestamp;
use eventscape_core::grid::{Domain, Window};
use eventscape_core::time::Calendar;

use super::masks::EventBox;
use crate::error::{PipelineError, Result};

/// A step belongs to a time if it is at most this share of a step away.
const SAME_STEP: f64 = 0.26;
/// Neighbours farther apart than so many steps have a gap between them.
const GAP: f64 = 1.5;

/// A mask time and what it needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MaskTime {
    /// Its index in the mask file.
    pub(super) index: usize,
    /// The mask time on the other data's calendar.
    pub(super) time: Timestamp,
    /// `YYYYMMDDhhmmss-<k>`: the step that belongs to it, counted where several mask times share it.
    pub(super) name: String,
    /// The steps before, at and after.
    pub(super) steps: [Timestamp; 3],
    /// The scenes of these steps; `None` where there is none.
    pub(super) scenes: [Option<usize>; 3],
    /// The events with their windows; `None` for an event outside of the other data's grid.
    pub(super) events: Vec<(EventBox, Option<Window>)>,
}

/// What is to be read for a whole job.
pub(super) struct Plan {
    pub(super) times: Vec<MaskTime>,
    /// For each scene the mask times that need it, by their places in `times`.
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
    /// Plans a job. `margin` is in degrees.
    pub(super) fn of(subset: &Subset, times: &[(Timestamp, Vec<EventBox>)], margin: f64) -> Result<Self> {
        let steps = Steps::of(subset);
        let mut plan = Self { times: Vec::with_capacity(times.len()), users: BTreeMap::new() };
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (index, (time, events)) in times.iter().enumerate() {
            let Some((time, around, scenes)) = steps.around(*time) else {
                return Err(PipelineError::State(format!(
                    "the mask time {time} is no day of the calendar `{}` of the other data",
                    subset.calendar().name()
                )));
            };
            let stamp = format!("{}{:02}", around[1].stamp(), around[1].civil().second);
            let count = counts.entry(stamp.clone()).or_default();
            *count += 1;
            let name = format!("{stamp}-{count}");
            let events: Vec<(EventBox, Option<Window>)> = events
                .iter()
                .map(|event| window(subset, event, margin).map(|window| (*event, window)))
                .collect::<Result<_>>()?;
            if events.iter().any(|(_, window)| window.is_some()) {
                for scene in scenes.iter().flatten() {
                    plan.users.entry(*scene).or_default().push(index);
                }
            }
            plan.times.push(MaskTime { index, time, name, steps: around, scenes, events });
        }
        if plan.users.is_empty() {
            return Err(plan.nothing(subset).into());
        }
        Ok(plan)
    }

    /// Why no event can have a value.
    fn nothing(&self, subset: &Subset) -> CatalogError {
        let (first, last) = (subset.times().first(), subset.times().last());
        let own = first.zip(last).map_or_else(String::new, |(a, b)| format!("{a} to {b}"));
        let asked = self.times.first().zip(self.times.last());
        let asked = asked.map_or_else(String::new, |(a, b)| format!("{} to {}", a.time, b.time));
        CatalogError::Empty(if self.times.iter().all(|time| time.scenes.iter().all(Option::is_none)) {
            format!(
                "the other data have no step at any time of the events: they go from {own}, the events from {asked}"
            )
        } else {
            "no event lies on the other data's grid; compare the areas of both, or widen --margin".to_owned()
        })
    }

    /// The windows that some scenes are needed in.
    pub(super) fn windows(&self, scenes: &[usize]) -> Vec<Window> {
        let users = scenes.iter().filter_map(|scene| self.users.get(scene)).flatten();
        let times = users.filter_map(|place| self.times.get(*place));
        times.flat_map(|time| time.events.iter().filter_map(|(_, window)| window.clone())).collect()
    }

    /// Scenes without data that are needed, by their times: each once.
    pub(super) fn missing(&self) -> Vec<Timestamp> {
        let mut missing: Vec<Timestamp> = self
            .times
            .iter()
            .filter(|time| !time.events.is_empty())
            .flat_map(|time| time.steps.iter().zip(&time.scenes).filter(|(_, scene)| scene.is_none()))
            .map(|(step, _)| *step)
            .collect();
        missing.sort_by_key(|time| time.micros());
        missing.dedup();
        missing
    }
}

/// The part of the other data's grid around an event: the cells with centres in its box, pushed out.
fn window(subset: &Subset, event: &EventBox, margin: f64) -> Result<Option<Window>> {
    let (south, north) = ((event.south - margin).max(-90.0), (event.north + margin).min(90.0));
    let (west, east) = (event.west - margin, event.east + margin);
    let around = if east - west >= 360.0 { (-180.0, 180.0) } else { (west, east) };
    let domain = Domain::new_box(around.0, south, around.1, north)?;
    // an error means that no cell lies in the box
    Ok(domain.select(subset.grid()).ok().map(|(window, _)| window))
}

/// The steps of the other data.
struct Steps<'a> {
    entry: Option<&'a Entry>,
    times: &'a [Timestamp],
    calendar: Calendar,
    /// Seconds of a step; `None` where there is a single one.
    nominal: Option<f64>,
}

impl<'a> Steps<'a> {
    fn of(subset: &'a Subset) -> Self {
        Self {
            entry: subset.collection(),
            times: subset.times(),
            calendar: subset.calendar(),
            nominal: subset.nominal_step_seconds(),
        }
    }

    /// A mask time on the data's calendar, the steps around it and their scenes.
    fn around(&self, time: Timestamp) -> Option<(Timestamp, [Timestamp; 3], [Option<usize>; 3])> {
        let time = time.in_calendar(self.calendar).ok()?;
        if let Some((entry, step)) = self.entry.and_then(|e| Some((e, e.time.step?)))
            && let Some(at) = entry.round_time(time)
        {
            let steps = [step.after(at, -1)?, at, step.after(at, 1)?];
            return Some((time, steps, steps.map(|s| self.scene_at(s))));
        }
        let nearest = self.nearest(time)?;
        let own = *self.times.get(nearest)?;
        let Some(nominal) = self.nominal.filter(|_| self.times.len() > 1) else {
            // a single field is taken as constant
            return Some((time, [own; 3], [None, Some(nearest), None]));
        };
        if own.seconds_since(time).abs() > nominal {
            let steps = [time.plus_seconds(-nominal), time, time.plus_seconds(nominal)];
            return Some((time, steps, [None; 3]));
        }
        let neighbour = |place: Option<usize>, side: f64| {
            let there = place.and_then(|k| self.times.get(k).map(|t| (k, *t)));
            match there.filter(|(_, t)| t.seconds_since(own).abs() <= GAP * nominal) {
                Some((k, t)) => (t, Some(k)),
                None => (own.plus_seconds(side * nominal), None),
            }
        };
        let before = neighbour(nearest.checked_sub(1), -1.0);
        let after = neighbour(nearest.checked_add(1), 1.0);
        Some((time, [before.0, own, after.0], [before.1, Some(nearest), after.1]))
    }

    /// The scene of a step of the collection.
    fn scene_at(&self, step: Timestamp) -> Option<usize> {
        let nearest = self.nearest(step)?;
        let off = self.times.get(nearest)?.seconds_since(step).abs();
        (off <= SAME_STEP * self.nominal.unwrap_or(1.0)).then_some(nearest)
    }

    /// The scene nearest to a time; in the middle the later one.
    fn nearest(&self, time: Timestamp) -> Option<usize> {
        let after = self.times.partition_point(|t| t.micros() < time.micros());
        let distance = |k: usize| self.times.get(k).map(|t| (t.micros() - time.micros()).unsigned_abs());
        match (after.checked_sub(1).and_then(|k| distance(k).map(|d| (k, d))), distance(after)) {
            (Some((k, before)), Some(next)) => Some(if before < next { k } else { after }),
            (Some((k, _)), None) => Some(k),
            (None, Some(_)) => Some(after),
            (None, None) => None,
        }
    }
}
