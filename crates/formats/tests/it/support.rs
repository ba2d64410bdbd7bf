//! What the tests of reading share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eventscape_formats::LocalFile;
use eventscape_formats::{ArrayData, Granule, OpenOptions};

/// A folder of the fixtures.
pub(crate) fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder)
}

pub(crate) fn open(path: &Path) -> Granule {
    let source = LocalFile::open(path).unwrap_or_else(|e| panic!("{e}"));
    Granule::open(Arc::new(source), &OpenOptions::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// The bytes of the values, little-endian.
pub(crate) fn bytes_of(data: &ArrayData) -> Vec<u8> {
    macro_rules! bytes {
        ($v:expr) => {
            $v.iter().flat_map(|x| x.to_le_bytes()).collect()
        };
    }
    match data {
        ArrayData::I8(v) => bytes!(v),
        ArrayData::U8(v) | ArrayData::Char(v) => v.clone(),
        ArrayData::I16(v) => bytes!(v),
        ArrayData::U16(v) => bytes!(v),
        ArrayData::I32(v) => bytes!(v),
        ArrayData::U32(v) => bytes!(v),
        ArrayData::I64(v) => bytes!(v),
        ArrayData::U64(v) => bytes!(v),
        ArrayData::F32(v) => bytes!(v),
        ArrayData::F64(v) => bytes!(v),
        ArrayData::Text(v) => v.join("\0").into_bytes(),
    }
}

/// A small deterministic generator, so that a failure can be repeated.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % below.max(1)
    }
}
