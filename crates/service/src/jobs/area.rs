//! Areas as well-known text, as a TOS2CA database writes it and its pages read it.
//!
//! The pages take characters from the tenth on and split at commas and single blanks, so there is no other blank; their map takes the
//! first corner as the south-west and the third as the north-east.

use eventscape_core::sphere::PolygonRings;

/// A box of west, south, east, north as a closed ring from its south-west corner clockwise. One that crosses ±180° goes on beyond 180°.
pub(crate) fn of_box([west, south, east, north]: [f64; 4]) -> String {
    let east = if west > east { east + 360.0 } else { east };
    let ring = vec![(west, south), (west, north), (east, north), (east, south), (west, south)];
    of_polygons(&[vec![ring]])
}

/// Polygons, each of an outer ring and its holes.
pub(crate) fn of_polygons(polygons: &[PolygonRings]) -> String {
    let joined = |parts: Vec<String>| format!("({})", parts.join(","));
    let ring = |ring: &Vec<(f64, f64)>| joined(ring.iter().map(|(lon, lat)| format!("{lon} {lat}")).collect());
    let polygon = |rings: &PolygonRings| joined(rings.iter().map(ring).collect());
    match polygons {
        [one] => format!("POLYGON{}", polygon(one)),
        several => format!("MULTIPOLYGON{}", joined(several.iter().map(polygon).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `getLatlngBounds` of the reference's viewer: south, north, west, east.
    fn bounds_of_the_viewer(text: &str) -> [f64; 4] {
        let corners: Vec<Vec<f64>> = text[9..text.len() - 2]
            .split(',')
            .map(|corner| corner.split(' ').map(|number| number.parse().unwrap()).collect())
            .collect();
        [corners[0][1], corners[1][1], corners[0][0], corners[2][0]]
    }

    #[test]
    fn the_viewer_of_the_reference_finds_the_bounds_of_a_box() {
        for (bbox, known) in [
            ([-70.0, -20.5, -30.0, 5.0], [-20.5, 5.0, -70.0, -30.0]),
            ([170.0, -5.0, -170.0, 5.0], [-5.0, 5.0, 170.0, 190.0]),
            ([350.0, 0.0, 10.0, 1.0], [0.0, 1.0, 350.0, 370.0]),
        ] {
            assert_eq!(bounds_of_the_viewer(&of_box(bbox)), known);
        }
        assert_eq!(of_box([170.0, -5.0, -170.0, 5.0]), "POLYGON((170 -5,170 5,190 5,190 -5,170 -5))");
    }

    #[test]
    fn numbers_are_written_without_exponents() {
        // the page's pattern of a number is digits, dots and signs
        let text = of_box([1e-7, -1e-7, 1.5, 2.0]);
        assert!(text.starts_with("POLYGON((0.0000001 -0.0000001,"), "{text}");
    }

    #[test]
    fn several_polygons_and_holes_are_all_there() {
        let ring = |west: f64| vec![(west, 0.0), (west + 1.0, 0.0), (west, 1.0), (west, 0.0)];
        assert_eq!(of_polygons(&[vec![ring(0.0), ring(5.0)]]), "POLYGON((0 0,1 0,0 1,0 0),(5 0,6 0,5 1,5 0))");
        let two = of_polygons(&[vec![ring(0.0)], vec![ring(5.0)]]);
        assert_eq!(two, "MULTIPOLYGON(((0 0,1 0,0 1,0 0)),((5 0,6 0,5 1,5 0)))");
    }
}
