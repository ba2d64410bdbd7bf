//! The header of a classic file: dimensions, attributes, variables.

use std::sync::Arc;

use super::reader::Reader;
use crate::Result;
use crate::read::chunks::Blocks;
use crate::read::{Attribute, Attributes, ScalarType};

const DIMENSIONS: u32 = 10;
const VARIABLES: u32 = 11;
const ATTRIBUTES: u32 = 12;
/// Stands for the number of records of a file that was written as a stream.
const STREAMING: u64 = 0xffff_ffff;
/// As in netCDF-C.
const MAX_RANK: usize = 1024;

pub(super) struct Header {
    /// `None` when the file was written as a stream.
    pub(super) records: Option<u64>,
    pub(super) dims: Vec<HeaderDim>,
    pub(super) attributes: Attributes,
    pub(super) variables: Vec<HeaderVariable>,
}

pub(super) struct HeaderDim {
    pub(super) name: String,
    /// Zero for the dimension of records.
    pub(super) len: u64,
}

pub(super) struct HeaderVariable {
    pub(super) name: String,
    pub(super) dims: Vec<usize>,
    pub(super) attributes: Attributes,
    pub(super) scalar: ScalarType,
    pub(super) begin: u64,
}

impl Header {
    pub(super) fn is_record(&self, variable: &HeaderVariable) -> bool {
        variable.dims.first().is_some_and(|id| self.dims[*id].len == 0)
    }
}

impl HeaderVariable {
    /// Bytes of one record, `None` when that overflows.
    pub(super) fn record_bytes(&self, header: &Header) -> Option<u64> {
        let others = self.dims.iter().skip(1).map(|id| header.dims[*id].len);
        others.into_iter().try_fold(self.scalar.size() as u64, u64::checked_mul)
    }
}

pub(super) fn parse(blocks: &Arc<Blocks>) -> Result<Header> {
    let mut reader = Reader::new(blocks);
    let magic = reader.bytes(4)?;
    let (wide, wide_offsets) = match magic.get(3) {
        Some(1) => (false, false),
        Some(2) => (false, true),
        Some(5) => (true, true),
        other => return Err(reader.damaged(format_args!("version {other:?} of the classic format is not known"))),
    };
    reader.wide = wide;
    let records = reader.count()?;
    let records = (wide || records != STREAMING).then_some(records);

    let count = reader.list(DIMENSIONS, 8, "dimensions")?;
    let mut dims = Vec::with_capacity(count);
    for _ in 0..count {
        dims.push(HeaderDim { name: reader.name()?, len: reader.count()? });
    }
    if dims.iter().filter(|d| d.len == 0).count() > 1 {
        return Err(reader.damaged("it has more than one dimension of records"));
    }
    let attributes = attributes(&mut reader)?;
    let count = reader.list(VARIABLES, 28, "variables")?;
    let mut variables = Vec::with_capacity(count);
    for _ in 0..count {
        variables.push(variable(&mut reader, &dims, wide_offsets)?);
    }
    Ok(Header { records, dims, attributes, variables })
}

fn variable(reader: &mut Reader, dims: &[HeaderDim], wide_offsets: bool) -> Result<HeaderVariable> {
    let name = reader.name()?;
    let rank = reader.count()?;
    let rank = reader.bounded(rank, 4, "dimensions of a variable")?;
    if rank > MAX_RANK {
        return Err(reader.damaged(format_args!("variable `{name}` has {rank} dimensions")));
    }
    let mut ids = Vec::with_capacity(rank);
    for d in 0..rank {
        let id = reader.count()?;
        let id = usize::try_from(id).ok().filter(|id| dims.get(*id).is_some_and(|dim| dim.len > 0 || d == 0));
        ids.push(id.ok_or_else(|| reader.damaged(format_args!("variable `{name}` has a wrong dimension")))?);
    }
    let attributes = attributes(reader)?;
    let code = reader.u32()?;
    let scalar = scalar(code).ok_or_else(|| reader.damaged(format_args!("variable `{name}` has the type {code}")))?;
    // The size is told twice: it follows from the dimensions, and writers disagree on it for large variables.
    reader.count()?;
    let begin = if wide_offsets { reader.u64()? } else { u64::from(reader.u32()?) };
    Ok(HeaderVariable { name, dims: ids, attributes, scalar, begin })
}

fn scalar(code: u32) -> Option<ScalarType> {
    Some(match code {
        1 => ScalarType::I8,
        2 => ScalarType::Char,
        3 => ScalarType::I16,
        4 => ScalarType::I32,
        5 => ScalarType::F32,
        6 => ScalarType::F64,
        7 => ScalarType::U8,
        8 => ScalarType::U16,
        9 => ScalarType::U32,
        10 => ScalarType::I64,
        11 => ScalarType::U64,
        _ => return None,
    })
}

fn attributes(reader: &mut Reader) -> Result<Attributes> {
    let count = reader.list(ATTRIBUTES, 12, "attributes")?;
    let mut attributes = Attributes::new();
    for _ in 0..count {
        let name = reader.name()?;
        let code = reader.u32()?;
        let scalar =
            scalar(code).ok_or_else(|| reader.damaged(format_args!("attribute `{name}` has the type {code}")))?;
        let count = reader.count()?;
        let count = reader.bounded(count, scalar.size() as u64, "values of an attribute")?;
        let bytes = reader.padded((count * scalar.size()) as u64)?;
        attributes.insert(name, value(scalar, &bytes));
    }
    Ok(attributes)
}

fn value(scalar: ScalarType, bytes: &[u8]) -> Attribute {
    fn numbers<const N: usize, T>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> Vec<T> {
        bytes.as_chunks::<N>().0.iter().map(|b| from(*b)).collect()
    }
    match scalar {
        ScalarType::Char | ScalarType::Text => {
            Attribute::Text(String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned())
        }
        ScalarType::I8 => Attribute::Integers(numbers(bytes, |b| i8::from_be_bytes(b).into())),
        ScalarType::U8 => Attribute::Integers(numbers(bytes, |b| u8::from_be_bytes(b).into())),
        ScalarType::I16 => Attribute::Integers(numbers(bytes, |b| i16::from_be_bytes(b).into())),
        ScalarType::U16 => Attribute::Integers(numbers(bytes, |b| u16::from_be_bytes(b).into())),
        ScalarType::I32 => Attribute::Integers(numbers(bytes, |b| i32::from_be_bytes(b).into())),
        ScalarType::U32 => Attribute::Integers(numbers(bytes, |b| u32::from_be_bytes(b).into())),
        ScalarType::I64 => Attribute::Integers(numbers(bytes, i64::from_be_bytes)),
        ScalarType::U64 => Attribute::Unsigned(numbers(bytes, u64::from_be_bytes)),
        ScalarType::F32 => Attribute::Floats32(numbers(bytes, f32::from_be_bytes)),
        ScalarType::F64 => Attribute::Floats(numbers(bytes, f64::from_be_bytes)),
    }
}
