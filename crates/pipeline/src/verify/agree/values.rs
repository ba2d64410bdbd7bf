//! Values of events at times: on the events' cells, and as they were gathered.

use std::collections::{BTreeMap, BTreeSet};

use eventscape_core::time::Calendar;

use super::times::shown;
use super::{Contradiction, Differences, Said, Suspects, odd_ones, those};
use crate::verify::facts::{ValueSum, Values};
use crate::verify::stamps::{InNames, either_way};

pub(super) fn compare(said: &[Said], calendar: Calendar, suspects: &Suspects) -> Vec<Contradiction> {
    let mut found =
        odd_ones(&those(said, |facts| facts.values.as_ref()), suspects, |known, is| differ(known, is, calendar));
    found.extend(odd_ones(&those(said, |facts| facts.gathered.as_ref()), suspects, |known, is| {
        differ(known, is, calendar)
    }));
    found.extend(odd_ones(&those(said, |facts| facts.groups.as_ref()), suspects, |known, is| {
        let mut differences = Differences::default();
        // the group of a time without events may be told or not
        let none = BTreeSet::new();
        let all: BTreeSet<&String> = known.keys().chain(is.keys()).collect();
        for group in all {
            let [had, has] = [known, is].map(|groups| groups.get(group).unwrap_or(&none));
            match (had.is_empty(), has.is_empty()) {
                _ if had == has => {}
                (false, true) => differences.add(group, "does not have this group", "has it"),
                (true, false) => differences.add(group, "has this group", "does not have it"),
                _ => differences.add(group, format!("has {} events in it", has.len()), format!("has {}", had.len())),
            }
        }
        differences
    }));
    found
}

fn differ(known: &Values, is: &Values, calendar: Calendar) -> Differences {
    either_way(|named| differ_in(known, is, calendar, named), Differences::are_none)
}

fn differ_in(known: &Values, is: &Values, calendar: Calendar, named: InNames) -> Differences {
    let unit = known.unit.max(is.unit).max(1);
    let has_each = known.has_each && is.has_each;
    let (left, right) = (by_key(known, unit, named), by_key(is, unit, named));
    let mut differences = Differences::default();
    let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
    for key @ (time, event, variable) in keys {
        let nothing = ValueSum::default();
        let (a, b) = (left.get(key).copied().unwrap_or(&nothing), right.get(key).copied().unwrap_or(&nothing));
        if let Some((has, had)) = other(a, b, has_each) {
            let place = format!("{variable} in event {event} at {}", shown(*time, calendar));
            differences.add(place, has, had);
        }
    }
    differences
}

type Key<'a> = (i64, u32, &'a str);

fn by_key(values: &Values, unit: i64, named: InNames) -> BTreeMap<Key<'_>, &ValueSum> {
    values.rows.iter().map(|((time, event, name), sum)| ((named(*time, unit), *event, &**name), sum)).collect()
}

/// What is otherwise: what the second has, and what the first has.
fn other(a: &ValueSum, b: &ValueSum, has_each: bool) -> Option<(String, String)> {
    if (a.cells, a.valid) != (b.cells, b.valid) {
        let has = |sum: &ValueSum| format!("has {} cells, {} with a value", sum.cells, sum.valid);
        return Some((has(b), has(a)));
    }
    if a.range != b.range && !(a.range.is_none() && b.range.is_none()) {
        let has = |sum: &ValueSum| format!("has values from {} to {}", sum.range.min, sum.range.max);
        return Some((has(b), has(a)));
    }
    (has_each && a.digest != b.digest).then(|| ("has other values, or elsewhere".to_owned(), "has as many".to_owned()))
}
