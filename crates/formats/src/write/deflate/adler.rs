//! Adler-32, the checksum of zlib, of repeated patterns.

const MODULUS: u64 = 65_521;
/// Repetitions that are summed at once without overflow.
const AT_ONCE: u64 = 1 << 20;

/// The two sums.
#[derive(Clone, Copy, Debug)]
pub(super) struct Adler {
    a: u64,
    b: u64,
}

impl Adler {
    pub(super) fn new() -> Self {
        Self { a: 1, b: 0 }
    }

    /// Adds `times` repetitions of a pattern of at most 16 bytes.
    pub(super) fn repeat(&mut self, pattern: &[u8], times: u64) {
        let width = pattern.len() as u64;
        let sum: u64 = pattern.iter().map(|&byte| u64::from(byte)).sum();
        let weighted: u64 = pattern.iter().zip((1..=width).rev()).map(|(&byte, weight)| u64::from(byte) * weight).sum();
        let mut left = times;
        while left > 0 {
            let n = left.min(AT_ONCE);
            // b grows by a before each byte: n·(width·a + weighted), and width·sum for each pair of repetitions
            self.b = (self.b + n * (width * self.a + weighted) + width * sum % MODULUS * (n * (n - 1) / 2 % MODULUS))
                % MODULUS;
            self.a = (self.a + n * sum) % MODULUS;
            left -= n;
        }
    }

    pub(super) fn value(self) -> u32 {
        (self.b << 16 | self.a) as u32
    }
}
