//! Whether a file that our writer made hangs together, without unpacking its data.
//!
//! Every object is reached from the root, its checksum and its signature hold, what it points to lies within the file and
//! overlaps nothing else, and every data set has all its chunks. This is a second reading of the format, apart from the writer's
//! and the readers' own: it knows the subset that [`super`] writes, and calls everything else damaged.

mod links;
mod object;
mod pages;
mod tree;

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::{SUPERBLOCK, UNDEFINED};
use object::{Content, read_object};
use pages::Pages;

/// Bytes of a collection of the global heap, as we write them.
const COLLECTION: u64 = 4096;

/// What a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    /// Groups, with the root.
    pub groups: u64,
    /// Data sets.
    pub datasets: u64,
    /// Chunks of all data sets.
    pub chunks: u64,
    /// Bytes of values, as they lie in the file.
    pub data_bytes: u64,
}

/// Why a file does not hang together: what, and where.
pub(super) type Fault = String;
pub(super) type Result<T> = std::result::Result<T, Fault>;

/// Walks over the structure of a netCDF-4 file that Eventscape wrote.
///
/// Checked: signatures and checksums of all objects; that all addresses and sizes lie within the file and no two objects share a
/// byte; that each data set has the values that its shape demands. The values themselves are not read.
///
/// Memory: 16 bytes an object or chunk.
///
/// # Errors
/// What does not hold, and at which byte. Files of other writers use parts of HDF5 that this does not know, and are refused.
pub fn check_structure(file: &mut (impl Read + Seek)) -> std::result::Result<Structure, String> {
    let mut walk = Walk::over(file)?;
    walk.superblock()?;
    while let Some((path, address)) = walk.waiting.pop() {
        walk.object(&path, address)?;
    }
    walk.nothing_overlaps()?;
    Ok(walk.found)
}

struct Walk<'a, F> {
    pages: Pages<'a, F>,
    /// Objects that are still to be visited.
    waiting: Vec<(String, u64)>,
    /// First byte and length of all that was visited.
    extents: Vec<(u64, u64)>,
    claimed: u64,
    collections: HashSet<u64>,
    found: Structure,
}

impl<'a, F: Read + Seek> Walk<'a, F> {
    fn over(file: &'a mut F) -> Result<Self> {
        Ok(Self {
            pages: Pages::over(file)?,
            waiting: Vec::new(),
            extents: Vec::new(),
            claimed: 0,
            collections: HashSet::new(),
            found: Structure::default(),
        })
    }

    /// Notes that `length` bytes at `start` belong to `what`.
    fn claim(&mut self, what: &str, start: u64, length: u64) -> Result<()> {
        if start.checked_add(length).is_none_or(|end| end > self.pages.length()) {
            return Err(format!(
                "{what} lies at bytes {start} to {}, the file has {}",
                start.saturating_add(length),
                self.pages.length()
            ));
        }
        // objects share no bytes, so all of them together are no longer than the file: this ends walks in circles
        self.claimed += length;
        if self.claimed > self.pages.length() {
            return Err(format!("{what} shares bytes with another object"));
        }
        if length > 0 {
            self.extents.push((start, length));
        }
        Ok(())
    }

    fn superblock(&mut self) -> Result<()> {
        let bytes = self.pages.read(0, SUPERBLOCK as u64)?;
        if !bytes.starts_with(b"\x89HDF\r\n\x1a\n\x02\x08\x08\0") {
            return Err("it does not begin as a netCDF-4 file of Eventscape does".to_owned());
        }
        checksum("the superblock", &bytes)?;
        let mut fields = Fields(&bytes[12..]);
        let (base, extension, end, root) = (fields.u64()?, fields.u64()?, fields.u64()?, fields.u64()?);
        if base != 0 || extension != UNDEFINED {
            return Err("its superblock has parts that Eventscape does not write".to_owned());
        }
        if end != self.pages.length() {
            return Err(format!("it should have {end} bytes and has {}", self.pages.length()));
        }
        self.claim("the superblock", 0, SUPERBLOCK as u64)?;
        self.waiting.push(("/".to_owned(), root));
        Ok(())
    }

    fn object(&mut self, path: &str, address: u64) -> Result<()> {
        let object = read_object(&mut self.pages, path, address)?;
        self.claim(path, address, object.size)?;
        for collection in &object.collections {
            self.collection(path, *collection)?;
        }
        match object.content {
            Content::Group(links) => {
                self.found.groups += 1;
                self.waiting.extend(links.into_iter().map(|(name, address)| (join(path, &name), address)));
            }
            Content::LargeGroup { tree, heap } => {
                self.found.groups += 1;
                self.symbol_table(path, tree, heap)?;
            }
            Content::Contiguous { address, size, expected } => {
                self.found.datasets += 1;
                if address != UNDEFINED && size != expected {
                    return Err(format!("{path} has {size} bytes of values, its shape demands {expected}"));
                }
                if address != UNDEFINED {
                    self.found.data_bytes += size;
                    self.claim(path, address, size)?;
                }
            }
            Content::Chunked { index, grid } => {
                self.found.datasets += 1;
                self.chunks(path, index, &grid)?;
            }
        }
        Ok(())
    }

    /// A collection of the global heap, which several objects point into.
    fn collection(&mut self, path: &str, address: u64) -> Result<()> {
        if !self.collections.insert(address) {
            return Ok(());
        }
        self.claim(&format!("the heap of {path}"), address, COLLECTION)?;
        let head = self.pages.read(address, 16)?;
        if !head.starts_with(b"GCOL\x01") || Fields(&head[8..]).u64()? != COLLECTION {
            return Err(format!("the dimensions of {path} point to byte {address}, where no heap is"));
        }
        Ok(())
    }

    fn nothing_overlaps(&mut self) -> Result<()> {
        self.extents.sort_unstable();
        for pair in self.extents.windows(2) {
            let [(start, length), (next, _)] = [pair[0], pair[1]];
            if start + length > next {
                return Err(format!("two objects share the bytes from {next} on"));
            }
        }
        Ok(())
    }
}

fn join(path: &str, name: &str) -> String {
    if path == "/" { format!("/{name}") } else { format!("{path}/{name}") }
}

/// The last four bytes are the checksum of all before.
fn checksum(what: &str, bytes: &[u8]) -> Result<()> {
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else {
        return Err(format!("{what} is too short"));
    };
    if hdf5_core::jenkins_lookup3(body) == u32::from_le_bytes(*sum) {
        Ok(())
    } else {
        Err(format!("the checksum of {what} does not hold"))
    }
}

/// Little-endian fields, one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("an object ends before its fields do")?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, length: usize) -> Result<u64> {
        Ok(self.take(length)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(self.number(1)? as u8)
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(self.number(2)? as u16)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(self.number(4)? as u32)
    }

    fn u64(&mut self) -> Result<u64> {
        self.number(8)
    }
}

#[cfg(test)]
mod tests;
