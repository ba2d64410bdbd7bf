//! Conditions, a cell at a time.

use eventscape_core::{Comparison, Condition};

/// The cells of each scene that meet the condition: comparisons in float32, missing cells never.
///
/// Knows the six operators of the reference.
///
/// # Panics
/// For another condition.
#[must_use]
pub fn masks(condition: &Condition, image: &[Vec<f32>]) -> Vec<Vec<bool>> {
    match condition {
        Condition::Compare { comparison, threshold } => {
            let threshold = *threshold as f32;
            let inside = |value: &f32| match comparison {
                Comparison::LessThan => *value < threshold,
                Comparison::LessThanOrEqualTo => *value <= threshold,
                Comparison::GreaterThan => *value > threshold,
                Comparison::GreaterThanOrEqualTo => *value >= threshold,
                Comparison::EqualTo => *value == threshold,
            };
            image.iter().map(|scene| scene.iter().map(inside).collect()).collect()
        }
        Condition::Tos2caAnomaly { factor } => anomaly(*factor as f32, image),
        other => panic!("the oracle does not know {other:?}"),
    }
}

/// `x - mean < factor * std`, all in float32, sums in the order of time.
fn anomaly(factor: f32, image: &[Vec<f32>]) -> Vec<Vec<bool>> {
    let cells = image.first().map_or(0, Vec::len);
    let count = image.len() as f32;
    let mut result = vec![vec![false; cells]; image.len()];
    for cell in 0..cells {
        let mean = image.iter().fold(0.0_f32, |sum, scene| sum + scene[cell]) / count;
        let squares = image.iter().fold(0.0_f32, |sum, scene| sum + (scene[cell] - mean) * (scene[cell] - mean));
        let limit = factor * (squares / count).sqrt();
        for (scene, inside) in image.iter().zip(&mut result) {
            inside[cell] = scene[cell] - mean < limit;
        }
    }
    result
}
