//! What a track is like as a whole: how long, how fast, which way, how it grows, how it begins and ends.

use super::fortracc::check_gap;
use crate::lineage::{Arrival, Departure, Lineage, Member, Track};
use crate::sphere::{bearing_deg, distance_km};
use crate::{CoreError, EventSource, SourceError, Timestamp};

/// How a track begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StartStatus {
    /// Within the job's time and area, from nothing.
    Initiation,
    /// It broke off another track.
    Split,
    /// Its beginning is not seen: it is there at the job's first time or after a gap in time, or its first component
    /// touches the edge of the domain.
    Censored,
}

/// How a track ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndStatus {
    /// Within the job's time and area, into nothing.
    Dissipation,
    /// It merged into another track.
    Merge,
    /// Its end is not seen: it is there at the job's last time or before a gap in time, or its last component touches
    /// the edge of the domain.
    Censored,
}

impl StartStatus {
    /// The word for tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initiation => "initiation",
            Self::Split => "split",
            Self::Censored => "censored",
        }
    }
}

impl EndStatus {
    /// The word for tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dissipation => "dissipation",
            Self::Merge => "merge",
            Self::Censored => "censored",
        }
    }
}

/// How a track moves and grows at one of its members. NaN where it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Speed of the centroid along the great circle, m/s.
    pub speed_m_s: f64,
    /// Direction towards which it moves, degrees clockwise from north; NaN where it does not move.
    pub direction_deg: f64,
    /// Growth of the area, km²/h.
    pub growth_km2_h: f64,
}

impl Motion {
    /// Of what has no neighbour in time.
    const UNKNOWN: Self = Self { speed_m_s: f64::NAN, direction_deg: f64::NAN, growth_km2_h: f64::NAN };
}

/// What [`track_summary`] must know of a member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemberState {
    /// Area, km².
    pub area_km2: f64,
    /// Latitude of the centroid, degrees north.
    pub centroid_lat: f64,
    /// Longitude of the centroid, degrees east.
    pub centroid_lon: f64,
    /// Whether it touches the edge of the domain.
    pub touches_edge: bool,
}

impl From<&crate::Description> for MemberState {
    fn from(description: &crate::Description) -> Self {
        Self {
            area_km2: description.area_km2,
            centroid_lat: description.centroid_lat,
            centroid_lon: description.centroid_lon,
            touches_edge: description.touches_edge,
        }
    }
}

/// A track as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackSummary {
    /// The track's number.
    pub id: u32,
    /// Seconds from its earliest to its latest time; 0 for a track of one time.
    pub duration_s: f64,
    /// For each member its motion.
    pub motion: Vec<Motion>,
    /// How it begins.
    pub start_status: StartStatus,
    /// How it ends.
    pub end_status: EndStatus,
}

/// Summarises a track.
///
/// `states` holds the state of each of its members, in their order. `max_gap_seconds` is the gap rule of the tracker
/// ([`super::FortraccOptions::max_gap_seconds`]).
///
/// Motion and growth at a time are differences between the track's times before and after it, at the first and the last
/// time between that time and its neighbour; a track of one time has none (NaN), nor one whose scenes were not taken in
/// order of time. The distance is that of the great circle
/// between both centroids, the direction the one in which it sets out. Where a track has several members at a
/// time, they move as one: their centroids are averaged on the sphere by area, their areas added.
///
/// # Errors
/// [`CoreError::Scene`] where the states are not one for each member, or a member's scene is not in the lineage.
pub fn track_summary(
    lineage: &Lineage,
    track: &Track,
    states: &[MemberState],
    max_gap_seconds: Option<f64>,
) -> Result<TrackSummary, CoreError> {
    check_gap(max_gap_seconds)?;
    if states.len() != track.members.len() || track.members.is_empty() {
        return Err(CoreError::Scene(format!(
            "track {} has {} members, but {} states were given",
            track.id,
            track.members.len(),
            states.len()
        )));
    }
    let steps = steps(lineage, track, states)?;
    let in_order = steps.is_sorted_by_key(|step| step.time.micros());
    let motions: Vec<Motion> =
        (0..steps.len()).map(|index| if in_order { motion(&steps, index) } else { Motion::UNKNOWN }).collect();
    let motion =
        steps.iter().zip(&motions).flat_map(|(step, &motion)| std::iter::repeat_n(motion, step.members)).collect();
    Ok(TrackSummary {
        id: track.id,
        duration_s: duration(&steps),
        motion,
        start_status: start_status(lineage, track, states, max_gap_seconds),
        end_status: end_status(lineage, track, states, max_gap_seconds),
    })
}

