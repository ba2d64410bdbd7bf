//! The job's time axis: the steps of all granules, in order, each time once.

use std::collections::BTreeMap;

use eventscape_core::Timestamp;

use super::notice::{Notice, NoticeCode};
use super::request::{Span, TimeOrder};
use super::source::Candidate;
use crate::entry::Entry;

/// More gaps than this are told in one sentence.
const MOST_GAPS: usize = 50;

/// A step of a granule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) time: Timestamp,
    pub(crate) granule: u32,
    pub(crate) step: u32,
    /// First and last instant of its time's cell, microseconds, where its values are means or sums over it.
    pub(crate) cell: Option<(i64, i64)>,
}

/// The steps inside the span, in order; of those of one time the first by the granule's name is kept.
pub(crate) fn steps(
    times: &[Vec<Timestamp>],
    cells: &[Vec<(i64, i64)>],
    candidates: &[Candidate],
    span: Span,
    order: TimeOrder,
    notices: &mut Vec<Notice>,
) -> Vec<Step> {
    let mut steps: Vec<Step> = times
        .iter()
        .enumerate()
        .flat_map(|(granule, times)| {
            times.iter().enumerate().map(move |(step, time)| Step {
                time: *time,
                granule: granule as u32,
                step: step as u32,
                cell: cells.get(granule).and_then(|own| own.get(step)).copied(),
            })
        })
        .filter(|s| span.has(s.time))
        .collect();
    steps.sort_by_key(|s| (s.time.micros(), s.granule, s.step));
    note_repeated(&mut steps, candidates, notices);
    if order == TimeOrder::AsListed && steps.iter().all(|s| Some(s.granule) == steps.first().map(|f| f.granule)) {
        as_listed(&mut steps, candidates, notices);
    }
    steps
}

/// Puts the steps of one granule back into its own order.
fn as_listed(steps: &mut [Step], candidates: &[Candidate], notices: &mut Vec<Notice>) {
    steps.sort_by_key(|s| s.step);
    let Some(pair) = steps.windows(2).find(|w| w[1].time.micros() < w[0].time.micros()) else { return };
    let name = candidates.get(pair[0].granule as usize).map(|c| c.location.name()).unwrap_or_default();
    let message = format!(
        "{name} lists {} after {}; its scenes are followed in this order, not in that of time",
        pair[1].time, pair[0].time
    );
    notices.push(Notice::warning(NoticeCode::TimeUnsorted, name, message));
}

/// Keeps the first of the steps of one time.
fn note_repeated(steps: &mut Vec<Step>, candidates: &[Candidate], notices: &mut Vec<Notice>) {
    let mut repeated: BTreeMap<(u32, u32), Vec<Timestamp>> = BTreeMap::new();
    steps.dedup_by(|later, kept| {
        let same = later.time == kept.time;
        if same {
            repeated.entry((kept.granule, later.granule)).or_default().push(later.time);
        }
        same
    });
    let name = |granule: u32| candidates.get(granule as usize).map(|c| c.location.name()).unwrap_or_default();
    for ((kept, other), times) in repeated {
        let many = times.len();
        let time = times.first().map(ToString::to_string).unwrap_or_default();
        let which = if many == 1 { time } else { format!("{many} times from {time} on") };
        let message = if kept == other {
            format!("{} holds {which} more than once; the first is read", name(kept))
        } else {
            format!("{} and {} both hold {which}; the first one's is read", name(kept), name(other))
        };
        notices.push(Notice::warning(NoticeCode::TimeRepeated, name(other), message));
    }
}

fn ascending(steps: &[Step]) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = steps.iter().map(|s| s.time).collect();
    times.sort_by_key(|t| t.micros());
    times
}

/// From one step to the next: the collection's, or the median of the differences. `None` for a single time of no
/// collection.
pub(crate) fn nominal_step(entry: Option<&Entry>, steps: &[Step]) -> Option<f64> {
    if let Some(step) = entry.and_then(|e| e.time.step) {
        return Some(step.nominal_seconds());
    }
    let times = ascending(steps);
    let mut differences: Vec<f64> = times.windows(2).map(|w| w[1].seconds_since(w[0])).collect();
    differences.sort_by(f64::total_cmp);
    differences.get(differences.len() / 2).copied()
}

/// Reports where more than one and a half nominal steps lie between two times.
pub(crate) fn note_gaps(steps: &[Step], nominal: Option<f64>, notices: &mut Vec<Notice>) {
    let Some(nominal) = nominal else { return };
    let gaps: Vec<(Timestamp, Timestamp, f64)> = ascending(steps)
        .windows(2)
        .map(|w| (w[0], w[1], w[1].seconds_since(w[0])))
        .filter(|(.., seconds)| *seconds > 1.5 * nominal)
        .collect();
    for (from, until, seconds) in gaps.iter().take(MOST_GAPS) {
        let missing = (seconds / nominal).round() as i64 - 1;
        let message = match missing {
            1 => format!("one step is missing between {from} and {until}"),
            n => format!("{n} steps are missing between {from} and {until}"),
        };
        notices.push(Notice::warning(NoticeCode::TimeGap, from.to_string(), message));
    }
    if let (true, Some((from, ..))) = (gaps.len() > MOST_GAPS, gaps.get(MOST_GAPS)) {
        let message = format!("{} further gaps follow", gaps.len() - MOST_GAPS);
        notices.push(Notice::warning(NoticeCode::TimeGap, from.to_string(), message));
    }
}
