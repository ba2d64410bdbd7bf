//! Random lineages over the components of scenes.

use std::collections::BTreeMap;

use eventscape_core::track::{EndStatus, Motion, StartStatus, TrackSummary};
use eventscape_core::{Arrival, Departure, Lineage, Link, Member, Relation, SceneComponents, Track};

use crate::read_back::chance::Chance;

/// Tracks that go on at random, and links of every kind. Where they are `given`, all components are of a track, and no two of
/// one time are of the same.
pub(super) fn lineage(chance: &mut Chance, scenes: &[SceneComponents], given: bool) -> Lineage {
    let mut tracks: BTreeMap<u32, Vec<Member>> = BTreeMap::new();
    let mut lineage = Lineage { times: scenes.iter().map(|scene| scene.time).collect(), ..Lineage::default() };
    let mut next = 1;
    let mut before: Vec<u32> = Vec::new();
    for (index, scene) in scenes.iter().enumerate() {
        let mut ids = Vec::with_capacity(scene.components.len());
        for component in 0..scene.components.len() {
            if !given && chance.one_in(8) {
                ids.push(0);
                continue;
            }
            // a storm of AUX-GEOIR may have several parts, so a track may come more than once
            let goes_on = !before.is_empty() && !chance.one_in(4);
            let before = goes_on.then(|| chance.pick(&before)).filter(|id| !given || !ids.contains(id));
            let id = before.unwrap_or_else(|| {
                next += 1 + if chance.one_in(10) { 3 } else { 0 };
                next - 1
            });
            ids.push(id);
            let arrival = chance.pick(&[
                Arrival::Initiation,
                Arrival::InitiationSplit,
                Arrival::Continuation,
                Arrival::ContinuationMerge,
                Arrival::ContinuationSplit,
            ]);
            let (scene, component) = (index as u32, component as u32);
            tracks.entry(id).or_default().push(Member { scene, component, arrival, departure: None });
        }
        before = ids.iter().copied().filter(|id| *id > 0).collect();
        lineage.track_ids.push(ids);
    }
    for members in tracks.values_mut() {
        let last = members.last_mut().unwrap();
        last.departure = chance.pick(&[None, Some(Departure::Dissipation), Some(Departure::DissipationMerge)]);
    }
    lineage.tracks = tracks.into_iter().map(|(id, members)| Track { id, members }).collect();
    lineage.links = links(chance, scenes);
    lineage
}

/// What might be told of a track as a whole.
pub(super) fn summary(chance: &mut Chance, track: &Track) -> TrackSummary {
    let mut any = |low: f64, high: f64| if chance.one_in(6) { f64::NAN } else { chance.real(low, high) };
    let mut motion =
        || Motion { speed_m_s: any(0.0, 50.0), direction_deg: any(0.0, 360.0), growth_km2_h: any(-9e4, 9e4) };
    let motion = track.members.iter().map(|_| motion()).collect();
    TrackSummary {
        id: track.id,
        duration_s: chance.real(0.0, 1e6),
        motion,
        start_status: chance.pick(&[StartStatus::Initiation, StartStatus::Split, StartStatus::Censored]),
        end_status: chance.pick(&[EndStatus::Dissipation, EndStatus::Merge, EndStatus::Censored]),
    }
}

fn links(chance: &mut Chance, scenes: &[SceneComponents]) -> Vec<Link> {
    let mut links = Vec::new();
    for (index, pair) in scenes.windows(2).enumerate() {
        let (parents, children) = (pair[0].components.len(), pair[1].components.len());
        let mut wanted: Vec<(u32, u32)> = Vec::new();
        if parents > 0 && children > 0 {
            let any =
                |chance: &mut Chance| (chance.within(0..=children - 1) as u32, chance.within(0..=parents - 1) as u32);
            wanted = (0..chance.within(0..=2 * children)).map(|_| any(chance)).collect();
            wanted.sort_unstable();
            wanted.dedup();
        }
        links.extend(wanted.into_iter().map(|(child, parent)| Link {
            parent_scene: index as u32,
            parent,
            child_scene: index as u32 + 1,
            child,
            cells: chance.within(1..=100_000) as u32,
            overlap_parent: chance.share(),
            overlap_child: chance.share(),
            relation: chance.pick(&[
                Relation::Continuation,
                Relation::Merge,
                Relation::Split,
                Relation::Unused,
                Relation::Weak,
            ]),
        }));
    }
    links
}
