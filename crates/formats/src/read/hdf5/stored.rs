//! How a data set's elements are stored.

use hdf5_reader::ByteOrder;
use hdf5_reader::Hdf5File;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::datatype::{Datatype, StringSize, VarLenKind};
use hdf5_reader::messages::filter_pipeline::{FILTER_DEFLATE, FILTER_FLETCHER32, FILTER_SHUFFLE, FilterDescription};
use hdf5_reader::messages::layout::DataLayout;

use super::walk::Found;
use super::{Blocks, damaged, failed};
use crate::read::chunks::{Filters, Layout, Stored, dense_chunk, unknown_filter};
use crate::read::{OpenOptions, ScalarType};
use crate::{IoError, Result};

/// The bytes of one element.
pub(super) struct ElementForm {
    size: usize,
    big_endian: bool,
}

/// The type of the elements, `None` when it cannot be read.
pub(super) fn element(datatype: &Datatype, offset_size: u8) -> Option<(ScalarType, ElementForm)> {
    let form = |size: u8, order: &ByteOrder| ElementForm {
        size: usize::from(size),
        big_endian: *order == ByteOrder::BigEndian,
    };
    let text = |size: usize| ElementForm { size, big_endian: false };
    Some(match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            let scalar = match (size, signed) {
                (1, true) => ScalarType::I8,
                (1, false) => ScalarType::U8,
                (2, true) => ScalarType::I16,
                (2, false) => ScalarType::U16,
                (4, true) => ScalarType::I32,
                (4, false) => ScalarType::U32,
                (8, true) => ScalarType::I64,
                (8, false) => ScalarType::U64,
                _ => return None,
            };
            (scalar, form(*size, byte_order))
        }
        Datatype::FloatingPoint { size: 4, byte_order } => (ScalarType::F32, form(4, byte_order)),
        Datatype::FloatingPoint { size: 8, byte_order } => (ScalarType::F64, form(8, byte_order)),
        Datatype::Enum { base, .. } => return element(base, offset_size),
        Datatype::String { size: StringSize::Fixed(1), .. } => (ScalarType::Char, text(1)),
        Datatype::String { size: StringSize::Fixed(len), .. } if *len > 0 => (ScalarType::Text, text(*len as usize)),
        Datatype::String { size: StringSize::Variable, .. } => (ScalarType::Text, text(8 + usize::from(offset_size))),
        Datatype::VarLen { base, kind: VarLenKind::String, .. } if base.is_vlen_string_base() => {
            (ScalarType::Text, text(8 + usize::from(offset_size)))
        }
        _ => return None,
    })
}

pub(super) fn stored(
    file: &Hdf5File,
    blocks: &Blocks,
    found: &Found,
    form: &ElementForm,
    options: &OpenOptions,
) -> Result<Stored> {
    let (dataset, path) = (&found.dataset, found.variable_path());
    let bad = |reason: String| damaged(blocks, format!("variable `{path}`: {reason}"));
    let header = file.get_or_parse_header(dataset.address()).map_err(|e| failed(blocks, &e))?;
    let (mut layout, mut filters) = (None, Vec::new());
    for message in &header.messages {
        match message {
            HdfMessage::DataLayout(message) => layout = Some(&message.layout),
            HdfMessage::FilterPipeline(message) => filters.clone_from(&message.filters),
            HdfMessage::ExternalFiles(_) => {
                return Err(IoError::Unsupported {
                    location: blocks.source().location().to_owned(),
                    feature: "data in external files".to_owned(),
                });
            }
            _ => {}
        }
    }
    if let Some(feature) = unknown_filter(&filters) {
        return Err(IoError::Unsupported { location: blocks.source().location().to_owned(), feature });
    }
    let shape = dataset.shape().to_vec();
    let elements = shape.iter().try_fold(1u64, |product, len| product.checked_mul(*len));
    let bytes = elements
        .and_then(|n| n.checked_mul(form.size as u64))
        .ok_or_else(|| bad(format!("its shape {shape:?} is absurd")))?;
    let fill = dataset
        .fill_value()
        .and_then(|fill| fill.value.clone())
        .filter(|value| value.len() == form.size)
        .unwrap_or_else(|| vec![0; form.size]);
    let mut stored = Stored {
        chunk: dense_chunk(&shape, form.size, false),
        shape,
        size: form.size,
        big_endian: form.big_endian,
        filters: Filters::NONE,
        fill,
        layout: Layout::Empty,
    };
    let undefined = undefined_address(file.superblock().offset_size);
    let base = file.superblock().base_address;
    match layout {
        None => return Err(bad("it has no layout".to_owned())),
        Some(DataLayout::Compact { data }) => {
            if (data.len() as u64) < bytes {
                return Err(bad(format!("it holds {} bytes instead of {bytes}", data.len())));
            }
            stored.layout = Layout::Inline(data.clone());
        }
        Some(DataLayout::Contiguous { address, size }) => {
            if *address != undefined && bytes > 0 && *size > 0 {
                let end = address.checked_add(bytes).ok_or_else(|| bad("its address overflows".to_owned()))?;
                if *size < bytes || end > file.storage().len() {
                    return Err(bad(format!("it should hold {bytes} bytes, {size} are stored in the file")));
                }
                stored.layout = Layout::Dense { address: address + base, record: None };
            }
        }
        Some(DataLayout::Chunked { address, dims, element_size, chunk_indexing }) => {
            let rank = stored.shape.len();
            let chunk: Vec<u64> = dims.iter().take(rank).map(|d| u64::from(*d)).collect();
            let sizes = [dims.get(rank).copied(), Some(*element_size)];
            let other_size = sizes.into_iter().flatten().any(|size| size != 0 && size as usize != form.size);
            if chunk.len() != rank || rank == 0 || chunk.contains(&0) || dims.len() > rank + 1 || other_size {
                return Err(bad(format!("its chunks {dims:?} do not fit its shape {:?}", stored.shape)));
            }
            stored.chunk = chunk;
            if stored.chunk_bytes().is_none_or(|bytes| bytes > options.max_chunk_bytes) {
                return Err(IoError::Unsupported {
                    location: blocks.source().location().to_owned(),
                    feature: format!("chunks {:?} of more than {} bytes", stored.chunk, options.max_chunk_bytes),
                });
            }
            stored.filters = usual(filters);
            if *address != undefined && bytes > 0 {
                stored.layout = Layout::Chunked {
                    address: *address,
                    index: chunk_indexing.clone(),
                    max_shape: dataset.max_dims().map(<[u64]>::to_vec),
                };
            }
        }
    }
    Ok(stored)
}

/// The address that stands for "nowhere".
pub(super) fn undefined_address(offset_size: u8) -> u64 {
    if offset_size >= 8 { u64::MAX } else { (1 << (8 * u32::from(offset_size))) - 1 }
}

/// The pipeline, recognised when it is one of the usual ones.
fn usual(filters: Vec<FilterDescription>) -> Filters {
    let position = |id: u16| filters.iter().position(|f| f.id == id).map(|i| i as u32);
    let (shuffle, deflate, fletcher) =
        (position(FILTER_SHUFFLE), position(FILTER_DEFLATE), position(FILTER_FLETCHER32));
    let present: Vec<u32> = [shuffle, deflate, fletcher].into_iter().flatten().collect();
    if present.len() == filters.len() && filters.len() < 32 && present.is_sorted() {
        Filters::Usual { shuffle, deflate, fletcher }
    } else {
        Filters::Library(filters)
    }
}
