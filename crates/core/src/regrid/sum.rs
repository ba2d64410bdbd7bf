//! Weighted sums over places with a value.

/// The value of a target and the share of it that is covered, from the sums over its places with a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) value: f64,
    pub(super) share: f64,
}

/// Values and shares of targets.
pub(super) type Values = (Vec<f64>, Vec<f64>);

impl Sum {
    #[inline]
    pub(super) fn add(&mut self, weight: f64, x: f64) {
        if !x.is_nan() {
            self.value += weight * x;
            self.share += weight;
        }
    }

    /// The value and its share; no value where less than `least` of the target is covered.
    #[inline]
    pub(super) fn end(self, least: f64) -> (f64, f64) {
        if !(self.share > 0.0 && self.share >= least) {
            return (f64::NAN, 0.0);
        }
        // weights that add up to 1 need no scaling, which would only round
        let whole = (self.share - 1.0).abs() < 1e-12;
        (if whole { self.value } else { self.value / self.share }, self.share.min(1.0))
    }
}
