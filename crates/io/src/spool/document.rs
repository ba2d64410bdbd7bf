//! A record that holds a document of the caller.
//!
//! | part | bytes |
//! |---|---|
//! | 2 (packed document), 0, calendar, microseconds since 1970 | u8, u8, u8, i64 |
//! | length of the document | u64 |
//! | blocks of up to 64 MiB of it: codec, stored length, the block | u8, u32, n |

use eventscape_core::Timestamp;

use super::record::Encoded;
use crate::encoding::{Codec, Cursor, calendar_code, compress, decompress};

const KIND: u8 = 2;
const BLOCK: usize = 64 << 20;
/// A document larger than this is a damaged length.
const LARGEST: u64 = 1 << 40;

/// Appends the record of a document to `out`.
pub(super) fn encode_document(time: Timestamp, document: &[u8], out: &mut Vec<u8>) -> Encoded {
    out.extend_from_slice(&[KIND, 0, calendar_code(time.calendar())]);
    out.extend_from_slice(&time.micros().to_le_bytes());
    out.extend_from_slice(&(document.len() as u64).to_le_bytes());
    for block in document.chunks(BLOCK) {
        let at = out.len();
        out.extend_from_slice(&[0; 5]);
        let codec = compress(block, out).map_err(|e| format!("compression failed: {e}"))?;
        let len = u32::try_from(out.len() - at - 5).map_err(|_| "a block is too long".to_owned())?;
        if let Some(place) = out.get_mut(at..at + 5) {
            place[0] = codec.code();
            place[1..].copy_from_slice(&len.to_le_bytes());
        }
    }
    Ok(())
}

/// Reads a document back.
pub(super) fn decode_document(record: &[u8]) -> Result<Vec<u8>, &'static str> {
    const SHORT: &str = "a document is cut off";
    let mut cursor = Cursor::new(record);
    let mut head = || Some((cursor.u8().ok()?, cursor.take(10).ok()?, cursor.u64().ok()?));
    let (kind, _, len) = head().ok_or(SHORT)?;
    if kind != KIND {
        return Err("it is a scene, not a document");
    }
    if len > LARGEST {
        return Err("a document has an absurd length");
    }
    let mut document = Vec::new();
    let mut block = Vec::new();
    while (document.len() as u64) < len {
        let want = (len - document.len() as u64).min(BLOCK as u64) as usize;
        let mut stored = || {
            let codec = Codec::of(cursor.u8().ok()?)?;
            let stored = cursor.u32().ok()? as usize;
            Some((codec, cursor.take(stored).ok()?))
        };
        let (codec, stored) = stored().ok_or(SHORT)?;
        if !decompress(codec, stored, want, &mut block) {
            return Err("a block of a document is damaged");
        }
        document.extend_from_slice(&block);
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use eventscape_core::time::Calendar;

    use super::*;
    use crate::spool::Spool;

    #[test]
    fn documents_come_back_also_after_a_stop_and_scenes_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0.spool");
        let time = |k| Timestamp::from_micros(Calendar::NoLeap, k);
        let long: Vec<u8> = (0..300_000_u32).flat_map(|k| (k / 7).to_le_bytes()).collect();
        let mut spool = Spool::create_file(&path, b"job").unwrap();
        spool.append_document(time(1), &long).unwrap();
        drop(spool);
        let mut spool = Spool::resume_file(&path, b"job").unwrap();
        assert_eq!((spool.scenes(), spool.last_time()), (1, Some(time(1))));
        spool.append_document(time(2), b"").unwrap();
        let reader = spool.finish().unwrap();
        assert_eq!(reader.document(0).unwrap(), long);
        assert!(reader.document(1).unwrap().is_empty() && reader.scene(1).is_err());
        assert!(reader.document(2).is_err());
    }

    #[test]
    fn damaged_documents_are_refused() {
        let mut record = Vec::new();
        encode_document(Timestamp::from_micros(Calendar::Standard, 5), &[7; 5000], &mut record).unwrap();
        for cut in 0..record.len() {
            assert!(decode_document(&record[..cut]).is_err(), "{cut}");
        }
        for at in 0..record.len() {
            let mut flipped = record.clone();
            flipped[at] ^= 0x41;
            // no panic and no absurd request for memory; a checksum around the record finds the rest
            let _ = decode_document(&flipped);
        }
    }
}
