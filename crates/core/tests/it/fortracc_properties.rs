//! What holds for every lineage.

use std::collections::BTreeSet;

use eventscape_core::cells::places;
use eventscape_core::track::{Fortracc, FortraccOptions, OverlapRule};
use eventscape_core::{Connectivity, Grid, Lineage, Relation, SceneComponents, Track};
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

/// A grid once round the globe whose first column is `seam` columns west of 180° E.
fn globe(cube: &MaskCube, seam: usize) -> Grid {
    let step = 360.0 / cube.nx as f64;
    let lon = |column: usize| -180.0 + (((column + cube.nx - seam) % cube.nx) as f64 + 0.5) * step;
    let lat = (0..cube.ny).map(|row| row as f64).collect();
    let grid = Grid::rectilinear(lat, (0..cube.nx).map(lon).collect()).unwrap();
    assert!(grid.is_periodic());
    grid
}

/// The cells of each track, with the columns counted from 180° W.
fn cells_of_tracks(cube: &MaskCube, seam: usize) -> BTreeSet<BTreeSet<(u32, u32, u32)>> {
    let nx = cube.nx as u32;
    let scenes = cube.rolled(seam).components(Connectivity::Eight, true, 1);
    let mut tracker = Fortracc::new(FortraccOptions::default(), &globe(cube, seam)).unwrap();
    scenes.iter().for_each(|scene| tracker.push(scene).unwrap());
    let cells = |track: &Track| {
        let mut cells = BTreeSet::new();
        for member in &track.members {
            let scene = &scenes[member.scene as usize];
            let own = places(scene.cells_of(&scene.components[member.component as usize]), nx);
            cells.extend(own.map(|(row, column)| (member.scene, row, (column + nx - seam as u32) % nx)));
        }
        cells
    };
    tracker.finish().tracks.iter().map(cells).collect()
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

    #[test]
    fn rolling_a_periodic_grid_leaves_the_tracks_as_they_are(cube in mask_cubes(12, 5), seam in 0..12_usize) {
        prop_assume!(cube.nx > 2);
        prop_assert_eq!(cells_of_tracks(&cube, 0), cells_of_tracks(&cube, seam % cube.nx));
    }
}
