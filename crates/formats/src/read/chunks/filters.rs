//! From the stored bytes of a chunk to its elements.

use std::cell::RefCell;
use std::ops::Range;

use super::element::Decoded;

/// What was done to a chunk when it was stored.
#[derive(Clone, Debug)]
pub(crate) enum Filters {
    /// The usual pipelines of HDF5 (shuffle, deflate, fletcher32 in this order, each optional) and of Zarr.
    Usual {
        /// Position of the shuffle in the pipeline (a bit in the chunk's mask switches it off).
        shuffle: Option<u32>,
        /// Position of deflate.
        deflate: Option<u32>,
        /// Position of fletcher32.
        fletcher: Option<u32>,
    },
    /// Any other pipeline of HDF5.
    Library(Vec<hdf5_reader::messages::filter_pipeline::FilterDescription>),
    /// A pipeline of Zarr.
    Zarr(Vec<crate::read::zarr::Codec>),
}

impl Filters {
    /// Bytes as they are.
    pub(crate) const NONE: Self = Self::Usual { shuffle: None, deflate: None, fletcher: None };

    /// Whether stored bytes are elements one by one, so that a part of a chunk can be read alone.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::Usual { shuffle: None, deflate: None, fletcher: None })
    }

    /// The largest and smallest stored size that `decoded` bytes can have under the given mask.
    pub(crate) fn stored_bounds(&self, decoded: u64, mask: u32) -> Range<u64> {
        let on = |position: Option<u32>| position.is_some_and(|i| mask & (1 << i) == 0);
        match self {
            Self::Usual { deflate, fletcher, .. } => {
                let check = if on(*fletcher) { 4 } else { 0 };
                if on(*deflate) {
                    // Deflate cannot do better than 1032 to 1, and adds little to what it cannot compress.
                    decoded / 1032 + check..decoded + decoded / 1000 + 4096
                } else {
                    decoded + check..decoded + check + 1
                }
            }
            Self::Library(_) | Self::Zarr(_) => 0..decoded.saturating_mul(2).saturating_add(1 << 16),
        }
    }
}

/// The buffers of one thread, kept from chunk to chunk: allocating and first touching them costs as much as a tenth
/// of the inflating.
struct Scratch {
    inflater: libdeflater::Decompressor,
    decoded: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> =
        RefCell::new(Scratch { inflater: libdeflater::Decompressor::new(), decoded: Vec::new() });
}

/// Buffers larger than this are given back after use.
const KEEP: usize = 64 << 20;

/// How the elements of a chunk are stored, for [`decode`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChunkForm<'a> {
    pub(crate) filters: &'a Filters,
    /// Bytes of the whole decoded chunk.
    pub(crate) decoded_bytes: usize,
    /// Bytes of one element.
    pub(crate) size: usize,
    pub(crate) big_endian: bool,
}

impl<'a> ChunkForm<'_> {
    fn elements(&self, bytes: &'a [u8], shuffled: bool) -> Decoded<'a> {
        Decoded { bytes, shuffled, big_endian: self.big_endian, size: self.size }
    }
}

/// Decodes the stored bytes and hands the elements to `then`. The reason of a failure is text for the error message.
pub(crate) fn decode<R>(
    raw: &[u8],
    mask: u32,
    form: &ChunkForm<'_>,
    then: impl FnOnce(Decoded<'_>) -> R,
) -> Result<R, String> {
    let expected = form.decoded_bytes;
    let exact = |len: usize| {
        if len == expected { Ok(()) } else { Err(format!("it holds {len} bytes instead of {expected}")) }
    };
    match form.filters {
        Filters::Usual { shuffle, deflate, fletcher } => {
            let on = |position: Option<u32>| position.is_some_and(|i| mask & (1 << i) == 0);
            let mut raw = raw;
            if on(*fletcher) {
                raw = checked_by_fletcher32(raw)?;
            }
            let shuffled = on(*shuffle);
            if !on(*deflate) {
                exact(raw.len())?;
                return Ok(then(form.elements(raw, shuffled)));
            }
            with_scratch(|scratch| {
                if scratch.decoded.len() < expected {
                    scratch.decoded = vec![0; expected];
                }
                let out = scratch.decoded.get_mut(..expected).unwrap_or_default();
                let len = scratch
                    .inflater
                    .zlib_decompress(raw, out)
                    .map_err(|error| format!("it cannot be inflated ({error})"))?;
                exact(len)?;
                Ok(then(form.elements(out, shuffled)))
            })
        }
        Filters::Library(filters) => {
            let bytes = super::pipeline::undo(raw, filters, mask, form.size, expected)?;
            exact(bytes.len())?;
            Ok(then(form.elements(&bytes, false)))
        }
        Filters::Zarr(codecs) => {
            let bytes = crate::read::zarr::decode(raw, codecs, expected)?;
            exact(bytes.len())?;
            Ok(then(form.elements(&bytes, false)))
        }
    }
}

/// Runs with the thread's buffers; a nested call (rayon may steal another chunk while waiting) gets fresh ones.
fn with_scratch<R>(f: impl FnOnce(&mut Scratch) -> R) -> R {
    SCRATCH.with(|cell| match cell.try_borrow_mut() {
        Ok(mut scratch) => {
            let result = f(&mut scratch);
            if scratch.decoded.len() > KEEP {
                scratch.decoded = Vec::new();
            }
            result
        }
        Err(_) => f(&mut Scratch { inflater: libdeflater::Decompressor::new(), decoded: Vec::new() }),
    })
}

/// Takes the checksum off the end after verifying it.
fn checked_by_fletcher32(raw: &[u8]) -> Result<&[u8], String> {
    let Some((data, stored)) = raw.split_last_chunk::<4>() else {
        return Err("it is too short for its checksum".to_owned());
    };
    let stored = u32::from_le_bytes(*stored);
    let computed = hdf5_core::fletcher32(data);
    // Versions of HDF5 before 1.6.3 stored the two bytes of each half in the other order.
    let old_order = ((stored & 0x00ff_00ff) << 8) | ((stored >> 8) & 0x00ff_00ff);
    if computed == stored || computed == old_order {
        Ok(data)
    } else {
        Err("its fletcher32 checksum does not match".to_owned())
    }
}
