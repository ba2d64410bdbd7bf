//! The ways that tracks have come.

use std::collections::BTreeMap;

use eventscape_core::{Lineage, SceneComponents};

use crate::ProductError;
use crate::members::members_of;

/// The way of a track up to a scene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackPath {
    /// The track.
    pub id: u32,
    /// Centroids (latitude, longitude in the grid's convention; degrees), the newest last.
    pub points: Vec<(f64, f64)>,
}

/// Follows the tracks scene by scene. It holds the centroids of the tracks that are alive, nothing else.
#[derive(Debug, Default)]
pub struct TrackPaths {
    alive: BTreeMap<u32, Vec<(f64, f64)>>,
}

impl TrackPaths {
    /// Goes on to scene `index` and gives the ways of the tracks that it has, by id.
    ///
    /// # Errors
    /// [`ProductError::Mismatch`] where scene and lineage do not fit.
    pub fn advance(
        &mut self,
        lineage: &Lineage,
        index: usize,
        scene: &SceneComponents,
    ) -> Result<Vec<TrackPath>, ProductError> {
        let events = members_of(lineage, index, scene)?;
        let mut paths: Vec<TrackPath> = Vec::with_capacity(events.len());
        for event in &events {
            if paths.last().is_some_and(|path| path.id == event.track) {
                // a further component of the same track; its way is that of the first
                continue;
            }
            let d = &event.component.description;
            let points = self.alive.entry(event.track).or_default();
            points.push((d.centroid_lat, d.centroid_lon));
            paths.push(TrackPath { id: event.track, points: points.clone() });
        }
        for event in &events {
            let last = lineage.tracks.binary_search_by_key(&event.track, |track| track.id).ok();
            let last = last.and_then(|k| lineage.tracks.get(k)?.members.last());
            if last.is_none_or(|member| member.scene as usize <= index) {
                self.alive.remove(&event.track);
            }
        }
        Ok(paths)
    }
}
