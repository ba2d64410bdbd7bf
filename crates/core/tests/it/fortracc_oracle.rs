//! ForTraCC on sets of cells against ForTraCC on label images, over arbitrary cubes.

use eventscape_core::track::{Fortracc, FortraccOptions, OverlapRule};
use eventscape_core::{Connectivity, Grid};
use eventscape_testkit::oracle::{FortraccOracle, OracleStep};
use eventscape_testkit::synthetic::{MaskCube, mask_cubes};
use proptest::prelude::*;

pub(crate) fn grid_of(cube: &MaskCube) -> Grid {
    let axis = |count: usize| (0..count).map(|i| i as f64 * 0.1).collect();
    Grid::rectilinear(axis(cube.ny), axis(cube.nx)).unwrap()
}

fn series(cube: &MaskCube, options: FortraccOptions, min_size: u32) -> Vec<Vec<OracleStep>> {
    let scenes = cube.components(options.connectivity, false, min_size);
    let mut tracker = Fortracc::new(options, &grid_of(cube)).unwrap();
    scenes.iter().for_each(|scene| tracker.push(scene).unwrap());
    let lineage = tracker.finish();
    let step = |member: &eventscape_core::Member| OracleStep {
        scene: member.scene as usize,
        label: scenes[member.scene as usize].components[member.component as usize].label,
        tag: member.tos2ca_tag(),
    };
    lineage.tracks.iter().map(|track| track.members.iter().map(step).collect()).collect()
}

fn compare(cube: &MaskCube, mode: OverlapRule, four: bool, min_overlap: f64, min_size: u32) {
    let connectivity = if four { Connectivity::Four } else { Connectivity::Eight };
    let options = FortraccOptions { min_overlap, connectivity, mode, max_gap_seconds: None };
    let oracle = FortraccOracle { connectivity, min_overlap, min_size, corrected: mode == OverlapRule::Correct };
    let expected = oracle.track(&cube.masks, cube.ny, cube.nx);
    assert_eq!(series(cube, options, min_size), expected);
}

fn min_overlaps() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.0, 0.1, 0.25, 1.0 / 3.0, 0.5, 1.0])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_reference_rule_equals_the_oracle(
        cube in mask_cubes(14, 5), four: bool, min_overlap in min_overlaps(), min_size in 1..6_u32,
    ) {
        compare(&cube, OverlapRule::Reference, four, min_overlap, min_size);
    }

    #[test]
    fn the_correct_rule_equals_the_corrected_oracle(
        cube in mask_cubes(14, 5), four: bool, min_overlap in min_overlaps(), min_size in 1..6_u32,
    ) {
        compare(&cube, OverlapRule::Correct, four, min_overlap, min_size);
    }
}
