//! The bytes of a document: magic `EVDOC\0\0\1`, codec, length, CRC-32 of the stored bytes, then those.

use crate::encoding::{Codec, Cursor, compress, decompress};
use crate::{IoError, Result};

const MAGIC: &[u8; 8] = b"EVDOC\0\0\x01";
/// The largest document that is kept.
const MAX_BYTES: u64 = 1 << 30;

pub(super) fn encode(document: &[u8], location: &str) -> Result<Vec<u8>> {
    if document.len() as u64 > MAX_BYTES {
        let message = format!("a document of {} bytes is more than the cache can hold", document.len());
        return Err(IoError::Selection { location: location.to_owned(), message });
    }
    let mut stored = Vec::new();
    let codec = compress(document, &mut stored).map_err(|source| IoError::Io {
        action: "compressing",
        location: location.to_owned(),
        source,
    })?;
    let mut bytes = Vec::with_capacity(stored.len() + 21);
    bytes.extend_from_slice(MAGIC);
    bytes.push(codec.code());
    bytes.extend_from_slice(&(document.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&stored).to_le_bytes());
    bytes.extend_from_slice(&stored);
    Ok(bytes)
}

pub(super) fn decode(bytes: &[u8], location: &str) -> Result<Vec<u8>> {
    let read = || {
        let mut cursor = Cursor::new(bytes);
        if cursor.take(MAGIC.len()).ok()? != MAGIC {
            return None;
        }
        let codec = Codec::of(cursor.u8().ok()?)?;
        let (len, crc) = (cursor.u64().ok()?, cursor.u32().ok()?);
        let stored = cursor.take(cursor.left()).ok()?;
        if crc32fast::hash(stored) != crc || len > MAX_BYTES {
            return None;
        }
        let mut document = Vec::new();
        decompress(codec, stored, usize::try_from(len).ok()?, &mut document).then_some(document)
    };
    read()
        .ok_or_else(|| IoError::Damaged { location: location.to_owned(), reason: "it is no sound document".to_owned() })
}
