//! Longitudes: the circle of 360 degrees, whatever the convention.

/// How far `lon` lies east of `west`, degrees from 0 to below 360.
///
/// ```
/// use eventscape_core::sphere::east_of;
/// assert_eq!(east_of(-170.0, 170.0), 20.0);
/// assert_eq!(east_of(350.0, -10.0), 0.0);
/// ```
#[must_use]
pub fn east_of(lon: f64, west: f64) -> f64 {
    (lon - west).rem_euclid(360.0)
}

/// The longitude that is `lon`, turns more or less, and lies from `west` to a turn east of it.
///
/// ```
/// assert_eq!(eventscape_core::sphere::eastward(-170.0, 100.0), 190.0);
/// ```
#[must_use]
pub fn eastward(lon: f64, west: f64) -> f64 {
    west + east_of(lon, west)
}

/// The longitude that is `lon`, turns more or less, and lies within half a turn of `around`.
///
/// ```
/// assert_eq!(eventscape_core::sphere::near(-179.0, 175.0), 181.0);
/// ```
#[must_use]
pub fn near(lon: f64, around: f64) -> f64 {
    around + (lon - around + 180.0).rem_euclid(360.0) - 180.0
}

/// A longitude, or a difference of two, in -180 (included) to 180 (excluded).
///
/// ```
/// use eventscape_core::sphere::half_turn;
/// assert_eq!((half_turn(190.0), half_turn(180.0), half_turn(-180.0)), (-170.0, -180.0, -180.0));
/// ```
#[must_use]
pub fn half_turn(lon: f64) -> f64 {
    (lon + 180.0).rem_euclid(360.0) - 180.0
}

/// A longitude in -180 to 180, both included: 180 stays 180.
///
/// ```
/// use eventscape_core::sphere::west_east;
/// assert_eq!((west_east(180.0), west_east(181.0)), (180.0, -179.0));
/// ```
#[must_use]
pub fn west_east(lon: f64) -> f64 {
    if (-180.0..=180.0).contains(&lon) { lon } else { half_turn(lon) }
}

/// A longitude, or a direction, in 0 (included) to 360 (excluded).
///
/// ```
/// assert_eq!(eventscape_core::sphere::full_turn(-90.0), 270.0);
/// ```
#[must_use]
pub fn full_turn(degrees: f64) -> f64 {
    degrees.rem_euclid(360.0)
}

/// How far a box goes east from `west` to `east`, degrees: 360 where it goes once round or more.
///
/// ```
/// use eventscape_core::sphere::box_width;
/// assert_eq!((box_width(170.0, -170.0), box_width(-180.0, 180.0)), (20.0, 360.0));
/// ```
#[must_use]
pub fn box_width(west: f64, east: f64) -> f64 {
    if east - west >= 360.0 { 360.0 } else { east_of(east, west) }
}

/// Longitudes that go east, without the drop of 360° at the seam of their convention.
///
/// ```
/// assert_eq!(eventscape_core::sphere::unwrapped(&[179.0, -179.5, -178.0]), [179.0, 180.5, 182.0]);
/// ```
#[must_use]
pub fn unwrapped(lon: &[f64]) -> Vec<f64> {
    let mut turns = 0.0;
    let mut last = f64::NAN;
    lon.iter()
        .map(|x| {
            if x + turns < last - 180.0 {
                turns += 360.0;
            }
            last = x + turns;
            last
        })
        .collect()
}

/// The shortest interval of longitudes (west, width) that holds all of these; all of the circle where there is none.
#[must_use]
pub fn hull(intervals: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    let mut sorted: Vec<(f64, f64)> = intervals.map(|(w, width)| (full_turn(w), width)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(first) = sorted.first().copied() else { return (0.0, 360.0) };
    // the widest gap between the end reached so far and the next start, going once round
    let mut reached = first.0 + first.1;
    let mut best = (first.0, f64::NEG_INFINITY);
    for (west, width) in sorted.iter().skip(1).copied().chain([(first.0 + 360.0, first.1)]) {
        if west - reached > best.1 {
            best = (west, west - reached);
        }
        reached = reached.max(west + width);
    }
    if best.1 <= 0.0 { (0.0, 360.0) } else { (full_turn(best.0), 360.0 - best.1) }
}
