//! What each target takes of each place of a source.

use super::cross::Cross;
use super::sum::Sum;

/// For each target some places of the source with weights, whose sum is at most 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    kind: Kind,
    /// A target has a value where the weights of the places with a value add up to at least so much.
    least: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    List(List),
    Cross(Cross),
}

/// Places and weights one by one.
#[derive(Clone, Debug, PartialEq)]
struct List {
    /// Where each target's list ends.
    ends: Vec<usize>,
    places: Vec<(u32, f64)>,
}

impl Weights {
    pub(super) fn with_capacity(targets: usize, each: usize, least: f64) -> Self {
        let list = List { ends: Vec::with_capacity(targets), places: Vec::with_capacity(targets * each) };
        Self { kind: Kind::List(list), least }
    }

    pub(super) fn cross(cross: Cross, least: f64) -> Self {
        Self { kind: Kind::Cross(cross), least }
    }

    pub(super) fn push(&mut self, place: usize, weight: f64) {
        if let Kind::List(list) = &mut self.kind
            && weight > 0.0
        {
            list.places.push((u32::try_from(place).unwrap_or(u32::MAX), weight));
        }
    }

    pub(super) fn end_target(&mut self) {
        if let Kind::List(list) = &mut self.kind {
            list.ends.push(list.places.len());
        }
    }

    /// Ends a target whose weights are to add up to 1.
    pub(super) fn end_scaled(&mut self) {
        if let Kind::List(list) = &mut self.kind {
            let start = list.ends.last().copied().unwrap_or(0);
            if let Some(own) = list.places.get_mut(start..) {
                let sum: f64 = own.iter().map(|(_, weight)| weight).sum();
                own.iter_mut().for_each(|(_, weight)| *weight /= sum);
            }
        }
        self.end_target();
    }

    /// Number of targets.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.kind {
            Kind::List(list) => list.ends.len(),
            Kind::Cross(cross) => cross.len(),
        }
    }

    /// Whether there is no target.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places of the source that a target takes from, with their weights.
    #[must_use]
    pub fn of(&self, target: usize) -> Vec<(u32, f64)> {
        match &self.kind {
            Kind::List(list) => {
                let start = target.checked_sub(1).and_then(|k| list.ends.get(k)).copied().unwrap_or(0);
                let end = list.ends.get(target).copied().unwrap_or(start);
                list.places.get(start..end).unwrap_or_default().to_vec()
            }
            Kind::Cross(cross) => cross.of(target),
        }
    }

    /// The value of each target (NaN where there is none), and the share of it that places with a value cover (0 to 1).
    /// `value` gives the source's value at a place, NaN where it is missing.
    pub fn apply(&self, value: impl Fn(usize) -> f64) -> (Vec<f64>, Vec<f64>) {
        let mut out = (Vec::with_capacity(self.len()), Vec::with_capacity(self.len()));
        match &self.kind {
            Kind::List(list) => {
                let mut start = 0;
                out.extend(list.ends.iter().map(|end| {
                    let mut sum = Sum::default();
                    for (place, weight) in list.places.get(start..*end).unwrap_or_default() {
                        sum.add(*weight, value(*place as usize));
                    }
                    start = *end;
                    sum.end(self.least)
                }));
            }
            Kind::Cross(cross) => cross.apply(value, |sum| sum.end(self.least), &mut out),
        }
        out
    }
}
