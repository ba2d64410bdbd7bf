//! A file that grows at its end, with a few places filled in later.

use std::io::{self, Seek, SeekFrom, Write};

/// Bytes held back before they go out: what is still here can be patched without a seek.
const HELD: usize = 1 << 20;

/// The growing file.
pub(crate) struct Output<W> {
    inner: W,
    /// Address of the first byte of `held`.
    written: u64,
    held: Vec<u8>,
}

impl<W: Write + Seek> Output<W> {
    /// Starts at the beginning of `inner`.
    pub(crate) fn new(mut inner: W) -> io::Result<Self> {
        inner.seek(SeekFrom::Start(0))?;
        Ok(Self { inner, written: 0, held: Vec::with_capacity(HELD) })
    }

    /// The address of the next byte.
    pub(crate) fn end(&self) -> u64 {
        self.written + self.held.len() as u64
    }

    /// Appends bytes; gives their address.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let address = self.end();
        if self.held.len() + bytes.len() > HELD {
            self.flush_held()?;
        }
        if bytes.len() >= HELD / 2 {
            self.inner.write_all(bytes)?;
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
        if address >= self.written {
            let start = (address - self.written) as usize;
            if let Some(place) = self.held.get_mut(start..start + bytes.len()) {
                place.copy_from_slice(bytes);
                return Ok(());
            }
        }
        self.flush_held()?;
        self.inner.seek(SeekFrom::Start(address))?;
        self.inner.write_all(bytes)?;
        self.inner.seek(SeekFrom::Start(self.written))?;
        Ok(())
    }

    /// Writes what is held and gives the file back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.flush_held()?;
        self.inner.flush()?;
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
        self.inner.write_all(&self.held)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }
}
