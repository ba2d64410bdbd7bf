//! Boxes of longitude and latitude, and what touches them.

use eventscape_products::Polygons;

/// West, south, east, north in degrees; west is not above east.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GeoBox(pub(crate) [f64; 4]);

impl GeoBox {
    /// The boxes of an OGC `bbox`, of four numbers or six with heights: two where it goes across ±180°. `None` for what is
    /// no box.
    pub(crate) fn of(numbers: &[f64]) -> Option<Vec<Self>> {
        let [west, south, east, north] = match numbers {
            [west, south, east, north] => [*west, *south, *east, *north],
            [west, south, low, east, north, high] if low <= high => [*west, *south, *east, *north],
            _ => return None,
        };
        let is_box = south <= north && (-90.0..=90.0).contains(&south) && (-90.0..=90.0).contains(&north);
        let on_earth = |lon: f64| (-180.0..=360.0).contains(&lon);
        if !is_box || !on_earth(west) || !on_earth(east) {
            return None;
        }
        if east - west >= 360.0 {
            return Some(vec![Self([-180.0, south, 180.0, north])]);
        }
        let within = |lon: f64| if lon > 180.0 { lon - 360.0 } else { lon };
        let (west, east) = (within(west), within(east));
        Some(match west <= east {
            true => vec![Self([west, south, east, north])],
            false => vec![Self([west, south, 180.0, north]), Self([-180.0, south, east, north])],
        })
    }

    /// Whether all of another box lies in this one.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        let ([w, s, e, n], [west, south, east, north]) = (self.0, other.0);
        w <= west && s <= south && east <= e && north <= n
    }

    /// Whether the boxes have a point in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let ([w, s, e, n], [west, south, east, north]) = (self.0, other.0);
        w <= east && west <= e && s <= north && south <= n
    }

    /// Whether an outline and the box have a point in common.
    pub(crate) fn touches(&self, outline: &Polygons) -> bool {
        outline.iter().any(|rings| {
            let crosses = rings.iter().any(|ring| ring.windows(2).any(|pair| self.cuts(pair[0], pair[1])));
            // no edge meets the box: it is all in the polygon, or all outside of it
            crosses || self.corner_is_in(rings)
        })
    }

    /// Whether a piece of a line has a point in the box (Liang and Barsky 1984).
    fn cuts(&self, from: [f64; 2], to: [f64; 2]) -> bool {
        let [w, s, e, n] = self.0;
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (p, q) in [(-dx, from[0] - w), (dx, e - from[0]), (-dy, from[1] - s), (dy, n - from[1])] {
            if p == 0.0 {
                if q < 0.0 {
                    return false;
                }
            } else if p < 0.0 {
                enters = enters.max(q / p);
            } else {
                leaves = leaves.min(q / p);
            }
        }
        enters <= leaves
    }

    /// Whether the south-west corner lies in the polygon, by the even-odd rule.
    fn corner_is_in(&self, rings: &[Vec<[f64; 2]>]) -> bool {
        let [x, y, ..] = self.0;
        let crossings = rings.iter().flat_map(|ring| ring.windows(2)).filter(|pair| {
            let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
            (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
        });
        crossings.count() % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(numbers: &[f64]) -> GeoBox {
        GeoBox::of(numbers).unwrap()[0]
    }

    #[test]
    fn a_bbox_may_go_across_the_date_line() {
        assert_eq!(GeoBox::of(&[170.0, -5.0, -170.0, 5.0]).unwrap().len(), 2);
        assert_eq!(GeoBox::of(&[170.0, -5.0, 190.0, 5.0]).unwrap(), GeoBox::of(&[170.0, -5.0, -170.0, 5.0]).unwrap());
        assert_eq!(one(&[0.0, -90.0, 360.0, 90.0]).0, [-180.0, -90.0, 180.0, 90.0]);
        assert_eq!(one(&[1.0, 2.0, -9.0, 3.0, 4.0, 9.0]).0, [1.0, 2.0, 3.0, 4.0]);
        for wrong in [&[0.0, 5.0, 1.0, 4.0][..], &[0.0, 0.0, 1.0, 91.0], &[-200.0, 0.0, 1.0, 1.0], &[0.0; 5]] {
            assert_eq!(GeoBox::of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn outlines_touch_by_their_shape() {
        let ring = |points: &[[f64; 2]]| points.iter().chain(points.first()).copied().collect::<Vec<_>>();
        let square = ring(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]);
        let hole = ring(&[[2.0, 2.0], [2.0, 8.0], [8.0, 8.0], [8.0, 2.0]]);
        let outline = vec![vec![square, hole]];
        for (numbers, touches) in [
            ([4.0, 4.0, 6.0, 6.0], false),
            ([0.5, 0.5, 1.0, 1.0], true),
            ([-5.0, -5.0, 15.0, 15.0], true),
            ([9.0, 9.0, 20.0, 20.0], true),
            ([10.0, 10.0, 20.0, 20.0], true),
            ([10.1, 10.1, 20.0, 20.0], false),
            ([7.0, 7.0, 7.5, 7.5], false),
            ([7.0, 7.0, 8.0, 8.0], true),
            ([-1.0, 4.0, 20.0, 5.0], true),
        ] {
            assert_eq!(one(&numbers).touches(&outline), touches, "{numbers:?}");
        }
        // a triangle whose box meets the other box, but not itself
        let triangle = vec![vec![ring(&[[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])]];
        assert!(!one(&[8.0, 8.0, 9.0, 9.0]).touches(&triangle));
        assert!(one(&[5.0, 5.0, 9.0, 9.0]).touches(&triangle));
    }
}
