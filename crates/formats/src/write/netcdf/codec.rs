//! Compression of chunks: shuffle, then zlib.

use std::cell::RefCell;

use libdeflater::{CompressionLvl, Compressor};

use crate::write::WriteError;
use crate::write::hdf5::Filters;

thread_local! {
    static COMPRESSOR: RefCell<Option<(u8, Compressor)>> = const { RefCell::new(None) };
}

/// How chunks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Bytes of equal place in their numbers together: pays for numbers that change slowly.
    pub shuffle: bool,
    /// zlib's level, 1 to 12.
    pub level: u8,
}

impl Codec {
    pub(crate) fn filters(self) -> Filters {
        Filters { shuffle: self.shuffle, deflate: u32::from(self.level.clamp(1, 9)) }
    }

    /// Packs a chunk of numbers of `size` bytes.
    ///
    /// # Errors
    /// [`WriteError::Unrepresentable`] where zlib refuses the chunk.
    pub fn encode(self, bytes: &[u8], size: usize) -> Result<Vec<u8>, WriteError> {
        let shuffled;
        let input = if self.shuffle && size > 1 {
            shuffled = shuffle(bytes, size);
            &shuffled
        } else {
            bytes
        };
        COMPRESSOR.with_borrow_mut(|kept| {
            // its tables are large: small chunks would spend their time on making them anew
            let mut compressor = match kept.take() {
                Some((level, compressor)) if level == self.level => compressor,
                _ => Compressor::new(CompressionLvl::new(i32::from(self.level)).unwrap_or_default()),
            };
            let mut packed = vec![0; compressor.zlib_compress_bound(input.len())];
            let length = compressor
                .zlib_compress(input, &mut packed)
                .map_err(|error| WriteError::Unrepresentable(format!("zlib refuses a chunk: {error}")))?;
            packed.truncate(length);
            *kept = Some((self.level, compressor));
            Ok(packed)
        })
    }
}

fn shuffle(bytes: &[u8], size: usize) -> Vec<u8> {
    let count = bytes.len() / size;
    let mut shuffled = vec![0; bytes.len()];
    for (place, plane) in shuffled.chunks_exact_mut(count.max(1)).enumerate().take(size) {
        for (to, number) in plane.iter_mut().zip(bytes.chunks_exact(size)) {
            *to = number[place];
        }
    }
    shuffled
}
