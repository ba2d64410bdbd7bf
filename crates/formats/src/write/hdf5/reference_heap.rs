//! The global heap, which holds what variable-length attributes point to: here, one reference to each dimension.

use std::io;

use super::{Medium, Output};

/// HDF5 reads this much of a collection at least.
const COLLECTION: usize = 4096;
const HEADER: usize = 16;
const OBJECT: usize = 24;

/// Where a reference lies: the collection's address and the number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) collection: u64,
    pub(crate) index: u32,
}

/// The collection being filled; full ones are in the file already.
#[derive(Default)]
pub(crate) struct ReferenceHeap {
    address: u64,
    objects: Vec<u64>,
}

impl ReferenceHeap {
    /// Stores a reference to the object at `target`.
    pub(crate) fn insert<W: Medium>(&mut self, out: &mut Output<W>, target: u64) -> io::Result<Slot> {
        if HEADER + OBJECT * (self.objects.len() + 1) > COLLECTION - HEADER {
            self.flush(out)?;
        }
        if self.objects.is_empty() {
            self.address = out.reserve(COLLECTION)?;
        }
        self.objects.push(target);
        Ok(Slot { collection: self.address, index: self.objects.len() as u32 })
    }

    /// Writes the collection being filled.
    pub(crate) fn flush<W: Medium>(&mut self, out: &mut Output<W>) -> io::Result<()> {
        if self.objects.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(COLLECTION);
        bytes.extend_from_slice(b"GCOL\x01\0\0\0");
        bytes.extend_from_slice(&(COLLECTION as u64).to_le_bytes());
        for (index, target) in self.objects.iter().enumerate() {
            bytes.extend_from_slice(&(index as u16 + 1).to_le_bytes());
            bytes.extend_from_slice(&[1, 0, 0, 0, 0, 0]);
            bytes.extend_from_slice(&8u64.to_le_bytes());
            bytes.extend_from_slice(&target.to_le_bytes());
        }
        // object 0 is the free space, its own header included
        let free = COLLECTION - bytes.len();
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&(free as u64).to_le_bytes());
        bytes.resize(COLLECTION, 0);
        out.patch(self.address, &bytes)?;
        self.objects.clear();
        Ok(())
    }
}
