//! What tracking finds: tracks, and every link between components.

use crate::Timestamp;

/// How a member came to its track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// Nothing before it.
    Initiation,
    /// It broke off another track.
    InitiationSplit,
    /// One predecessor, one successor.
    Continuation,
    /// It continues one track and others merged into it.
    ContinuationMerge,
    /// It continues a track that lost other parts.
    ContinuationSplit,
}

/// How a track ended at a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// Nothing after it.
    Dissipation,
    /// It merged into another track.
    DissipationMerge,
}

/// One component of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Index of the scene in the job.
    pub scene: u32,
    /// Index of the component in that scene's [`crate::SceneComponents::components`].
    pub component: u32,
    /// How it came.
    pub arrival: Arrival,
    /// How it went; `None` if the track goes on, or if what follows is not known: the job ends here, or a gap in time
    /// follows that the tracker does not link across.
    pub departure: Option<Departure>,
}

impl Member {
    /// TOS2CA's tag: the departure overwrites the arrival.
    #[must_use]
    pub fn tos2ca_tag(&self) -> &'static str {
        match (self.departure, self.arrival) {
            (Some(Departure::Dissipation), _) => "dissipation",
            (Some(Departure::DissipationMerge), _) => "dissipation - merge",
            (None, Arrival::Initiation) => "initiation",
            (None, Arrival::InitiationSplit) => "initiation - split",
            (None, Arrival::Continuation) => "continuation",
            (None, Arrival::ContinuationMerge) => "continuation - merge",
            (None, Arrival::ContinuationSplit) => "continuation - split",
        }
    }
}

/// One phenomenon through time: its components by scene, then by component. ForTraCC gives at most one a scene; a storm of
/// AUX-GEOIR may have several parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Its number, from 1.
    pub id: u32,
    /// Its components.
    pub members: Vec<Member>,
}

/// What a link between two components means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Parent and child are of the same track.
    Continuation,
    /// The parent's track ended in the child's.
    Merge,
    /// The child's track began from the parent's.
    Split,
    /// They overlap enough, but the tracker decided otherwise (one of them had been linked already).
    Unused,
    /// They overlap by less than the minimum.
    Weak,
}

/// Two components of different scenes that share cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Index of the parent's scene.
    pub parent_scene: u32,
    /// Index of the parent in its scene's components.
    pub parent: u32,
    /// Index of the child's scene (the next one, unless the tracker may skip scenes).
    pub child_scene: u32,
    /// Index of the child in its scene's components.
    pub child: u32,
    /// Number of cells that both have.
    pub cells: u32,
    /// Those cells as a fraction of the parent's (by the tracker's rule: cells, or TOS2CA's faulty formula).
    pub overlap_parent: f64,
    /// Those cells as a fraction of the child's cells.
    pub overlap_child: f64,
    /// What became of it.
    pub relation: Relation,
}

/// The graph of all transitions of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    /// The times of the job's scenes.
    pub times: Vec<Timestamp>,
    /// The tracks by ascending id.
    pub tracks: Vec<Track>,
    /// The links, by child scene, then child, then parent.
    pub links: Vec<Link>,
    /// For each scene, for each of its components, the id of its track; 0 for a component that belongs to none (a
    /// tracker that drops short tracks).
    pub track_ids: Vec<Vec<u32>>,
}
