//! Data on a grid: the steps around a mask time, and the windows around its events.

use eventscape_catalog::{Entry, Subset};
use eventscape_core::Timestamp;
use eventscape_core::grid::{Domain, Window};
use eventscape_core::time::Calendar;

use super::{GAP, SAME_STEP};
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
    entry: Option<&'a Entry>,
    times: &'a [Timestamp],
    calendar: Calendar,
    /// Seconds of a step; `None` where there is a single one.
    nominal: Option<f64>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(subset: &'a Subset) -> Self {
        Self {
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
