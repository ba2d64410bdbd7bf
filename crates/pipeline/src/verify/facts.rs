//! What a product says of its job, to be held against what the others say.
//!
//! Memory: some tens of bytes for each component, link, and event with values: as much as the lineage, however large scenes are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventscape_core::Timestamp;

/// Microseconds of a minute, the step of most names of times.
pub(super) const MINUTE: i64 = 60_000_000;
/// Times are compared to the millisecond: float64 seconds of far years tell no more.
pub(super) const MILLISECOND: i64 = 1000;

/// What a sound product says.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Numbers of things, by what they are: `times`, `tracks`, `components`, `links`, `rows`, `columns`, `events`, `cells`.
    pub(super) counts: BTreeMap<&'static str, u64>,
    /// The times of all scenes.
    pub(super) times: Option<Times>,
    /// The grid.
    pub(super) grid: Option<GridFacts>,
    /// The components of each event at each time.
    pub(super) events: Option<Events>,
    /// The links, in the lineage's order.
    pub(super) links: Option<Vec<LinkRow>>,
    /// The first and the last time of each track.
    pub(super) spans: Option<Spans>,
    /// The values on the events' cells.
    pub(super) values: Option<Values>,
    /// The values as they were gathered.
    pub(super) gathered: Option<Values>,
    /// The groups of the curated file: the events of each.
    pub(super) groups: Option<BTreeMap<String, BTreeSet<u32>>>,
}

/// Instants, and how finely they are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    /// Microseconds since 1970 on the job's calendar, ascending.
    pub(super) micros: Vec<i64>,
    /// They are multiples of so many microseconds.
    pub(super) unit: i64,
}

impl Times {
    pub(super) fn of(mut micros: Vec<i64>, unit: i64) -> Self {
        micros.sort_unstable();
        Self { micros, unit }
    }
}

/// An instant rounded to the millisecond.
pub(super) fn key_of(time: Timestamp) -> i64 {
    rounded(time.micros())
}

/// Microseconds rounded to the millisecond.
pub(super) fn rounded(micros: i64) -> i64 {
    micros.saturating_add(MILLISECOND / 2).div_euclid(MILLISECOND) * MILLISECOND
}

/// Degrees of the cells' centres, as float32 has them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GridFacts {
    pub(super) is_curvilinear: bool,
    pub(super) lat: Vec<f32>,
    pub(super) lon: Vec<f32>,
}

/// The first and the last time of tracks, by number, as microseconds that are multiples of `unit`.
#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) by_track: BTreeMap<u32, (i64, i64)>,
    pub(super) unit: i64,
}

/// Rows with keys, which are added up where they have the same.
#[derive(Debug)]
pub(super) struct Sums<K, V> {
    rows: Vec<(K, V)>,
}

impl<K, V> Default for Sums<K, V> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

/// What can be added up, in any order.
pub(super) trait Add {
    fn add(&mut self, other: &Self);
}

impl<K: Ord, V: Add> Sums<K, V> {
    /// Adds to the row of a key. Rows of one key should come together, as they then take no further memory.
    pub(super) fn add(&mut self, key: K, value: V) {
        match self.rows.last_mut() {
            Some((last, sum)) if *last == key => sum.add(&value),
            _ => self.rows.push((key, value)),
        }
    }

    pub(super) fn extend(&mut self, others: Vec<(K, V)>) {
        self.rows.extend(others);
    }

    /// One row a key, ascending.
    pub(super) fn finish(mut self) -> Vec<(K, V)> {
        self.rows.sort_by(|a, b| a.0.cmp(&b.0));
        let mut summed: Vec<(K, V)> = Vec::with_capacity(self.rows.len());
        for (key, value) in self.rows {
            match summed.last_mut() {
                Some((last, sum)) if *last == key => sum.add(&value),
                _ => summed.push((key, value)),
            }
        }
        summed
    }
}

/// The components of events at times.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// Time (microseconds) and track, ascending.
    pub(super) rows: Vec<((i64, u32), EventSum)>,
    /// Times are multiples of so many microseconds.
    pub(super) unit: i64,
    /// What the product tells of each.
    pub(super) tells: Told,
    /// Where the product is a file a time: the file of each time that was read; times of others are not compared.
    pub(super) files: BTreeMap<i64, String>,
}

/// Which parts of an [`EventSum`] a product tells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) components: bool,
    /// Whether each cell is told once; where phenomena that were given share cells, a map has each for one of them.
    pub(super) all_cells: bool,
    pub(super) places: bool,
    pub(super) range: bool,
    pub(super) description: bool,
}

/// An event at one time.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct EventSum {
    pub(super) components: u32,
    pub(super) cells: u64,
    /// A sum over rows and columns of its cells.
    pub(super) places: u64,
    /// Smallest and largest value, as float32.
    pub(super) range: Range,
    /// A sum over what describes its components.
    pub(super) description: u64,
}

