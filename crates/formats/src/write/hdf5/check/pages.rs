//! Small reads from a large file.

use std::io::{Read, Seek, SeekFrom};

use super::Result;

/// Bytes read at a time: an object and its neighbours.
const PAGE: u64 = 16 << 10;

/// A file, and the page of it that was read last.
pub(super) struct Pages<'a, F> {
    file: &'a mut F,
    length: u64,
    start: u64,
    page: Vec<u8>,
}

impl<'a, F: Read + Seek> Pages<'a, F> {
    pub(super) fn over(file: &'a mut F) -> Result<Self> {
        let length = file.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
        Ok(Self { file, length, start: 0, page: Vec::new() })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `address` on.
    pub(super) fn read(&mut self, address: u64, length: u64) -> Result<Vec<u8>> {
        let end = address.checked_add(length).filter(|end| *end <= self.length);
        let Some(end) = end else {
            return Err(format!("{length} bytes at byte {address} are not there, the file has {}", self.length));
        };
        if address < self.start || end > self.start + self.page.len() as u64 {
            let wanted = length.max(PAGE).min(self.length - address);
            self.page.resize(wanted as usize, 0);
            self.start = address;
            self.file
                .seek(SeekFrom::Start(address))
                .and_then(|_| self.file.read_exact(&mut self.page))
                .map_err(|e| format!("bytes {address} to {end} cannot be read: {e}"))?;
        }
        let from = (address - self.start) as usize;
        Ok(self.page[from..from + length as usize].to_vec())
    }
}
