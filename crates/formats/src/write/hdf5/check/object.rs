//! Object headers, and what their messages say.

use std::io::{Read, Seek};

use super::pages::Pages;
use super::{Fields, Result, checksum};
use crate::write::hdf5::UNDEFINED;

/// An object as its header tells it.
pub(super) struct Object {
    /// Bytes of the header.
    pub(super) size: u64,
    pub(super) content: Content,
    /// The heaps that its attributes point into.
    pub(super) collections: Vec<u64>,
}

pub(super) enum Content {
    /// Members by name.
    Group(Vec<(String, u64)>),
    /// Members in a symbol table.
    LargeGroup { tree: u64, heap: u64 },
    /// Values in one piece, and how many bytes there should be.
    Contiguous { address: u64, size: u64, expected: u64 },
    /// Values in chunks.
    Chunked { index: u64, grid: ChunkGrid },
}

/// The chunks that a data set should have.
pub(super) struct ChunkGrid {
    /// Chunks along each dimension.
    pub(super) counts: Vec<u64>,
    /// Cells of a chunk along each dimension.
    pub(super) sizes: Vec<u64>,
}

/// Prefix of an object header: signature, version, flags, size.
const PREFIX: u64 = 10;

pub(super) fn read_object<F: Read + Seek>(pages: &mut Pages<'_, F>, path: &str, address: u64) -> Result<Object> {
    let prefix = pages.read(address, PREFIX)?;
    if !prefix.starts_with(b"OHDR\x02\x0e") {
        return Err(format!("at byte {address}, where {path} should be, is no object"));
    }
    let size = PREFIX + u64::from(Fields(&prefix[6..]).u32()?) + 4;
    let bytes = pages.read(address, size)?;
    checksum(path, &bytes)?;
    let mut fields = Fields(&bytes[PREFIX as usize..bytes.len() - 4]);
    let mut parts = Parts::default();
    while !fields.0.is_empty() {
        let (kind, length) = (fields.u8()?, fields.u16()?);
        fields.take(3)?;
        parts.message(kind, fields.take(usize::from(length))?)?;
    }
    let Parts { links, table, dims, element, layout, collections, .. } = parts;
    let content = match (layout, table) {
        (Some(layout), _) => layout.content(path, &dims, element)?,
        (None, Some((tree, heap))) => Content::LargeGroup { tree, heap },
        (None, None) => Content::Group(links),
    };
    Ok(Object { size, content, collections })
}

/// What the messages of a header say.
#[derive(Default)]
struct Parts {
    links: Vec<(String, u64)>,
    table: Option<(u64, u64)>,
    dims: Vec<u64>,
    element: u64,
    layout: Option<StoredLayout>,
    collections: Vec<u64>,
}

enum StoredLayout {
    Contiguous { address: u64, size: u64 },
    Chunked { index: u64, chunk: Vec<u64>, element: u64 },
}

impl Parts {
    fn message(&mut self, kind: u8, body: &[u8]) -> Result<()> {
        let mut fields = Fields(body);
        match kind {
            0x01 => self.dims = dimensions(&mut fields)?,
            0x03 => {
                fields.take(4)?;
                self.element = u64::from(fields.u32()?);
            }
            0x06 => self.links.push(link(&mut fields)?),
            0x08 => self.layout = Some(layout(&mut fields)?),
            0x0c => self.attribute(&mut fields)?,
            0x11 => self.table = Some((fields.u64()?, fields.u64()?)),
            // links and attributes follow as messages; a fill value and filters change nothing in where things lie
            0x02 | 0x05 | 0x0a | 0x0b | 0x15 => {}
            other => return Err(format!("an object has a message of type {other}, which Eventscape does not write")),
        }
        Ok(())
    }

    /// Notes the heaps of the lists of dimensions; other attributes hold their values themselves.
    fn attribute(&mut self, fields: &mut Fields<'_>) -> Result<()> {
        fields.take(2)?;
        let sizes = [fields.u16()?, fields.u16()?, fields.u16()?];
        fields.take(1)?;
        let name = fields.take(usize::from(sizes[0]))?;
        let datatype = fields.take(usize::from(sizes[1]))?;
        let space = fields.take(usize::from(sizes[2]))?;
        if name == b"DIMENSION_LIST\0" && datatype.first().is_some_and(|class| class & 0x0f == 9) {
            for _ in 0..dimensions(&mut Fields(space))?.iter().product() {
                fields.take(4)?;
                self.collections.push(fields.u64()?);
                fields.take(4)?;
            }
        }
        Ok(())
    }
}

fn dimensions(fields: &mut Fields<'_>) -> Result<Vec<u64>> {
    fields.take(1)?;
    let rank = fields.u8()?;
    fields.take(2)?;
    (0..rank).map(|_| fields.u64()).collect()
}

fn link(fields: &mut Fields<'_>) -> Result<(String, u64)> {
    if fields.take(2)? != [1, 0x15] {
        return Err("a group has a link that Eventscape does not write".to_owned());
    }
    fields.take(9)?;
    let length = fields.u16()?;
    let name = String::from_utf8_lossy(fields.take(usize::from(length))?).into_owned();
    Ok((name, fields.u64()?))
}

fn layout(fields: &mut Fields<'_>) -> Result<StoredLayout> {
    match (fields.u8()?, fields.u8()?) {
        (3, 1) => Ok(StoredLayout::Contiguous { address: fields.u64()?, size: fields.u64()? }),
        (3, 2) => {
            let rank = fields.u8()?.saturating_sub(1);
            let index = fields.u64()?;
            let chunk = (0..rank).map(|_| fields.u32().map(u64::from)).collect::<Result<_>>()?;
            Ok(StoredLayout::Chunked { index, chunk, element: u64::from(fields.u32()?) })
        }
        (version, class) => Err(format!("a layout of version {version}, class {class} is none of ours")),
    }
}

impl StoredLayout {
    fn content(self, path: &str, dims: &[u64], element: u64) -> Result<Content> {
        match self {
            Self::Contiguous { address, size } => {
                let expected = dims.iter().try_fold(element, |product, n| product.checked_mul(*n));
                let expected = expected.ok_or_else(|| format!("the shape of {path} is impossibly large"))?;
                Ok(Content::Contiguous { address, size, expected })
            }
            Self::Chunked { index, chunk, element: stored } => {
                if chunk.len() != dims.len() || chunk.contains(&0) || stored != element {
                    return Err(format!("the chunks of {path} do not fit its shape"));
                }
                let counts: Vec<u64> = dims.iter().zip(&chunk).map(|(n, size)| n.div_ceil(*size)).collect();
                let expected = counts.iter().try_fold(1u64, |product, n| product.checked_mul(*n));
                match expected {
                    None => Err(format!("the shape of {path} is impossibly large")),
                    Some(n) if n > 0 && index == UNDEFINED && !is_scale(dims) => {
                        Err(format!("{path} should have {n} chunks and has none"))
                    }
                    Some(_) => Ok(Content::Chunked { index, grid: ChunkGrid { counts, sizes: chunk } }),
                }
            }
        }
    }
}

/// A dimension that may grow has no values of its own.
fn is_scale(dims: &[u64]) -> bool {
    dims.len() == 1
}
