//! Detection by ranges of cells against flood fill, on the fields of the golden cases.

use eventscape_core::detect::{DetectOptions, Detector, Scratch};
use eventscape_core::{Condition, SceneComponents};
use eventscape_testkit::golden::tracking_cases;
use eventscape_testkit::oracle;

#[test]
fn the_detector_finds_the_components_of_every_golden_case() {
    let (mut scenes, mut components) = (0, 0);
    for case in tracking_cases() {
        let condition = case.condition();
        if matches!(condition, Condition::Tos2caAnomaly { .. }) {
            continue;
        }
        let (cube, grid) = (&case.cube, case.cube.grid());
        let options = DetectOptions {
            connectivity: case.connectivity(),
            min_cells: case.expected.min_size,
            ..DetectOptions::default()
        };
        let detector = Detector::new(&condition, &[], options, &grid).unwrap();
        let mut scratch = Scratch::default();
        let masks = oracle::masks(&condition, &cube.image);
        for (index, mask) in masks.iter().enumerate() {
            let found = detector.detect(&cube.scene(index), None, &mut scratch).unwrap();
            let expected = oracle::components(
                cube.times[index],
                &cube.image[index],
                mask,
                (cube.lat.len(), cube.lon.len()),
                case.connectivity(),
                false,
                case.expected.min_size,
            );
            assert!(same_but_for_descriptions(&found, &expected), "{} at {}", case.name, found.time);
            scenes += 1;
            components += found.components.len();
        }
    }
    assert!(scenes > 150 && components > 5000, "{scenes} scenes, {components} components");
}

/// The oracle does not measure components.
fn same_but_for_descriptions(found: &SceneComponents, expected: &SceneComponents) -> bool {
    let mut found = found.clone();
    for component in &mut found.components {
        component.description = oracle::no_description();
    }
    found == *expected
}
