//! Data on a grid: the steps around a mask time, and the windows around its events.

use eventscape_catalog::{Entry, Subset};
use eventscape_core::Timestamp;
use eventscape_core::grid::{Domain, Window};
use eventscape_core::time::Calendar;

use super::{GAP, SAME_STEP, SINGLE_SECONDS};
use crate::error::Result;
use crate::stages::curate::masks::EventBox;

/// The part of the other data's grid around an event: the cells with centres in its box, pushed out.
pub(super) fn window(subset: &Subset, event: &EventBox, margin: f64) -> Result<Option<Window>> {
    let (south, north) = ((event.south - margin).max(-90.0), (event.north + margin).min(90.0));
    let (west, east) = (event.west - margin, event.east + margin);
    let around = if east - west >= 360.0 { (-180.0, 180.0) } else { (west, east) };
    let domain = Domain::new_box(around.0, south, around.1, north)?;
    // an error means that no cell lies in the box
    Ok(domain.select(subset.grid()).ok().map(|(window, _)| window))
}

/// The steps of the other data.
pub(super) struct Steps<'a> {
    subset: &'a Subset,
    /// A single field stands for all times.
    constant: bool,
    entry: Option<&'a Entry>,
    times: &'a [Timestamp],
    calendar: Calendar,
    /// Seconds of a step; `None` where there is a single one.
    nominal: Option<f64>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(subset: &'a Subset, constant: bool) -> Self {
        Self {
            subset,
            constant,
            entry: subset.collection(),
            times: subset.times(),
            calendar: subset.calendar(),
            nominal: subset.nominal_step_seconds(),
        }
    }

    /// A mask time on the data's calendar, the steps around it and their scenes.
    pub(super) fn around(&self, time: Timestamp) -> Option<(Timestamp, [Timestamp; 3], [Option<usize>; 3])> {
        let time = time.in_calendar(self.calendar).ok()?;
        if let Some((entry, step)) = self.entry.and_then(|e| Some((e, e.time.step?)))
            && let Some(at) = entry.round_time(time)
        {
            let steps = [step.after(at, -1)?, at, step.after(at, 1)?];
            return Some((time, steps, steps.map(|s| self.scene_at(s))));
        }
        if self.has_cells() {
            return Some(self.of_cell(time));
        }
        let nearest = self.nearest(time)?;
        let own = *self.times.get(nearest)?;
        let Some(nominal) = self.nominal.filter(|_| self.times.len() > 1) else {
            let near = own.seconds_since(time).abs() <= SINGLE_SECONDS;
            return Some(if near || self.constant {
                (time, [own; 3], [None, Some(nearest), None])
            } else {
                (time, [time; 3], [None; 3])
            });
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

    /// Whether the values are means or sums over cells of time.
    fn has_cells(&self) -> bool {
        !self.times.is_empty() && (0..self.times.len()).all(|scene| self.subset.time_cell(scene).is_some())
    }

    /// The scene whose cell holds the time: a mean over January is January's at any of its days. Its end belongs to the next one.
    fn of_cell(&self, time: Timestamp) -> (Timestamp, [Timestamp; 3], [Option<usize>; 3]) {
        let at = time.micros();
        let cell = |scene: &usize| self.subset.time_cell(*scene);
        let begins = |(from, until): (i64, i64)| (from <= at && at < until) || (from == at && until == at);
        let scenes = || 0..self.times.len();
        let holds = scenes().find(|scene| cell(scene).is_some_and(begins));
        let ends = || scenes().find(|scene| cell(scene).is_some_and(|(_, until)| until == at));
        match holds.or_else(ends).and_then(|scene| Some((scene, *self.times.get(scene)?))) {
            Some((scene, own)) => (time, [own; 3], [None, Some(scene), None]),
            None => (time, [time; 3], [None; 3]),
        }
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
