//! Components and cells of each event at each time.

use std::cmp::Ordering;

use eventscape_core::time::Calendar;

use super::times::shown;
use super::{Contradiction, Differences, Said, Suspects, odd_ones, those};
use crate::verify::facts::{EventSum, Events, Told};
use crate::verify::stamps::{InNames, either_way};

pub(super) fn compare(said: &[Said], calendar: Calendar, suspects: &Suspects) -> Vec<Contradiction> {
    odd_ones(&those(said, |facts| facts.events.as_ref()), suspects, |known, is| differ(known, is, calendar))
}

/// Goes over both, which are sorted, side by side.
fn differ(known: &Events, is: &Events, calendar: Calendar) -> Differences {
    either_way(|named| differ_in(known, is, calendar, named), Differences::are_none)
}

fn differ_in(known: &Events, is: &Events, calendar: Calendar, named: InNames) -> Differences {
    let unit = known.unit.max(is.unit).max(1);
    let floor = |time: i64| named(time, unit);
    let covers = |events: &Events, time: i64| {
        events.files.is_empty() || events.files.range(time..time.saturating_add(unit)).next().is_some()
    };
    let mut differences = Differences::default();
    let (mut left, mut right) = (known.rows.iter().peekable(), is.rows.iter().peekable());
    loop {
        let key = |row: &&((i64, u32), EventSum)| (floor(row.0.0), row.0.1);
        let order = match (left.peek().map(key), right.peek().map(key)) {
            (None, None) => return differences,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(&b),
        };
        let a = if order == Ordering::Greater { None } else { left.next() };
        let b = if order == Ordering::Less { None } else { right.next() };
        let Some((time, event)) = a.or(b).map(|row| key(&row)) else { return differences };
        if !covers(known, time) || !covers(is, time) {
            continue;
        }
        let file = is.files.range(time..time.saturating_add(unit)).next().map(|(_, name)| name.clone());
        let place = format!("event {event} at {}", shown(time, calendar));
        match (a, b) {
            (Some((_, a)), Some((_, b))) => {
                if let Some((has, had)) = other((a, known.tells), (b, is.tells)) {
                    differences.add_in(file, place, has, had);
                }
            }
            // of phenomena that share their cells a map may show none
            (Some(_), None) if is.tells.all_cells => differences.add_in(file, place, "does not have it", "has it"),
            (None, Some(_)) if known.tells.all_cells => differences.add_in(file, place, "has it", "does not have it"),
            _ => {}
        }
    }
}

/// What is otherwise, of what both tell: what the second has, and what the first has.
fn other((a, told): (&EventSum, Told), (b, tells): (&EventSum, Told)) -> Option<(String, String)> {
    let cells_are_right = match (told.all_cells, tells.all_cells) {
        (true, true) => a.cells == b.cells,
        (true, false) => a.cells >= b.cells,
        (false, true) => a.cells <= b.cells,
        (false, false) => true,
    };
    if !cells_are_right {
        return Some((format!("has {} cells of it", b.cells), format!("has {}", a.cells)));
    }
    if told.components && tells.components && a.components != b.components {
        return Some((format!("has {} components of it", b.components), format!("has {}", a.components)));
    }
    if told.places && tells.places && a.places != b.places {
        return Some(("has other cells of it".to_owned(), "has as many, elsewhere".to_owned()));
    }
    if told.range && tells.range && !(a.range == b.range || a.range.is_none() && b.range.is_none()) {
        let from = |sum: &EventSum| format!("has values of it from {} to {}", sum.range.min, sum.range.max);
        return Some((from(b), from(a)));
    }
    if told.description && tells.description && a.description != b.description {
        let has = "describes it otherwise (area, perimeter, centre, statistics)".to_owned();
        return Some((has, "has other numbers".to_owned()));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::verify::facts::{MINUTE, Range};

    const ALL: Told = Told { components: true, all_cells: true, places: true, range: true, description: true };

    fn sum(cells: u64) -> EventSum {
        EventSum { components: 1, cells, places: 7 * cells, range: Range { min: 1.0, max: 2.0 }, description: 9 }
    }

    fn events(rows: &[(i64, u32, u64)], tells: Told) -> Events {
        let rows = rows.iter().map(|(time, id, cells)| ((*time, *id), sum(*cells))).collect();
        Events { rows, unit: 1, tells, files: BTreeMap::new() }
    }

    fn told(known: &Events, is: &Events) -> Vec<String> {
        let told = differ(known, is, Calendar::Standard).told;
        told.into_iter().map(|d| format!("{}: {} / {}", d.place, d.is, d.known)).collect()
    }

    #[test]
    fn an_event_that_is_lost_added_or_changed_is_named() {
        let known = events(&[(0, 1, 5), (0, 2, 6), (MINUTE, 1, 4)], ALL);
        assert!(told(&known, &known).is_empty());
        let lost = events(&[(0, 1, 5), (MINUTE, 1, 4)], ALL);
        assert_eq!(told(&known, &lost), ["event 2 at 1970-01-01T00:00:00Z: does not have it / has it"]);
        assert_eq!(told(&lost, &known), ["event 2 at 1970-01-01T00:00:00Z: has it / does not have it"]);
        let changed = events(&[(0, 1, 5), (0, 2, 6), (MINUTE, 1, 3)], ALL);
        assert_eq!(told(&known, &changed), ["event 1 at 1970-01-01T00:01:00Z: has 3 cells of it / has 4"]);
    }

    #[test]
    fn each_part_is_compared_where_both_tell_it() {
        let known = events(&[(0, 1, 5)], ALL);
        let changes: [fn(&mut EventSum); 4] =
            [|s| s.components = 2, |s| s.places = 1, |s| s.range.max = 3.0, |s| s.description = 1];
        let silent: [fn(&mut Told); 4] =
            [|t| t.components = false, |t| t.places = false, |t| t.range = false, |t| t.description = false];
        for (change, hush) in changes.into_iter().zip(silent) {
            let mut other = events(&[(0, 1, 5)], ALL);
            change(&mut other.rows[0].1);
            assert_eq!(told(&known, &other).len(), 1);
            hush(&mut other.tells);
            assert!(told(&known, &other).is_empty());
        }
    }

    #[test]
    fn a_map_of_phenomena_that_share_cells_may_show_fewer() {
        let known = events(&[(0, 1, 5), (0, 2, 6)], ALL);
        let map = Told { all_cells: false, ..Told::default() };
        assert!(told(&known, &events(&[(0, 2, 3)], map)).is_empty());
        assert!(told(&events(&[(0, 2, 3)], map), &known).is_empty());
        assert_eq!(told(&known, &events(&[(0, 2, 7)], map)).len(), 1);
        assert_eq!(told(&known, &events(&[(0, 3, 1)], map)).len(), 1);
    }

    #[test]
    fn times_are_compared_as_finely_as_both_tell_them_and_where_both_have_files() {
        let known = events(&[(MINUTE + 5_000_000, 1, 5)], ALL);
        let mut coarse = events(&[(MINUTE, 1, 5)], ALL);
        assert_eq!(told(&known, &coarse).len(), 2);
        coarse.unit = MINUTE;
        assert!(told(&known, &coarse).is_empty());
        // the file of that time was not read
        coarse.rows.clear();
        coarse.files.insert(5 * MINUTE, "1-x.json".to_owned());
        assert!(told(&known, &coarse).is_empty());
        coarse.files.insert(MINUTE, "1-y.json".to_owned());
        let found = differ(&known, &coarse, Calendar::Standard).told;
        assert_eq!(found[0].file.as_deref(), Some("1-y.json"));
    }
}
