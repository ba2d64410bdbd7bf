//! Values to colours.

use eventscape_core::Values;

use super::drawing::Colour;

const SEQUENTIAL: &[u8; 768] = include_bytes!("../../assets/viridis.rgb");
const DIVERGING: &[u8; 768] = include_bytes!("../../assets/diverging.rgb");

/// Number of colours of a scale; the numbers above are free for other uses of a palette.
pub(super) const LEVELS: u8 = 250;
/// The number of what is not painted.
pub(super) const NOTHING: u8 = 255;

/// The range of a job's values for the colours of its maps: from the 1st to the 99th percentile of the scenes that are
/// added, so that single outliers do not take the colours away from all others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ValueRange {
    range: Option<(f64, f64)>,
}

impl ValueRange {
    /// Widens the range by the values of a field; missing ones (NaN) and infinities do not count.
    pub fn add(&mut self, values: &Values) {
        const SAMPLES: usize = 16_384;
        let stride = values.len().div_ceil(SAMPLES).max(1);
        let mut sample: Vec<f64> =
            (0..values.len()).step_by(stride).filter_map(|k| values.get(k)).filter(|v| v.is_finite()).collect();
        if sample.is_empty() && stride > 1 {
            // hardly any value: look at all of them
            sample = (0..values.len()).filter_map(|k| values.get(k)).filter(|v| v.is_finite()).collect();
        }
        if sample.is_empty() {
            return;
        }
        sample.sort_by(f64::total_cmp);
        let at = |share: f64| sample[((sample.len() - 1) as f64 * share).round() as usize];
        let (low, high) = (at(0.01), at(0.99));
        self.join(Self { range: Some((low, high)) });
    }

    /// Widens the range by another one, of other scenes.
    pub fn join(&mut self, other: Self) {
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((low, high))) => Some((a.min(low), b.max(high))),
            (range, None) | (None, range) => range,
        };
    }

    /// Lowest and highest value of the colours; `None` where there was no value.
    #[must_use]
    pub fn get(&self) -> Option<(f64, f64)> {
        self.range
    }
}

/// A range and its colours.
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) palette: Vec<Colour>,
}

impl Scale {
    /// A scale; with `about`, a diverging one with this value in its middle.
    pub(super) fn new((low, high): (f64, f64), about: Option<f64>) -> Self {
        let (mut low, mut high) = (low, high);
        if let Some(middle) = about {
            let reach = (high - middle).abs().max((middle - low).abs());
            (low, high) = (middle - reach, middle + reach);
        }
        // one value alone is in the middle of a scale of its own
        if high - low <= f64::EPSILON * low.abs().max(high.abs()) {
            let reach = if low == 0.0 { 1.0 } else { 0.01 * low.abs() };
            (low, high) = (low - reach, high + reach);
        }
        let table = if about.is_some() { DIVERGING } else { SEQUENTIAL };
        let colour = |k: u8| {
            let at = usize::from(k) * 255 / usize::from(LEVELS - 1) * 3;
            [table[at], table[at + 1], table[at + 2], 255]
        };
        let mut palette: Vec<Colour> = (0..LEVELS).map(colour).collect();
        palette.resize(256, [0, 0, 0, 0]);
        Self { low, high, palette }
    }

    /// The number of a value's colour.
    pub(super) fn number(&self, value: f64) -> u8 {
        if value.is_nan() {
            return NOTHING;
        }
        let share = (value - self.low) / (self.high - self.low);
        (share * f64::from(LEVELS)).clamp(0.0, f64::from(LEVELS - 1)) as u8
    }
}

/// Steps of 1, 2 or 5 times a power of ten within a range, about so many.
pub(super) fn ticks(low: f64, high: f64, about: f64) -> (Vec<f64>, usize) {
    let rough = (high - low) / about.max(1.0);
    if !rough.is_finite() || rough <= 0.0 {
        return (Vec::new(), 0);
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step = power * [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= rough * 0.999).unwrap_or(10.0);
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    let count = (last - first).clamp(-1.0, 100.0) as i64;
    ((0..=count).map(|k| (first + k as f64) * step + 0.0).collect(), decimals)
}

/// A tick's label.
pub(super) fn label(value: f64, decimals: usize) -> String {
    if value != 0.0 && !(1e-4..1e6).contains(&value.abs()) {
        return format!("{value:.2e}").replace('-', "−");
    }
    format!("{value:.decimals$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(196.2, 301.0, 6.0), (vec![200.0, 220.0, 240.0, 260.0, 280.0, 300.0], 0));
        assert_eq!(ticks(0.0, 0.3, 3.0).1, 1);
        assert!(ticks(1.0, 1.0, 5.0).0.is_empty());
        assert!(ticks(f64::NAN, 1.0, 5.0).0.is_empty());
    }

    #[test]
    fn outliers_and_missing_values_do_not_stretch_the_range() {
        let mut values: Vec<f32> = (0..1000).map(|k| k as f32).collect();
        values[500] = 1e30;
        values[501] = f32::NAN;
        let mut range = ValueRange::default();
        range.add(&Values::F32(values));
        let (low, high) = range.get().unwrap();
        assert!((5.0..=15.0).contains(&low) && (985.0..=999.0).contains(&high), "{low} {high}");
        let mut none = ValueRange::default();
        none.add(&Values::F32(vec![f32::NAN; 5]));
        assert_eq!(none.get(), None);
    }

    #[test]
    fn every_value_has_a_colour_and_a_missing_one_has_none() {
        let scale = Scale::new((5.0, 5.0), None);
        assert!(scale.number(5.0) < LEVELS);
        assert_eq!(scale.number(f64::NAN), NOTHING);
        assert_eq!((scale.number(f64::NEG_INFINITY), scale.number(f64::INFINITY)), (0, LEVELS - 1));
    }
}
