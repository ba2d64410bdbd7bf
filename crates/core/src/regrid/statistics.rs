//! Statistics of the values inside an event.

/// The percentiles of [`Statistics::percentiles`].
pub const PERCENTILES: [f64; 5] = [10.0, 25.0, 50.0, 75.0, 90.0];

/// Statistics of values, in their units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Number of values.
    pub valid: usize,
    /// Number of missing ones.
    pub missing: usize,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the population.
    pub std_dev: f64,
    /// Percentiles, see [`PERCENTILES`].
    pub percentiles: [f64; 5],
}

/// Statistics of the values that are not NaN; `None` where there is none. Without weights they are numpy's `mean`, `std` and
/// `percentile` (linear, Hyndman and Fan's type 7). With weights, means and deviations are weighted, and a percentile lies
/// between the values whose share of the weight before them, of all but one value's, encloses it: with equal weights that is
/// the same as without. A weight that is not positive leaves its value out.
///
/// ```
/// use eventscape_core::regrid::statistics;
///
/// let found = statistics(&[1.0, f64::NAN, 3.0], None).unwrap();
/// assert_eq!((found.valid, found.missing, found.mean, found.percentiles[2]), (2, 1, 2.0, 2.0));
/// assert!(statistics(&[f64::NAN], None).is_none());
/// ```
#[must_use]
pub fn statistics(values: &[f64], weights: Option<&[f64]>) -> Option<Statistics> {
    let weight = |k: usize| weights.map_or(Some(1.0), |w| w.get(k).copied());
    let mut kept: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_nan())
        .filter_map(|(k, value)| Some((*value, weight(k).filter(|w| *w > 0.0)?)))
        .collect();
    if kept.is_empty() {
        return None;
    }
    let total: f64 = kept.iter().map(|(_, w)| w).sum();
    let mean = kept.iter().map(|(v, w)| v * w).sum::<f64>() / total;
    let variance = kept.iter().map(|(v, w)| w * (v - mean) * (v - mean)).sum::<f64>() / total;
    kept.sort_by(|a, b| a.0.total_cmp(&b.0));
    let percentiles = if weights.is_some() {
        let positions = positions(&kept);
        PERCENTILES.map(|p| weighted(&kept, &positions, p / 100.0))
    } else {
        PERCENTILES.map(|p| linear(&kept, p / 100.0))
    };
    Some(Statistics {
        valid: kept.len(),
        missing: values.len() - kept.len(),
        min: kept.first().map_or(f64::NAN, |v| v.0),
        max: kept.last().map_or(f64::NAN, |v| v.0),
        mean,
        std_dev: variance.sqrt(),
        percentiles,
    })
}

fn linear(sorted: &[(f64, f64)], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let k = at.floor() as usize;
    let value = |k: usize| sorted.get(k.min(sorted.len() - 1)).map_or(f64::NAN, |v| v.0);
    between(value(k), value(k + 1), at - k as f64)
}

/// numpy's way of rounding: from the nearer end.
fn between(a: f64, b: f64, share: f64) -> f64 {
    if share >= 0.5 { b - (b - a) * (1.0 - share) } else { a + (b - a) * share }
}

/// The place of each value on the axis of shares, 0 for the first and 1 for the last: the middles of their weights.
fn positions(sorted: &[(f64, f64)]) -> Vec<f64> {
    let mut sum = 0.0;
    let middles: Vec<f64> = sorted
        .iter()
        .map(|(_, w)| {
            sum += w;
            sum - 0.5 * w
        })
        .collect();
    let (first, last) = (middles.first().copied().unwrap_or(0.0), middles.last().copied().unwrap_or(0.0));
    let span = last - first;
    middles.into_iter().map(|m| if span > 0.0 { (m - first) / span } else { 0.0 }).collect()
}

fn weighted(sorted: &[(f64, f64)], positions: &[f64], share: f64) -> f64 {
    let k = positions.partition_point(|p| *p <= share);
    let value = |k: usize| sorted.get(k).map_or(f64::NAN, |v| v.0);
    match (k.checked_sub(1), positions.get(k)) {
        (None, _) => value(0),
        (Some(last), None) => value(last),
        (Some(before), Some(after)) => {
            let from = positions.get(before).copied().unwrap_or(0.0);
            between(value(before), value(k), (share - from) / (after - from))
        }
    }
}
