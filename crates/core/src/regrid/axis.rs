//! Finding places on an axis.

use crate::sphere::eastward;

/// Centres closer than this share of a cell are the same place: coordinates are often float32.
const SAME: f64 = 1e-3;

/// An overlap of less than this share of the smaller cell is due to rounding of coordinates, which are often float32.
const SLIVER: f64 = 1e-3;

/// The latitudes or longitudes of a source, ascending, with the place of each in the source.
pub(super) struct Axis {
    centres: Vec<f64>,
    edges: Vec<f64>,
    /// The source's axis descends.
    flipped: bool,
    /// 360 where the axis is a circle of longitudes that closes, infinity otherwise.
    period: f64,
    /// Longitudes are brought to `[start, start + 360)` before they are looked up.
    start: Option<f64>,
}

/// Up to two places with their weights.
pub(super) type Pair = [(usize, f64); 2];

impl Axis {
    /// `centres` go one way; `edges` has one more, in the same order.
    pub(super) fn latitudes(centres: &[f64], edges: &[f64]) -> Self {
        Self::of(centres, edges, false, false)
    }

    /// As above; without a drop at the seam.
    pub(super) fn longitudes(centres: &[f64], edges: &[f64], closes: bool) -> Self {
        Self::of(centres, edges, true, closes)
    }

    fn of(centres: &[f64], edges: &[f64], is_longitude: bool, closes: bool) -> Self {
        let flipped = centres.first() > centres.last();
        let ordered = |values: &[f64]| -> Vec<f64> {
            if flipped { values.iter().rev().copied().collect() } else { values.to_vec() }
        };
        let (centres, edges) = (ordered(centres), ordered(edges));
        let middle = centres.first().zip(centres.last()).map(|(a, b)| 0.5 * (a + b));
        let start = middle.filter(|_| is_longitude).map(|middle| middle - 180.0);
        Self { centres, edges, flipped, period: if closes { 360.0 } else { f64::INFINITY }, start }
    }

    fn place(&self, k: usize) -> usize {
        if self.flipped { self.centres.len() - 1 - k } else { k }
    }

    /// A position on this axis: longitudes within half a turn of its middle.
    fn here(&self, x: f64) -> f64 {
        self.start.map_or(x, |start| eastward(x, start))
    }

    /// The cell that holds a position.
    pub(super) fn cell(&self, x: f64) -> Option<usize> {
        let x = self.here(x);
        let (first, last) = (*self.edges.first()?, *self.edges.last()?);
        let slack = SAME * (last - first) / self.centres.len().max(1) as f64;
        if !(x >= first - slack && x <= last + slack) {
            return None;
        }
        let k = self.edges.partition_point(|edge| *edge <= x).clamp(1, self.centres.len()) - 1;
        Some(self.place(k))
    }

    /// The two centres around a position with their linear weights.
    pub(super) fn between(&self, x: f64) -> Option<Pair> {
        let x = self.here(x);
        let n = self.centres.len();
        let (first, last) = (*self.centres.first()?, *self.centres.last()?);
        let slack = SAME * (self.edges.last()? - self.edges.first()?) / n as f64;
        let k = self.centres.partition_point(|centre| *centre <= x);
        if k == 0 || k == n {
            // on a circle the last centre is next to the first one
            let (near, end) = if k == 0 { (first, 0) } else { (last, n - 1) };
            if (x - near).abs() <= slack {
                return Some([(self.place(end), 1.0), (self.place(end), 0.0)]);
            }
            if self.period.is_infinite() {
                return None;
            }
            let gap = first + self.period - last;
            let past = if k == 0 { x + self.period - last } else { x - last };
            let share = (past / gap).clamp(0.0, 1.0);
            return Some([(self.place(n - 1), 1.0 - share), (self.place(0), share)]);
        }
        let (west, east) = (*self.centres.get(k - 1)?, *self.centres.get(k)?);
        let share = (x - west) / (east - west);
        Some([(self.place(k - 1), 1.0 - share), (self.place(k), share)])
    }

    /// The cells that a span overlaps, by more than rounding unless `slivers` count: place, and the overlap's lower and upper
    /// end. Longitudes go around the circle.
    pub(super) fn overlaps(&self, low: f64, high: f64, slivers: bool, mut each: impl FnMut(usize, f64, f64)) {
        let turns: &[f64] = if self.start.is_some() { &[-360.0, 0.0, 360.0] } else { &[0.0] };
        let shift = self.here(low) - low;
        for turn in turns {
            let (low, high) = (low + shift + turn, high + shift + turn);
            let from = self.edges.partition_point(|edge| *edge <= low).saturating_sub(1);
            for k in from..self.centres.len() {
                let (Some(a), Some(b)) = (self.edges.get(k), self.edges.get(k + 1)) else { break };
                if *a >= high {
                    break;
                }
                let (from, until) = (a.max(low), b.min(high));
                if until - from > if slivers { 0.0 } else { SLIVER * (b - a).min(high - low) } {
                    each(self.place(k), from, until);
                }
            }
        }
    }
}