impl Add for EventSum {
    fn add(&mut self, other: &Self) {
        self.components = self.components.saturating_add(other.components);
        self.cells = self.cells.saturating_add(other.cells);
        self.places = self.places.wrapping_add(other.places);
        self.range.add(&other.range);
        self.description = self.description.wrapping_add(other.description);
    }
}

/// The smallest and the largest of some values; none where the first is above the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Default for Range {
    fn default() -> Self {
        Self { min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Range {
    /// Of a single value; NaN is none.
    pub(super) fn of(value: f64) -> Self {
        Self { min: value.min(f64::INFINITY), max: value.max(f64::NEG_INFINITY) }
    }

    /// As float32 has it.
    pub(super) fn narrow(self) -> Self {
        Self { min: f64::from(self.min as f32), max: f64::from(self.max as f32) }
    }

    pub(super) fn is_none(self) -> bool {
        self.min > self.max
    }
}

impl Add for Range {
    fn add(&mut self, other: &Self) {
        *self = Self { min: self.min.min(other.min), max: self.max.max(other.max) };
    }
}

/// A link between two components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkRow {
    /// Track of the earlier component; 0: none.
    pub(super) parent: u32,
    /// Track of the later component; 0: none.
    pub(super) child: u32,
    pub(super) parent_time: i64,
    pub(super) child_time: i64,
    pub(super) cells: u64,
    /// Place in [`RELATIONS`].
    pub(super) relation: u8,
    /// Of both overlaps.
    pub(super) overlaps: u64,
}

/// What becomes of links.
pub(super) const RELATIONS: [&str; 5] = ["continuation", "merge", "split", "unused", "weak"];

/// Time (microseconds), event and variable.
pub(super) type ValueKey = (i64, u32, Arc<str>);

/// Values of events at times.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Ascending.
    pub(super) rows: Vec<(ValueKey, ValueSum)>,
    /// Times are multiples of so many microseconds.
    pub(super) unit: i64,
    /// Whether the product has each value, so that `digest` is known.
    pub(super) has_each: bool,
}

/// The values of a variable in an event at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ValueSum {
    /// Cells, with or without a value; of gathered values only those that have one.
    pub(super) cells: u64,
    /// Cells with a value.
    pub(super) valid: u64,
    pub(super) range: Range,
    /// A sum over places and values.
    pub(super) digest: u64,
}

impl Add for ValueSum {
    fn add(&mut self, other: &Self) {
        self.cells = self.cells.saturating_add(other.cells);
        self.valid = self.valid.saturating_add(other.valid);
        self.range.add(&other.range);
        self.digest = self.digest.wrapping_add(other.digest);
    }
}

impl ValueSum {
    /// A value at a place; NaN where it is missing.
    pub(super) fn at(lat: f64, lon: f64, value: f64) -> Self {
        Self {
            cells: 1,
            valid: u64::from(!value.is_nan()),
            range: Range::of(value),
            digest: digest(&[lat, lon, value]),
        }
    }
}

/// A number for some numbers in their order. All that is no number is one, and so are both zeros.
pub(super) fn digest(numbers: &[f64]) -> u64 {
    let plain = |number: &f64| if number.is_nan() { f64::NAN.to_bits() } else { (number + 0.0).to_bits() };
    numbers.iter().fold(0x9e37_79b9_7f4a_7c15, |seed, number| mixed(seed ^ plain(number)))
}

/// A number for a cell of the grid.
pub(super) fn cell_digest(row: u64, column: u64) -> u64 {
    mixed(mixed(row.wrapping_add(1)) ^ column)
}

/// Spreads each bit over all (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_depend_on_the_order_of_their_rows() {
        let value = |cells| EventSum { cells, components: 1, ..EventSum::default() };
        let sum = |order: &[(i64, u64)]| {
            let mut sums = Sums::default();
            order.iter().for_each(|(key, cells)| sums.add(*key, value(*cells)));
            sums.finish()
        };
        let known = sum(&[(1, 5), (2, 3), (1, 4)]);
        assert_eq!(known, sum(&[(2, 3), (1, 4), (1, 5)]));
        assert_eq!(known[0], (1, EventSum { cells: 9, components: 2, ..EventSum::default() }));
    }

    #[test]
    fn ranges_leave_out_what_is_no_number() {
        let mut range = Range::default();
        assert!(range.is_none());
        [f64::NAN, 3.0, -1.0, f64::NAN].iter().for_each(|v| range.add(&Range::of(*v)));
        assert_eq!(range, Range { min: -1.0, max: 3.0 });
        assert!(Range::of(f64::NAN).is_none());
    }

    #[test]
    fn digests_know_order_and_place_but_not_the_kind_of_nothing() {
        assert_ne!(digest(&[1.0, 2.0]), digest(&[2.0, 1.0]));
        assert_eq!(digest(&[-f64::NAN, -0.0]), digest(&[f64::NAN, 0.0]));
        assert_ne!(cell_digest(3, 4), cell_digest(4, 3));
        assert_ne!(cell_digest(0, 1), cell_digest(1, 0));
    }
}
