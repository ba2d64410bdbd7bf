//! Conditions against a baseline of each cell's own.

use super::{degrees, scene, time};
use crate::detect::{Baseline, DetectOptions, Detector, Scratch};
use crate::{Condition, CoreError, Scene, Side, Spread, Values};

fn inside(condition: &Condition, scene: &Scene, baseline: &Baseline) -> Vec<bool> {
    let nx = scene.fields[0].len();
    let grid = degrees(1, nx);
    let detector = Detector::new(condition, &[], DetectOptions::default(), &grid).unwrap();
    let found = detector.detect(scene, Some(baseline), &mut Scratch::default()).unwrap();
    let mut inside = vec![false; nx];
    for range in &found.ranges {
        inside[range.start as usize..range.end as usize].fill(true);
    }
    inside
}

fn moments(mean: Vec<f64>, std_dev: Vec<f64>) -> Baseline {
    Baseline::Moments { mean: Values::F64(mean), std_dev: Values::F64(std_dev) }
}

#[test]
fn sides_count_strictly_beyond_the_spread() {
    let field = scene(vec![7.0, 8.0, 10.0, 12.0, 13.0, f32::NAN, 20.0]);
    let mut std_dev = vec![1.0; 7];
    std_dev[6] = f64::NAN;
    let baseline = moments(vec![10.0; 7], std_dev);
    let anomaly = |side| Condition::Anomaly { side, spread: Spread::Sigmas(2.0) };
    let (no, yes) = (false, true);
    assert_eq!(inside(&anomaly(Side::Above), &field, &baseline), [no, no, no, no, yes, no, no]);
    assert_eq!(inside(&anomaly(Side::Below), &field, &baseline), [yes, no, no, no, no, no, no]);
    assert_eq!(inside(&anomaly(Side::Beyond), &field, &baseline), [yes, no, no, no, yes, no, no]);
}

#[test]
fn bounds_count_strictly_beyond_them() {
    let field = scene(vec![1.0, 2.0, 3.0, 4.0, 5.0, f32::NAN]);
    let bounds = |low: Option<f64>, high: Option<f64>| Baseline::Bounds {
        low: low.map(|x| Values::F64(vec![x; 6])),
        high: high.map(|x| Values::F32(vec![x as f32; 6])),
    };
    let percentile = |side| Condition::Anomaly { side, spread: Spread::Percentile(90.0) };
    let (no, yes) = (false, true);
    let both = inside(&percentile(Side::Beyond), &field, &bounds(Some(2.0), Some(4.0)));
    assert_eq!(both, [yes, no, no, no, yes, no]);
    assert_eq!(inside(&percentile(Side::Above), &field, &bounds(None, Some(4.0))), [no, no, no, no, yes, no]);
    assert_eq!(inside(&percentile(Side::Below), &field, &bounds(Some(2.0), None)), [yes, no, no, no, no, no]);
}

#[test]
fn the_anomaly_of_tos2ca_is_computed_in_float32() {
    let condition = Condition::Tos2caAnomaly { factor: 0.3 };
    let numbers: Vec<f32> = (0..300).map(|k| 0.1 * k as f32 - 7.3).collect();
    let mean: Vec<f32> = (0..300).map(|k| 0.07 * k as f32 - 3.1).collect();
    let std_dev: Vec<f32> = numbers.iter().zip(&mean).map(|(x, m)| (x - m) / 0.3).collect();
    let expected: Vec<bool> = numbers.iter().zip(&mean).zip(&std_dev).map(|((x, m), s)| x - m < 0.3f32 * s).collect();
    assert!(expected.contains(&true) && expected.contains(&false), "rounding decides here");
    let baseline = Baseline::Moments { mean: Values::F32(mean), std_dev: Values::F32(std_dev) };
    assert_eq!(inside(&condition, &scene(numbers), &baseline), expected);
}

#[test]
fn a_baseline_that_does_not_belong_is_refused() {
    let grid = degrees(1, 2);
    let scene = Scene::single(time(), Values::F64(vec![0.0, 1.0]));
    let condition = Condition::Anomaly { side: Side::Above, spread: Spread::Sigmas(2.0) };
    let detector = Detector::new(&condition, &[], DetectOptions::default(), &grid).unwrap();
    let detect = |baseline: Option<&Baseline>| detector.detect(&scene, baseline, &mut Scratch::default());
    assert!(matches!(detect(None), Err(CoreError::Condition(_))));
    let bounds = Baseline::Bounds { low: None, high: Some(Values::F64(vec![0.0; 2])) };
    assert!(matches!(detect(Some(&bounds)), Err(CoreError::Condition(_))));
    let short = moments(vec![0.0], vec![1.0]);
    assert!(matches!(detect(Some(&short)), Err(CoreError::Scene(_))));
    for spread in [Spread::Sigmas(-1.0), Spread::Sigmas(f64::NAN), Spread::Percentile(101.0)] {
        let condition = Condition::Anomaly { side: Side::Above, spread };
        assert!(Detector::new(&condition, &[], DetectOptions::default(), &grid).is_err());
    }
}
