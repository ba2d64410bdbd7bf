//! What each target takes of each place of a source.

/// For each target a list of places of the source with weights, whose sum is at most 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Where each target's list ends.
    ends: Vec<usize>,
    places: Vec<(u32, f64)>,
    /// A target has a value where the weights of the places with a value add up to at least so much.
    least: f64,
}

impl Weights {
    pub(super) fn with_capacity(targets: usize, each: usize, least: f64) -> Self {
        Self { ends: Vec::with_capacity(targets), places: Vec::with_capacity(targets * each), least }
    }

    pub(super) fn push(&mut self, place: usize, weight: f64) {
        if weight > 0.0 {
            self.places.push((u32::try_from(place).unwrap_or(u32::MAX), weight));
        }
    }

    pub(super) fn end_target(&mut self) {
        self.ends.push(self.places.len());
    }

    /// Ends a target whose weights are to add up to 1.
    pub(super) fn end_scaled(&mut self) {
        let start = self.ends.last().copied().unwrap_or(0);
        if let Some(own) = self.places.get_mut(start..) {
            let sum: f64 = own.iter().map(|(_, weight)| weight).sum();
            own.iter_mut().for_each(|(_, weight)| *weight /= sum);
        }
        self.end_target();
    }

    /// Number of targets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no target.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The places of the source that a target takes from, with their weights.
    #[must_use]
    pub fn of(&self, target: usize) -> &[(u32, f64)] {
        let start = target.checked_sub(1).and_then(|k| self.ends.get(k)).copied().unwrap_or(0);
        let end = self.ends.get(target).copied().unwrap_or(start);
        self.places.get(start..end).unwrap_or_default()
    }

    /// The value of each target (NaN where there is none), and the share of it that places with a value cover (0 to 1).
    /// `value` gives the source's value at a place, NaN where it is missing.
    pub fn apply(&self, value: impl Fn(usize) -> f64) -> (Vec<f64>, Vec<f64>) {
        let mut values = Vec::with_capacity(self.len());
        let mut shares = Vec::with_capacity(self.len());
        let mut start = 0;
        for end in &self.ends {
            let (mut sum, mut share) = (0.0, 0.0);
            for (place, weight) in self.places.get(start..*end).unwrap_or_default() {
                let x = value(*place as usize);
                if !x.is_nan() {
                    sum += weight * x;
                    share += weight;
                }
            }
            start = *end;
            let has_value = share > 0.0 && share >= self.least;
            // weights that add up to 1 need no scaling, which would only round
            let whole = (share - 1.0).abs() < 1e-12;
            values.push(if !has_value {
                f64::NAN
            } else if whole {
                sum
            } else {
                sum / share
            });
            shares.push(if has_value { share.min(1.0) } else { 0.0 });
        }
        (values, shares)
    }
}
