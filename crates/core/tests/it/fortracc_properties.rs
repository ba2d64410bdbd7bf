//! What holds for every lineage.

use std::collections::BTreeSet;

use eventscape_core::track::{Fortracc, FortraccOptions, OverlapRule};
use eventscape_core::{Connectivity, Lineage, Relation, SceneComponents};
use eventscape_testkit::synthetic::{MaskCube, mask_cubes};
use proptest::prelude::*;

use crate::fortracc_oracle::grid_of;

const BOTH: [OverlapRule; 2] = [OverlapRule::Correct, OverlapRule::Reference];

fn track(cube: &MaskCube, scenes: &[SceneComponents], mode: OverlapRule) -> Lineage {
    let options = FortraccOptions { mode, ..FortraccOptions::default() };
    let mut tracker = Fortracc::new(options, &grid_of(cube)).unwrap();
    scenes.iter().for_each(|scene| tracker.push(scene).unwrap());
    tracker.finish()
}

/// The same components in the opposite order, with other labels.
fn renumbered(scene: &SceneComponents) -> SceneComponents {
    let mut other = scene.clone();
    other.components.reverse();
    for (index, component) in other.components.iter_mut().enumerate() {
        component.label = index as u32 + 1;
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn each_component_is_in_one_track_and_a_track_has_one_component_a_scene(cube in mask_cubes(12, 6)) {
        let scenes = cube.components(Connectivity::Eight, false, 1);
        for mode in BOTH {
            let lineage = track(&cube, &scenes, mode);
            let mut seen = BTreeSet::new();
            for (index, track) in lineage.tracks.iter().enumerate() {
                prop_assert_eq!(track.id as usize, index + 1);
                for pair in track.members.windows(2) {
                    prop_assert_eq!(pair[0].scene + 1, pair[1].scene);
                    prop_assert!(pair[0].departure.is_none());
                }
                for member in &track.members {
                    prop_assert!(seen.insert((member.scene, member.component)));
                    prop_assert_eq!(lineage.track_ids[member.scene as usize][member.component as usize], track.id);
                }
            }
            prop_assert_eq!(seen.len(), scenes.iter().map(|s| s.components.len()).sum::<usize>());
        }
    }

    #[test]
    fn the_links_explain_the_tracks(cube in mask_cubes(12, 6)) {
        let scenes = cube.components(Connectivity::Eight, false, 1);
        for mode in BOTH {
            let lineage = track(&cube, &scenes, mode);
            let order: Vec<_> = lineage.links.iter().map(|l| (l.child_scene, l.child, l.parent)).collect();
            prop_assert!(order.is_sorted());
            let of = |relation: Relation| {
                lineage.links.iter().filter(move |link| link.relation == relation)
                    .map(|l| (l.parent_scene, l.parent, l.child)).collect::<BTreeSet<_>>()
            };
            let steps = lineage.tracks.iter().flat_map(|t| t.members.windows(2))
                .map(|pair| (pair[0].scene, pair[0].component, pair[1].component)).collect::<BTreeSet<_>>();
            prop_assert_eq!(of(Relation::Continuation), steps);
            let merged: BTreeSet<_> = of(Relation::Merge).iter().map(|&(scene, parent, _)| (scene, parent)).collect();
            let split: BTreeSet<_> = of(Relation::Split).iter().map(|&(scene, _, child)| (scene + 1, child)).collect();
            for member in lineage.tracks.iter().flat_map(|t| &t.members) {
                let here = (member.scene, member.component);
                let ended_in_merge = member.departure == Some(eventscape_core::Departure::DissipationMerge);
                prop_assert_eq!(merged.contains(&here), ended_in_merge);
                let began_in_split = member.arrival == eventscape_core::Arrival::InitiationSplit;
                prop_assert_eq!(split.contains(&here), began_in_split);
            }
        }
    }

    #[test]
    fn renumbering_labels_changes_nothing(cube in mask_cubes(12, 5)) {
        let scenes = cube.components(Connectivity::Eight, false, 1);
        let others: Vec<_> = scenes.iter().map(renumbered).collect();
        for mode in BOTH {
            let (one, other) = (track(&cube, &scenes, mode), track(&cube, &others, mode));
            for (ids, reversed) in one.track_ids.iter().zip(&other.track_ids) {
                prop_assert!(ids.iter().eq(reversed.iter().rev()));
            }
        }
    }

    #[test]
    fn the_first_scenes_alone_give_the_beginning_of_the_tracks(cube in mask_cubes(12, 6), cut in 1..6_usize) {
        let scenes = cube.components(Connectivity::Eight, false, 1);
        let cut = cut.min(scenes.len());
        for mode in BOTH {
            let (all, part) = (track(&cube, &scenes, mode), track(&cube, &scenes[..cut], mode));
            prop_assert_eq!(&all.track_ids[..cut], &part.track_ids[..]);
        }
    }
}