/// Summarises all tracks of a job in one pass over its stored scenes; the states of all members are held in memory (32
/// bytes each).
///
/// # Errors
/// What the source says; [`CoreError::Scene`] where source and lineage do not belong together.
pub fn track_summaries(
    lineage: &Lineage,
    source: &(impl EventSource + ?Sized),
    max_gap_seconds: Option<f64>,
) -> Result<Vec<TrackSummary>, SourceError> {
    if source.scenes() != lineage.track_ids.len() {
        return Err(Box::new(CoreError::Scene(format!(
            "the lineage has {} scenes, the stored events have {}",
            lineage.track_ids.len(),
            source.scenes()
        ))));
    }
    let mut states: Vec<Vec<MemberState>> =
        lineage.tracks.iter().map(|track| Vec::with_capacity(track.members.len())).collect();
    for (index, ids) in lineage.track_ids.iter().enumerate() {
        let scene = source.read(index)?;
        // members of a track are in the order of scenes, then of components
        for (component, &id) in scene.components.iter().zip(ids) {
            if let Some(states) = (id as usize).checked_sub(1).and_then(|place| states.get_mut(place)) {
                states.push(MemberState::from(&component.description));
            }
        }
    }
    let summaries = lineage.tracks.iter().zip(&states);
    summaries.map(|(track, states)| Ok(track_summary(lineage, track, states, max_gap_seconds)?)).collect()
}

/// Seconds from the earliest to the latest step.
fn duration(steps: &[Step]) -> f64 {
    let times = || steps.iter().map(|step| step.time);
    let ends = times().min_by_key(|t| t.micros()).zip(times().max_by_key(|t| t.micros()));
    ends.map_or(0.0, |(first, last)| last.seconds_since(first))
}

/// A track at one time.
struct Step {
    time: Timestamp,
    members: usize,
    area_km2: f64,
    centroid: (f64, f64),
}

fn steps(lineage: &Lineage, track: &Track, states: &[MemberState]) -> Result<Vec<Step>, CoreError> {
    let mut steps = Vec::new();
    let mut first = 0;
    for members in track.members.chunk_by(|a, b| a.scene == b.scene) {
        let states = &states[first..first + members.len()];
        first += members.len();
        let scene = members[0].scene as usize;
        let time = *lineage.times.get(scene).ok_or_else(|| {
            CoreError::Scene(format!("track {} is in scene {scene}, the lineage has {}", track.id, lineage.times.len()))
        })?;
        steps.push(Step {
            time,
            members: members.len(),
            area_km2: states.iter().map(|state| state.area_km2).sum(),
            centroid: centroid(states),
        });
    }
    Ok(steps)
}

/// The mean position on the sphere, weighted by area.
fn centroid(states: &[MemberState]) -> (f64, f64) {
    if let [only] = states {
        return (only.centroid_lat, only.centroid_lon);
    }
    let mut sum = [0.0; 3];
    for state in states {
        let (lat, lon) = (state.centroid_lat.to_radians(), state.centroid_lon.to_radians());
        let unit = [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()];
        sum.iter_mut().zip(unit).for_each(|(sum, part)| *sum += part * state.area_km2);
    }
    (sum[2].atan2(sum[0].hypot(sum[1])).to_degrees(), sum[1].atan2(sum[0]).to_degrees())
}

fn motion(steps: &[Step], index: usize) -> Motion {
    let (from, to) = (&steps[index.saturating_sub(1)], &steps[(index + 1).min(steps.len() - 1)]);
    let seconds = to.time.seconds_since(from.time);
    if seconds <= 0.0 {
        return Motion::UNKNOWN;
    }
    let metres = 1000.0 * distance_km(from.centroid, to.centroid);
    Motion {
        speed_m_s: metres / seconds,
        direction_deg: if metres > 0.0 { bearing_deg(from.centroid, to.centroid) } else { f64::NAN },
        growth_km2_h: (to.area_km2 - from.area_km2) * 3600.0 / seconds,
    }
}

/// Whether a scene and the one after it are too far apart to be linked.
fn gap_after(lineage: &Lineage, scene: usize, max_gap_seconds: Option<f64>) -> bool {
    match (max_gap_seconds, lineage.times.get(scene), lineage.times.get(scene + 1)) {
        (Some(limit), Some(here), Some(next)) => next.seconds_since(*here) > limit,
        _ => false,
    }
}

/// The members of a scene, with their states.
fn at_scene<'a>(
    track: &'a Track,
    states: &'a [MemberState],
    scene: u32,
) -> impl Iterator<Item = (&'a Member, &'a MemberState)> {
    track.members.iter().zip(states).filter(move |(member, _)| member.scene == scene)
}

fn start_status(lineage: &Lineage, track: &Track, states: &[MemberState], max_gap: Option<f64>) -> StartStatus {
    let scene = track.members[0].scene;
    let unseen = scene == 0 || gap_after(lineage, scene as usize - 1, max_gap);
    if unseen || at_scene(track, states, scene).any(|(_, state)| state.touches_edge) {
        StartStatus::Censored
    } else if track.members[0].arrival == Arrival::InitiationSplit {
        StartStatus::Split
    } else {
        StartStatus::Initiation
    }
}

fn end_status(lineage: &Lineage, track: &Track, states: &[MemberState], max_gap: Option<f64>) -> EndStatus {
    let scene = track.members[track.members.len() - 1].scene;
    let unseen = scene as usize + 1 >= lineage.times.len() || gap_after(lineage, scene as usize, max_gap);
    if unseen || at_scene(track, states, scene).any(|(_, state)| state.touches_edge) {
        EndStatus::Censored
    } else if at_scene(track, states, scene).any(|(member, _)| member.departure == Some(Departure::DissipationMerge)) {
        EndStatus::Merge
    } else {
        EndStatus::Dissipation
    }
}
