//! The bodies of header messages.

use super::header::{Message, MessageKind};
use super::{Kind, UNDEFINED};

/// The shape of a dataset or attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// No value at all (an empty text).
    Null,
    /// One value, no dimension.
    Scalar,
    /// The dimensions: size now, and whether it may grow.
    Simple(Vec<(u64, bool)>),
}

impl Extent {
    /// One dimension of a fixed size.
    pub(crate) fn list(size: usize) -> Self {
        Self::Simple(vec![(size as u64, false)])
    }

    fn body(&self) -> Vec<u8> {
        let (class, dims): (u8, &[(u64, bool)]) = match self {
            Self::Null => (2, &[]),
            Self::Scalar => (0, &[]),
            Self::Simple(dims) => (1, dims),
        };
        let mut body = vec![2, dims.len() as u8, u8::from(!dims.is_empty()), class];
        body.extend(dims.iter().flat_map(|(size, _)| size.to_le_bytes()));
        body.extend(dims.iter().flat_map(|&(size, grows)| if grows { u64::MAX } else { size }.to_le_bytes()));
        body
    }
}

/// Where and how a dataset's values lie.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// In one piece; address [`UNDEFINED`] where nothing was written.
    Contiguous { address: u64, size: u64 },
    /// In chunks under a B-tree.
    Chunked { index: u64, chunk: Vec<u32>, element: u32 },
}

impl Layout {
    pub(crate) fn message(&self) -> Message {
        let mut body = vec![3];
        match self {
            Self::Contiguous { address, size } => {
                body.push(1);
                body.extend_from_slice(&address.to_le_bytes());
                body.extend_from_slice(&size.to_le_bytes());
            }
            Self::Chunked { index, chunk, element } => {
                body.push(2);
                body.push(chunk.len() as u8 + 1);
                body.extend_from_slice(&index.to_le_bytes());
                body.extend(chunk.iter().chain([element]).flat_map(|n| n.to_le_bytes()));
            }
        }
        Message { kind: MessageKind::Layout, body }
    }
}

/// The filters of a chunked dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filters {
    /// Bytes of equal place in their numbers together.
    pub(crate) shuffle: bool,
    /// zlib, with the level that made it (readers do not need it).
    pub(crate) deflate: u32,
}

impl Filters {
    pub(crate) fn message(self, element: usize) -> Message {
        let mut body = vec![2, 1 + u8::from(self.shuffle)];
        let mut filter = |id: u16, parameter: u32| {
            body.extend_from_slice(&id.to_le_bytes());
            // optional to apply (readers ignore it), one parameter
            body.extend_from_slice(&1u16.to_le_bytes());
            body.extend_from_slice(&1u16.to_le_bytes());
            body.extend_from_slice(&parameter.to_le_bytes());
        };
        if self.shuffle {
            filter(2, element as u32);
        }
        filter(1, self.deflate);
        Message { kind: MessageKind::Filters, body }
    }
}

pub(crate) fn dataspace(extent: &Extent) -> Message {
    Message { kind: MessageKind::Dataspace, body: extent.body() }
}

pub(crate) fn datatype(kind: Kind) -> Message {
    Message { kind: MessageKind::Datatype, body: number_type(kind) }
}

/// The encoded type of numbers, and of bytes of text.
pub(crate) fn number_type(kind: Kind) -> Vec<u8> {
    let bits = (kind.size() * 8) as u16;
    let mut body = match kind {
        Kind::Char => return text_type(1, true),
        Kind::F32 | Kind::F64 | Kind::Placeholder => {
            vec![0x11, 0x20 | u8::from(kind == Kind::Placeholder), bits as u8 - 1, 0]
        }
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => vec![0x10, 0x08, 0, 0],
        Kind::U8 | Kind::U32 | Kind::U64 => vec![0x10, 0, 0, 0],
    };
    body.extend_from_slice(&(kind.size() as u32).to_le_bytes());
    body.extend_from_slice(&0u16.to_le_bytes());
    body.extend_from_slice(&bits.to_le_bytes());
    match kind {
        Kind::F32 | Kind::Placeholder => body.extend_from_slice(&[23, 8, 0, 23, 127, 0, 0, 0]),
        Kind::F64 => body.extend_from_slice(&[52, 11, 0, 52, 0xff, 3, 0, 0]),
        _ => {}
    }
    body
}

