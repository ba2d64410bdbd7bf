//! First and last times of tracks.

use std::collections::{BTreeMap, BTreeSet};

use eventscape_core::time::Calendar;

use super::times::shown;
use super::{Contradiction, Said, Suspects, those};
use crate::verify::facts::{Events, Spans};
use crate::verify::finding::Fault;
use crate::verify::stamps::{InNames, either_way};

/// Contradictions that are told one by one.
const MOST: usize = 3;

/// Holds the spans against the times at which some other product has the tracks.
pub(super) fn compare(said: &[Said], calendar: Calendar, suspects: &Suspects) -> Vec<Contradiction> {
    let whole = those(said, |facts| facts.events.as_ref().filter(|e| e.files.is_empty() && e.tells.all_cells));
    let Some((other, events)) = whole.iter().find(|(name, _)| !suspects.contains(*name)) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, spans) in those(said, |facts| facts.spans.as_ref()) {
        let wrong = wrong(spans, events);
        let more = wrong.len().saturating_sub(MOST);
        for (track, why) in wrong.iter().take(MOST) {
            let problem = match why {
                Wrong::Unknown => format!("`{other}` has no such event"),
                Wrong::Lost => format!("it does not have it; `{other}` has it"),
                Wrong::Time(time) => {
                    format!("it begins or ends at {}; `{other}` does not have it then", shown(*time, calendar))
                }
            };
            found.push((name.to_owned(), Fault { place: format!("event {track}"), problem }));
        }
        if more > 0 {
            let problem = format!("{more} more differences like these to `{other}`");
            found.push((name.to_owned(), Fault { place: String::new(), problem }));
        }
    }
    found
}

enum Wrong {
    /// There is no such track.
    Unknown,
    /// The track is not listed.
    Lost,
    /// The track is not there at this time.
    Time(i64),
}

fn wrong(spans: &Spans, events: &Events) -> Vec<(u32, Wrong)> {
    either_way(|named| wrong_in(spans, events, named), Vec::is_empty)
}

fn wrong_in(spans: &Spans, events: &Events, named: InNames) -> Vec<(u32, Wrong)> {
    let unit = spans.unit.max(events.unit).max(1);
    let floor = |time: i64| named(time, unit);
    let mut lives: BTreeMap<u32, BTreeSet<i64>> = BTreeMap::new();
    for ((time, track), _) in &events.rows {
        lives.entry(*track).or_default().insert(floor(*time));
    }
    let mut wrong = Vec::new();
    for (track, (first, last)) in &spans.by_track {
        match lives.get(track) {
            None => wrong.push((*track, Wrong::Unknown)),
            Some(life) => {
                // scenes may be out of order in a job of the reference's mode, so that the last is not the latest
                let missing = [*first, *last].into_iter().find(|time| !life.contains(&floor(*time)));
                wrong.extend(missing.map(|time| (*track, Wrong::Time(time))));
            }
        }
    }
    let lost = lives.keys().filter(|track| !spans.by_track.contains_key(track));
    wrong.extend(lost.map(|track| (*track, Wrong::Lost)));
    wrong
}
