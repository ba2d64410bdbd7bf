//! From a component to its place in the lineage.

use eventscape_core::{Arrival, Component, Departure, EventSource, Lineage, Member, SceneComponents};

use crate::ProductError;

/// The components of a scene that belong to a track, by ascending track id, with their places in the lineage.
///
/// Components of no track (id 0) are left out: products are about events.
pub(crate) fn members_of<'a>(
    lineage: &'a Lineage,
    index: usize,
    scene: &'a SceneComponents,
) -> Result<Vec<TrackedComponent<'a>>, ProductError> {
    let ids = lineage.track_ids.get(index).map_or(&[][..], Vec::as_slice);
    if ids.len() != scene.components.len() {
        return Err(ProductError::Mismatch(format!(
            "scene {index} ({}) has {} components, the lineage knows {}",
            scene.time,
            scene.components.len(),
            ids.len()
        )));
    }
    let mut events = Vec::with_capacity(ids.len());
    for (number, (&track, component)) in ids.iter().zip(&scene.components).enumerate() {
        if track == 0 {
            continue;
        }
        let member = find(lineage, track, index, number).ok_or_else(|| {
            ProductError::Mismatch(format!("track {track} does not have component {number} of scene {index}"))
        })?;
        events.push(TrackedComponent { track, number, component, member });
    }
    events.sort_by_key(|event| event.track);
    Ok(events)
}

/// A component of a track.
#[derive(Clone, Copy, Debug)]
pub struct TrackedComponent<'a> {
    /// The track's number, from 1.
    pub track: u32,
    /// Index of the component in its scene, from 0.
    pub number: usize,
    /// The component.
    pub component: &'a Component,
    /// How it belongs to its track.
    pub member: &'a Member,
}

fn find(lineage: &Lineage, track: u32, scene: usize, number: usize) -> Option<&Member> {
    let found = lineage.tracks.binary_search_by_key(&track, |t| t.id).ok()?;
    let members = &lineage.tracks.get(found)?.members;
    let from = members.partition_point(|m| (m.scene as usize) < scene);
    members.get(from..)?.iter().take_while(|m| m.scene as usize == scene).find(|m| m.component as usize == number)
}

/// Reads a scene's components back.
pub(crate) fn read(events: &dyn EventSource, index: usize) -> Result<SceneComponents, ProductError> {
    events.read(index).map_err(|source| ProductError::Source { scene: index, source })
}

/// `initiation`, `initiation - split`, …, in the reference's words.
pub(crate) fn arrival_name(arrival: Arrival) -> &'static str {
    match arrival {
        Arrival::Initiation => "initiation",
        Arrival::InitiationSplit => "initiation - split",
        Arrival::Continuation => "continuation",
        Arrival::ContinuationMerge => "continuation - merge",
        Arrival::ContinuationSplit => "continuation - split",
    }
}

/// `dissipation` or `dissipation - merge`.
pub(crate) fn departure_name(departure: Departure) -> &'static str {
    match departure {
        Departure::Dissipation => "dissipation",
        Departure::DissipationMerge => "dissipation - merge",
    }
}
