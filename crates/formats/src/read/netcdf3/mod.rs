//! NetCDF classic, 64-bit offset and CDF-5.

mod header;
mod reader;

use std::sync::Arc;

use super::chunks::{
    At, Blocks, Chunked, Dense, Filters, Found, Layout, Origin, Piece, Pieces, Stored, dense_chunk, dense_pieces,
};
use super::packing::default_fill;
use super::{Dataset, Dimension, Format, Hyperslab, OpenOptions, Opener, ScalarType, Variable};
use crate::source::ByteSource;
use crate::{IoError, Result};
use header::Header;

/// The format in the table.
pub(crate) static FORMAT: Format = Format {
    name: "netCDF classic",
    endings: &["nc", "nc3", "cdf", "netcdf"],
    opener: Opener::File { recognises, open },
};

/// The first three bytes of a file; the fourth is the version: 1, 2 or 5.
const MAGIC: [u8; 3] = *b"CDF";

fn recognises(blocks: &Blocks) -> Result<bool> {
    let head = blocks.read(0..blocks.source().len().min(4))?;
    Ok(head.len() == 4 && head.starts_with(&MAGIC) && matches!(head.get(3), Some(1 | 2 | 5)))
}

fn open(blocks: &Arc<Blocks>, options: &OpenOptions) -> Result<Box<dyn Dataset>> {
    let found = read_header(blocks)?;
    Ok(Box::new(Chunked::new(Classic { source: blocks.source().clone() }, found, options)))
}

/// An open file.
struct Classic {
    source: Arc<dyn ByteSource>,
}

impl Pieces for Classic {
    fn format(&self) -> &str {
        FORMAT.name
    }

    fn origin(&self) -> Origin<'_> {
        Origin::File(self.source.as_ref())
    }

    fn pieces(&self, at: At<'_>, slab: &Hyperslab) -> Result<Vec<Piece>> {
        let Layout::Dense { address, record } = at.stored.layout else { return Ok(Vec::new()) };
        dense_pieces(at.stored, Dense::File { address, record }, slab).ok_or_else(|| IoError::Damaged {
            location: self.source.location().to_owned(),
            reason: format!("variable `{}`: an address overflows", at.path),
        })
    }

    /// The format has single characters, and no texts.
    fn texts(&self, _: At<'_>, _: &[u8], _: usize) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// Reads the header.
fn read_header(blocks: &Arc<Blocks>) -> Result<Found> {
    let header = header::parse(blocks)?;
    let source = blocks.source();
    let damaged = |reason: String| IoError::Damaged { location: source.location().to_owned(), reason };
    let (record, records) = records(&header, source.len()).ok_or_else(|| damaged("its records are absurd".into()))?;
    let mut all = Found::default();
    let contents = &mut all.contents;
    contents.groups.insert(String::new(), header.attributes.clone());
    for found in &header.variables {
        let bad = |reason: &str| damaged(format!("variable `{}` {reason}", found.name));
        let is_record = header.is_record(found);
        let dims: Vec<Dimension> = found
            .dims
            .iter()
            .enumerate()
            .map(|(d, id)| {
                let dim = &header.dims[*id];
                let unlimited = dim.len == 0 && d == 0;
                let len = if unlimited { records } else { dim.len };
                Dimension { name: dim.name.clone(), len, unlimited }
            })
            .collect();
        let shape: Vec<u64> = dims.iter().map(|d| d.len).collect();
        let bytes = shape.iter().try_fold(found.scalar.size() as u64, |product, len| product.checked_mul(*len));
        let bytes = bytes.ok_or_else(|| bad("has an absurd shape"))?;
        let last = if is_record {
            let one = found.record_bytes(&header).ok_or_else(|| bad("has an absurd shape"))?;
            record.checked_mul(records.saturating_sub(1)).and_then(|skipped| skipped.checked_add(one))
        } else {
            Some(bytes)
        };
        let end = last.and_then(|last| last.checked_add(found.begin)).ok_or_else(|| bad("has an absurd address"))?;
        if bytes > 0 && end > source.len() {
            return Err(bad(&format!("ends at byte {end}, the file has {}: it is cut short", source.len())));
        }
        // netCDF-C writes the fill value of the attribute, or else the default one, into every cell not written.
        let fill = match found.attributes.get("_FillValue").and_then(|a| number_in(a, found.scalar)) {
            Some(fill) => Some(fill),
            None => default_fill(found.scalar),
        };
        let size = found.scalar.size();
        all.stored.push(Stored {
            chunk: dense_chunk(&shape, size, is_record),
            shape,
            size,
            big_endian: true,
            filters: Filters::NONE,
            fill: vec![0; size],
            layout: if bytes == 0 {
                Layout::Empty
            } else {
                Layout::Dense { address: found.begin, record: is_record.then_some(record) }
            },
        });
        contents.variables.push(Variable {
            path: found.name.clone(),
            scalar: found.scalar,
            dims,
            chunk: None,
            attributes: found.attributes.clone(),
            fill,
        });
    }
    Ok(all)
}

/// The distance of two records in bytes, and how many there are. `None` when that overflows.
fn records(header: &Header, len: u64) -> Option<(u64, u64)> {
    let with_records: Vec<_> = header.variables.iter().filter(|v| header.is_record(v)).collect();
    let mut stride = 0u64;
    for variable in &with_records {
        let bytes = variable.record_bytes(header)?;
        // The records of a single variable are not padded to four bytes.
        stride =
            stride.checked_add(if with_records.len() == 1 { bytes } else { bytes.checked_next_multiple_of(4)? })?;
    }
    let count = header.records.unwrap_or_else(|| {
        // Written as a stream: the length of the file tells the number of records.
        let begin = with_records.iter().map(|v| v.begin).min().unwrap_or(len);
        if stride == 0 { 0 } else { len.saturating_sub(begin) / stride }
    });
    Some((stride, count))
}

fn number_in(attribute: &super::Attribute, scalar: ScalarType) -> Option<super::Number> {
    use super::{Attribute, Number};
    match attribute {
        Attribute::Integers(v) => v.first().map(|x| Number::Integer(*x)),
        Attribute::Unsigned(v) => v.first().map(|x| Number::Unsigned(*x)),
        Attribute::Floats32(v) => v.first().map(|x| Number::Float32(*x)),
        Attribute::Floats(v) => v.first().map(|x| Number::Float(*x)),
        Attribute::Text(_) | Attribute::Texts(_) => None,
    }
    .filter(|_| scalar.is_numeric())
}
