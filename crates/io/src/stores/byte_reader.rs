//! A source of bytes as a file that is read from a place on.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use eventscape_formats::ByteSource;

/// Bytes that are fetched at a time, unless told otherwise.
const BLOCK: u64 = 256 << 10;

/// Reads a source in order, or from any place, for libraries that know files only. It holds one block, of 256 KiB unless told
/// otherwise.
pub struct ByteReader {
    source: Arc<dyn ByteSource>,
    at: u64,
    bytes: u64,
    /// Address of the first byte of `block`.
    start: u64,
    block: Vec<u8>,
}

impl ByteReader {
    /// Stands at the first byte.
    #[must_use]
    pub fn new(source: Arc<dyn ByteSource>) -> Self {
        Self { source, at: 0, bytes: BLOCK, start: 0, block: Vec::new() }
    }

    /// Sets the size of a block, bytes. Small blocks suit a reader that jumps between many places.
    #[must_use]
    pub fn with_block(self, bytes: u64) -> Self {
        Self { bytes: bytes.max(1), ..self }
    }

    /// The bytes of the block from the place on, fetched if they are not there.
    fn here(&mut self) -> io::Result<&[u8]> {
        let inside = |reader: &Self| {
            let from = usize::try_from(reader.at.checked_sub(reader.start)?).ok()?;
            (from < reader.block.len()).then_some(from)
        };
        if inside(self).is_none() && self.at < self.source.len() {
            let end = self.at.saturating_add(self.bytes).min(self.source.len());
            self.source.read_into(self.at..end, &mut self.block).map_err(io::Error::other)?;
            self.start = self.at;
        }
        Ok(inside(self).and_then(|from| self.block.get(from..)).unwrap_or_default())
    }
}

impl Read for ByteReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let here = self.here()?;
        let length = here.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), here.get(..length)) {
            to.copy_from_slice(from);
        }
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for ByteReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.source.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the first byte"))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stores::MemoryBytes;

    #[test]
    fn a_source_reads_as_its_bytes_do_from_any_place() {
        let bytes: Vec<u8> = (0..3 * BLOCK as u32 + 17).map(|k| (k.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let source = Arc::new(MemoryBytes::new("bytes", bytes.clone()));
        for block in [7, BLOCK] {
            let mut whole = Vec::new();
            ByteReader::new(source.clone()).with_block(block).read_to_end(&mut whole).unwrap();
            assert!(whole == bytes);
        }
        let mut reader = ByteReader::new(source);
        let length = bytes.len() as u64;
        for (to, at) in [
            (SeekFrom::Start(0), 0),
            (SeekFrom::Start(BLOCK - 1), BLOCK - 1),
            (SeekFrom::End(-3), length - 3),
            (SeekFrom::Current(-(BLOCK as i64)), length - 3 - BLOCK),
            (SeekFrom::Start(length + 9), length + 9),
        ] {
            assert_eq!(reader.seek(to).unwrap(), at);
            let mut some = vec![0; 5];
            let count = reader.read(&mut some).unwrap();
            let known = bytes.get(at as usize..).unwrap_or_default();
            assert!(count == 0 && known.is_empty() || some[..count] == known[..count], "{at}");
            reader.seek(SeekFrom::Start(at)).unwrap();
        }
        assert!(reader.seek(SeekFrom::End(-(length as i64) - 1)).is_err());
    }
}
