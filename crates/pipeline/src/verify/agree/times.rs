//! The times of all scenes.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_products::Manifest;

use super::{Contradiction, Differences, Said, Suspects, odd_ones, those};
use crate::verify::facts::Times;
use crate::verify::finding::Fault;
use crate::verify::stamps::{InNames, either_way};

/// An instant as people write it.
pub(super) fn shown(micros: i64, calendar: Calendar) -> String {
    Timestamp::from_micros(calendar, micros).to_string()
}

pub(super) fn compare(said: &[Said], manifest: &Manifest, suspects: &Suspects) -> Vec<Contradiction> {
    let times = those(said, |facts| facts.times.as_ref());
    let mut found = Vec::new();
    for (name, times) in &times {
        if let Some(problem) = outside(times, manifest) {
            found.push(((*name).to_owned(), Fault { place: "times".to_owned(), problem }));
        }
    }
    found.extend(odd_ones(&times, suspects, |known, is| differ(known, is, manifest.calendar)));
    found
}

/// Whether times end elsewhere than the job.
fn outside(times: &Times, manifest: &Manifest) -> Option<String> {
    let (first, last) = manifest.coverage;
    let ends = (*times.micros.first()?, *times.micros.last()?);
    // float64 seconds of far years are a little off
    let unit = times.unit.max(1);
    let is = |at: i64, known: i64| {
        either_way(|named| named(at, unit) == named(known, unit), |same| *same) || at.abs_diff(known) <= 1000
    };
    let calendar = manifest.calendar;
    (!is(ends.0, first.micros()) || !is(ends.1, last.micros())).then(|| {
        let (from, to) = (shown(ends.0, calendar), shown(ends.1, calendar));
        format!("they go from {from} to {to}; the manifest says from {first} to {last}")
    })
}

fn differ(known: &Times, is: &Times, calendar: Calendar) -> Differences {
    either_way(|named| differ_in(known, is, calendar, named), Differences::are_none)
}

fn differ_in(known: &Times, is: &Times, calendar: Calendar, named: InNames) -> Differences {
    let unit = known.unit.max(is.unit).max(1);
    let floors = |times: &Times| times.micros.iter().map(|t| named(*t, unit)).collect::<Vec<_>>();
    let (known, is) = (floors(known), floors(is));
    let mut differences = Differences::default();
    let lacks = known.iter().filter(|time| is.binary_search(time).is_err());
    lacks.for_each(|time| differences.add(shown(*time, calendar), "does not have this time", "has it"));
    let adds = is.iter().filter(|time| known.binary_search(time).is_err());
    adds.for_each(|time| differences.add(shown(*time, calendar), "has this time", "does not have it"));
    if differences.are_none() && known.len() != is.len() {
        differences.add("times", format!("has {}", is.len()), format!("has {}", known.len()));
    }
    differences
}
