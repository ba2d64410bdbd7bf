//! A tracker that is not built in: each component follows the nearest centroid of the scene before. It is here to show that a
//! method needs one file and no change elsewhere.

use eventscape_core::track::{
    ConditionSearch, Finder, LineageBuilder, Method, MethodContext, MethodError, MethodKind, PlannedMethod, Tracker,
};
use eventscape_core::{Arrival, Component, CoreError, Departure, Grid, Lineage, Link, Relation, SceneComponents};
use schemars::JsonSchema;
use serde::Deserialize;

/// The entry for [`eventscape_core::track::METHODS`], or for `Doors::with_method`.
pub const NEAREST_CENTROID: Method = Method::of::<NearestCentroid>();

const EARTH_RADIUS_KM: f64 = 6371.0;
const DEFAULT_KM: f64 = 100.0;

struct NearestCentroid;

/// The keys that this method has of its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Nearest centroid: how far a component may move between two scenes, km (default 100).
    max_distance_km: Option<f64>,
}

impl MethodKind for NearestCentroid {
    const NAME: &'static str = "nearest-centroid";
    const TITLE: &'static str = "Nearest centroid";
    const ABOUT: &'static str = "Each component follows the nearest centroid of the scene before.";

    type Keys = Keys;

    fn plan(keys: Keys, context: &MethodContext<'_>) -> Result<Box<dyn PlannedMethod>, MethodError> {
        let max_km = keys.max_distance_km.unwrap_or(DEFAULT_KM);
        if !(max_km.is_finite() && max_km > 0.0) {
            let reason = format!("{max_km} km is no distance; give a positive number");
            return Err(MethodError::key("max_distance_km", reason));
        }
        let max_gap_seconds = context.shared.max_gap_seconds;
        Ok(Box::new(Planned { search: ConditionSearch::new(context), max_km, max_gap_seconds }))
    }
}

#[derive(Debug)]
struct Planned {
    search: ConditionSearch,
    max_km: f64,
    max_gap_seconds: Option<f64>,
}

impl PlannedMethod for Planned {
    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = self.search.options();
        options.push(("max_distance_km", self.max_km.to_string()));
        options
    }

    fn finder<'a>(&self, grid: &'a Grid) -> Result<Box<dyn Finder + 'a>, CoreError> {
        self.search.finder(grid)
    }

    fn tracker(&self, _: &Grid) -> Result<Box<dyn Tracker>, CoreError> {
        let (max_km, max_gap_seconds) = (self.max_km, self.max_gap_seconds);
        Ok(Box::new(Tracking { max_km, max_gap_seconds, before: Vec::new(), lineage: LineageBuilder::default() }))
    }
}

struct Tracking {
    max_km: f64,
    max_gap_seconds: Option<f64>,
    /// Latitude and longitude of the components of the last scene, degrees.
    before: Vec<(f64, f64)>,
    lineage: LineageBuilder,
}

impl Tracker for Tracking {
    fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError> {
        let index = self.lineage.begin_scene(scene)?;
        let now: Vec<(f64, f64)> = scene.components.iter().map(centroid).collect();
        let step = self.lineage.last_step_seconds();
        let is_gap = self.max_gap_seconds.zip(step).is_some_and(|(limit, step)| step > limit);
        let before = if is_gap { Vec::new() } else { std::mem::take(&mut self.before) };
        let parents = self.parents(&before, &now);
        for (child, parent) in (0u32..).zip(&parents) {
            match (*parent, index.checked_sub(1)) {
                (Some(parent), Some(earlier)) => {
                    let track = self.lineage.track_of(earlier, parent)?;
                    self.lineage.join_track(child, track, Arrival::Continuation)?;
                    self.lineage.link(link(earlier as u32, parent, child))?;
                }
                _ => {
                    self.lineage.start_track(child, Arrival::Initiation)?;
                }
            }
        }
        if let Some(earlier) = index.checked_sub(1) {
            let left = (0u32..).take(before.len()).filter(|parent| !parents.contains(&Some(*parent)));
            left.into_iter().try_for_each(|parent| self.lineage.end_track(earlier, parent, Departure::Dissipation))?;
        }
        self.before = now;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Lineage {
        self.lineage.finish()
    }
}

impl Tracking {
    /// For each component the earlier one that it follows: the nearest pairs first, each component once.
    fn parents(&self, before: &[(f64, f64)], now: &[(f64, f64)]) -> Vec<Option<u32>> {
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (parent, from) in before.iter().enumerate() {
            pairs.extend(now.iter().enumerate().map(|(child, to)| (distance_km(*from, *to), parent, child)));
        }
        pairs.retain(|(km, ..)| *km <= self.max_km);
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut parents = vec![None; now.len()];
        let mut is_taken = vec![false; before.len()];
        for (_, parent, child) in pairs {
            if parents[child].is_none() && !is_taken[parent] {
                (parents[child], is_taken[parent]) = (Some(parent as u32), true);
            }
        }
        parents
    }
}

fn link(scene: u32, parent: u32, child: u32) -> Link {
    Link {
        parent_scene: scene,
        parent,
        child_scene: scene + 1,
        child,
        // no cells are looked at
        cells: 0,
        overlap_parent: 0.0,
        overlap_child: 0.0,
        relation: Relation::Continuation,
    }
}

fn centroid(component: &Component) -> (f64, f64) {
    (component.description.centroid_lat, component.description.centroid_lon)
}

/// The distance on the sphere by the haversine formula, km.
fn distance_km((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let (up, along) = ((lat2 - lat1).to_radians() / 2.0, (lon2 - lon1).to_radians() / 2.0);
    let h = up.sin().powi(2) + lat1.to_radians().cos() * lat2.to_radians().cos() * along.sin().powi(2);
    2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
}
