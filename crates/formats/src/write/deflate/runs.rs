//! Runs of equal numbers to a zlib stream.

use std::sync::LazyLock;

use super::adler::Adler;
use super::bits::BitWriter;
use super::huffman::{LONGEST, SYMBOLS, Table};

/// A zlib stream of numbers of `WIDTH` bytes (1 or 4), given as runs.
pub struct RunCoder<const WIDTH: usize> {
    out: BitWriter,
    adler: Adler,
    value: [u8; WIDTH],
    /// Numbers of the run that is still open.
    count: u64,
    table: &'static Table,
}

static BYTES: LazyLock<Table> = LazyLock::new(|| Table::new(1, &weights()));
static WORDS: LazyLock<Table> = LazyLock::new(|| Table::new(4, &weights()));

/// What masks are made of: zeros, long runs, and low numbers now and then.
fn weights() -> [u32; SYMBOLS] {
    std::array::from_fn(|symbol| match symbol {
        0 => 600,
        1..=15 => 16,
        16..=127 => 4,
        255 => 40,
        128..=255 => 3,
        256 => 1,
        285 => 1200,
        // lengths of rows of small events, and the ends of long runs
        _ => 40,
    })
}

impl<const WIDTH: usize> Default for RunCoder<WIDTH> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WIDTH: usize> RunCoder<WIDTH> {
    /// An empty stream.
    #[must_use]
    pub fn new() -> Self {
        let table: &'static Table = if WIDTH == 1 { &BYTES } else { &WORDS };
        // deflate with a window of 32 KiB, fastest
        let mut out = BitWriter::after(vec![0x78, 0x01]);
        table.begin(&mut out);
        Self { out, adler: Adler::new(), value: [0; WIDTH], count: 0, table }
    }

    /// Appends `count` times `value`.
    #[inline]
    pub fn push(&mut self, value: [u8; WIDTH], count: u64) {
        if value != self.value {
            self.flush();
            self.value = value;
        }
        self.count += count;
    }

    /// The stream.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.table.end(&mut self.out);
        let mut bytes = self.out.finish();
        bytes.extend_from_slice(&self.adler.value().to_be_bytes());
        bytes
    }

    fn flush(&mut self) {
        if self.count == 0 {
            return;
        }
        self.adler.repeat(&self.value, self.count);
        for byte in self.value {
            self.table.literal(byte, &mut self.out);
        }
        let mut left = (self.count - 1) * WIDTH as u64;
        self.count = 0;
        let longest = u64::from(LONGEST);
        while left > longest + 2 {
            self.table.repeat(LONGEST, &mut self.out);
            left -= longest;
        }
        if left > longest {
            // a match has three bytes at least, so the last two share
            self.table.repeat(LONGEST - 3, &mut self.out);
            left -= longest - 3;
        }
        if left >= 3 {
            self.table.repeat(left as u32, &mut self.out);
        } else {
            for byte in self.value.iter().cycle().take(left as usize) {
                self.table.literal(*byte, &mut self.out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use libdeflater::Decompressor;
    use proptest::prelude::*;

    use super::*;

    fn unpack(packed: &[u8], size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        let length = Decompressor::new().zlib_decompress(packed, &mut bytes).unwrap();
        assert_eq!(length, size);
        bytes
    }

    proptest! {
        #[test]
        fn runs_of_words_unpack_to_themselves(runs in prop::collection::vec((any::<i32>(), 1u64..5000), 0..40), small in any::<bool>()) {
            let mut coder = RunCoder::<4>::new();
            let mut expected = Vec::new();
            for (value, count) in runs {
                let value = if small { value % 40 } else { value };
                coder.push(value.to_le_bytes(), count);
                for _ in 0..count {
                    expected.extend_from_slice(&value.to_le_bytes());
                }
            }
            prop_assert_eq!(unpack(&coder.finish(), expected.len()), expected);
        }

        #[test]
        fn runs_of_bytes_unpack_to_themselves(runs in prop::collection::vec((0u8..4, 1u64..700), 0..60)) {
            let mut coder = RunCoder::<1>::new();
            let mut expected = Vec::new();
            for (value, count) in runs {
                coder.push([value], count);
                expected.resize(expected.len() + count as usize, value);
            }
            prop_assert_eq!(unpack(&coder.finish(), expected.len()), expected);
        }
    }

    #[test]
    fn a_long_run_keeps_its_checksum() {
        let mut coder = RunCoder::<4>::new();
        coder.push((-1i32).to_le_bytes(), 5_000_000);
        coder.push([7, 1, 0, 0], 3);
        let packed = coder.finish();
        let bytes = unpack(&packed, 20_000_012);
        assert!(bytes[..20_000_000].iter().all(|&byte| byte == 255));
        assert!(packed.len() < 60_000, "{}", packed.len());
    }
}
