//! Numbers by chance that a seed decides.

use std::ops::RangeInclusive;

/// A sequence of numbers (SplitMix64: Steele, Lea and Flood, OOPSLA 2014). Equal seeds give equal sequences.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn within(&mut self, range: RangeInclusive<usize>) -> usize {
        let span = (range.end() - range.start() + 1) as u64;
        range.start() + (self.number() % span) as usize
    }

    /// From 0 up to below 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.within(1..=n) == 1
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.within(0..=of.len() - 1)]
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.number().to_le_bytes()[..part.len()]);
        }
        bytes
    }

    /// A text of so many bytes: ASCII, or UTF-8 with characters of one to four bytes.
    pub(super) fn text(&mut self, bytes: usize) -> String {
        let ascii = self.one_in(2);
        let mut text = String::with_capacity(bytes);
        while text.len() < bytes {
            let character = if ascii {
                char::from(self.within(0x20..=0x7e) as u8)
            } else {
                self.pick(&['a', '7', ' ', '"', '\\', '\n', '<', 'ß', 'é', '°', '²', '温', '度', '–', '𝛿', '🌀'])
            };
            let left = bytes - text.len();
            text.push(if character.len_utf8() <= left { character } else { '.' });
        }
        text
    }
}
