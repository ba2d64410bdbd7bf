//! What random jobs say of themselves.

use eventscape_core::{Lineage, Timestamp};

use crate::read_back::chance::Chance;
use crate::{Bounds, GivenTrack, InputGranule, JobInfo, VariableInfo};

fn text(chance: &mut Chance) -> String {
    let length = chance.pick(&[1, 5, 20, 80, 400]);
    chance.text(length)
}

fn some(chance: &mut Chance) -> Option<String> {
    chance.one_in(2).then(|| text(chance))
}

pub(super) fn info(chance: &mut Chance, times: &[Timestamp]) -> JobInfo {
    let epoch = Timestamp::from_micros(eventscape_core::time::Calendar::Standard, 0);
    let span = (times.first().copied().unwrap_or(epoch), times.last().copied().unwrap_or(epoch));
    let bounds = Bounds { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    let mut job = JobInfo::titled(chance.within(1..=1 << 40) as u64, text(chance), span, bounds);
    job.summary = chance.pick(&["", "a summary"]).to_owned() + &text(chance);
    job.collection = some(chance);
    job.dataset_label = text(chance);
    let standard_name = chance.pick(&[None, Some("air_temperature"), Some("rainfall_rate")]).map(str::to_owned);
    job.variable = VariableInfo { name: text(chance), units: some(chance), long_name: some(chance), standard_name };
    job.condition_text = text(chance);
    job.event_type = "less_than_threshold".to_owned();
    job.threshold = chance.one_in(2).then(|| chance.real(-300.0, 300.0));
    job.threshold_text = text(chance);
    job.tracker = chance.pick(&["fortracc", "aux-geoir"]).to_owned();
    job.options = (0..chance.within(0..=5)).map(|k| (format!("option_{k}"), text(chance))).collect();
    job.granules =
        (0..chance.within(0..=9)).map(|k| InputGranule { location: format!("/data/{k}.nc"), size: None }).collect();
    job.keywords = (0..chance.within(0..=3)).map(|_| text(chance)).collect();
    job.institution = some(chance);
    job.project = some(chance);
    job.creator_name = some(chance);
    job.creator_email = some(chance);
    job.creator_url = some(chance);
    job.created = chance.one_in(2).then(|| "2026-01-02T03:04:05Z".to_owned());
    job.history = text(chance);
    job.command = text(chance);
    job
}

/// Names for all tracks of a lineage, as of phenomena that were given.
pub(super) fn given(chance: &mut Chance, lineage: &Lineage) -> Vec<GivenTrack> {
    let names = [3, 20, 127, 128, 129, 300];
    lineage
        .tracks
        .iter()
        .map(|track| {
            let length = chance.pick(&names);
            GivenTrack {
                id: track.id,
                source_id: format!("{}-{}", track.id, chance.text(4)),
                name: chance.one_in(2).then(|| chance.text(length)),
                begins: chance.one_in(2),
                ends: chance.one_in(2),
            }
        })
        .collect()
}
