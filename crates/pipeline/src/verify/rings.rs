//! Rings of polygons.

/// Longitudes and latitudes may pass their limits by so many degrees (rounding of corners).
const PAST: f64 = 1e-6;

/// What is wrong with the rings of some polygons, if anything: each closes, has four corners at least, and lies on the Earth.
pub(super) fn wrong(polygons: &[Vec<Vec<[f64; 2]>>]) -> Option<String> {
    if polygons.is_empty() || polygons.iter().any(Vec::is_empty) {
        return Some("it has no ring".to_owned());
    }
    polygons.iter().flatten().find_map(|ring| {
        if ring.len() < 4 {
            return Some(format!("a ring has {} corners; it needs four, the last of which is the first", ring.len()));
        }
        let off = |[lon, lat]: &&[f64; 2]| !(lon.abs() <= 180.0 + PAST && lat.abs() <= 90.0 + PAST);
        if let Some([lon, lat]) = ring.iter().find(off) {
            return Some(format!("a corner lies at longitude {lon}, latitude {lat}"));
        }
        (ring.first() != ring.last()).then(|| "a ring does not close".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_close_and_lie_on_the_earth() {
        let ring = |corners: &[[f64; 2]]| vec![vec![corners.to_vec()]];
        let right = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        assert_eq!(wrong(&ring(&right)), None);
        for (corners, why) in [
            (vec![], "has 0 corners"),
            (right[..3].to_vec(), "has 3 corners"),
            (vec![right[0], right[1], right[2], [0.0, 0.1]], "does not close"),
            (vec![[0.0, f64::NAN]; 4], "NaN"),
            (vec![[181.0, 0.0]; 4], "longitude 181"),
            (vec![[0.0, -91.0]; 4], "latitude -91"),
        ] {
            assert!(wrong(&ring(&corners)).is_some_and(|told| told.contains(why)), "{why}");
        }
        assert!(wrong(&[]).is_some() && wrong(&[vec![]]).is_some());
    }
}
