//! The statistics of `anomalyEvent`, against what the unmodified reference made of them.

use eventscape_core::detect::{Baseline, BaselinePlan, TileStatistics};
use eventscape_core::{Condition, Values};
use eventscape_testkit::golden::tracking_cases;
use eventscape_testkit::oracle;

#[test]
fn the_statistics_of_anomaly_events_give_the_masks_of_the_reference() {
    let mut cases = 0;
    for case in tracking_cases() {
        let condition = case.condition();
        let Condition::Tos2caAnomaly { factor } = condition else { continue };
        let (cube, (ny, nx)) = (&case.cube, (case.cube.lat.len(), case.cube.lon.len()));
        // tiles of two rows, as a small memory would demand
        let limit = (2 * nx * cube.times.len() * 4) as u64;
        let plan = BaselinePlan::new(&condition, &cube.times, (ny, nx), 4, limit).unwrap().unwrap();
        assert!(plan.tiles().len() == ny.div_ceil(2) && plan.tile_bytes() <= limit);
        let tiles = plan.tiles().map(|rows| {
            let mut tile = TileStatistics::new(&condition, &cube.times, rows.len() * nx).unwrap();
            for (index, image) in cube.image.iter().enumerate() {
                tile.push(index, Values::F32(image[rows.start * nx..rows.end * nx].to_vec())).unwrap();
            }
            tile.finish().unwrap().into_fields().remove(0)
        });
        let Baseline::Moments { mean: Values::F32(mean), std_dev: Values::F32(std_dev) } =
            Baseline::stack(tiles).unwrap()
        else {
            panic!("{}: float32 data have float32 statistics", case.name)
        };
        let factor = factor as f32;
        let masks = oracle::masks(&condition, &cube.image);
        for (index, image) in cube.image.iter().enumerate() {
            let inside: Vec<bool> = (0..ny * nx).map(|c| image[c] - mean[c] < factor * std_dev[c]).collect();
            assert_eq!(inside, masks[index], "{} scene {index}", case.name);
            let cells = inside.iter().filter(|i| **i).count();
            assert_eq!(cells, case.expected.scenes[index].mask_pixels as usize, "{} scene {index}", case.name);
        }
        cases += 1;
    }
    assert!(cases >= 2, "{cases} cases");
}
