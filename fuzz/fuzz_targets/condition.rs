//! Operators, values and expressions as users write them: a condition that can be put to a scene, or an error.
#![no_main]

use eventscape_core::detect::{DetectOptions, Detector, Scratch};
use eventscape_core::time::Calendar;
use eventscape_core::units::Unit;
use eventscape_core::{Condition, Grid, Scene, Timestamp, Values};
use libfuzzer_sys::fuzz_target;

const OPERATORS: [&str; 6] = ["lessThan", "between", "hysteresisBelow", "percentileBeyond", "climatologyAbove", "="];

/// Puts a condition to three cells of two variables.
fn put(condition: &Condition) {
    let fields = [("Tb", Some("K")), ("rain", Some("mm/h"))];
    let Ok(grid) = Grid::rectilinear(vec![0.0], vec![0.0, 1.0, 2.0]) else { return };
    let Ok(detector) = Detector::new(condition, &fields, DetectOptions::default(), &grid) else { return };
    let mut scene =
        Scene::single(Timestamp::from_micros(Calendar::Standard, 0), Values::F32(vec![220.0, f32::NAN, 280.0]));
    scene.fields.push(Values::F64(vec![0.0, 1.0, f64::INFINITY]));
    if let Ok(found) = detector.detect(&scene, None, &mut Scratch::default()) {
        assert!(found.detected <= 3 && found.valid_cells <= 3);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = Unit::parse(text);
    if let Ok(condition) = Condition::parse("expression", text, None, false) {
        put(&condition);
    }
    for units in [None, Some("K")] {
        for operator in OPERATORS {
            if let Ok(condition) = Condition::parse(operator, text, units, false) {
                put(&condition);
            }
        }
    }
    if let Some((operator, value)) = text.split_once('\n') {
        let _ = Condition::parse(operator, value, Some("degC"), true);
    }
});
