//! A file that grows at its end, with a few places filled in later.
//!
//! The rule: **bytes reach the file in the order of their addresses, or by a seek to their address.** `written` is the length
//! of what is in the file; `held` follows it directly. A block that is too large to hold goes to the file itself, but only
//! after what is held. (Release 0.1.0 broke this rule and damaged products, see docs/correctness.md.) A file that failed once
//! stays failed: nobody knows how much of the last block it holds. At the end the file is read back and held against the sum
//! of what was asked for. The tests hold an [`Output`] against a plain vector.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::placement::PlacementSum;

/// Bytes held back before they go out: what is still here can be patched without a seek.
const HELD: usize = 1 << 20;

/// Bytes read at a time when the file is read back.
const BLOCK: usize = 256 << 10;

/// What a file can be written to: it is read back before it counts as written.
pub trait Medium: Read + Write + Seek {}

impl<T: Read + Write + Seek> Medium for T {}

/// The growing file.
pub(crate) struct Output<W> {
    inner: W,
    /// Address of the first byte of `held`.
    written: u64,
    held: Vec<u8>,
    /// Of all bytes at the addresses that were given out for them.
    sum: PlacementSum,
    /// Whether a write failed.
    broken: bool,
}

impl<W: Medium> Output<W> {
    /// Starts at the beginning of `inner`.
    pub(crate) fn new(mut inner: W) -> io::Result<Self> {
        inner.seek(SeekFrom::Start(0))?;
        let sum = PlacementSum::default();
        Ok(Self { inner, written: 0, held: Vec::with_capacity(HELD), sum, broken: false })
    }

    /// The address of the next byte.
    pub(crate) fn end(&self) -> u64 {
        self.written + self.held.len() as u64
    }

    /// Appends bytes; gives their address.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let address = self.end();
        self.sum.add(address, bytes);
        let large = bytes.len() >= HELD / 2;
        if large || self.held.len() + bytes.len() > HELD {
            self.flush_held()?;
        }
        if large {
            self.with_file(|file| file.write_all(bytes))?;
            self.written += bytes.len() as u64;
        } else {
            self.held.extend_from_slice(bytes);
        }
        Ok(address)
    }

    /// Appends bytes at the next multiple of eight, where HDF5's own metadata lie.
    pub(crate) fn append_aligned(&mut self, bytes: &[u8]) -> io::Result<u64> {
        self.align()?;
        self.append(bytes)
    }

    /// Sets space aside, zeros for now; gives its address.
    pub(crate) fn reserve(&mut self, size: usize) -> io::Result<u64> {
        self.align()?;
        self.append(&vec![0; size])
    }

    /// Replaces bytes that were appended or reserved earlier.
    pub(crate) fn patch(&mut self, address: u64, bytes: &[u8]) -> io::Result<()> {
        if address.checked_add(bytes.len() as u64).is_none_or(|end| end > self.end()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "only bytes that are there can be replaced"));
        }
        if let Some(start) = address.checked_sub(self.written) {
            let place = &mut self.held[start as usize..][..bytes.len()];
            self.sum.remove(address, place);
            self.sum.add(address, bytes);
            place.copy_from_slice(bytes);
            return Ok(());
        }
        self.flush_held()?;
        let end = self.written;
        let mut earlier = vec![0; bytes.len()];
        self.with_file(|file| {
            file.seek(SeekFrom::Start(address))?;
            file.read_exact(&mut earlier)?;
            file.seek(SeekFrom::Start(address))?;
            file.write_all(bytes)?;
            file.seek(SeekFrom::Start(end)).map(drop)
        })?;
        self.sum.remove(address, &earlier);
        self.sum.add(address, bytes);
        Ok(())
    }

    /// Writes what is held, reads everything back, and gives the file. It stands at its end.
    ///
    /// # Errors
    /// Those of the file; [`io::ErrorKind::InvalidData`] where it holds other bytes than were written.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.flush_held()?;
        let (length, sum) = (self.written, self.sum);
        self.with_file(|file| {
            file.flush()?;
            if read_back(file)? == (length, sum) {
                return Ok(());
            }
            let reason = "it does not read back as it was written; the disk, or this program, is at fault";
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        })?;
        Ok(self.inner)
    }

    fn align(&mut self) -> io::Result<()> {
        let over = (self.end() % 8) as usize;
        if over != 0 {
            self.append(&[0; 8][over..])?;
        }
        Ok(())
    }

    fn flush_held(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.with_file(|file| file.write_all(&held))?;
        self.written += held.len() as u64;
        self.held = held;
        self.held.clear();
        Ok(())
    }

    fn with_file(&mut self, work: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed, so the file is not complete"));
        }
        let result = work(&mut self.inner);
        self.broken = result.is_err();
        result
    }
}

/// The length of a file, and the sum of its bytes.
fn read_back(file: &mut (impl Read + Seek)) -> io::Result<(u64, PlacementSum)> {
    file.seek(SeekFrom::Start(0))?;
    let (mut length, mut sum) = (0, PlacementSum::default());
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok((length, sum)),
            Ok(n) => {
                sum.add(length, &block[..n]);
                length += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests;
