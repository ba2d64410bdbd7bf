//! Blocks of bytes, compressed by zstd where that makes them smaller.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// How a block is stored. The codes are part of the formats: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// As it is.
    Stored,
    /// One zstd frame.
    Zstd,
}

impl Codec {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Stored => 0,
            Self::Zstd => 1,
        }
    }

    pub(crate) fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Stored),
            1 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// zstd's fastest regular level: the cache and the spool must cost less than what they save.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Appends a block to `out`, compressed if that is smaller.
pub(crate) fn compress(block: &[u8], out: &mut Vec<u8>) -> std::io::Result<Codec> {
    let start = out.len();
    let written = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(Compressor::new(LEVEL)?),
        };
        out.resize(start + zstd::zstd_safe::compress_bound(block.len()), 0);
        compressor.compress_to_buffer(block, out.get_mut(start..).unwrap_or_default())
    })?;
    if written < block.len() {
        out.truncate(start + written);
        Ok(Codec::Zstd)
    } else {
        out.truncate(start);
        out.extend_from_slice(block);
        Ok(Codec::Stored)
    }
}

/// A zstd block of 4 bytes can stand for 128 KiB, and nothing stands for more.
const MOST_PER_BYTE: usize = 32 << 10;

/// Whether so few stored bytes can be a block of `len`: to be asked before memory is.
pub(crate) fn plausible(codec: Codec, stored: usize, len: usize) -> bool {
    match codec {
        Codec::Stored => stored == len,
        Codec::Zstd => len / MOST_PER_BYTE <= stored,
    }
}

/// Fills `out` with the `len` bytes of a stored block; `false` where the block is damaged or has another length. Memory
/// is asked for only where the stored bytes can hold so much.
pub(crate) fn decompress(codec: Codec, stored: &[u8], len: usize, out: &mut Vec<u8>) -> bool {
    out.clear();
    if !plausible(codec, stored.len(), len) || out.try_reserve_exact(len).is_err() {
        return false;
    }
    match codec {
        Codec::Stored => {
            out.extend_from_slice(stored);
            true
        }
        Codec::Zstd => DECOMPRESSOR.with_borrow_mut(|slot| {
            if slot.is_none() {
                *slot = Decompressor::new().ok();
            }
            let written = slot.as_mut().map(|d| d.decompress_to_buffer(stored, out));
            matches!(written, Some(Ok(n)) if n == len)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_back_and_are_never_larger() {
        let mut state = 1_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 11) as u8
        };
        let noise: Vec<u8> = (0..1000).map(|_| next()).collect();
        for (block, codec) in [(vec![7; 1000], Codec::Zstd), (noise, Codec::Stored), (vec![], Codec::Stored)] {
            let mut out = vec![1, 2];
            assert_eq!(compress(&block, &mut out).unwrap(), codec);
            assert!(out.len() <= block.len() + 2);
            let mut back = vec![9];
            assert!(decompress(codec, &out[2..], block.len(), &mut back));
            assert_eq!(back, block);
        }
    }

    #[test]
    fn a_block_of_another_length_or_with_damage_is_refused() {
        let mut out = Vec::new();
        assert_eq!(compress(&[7; 1000], &mut out).unwrap(), Codec::Zstd);
        let mut back = Vec::new();
        for len in [999, 1001, 0, usize::MAX, 1 << 40] {
            assert!(!decompress(Codec::Zstd, &out, len, &mut back), "{len}");
        }
        assert!(!decompress(Codec::Zstd, &out[..out.len() - 1], 1000, &mut back));
        assert!(!decompress(Codec::Zstd, &[], 4, &mut back));
        assert!(!decompress(Codec::Stored, &[1, 2], 4, &mut back));
        assert!(back.capacity() < 1 << 20, "nothing large was asked for");
    }
}
