//! Directions: angles in degrees that begin anew at 360, such as where the wind goes.
//!
//! Between 350° and 10° lies 0°, not 180°: directions are averaged as unit vectors (Mardia and Jupp 2000, ch. 2).

use crate::sphere::full_turn;

/// Shorter than this is no direction: the vectors cancel.
const NO_DIRECTION: f64 = 1e-9;

/// Averages directions, 0 to 360 degrees: `average` is given what it is to average in place of each direction (its sine, then its
/// cosine). NaN where it gives NaN, and where the directions cancel.
pub fn average_directions(average: impl Fn(fn(f64) -> f64) -> Vec<f64>) -> Vec<f64> {
    let (east, north) = (average(|x| x.to_radians().sin()), average(|x| x.to_radians().cos()));
    east.iter().zip(&north).map(|(east, north)| direction(*east, *north)).collect()
}

/// Mean direction and circular standard deviation, degrees, of the directions that are not NaN; weights that are not positive
/// leave theirs out. `None` where there is none or where they cancel.
///
/// ```
/// use eventscape_core::regrid::circular_statistics;
///
/// let (mean, _) = circular_statistics(&[350.0, 30.0], None).unwrap();
/// assert!((mean - 10.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn circular_statistics(values: &[f64], weights: Option<&[f64]>) -> Option<(f64, f64)> {
    let weight = |k: usize| weights.map_or(Some(1.0), |w| w.get(k).copied()).filter(|w| *w > 0.0);
    let (mut east, mut north, mut total) = (0.0, 0.0, 0.0);
    for (k, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        let Some(weight) = weight(k) else { continue };
        let (sine, cosine) = value.to_radians().sin_cos();
        east += weight * sine;
        north += weight * cosine;
        total += weight;
    }
    if total <= 0.0 {
        return None;
    }
    let length = (east.hypot(north) / total).min(1.0);
    let mean = direction(east / total, north / total);
    (!mean.is_nan()).then(|| (mean, (-2.0 * length.ln()).sqrt().to_degrees()))
}

fn direction(east: f64, north: f64) -> f64 {
    // NaN fails the comparison, too
    if east.hypot(north) > NO_DIRECTION {
        let degrees = full_turn(east.atan2(north).to_degrees());
        // a hair west of north is rounded up to a whole turn
        if degrees < 360.0 { degrees } else { 0.0 }
    } else {
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sphere::half_turn;

    #[test]
    fn north_lies_between_its_two_sides() {
        let mean = |a: f64, b: f64| average_directions(|f| vec![0.5 * (f(a) + f(b))])[0];
        assert!(half_turn(mean(350.0, 10.0)).abs() < 1e-9);
        assert!((mean(80.0, 100.0) - 90.0).abs() < 1e-9);
        assert!(mean(0.0, 180.0).is_nan() && mean(f64::NAN, 3.0).is_nan());
        let (direction, spread) = circular_statistics(&[350.0, 10.0, f64::NAN], None).unwrap();
        assert!(half_turn(direction).abs() < 1e-9);
        // R = cos 10°
        assert!((spread - (-2.0 * 10.0f64.to_radians().cos().ln()).sqrt().to_degrees()).abs() < 1e-9);
        let (weighted, _) = circular_statistics(&[0.0, 90.0, 7.0], Some(&[1.0, 1.0, 0.0])).unwrap();
        assert!((weighted - 45.0).abs() < 1e-9);
        assert_eq!(circular_statistics(&[5.0], None).unwrap().1, 0.0);
        assert_eq!(circular_statistics(&[0.0, 180.0], None), None);
        assert_eq!(circular_statistics(&[f64::NAN], None), None);
    }
}