/// A text of so many bytes, UTF-8 (`ascii` where it is that, as netCDF writes it).
pub(crate) fn text_type(size: usize, ascii: bool) -> Vec<u8> {
    let mut body = vec![0x13, if ascii { 0 } else { 0x10 }, 0, 0];
    body.extend_from_slice(&(size.max(1) as u32).to_le_bytes());
    body
}

/// Lists of object references: the type of `DIMENSION_LIST`.
pub(crate) fn references_type() -> Vec<u8> {
    let mut body = vec![0x19, 0, 0, 0];
    body.extend_from_slice(&16u32.to_le_bytes());
    body.extend_from_slice(&object_reference_type());
    body
}

/// Pairs of a reference and a number of a dimension: the type of `REFERENCE_LIST`.
pub(crate) fn reference_list_type() -> Vec<u8> {
    let mut body = vec![0x16, 2, 0, 0];
    body.extend_from_slice(&16u32.to_le_bytes());
    let members: [(&[u8], u32, Vec<u8>); 2] =
        [(b"dataset\0", 0, object_reference_type()), (b"dimension\0", 8, number_type(Kind::U32))];
    for (name, offset, member) in members {
        body.extend_from_slice(name);
        body.resize(body.len().next_multiple_of(8), 0);
        body.extend_from_slice(&offset.to_le_bytes());
        // version 1 of compound types: no array dimensions (rank, reserved, permutation, reserved, four sizes)
        body.extend_from_slice(&[0; 28]);
        body.extend_from_slice(&member);
    }
    body
}

fn object_reference_type() -> Vec<u8> {
    let mut body = vec![0x17, 0, 0, 0];
    body.extend_from_slice(&8u32.to_le_bytes());
    body
}

/// The value of cells that were never written; `None`: zero.
pub(crate) fn fill_value(value: Option<&[u8]>, chunked: bool) -> Message {
    // space is taken late (one piece) or as chunks come; the fill is written if it is set
    let flags = if chunked { 0x0b } else { 0x0a };
    let mut body = vec![3, flags];
    if let Some(value) = value {
        body[1] |= 0x20;
        body.extend_from_slice(&(value.len() as u32).to_le_bytes());
        body.extend_from_slice(value);
    }
    Message { kind: MessageKind::FillValue, body }
}

/// An attribute.
pub(crate) fn attribute(name: &str, datatype: &[u8], extent: &Extent, data: &[u8]) -> Message {
    let space = extent.body();
    let mut body = vec![3, 0];
    for size in [name.len() + 1, datatype.len(), space.len()] {
        body.extend_from_slice(&(size as u16).to_le_bytes());
    }
    body.push(u8::from(!name.is_ascii()));
    body.extend_from_slice(name.as_bytes());
    body.push(0);
    body.extend_from_slice(datatype);
    body.extend_from_slice(&space);
    body.extend_from_slice(data);
    Message { kind: MessageKind::Attribute, body }
}

/// Says that the order of so many attributes is tracked.
pub(crate) fn attribute_info(attributes: usize) -> Message {
    let mut body = vec![0, 3];
    body.extend_from_slice(&(attributes as u16).to_le_bytes());
    body.extend_from_slice(&[0xff; 24]);
    Message { kind: MessageKind::AttributeInfo, body }
}

/// Says that a group's links are messages, and that the order of so many is tracked.
pub(crate) fn link_info(links: usize) -> Message {
    let mut body = vec![0, 3];
    body.extend_from_slice(&(links as u64).to_le_bytes());
    for _ in 0..3 {
        body.extend_from_slice(&UNDEFINED.to_le_bytes());
    }
    Message { kind: MessageKind::LinkInfo, body }
}

pub(crate) fn group_info() -> Message {
    Message { kind: MessageKind::GroupInfo, body: vec![0, 0] }
}

/// A member of a group.
pub(crate) fn hard_link(order: usize, name: &str, address: u64) -> Message {
    // two bytes for the name's length, creation order and character set given
    let mut body = vec![1, 0x15];
    body.extend_from_slice(&(order as u64).to_le_bytes());
    body.push(u8::from(!name.is_ascii()));
    body.extend_from_slice(&(name.len() as u16).to_le_bytes());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(&address.to_le_bytes());
    Message { kind: MessageKind::Link, body }
}

/// Says where the symbol table of a large group lies.
pub(crate) fn symbol_table_message(tree: u64, heap: u64) -> Message {
    Message { kind: MessageKind::SymbolTable, body: [tree.to_le_bytes(), heap.to_le_bytes()].concat() }
}
