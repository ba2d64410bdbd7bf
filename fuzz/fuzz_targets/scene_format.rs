//! Bytes of a cached scene: a scene or an error, and the same by rows as in whole.
#![no_main]

use eventscape_io::cache::scene_format::{SceneHeader, decode, decode_rows};
use libfuzzer_sys::fuzz_target;

/// Fills in the checksum of the header, so that the fuzzer reaches what lies behind it.
fn repaired(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = [b"EVSCENE\0", bytes].concat();
    let told = bytes.get(8..12).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])) % 4096;
    if let Some(place) = bytes.get_mut(8..12) {
        place.copy_from_slice(&told.to_le_bytes());
    }
    let end = 12 + told as usize;
    if told >= 4 && end <= bytes.len() {
        let crc = crc32fast::hash(&bytes[..end - 4]);
        bytes[end - 4..end].copy_from_slice(&crc.to_le_bytes());
    }
    bytes
}

fuzz_target!(|bytes: &[u8]| {
    for bytes in [bytes.to_vec(), repaired(bytes)] {
        let whole = decode(&bytes, "fuzz");
        let Ok(header) = SceneHeader::parse(&bytes, "fuzz") else {
            assert!(whole.is_err());
            continue;
        };
        let rows = decode_rows(&header, 0..header.shape().0, "fuzz", &mut |range| {
            Ok(bytes.get(range.start as usize..range.end as usize).unwrap_or_default().to_vec())
        });
        if whole.is_ok() {
            assert!(rows.is_ok());
        }
    }
});
