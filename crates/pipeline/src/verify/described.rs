//! What describes a component, in the words of each product.

use super::facts::{EventSum, Range, digest};

/// Names of what `Tracks.nc`, `Tracks.parquet` and GeoJSON all tell of a component, in each one's words. The first three are the smallest
/// value, the mean and the largest; then what must not be below zero; then the others.
pub(super) const IN_NETCDF: [&str; 9] =
    ["value_min", "value_mean", "value_max", "area", "perimeter", "value_std", "eccentricity", "orientation", "lat"];
/// The same in the table.
pub(super) const IN_TABLE: [&str; 9] =
    ["min", "mean", "max", "area_km2", "perimeter_km", "std_dev", "eccentricity", "orientation_deg", "centroid_lat"];

/// By how much a mean may pass the values that it is the mean of, as a share of the largest: rounding.
const ROUNDING: f64 = 1e-9;

/// The numbers that describe a component, in the order of [`IN_TABLE`]; NaN where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Described(pub(super) [f64; 9]);

impl Described {
    /// What cannot be, if anything: the place in the order, and why.
    pub(super) fn wrong(&self) -> Option<(usize, String)> {
        let [min, mean, max, area, perimeter, std_dev, eccentricity, orientation, lat] = self.0;
        let slack = ROUNDING * min.abs().max(max.abs());
        let is_mean_outside = mean < min - slack || mean > max + slack;
        let wrong = [
            (0, min > max, "which is above the largest value"),
            (1, is_mean_outside, "which is not between the smallest and the largest value"),
            (3, !(area >= 0.0 && area.is_finite()), "which is no area"),
            (4, !(perimeter >= 0.0 && perimeter.is_finite()), "which is no length"),
            (5, std_dev < 0.0, "which is no standard deviation"),
            (6, !(eccentricity.is_nan() || (0.0..=1.0).contains(&eccentricity)), "which is no eccentricity"),
            (7, !(orientation.is_nan() || (0.0..=180.0).contains(&orientation)), "which is not within 0 to 180"),
            (8, !(..=90.0).contains(&lat.abs()), "which is no latitude"),
        ];
        wrong
            .into_iter()
            .find(|(_, is_wrong, _)| *is_wrong)
            .map(|(at, _, why)| (at, format!("it is {}, {why}", self.0[at])))
    }

    /// A component of so many cells.
    pub(super) fn sum(&self, cells: u64) -> EventSum {
        let [min, _, max, ..] = self.0;
        let range = Range { min: Range::of(min).min, max: Range::of(max).max }.narrow();
        EventSum { components: 1, cells, range, description: digest(&self.0), ..EventSum::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_describe_a_component_is_told() {
        let right = [1.0, 2.0, 3.0, 10.0, 12.0, 0.5, 0.3, 90.0, -4.0];
        assert_eq!(Described(right).wrong(), None);
        let mut missing = right;
        for at in [0, 1, 2, 5, 6, 7] {
            missing[at] = f64::NAN;
        }
        assert_eq!(Described(missing).wrong(), None, "a component without values");
        for (at, value) in
            [(0, 4.0), (1, 3.5), (3, -1.0), (4, f64::INFINITY), (5, -1.0), (6, 1.1), (7, 181.0), (8, 91.0)]
        {
            let mut wrong = right;
            wrong[at] = value;
            assert_eq!(Described(wrong).wrong().map(|(at, _)| at), Some(at), "{value}");
        }
        let sum = Described(right).sum(7);
        assert_eq!((sum.cells, sum.components, sum.range), (7, 1, Range { min: 1.0, max: 3.0 }));
    }
}
