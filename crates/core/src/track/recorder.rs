//! Collects what the trackers find, scene by scene, until it becomes a lineage.

use std::collections::HashSet;

use crate::lineage::{Arrival, Departure, Lineage, Link, Member, Track};
use crate::{CoreError, SceneComponents, Timestamp};

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// How a component came and went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub(super) arrival: Arrival,
    pub(super) departure: Option<Departure>,
}

/// The lineage as it grows.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    times: Vec<Timestamp>,
    minutes: HashSet<i64>,
    pub(super) links: Vec<Link>,
    /// The track of each component of each scene; ids count from 1.
    pub(super) track_ids: Vec<Vec<u32>>,
    pub(super) tags: Vec<Vec<Tag>>,
    pub(super) tracks: u32,
}

impl Recorder {
    /// Adds a scene whose components are not in a track yet; gives its index.
    ///
    /// # Errors
    /// [`CoreError::Scene`] for a repeated time, another calendar, or (unless `any_order`) an earlier time than the
    /// scene before.
    pub(super) fn begin_scene(&mut self, scene: &SceneComponents, any_order: bool) -> Result<usize, CoreError> {
        let time = scene.time;
        if let Some(&last) = self.times.last() {
            if last.calendar() != time.calendar() {
                return Err(CoreError::Scene(format!(
                    "the scene of {time} has the {} calendar, the one before the {} calendar; a job has one calendar",
                    time.calendar(),
                    last.calendar()
                )));
            }
            if time.micros() == last.micros() {
                return Err(repeated(time));
            }
            if !any_order && time.micros() < last.micros() {
                return Err(CoreError::Scene(format!(
                    "the scene of {time} comes after that of {last}; sort the scenes by time"
                )));
            }
        }
        // the reference knows times by their minute, and by no other order than that of its list
        if any_order && !self.minutes.insert(time.micros().div_euclid(MICROS_PER_MINUTE)) {
            return Err(repeated(time));
        }
        if scene.components.len() > i32::MAX as usize || self.times.len() >= u32::MAX as usize {
            return Err(CoreError::Scene(format!("the scene of {time} has more components than can be numbered")));
        }
        let count = scene.components.len();
        self.times.push(time);
        self.track_ids.push(vec![0; count]);
        self.tags.push(vec![Tag { arrival: Arrival::Initiation, departure: None }; count]);
        Ok(self.times.len() - 1)
    }

    /// Seconds between the last scene and the one before.
    pub(super) fn last_step_seconds(&self) -> Option<f64> {
        match self.times.as_slice() {
            [.., before, last] => Some(last.seconds_since(*before)),
            _ => None,
        }
    }

    /// A new track that begins with a component.
    pub(super) fn start_track(&mut self, scene: usize, component: u32, arrival: Arrival) {
        self.tracks += 1;
        self.join_track(scene, component, self.tracks, arrival);
    }

    /// Puts a component into a track.
    pub(super) fn join_track(&mut self, scene: usize, component: u32, track: u32, arrival: Arrival) {
        self.track_ids[scene][component as usize] = track;
        self.tags[scene][component as usize].arrival = arrival;
    }

    /// Says how a track ended.
    pub(super) fn end_track(&mut self, scene: usize, component: u32, departure: Departure) {
        self.tags[scene][component as usize].departure = Some(departure);
    }

    /// The lineage. `ids[track]` is the final id of a track (0: dropped); members come by scene, then by component.
    pub(super) fn finish(mut self, ids: Option<&[u32]>) -> Lineage {
        if let Some(ids) = ids {
            for track in self.track_ids.iter_mut().flatten() {
                *track = ids.get(*track as usize).copied().unwrap_or(0);
            }
        }
        let count = ids.map_or(self.tracks, |ids| ids.iter().copied().max().unwrap_or(0));
        let mut sizes = vec![0_usize; count as usize + 1];
        for &track in self.track_ids.iter().flatten() {
            sizes[track as usize] += 1;
        }
        let mut tracks: Vec<Track> =
            (1..=count).map(|id| Track { id, members: Vec::with_capacity(sizes[id as usize]) }).collect();
        for (scene, (ids, tags)) in self.track_ids.iter().zip(&self.tags).enumerate() {
            for (component, (&track, tag)) in ids.iter().zip(tags).enumerate() {
                if track > 0 {
                    tracks[track as usize - 1].members.push(Member {
                        scene: scene as u32,
                        component: component as u32,
                        arrival: tag.arrival,
                        departure: tag.departure,
                    });
                }
            }
        }
        Lineage { times: self.times, tracks, links: self.links, track_ids: self.track_ids }
    }
}

fn repeated(time: Timestamp) -> CoreError {
    CoreError::Scene(format!("there are two scenes of {time}; a job has one scene a time, drop or average the doubles"))
}
