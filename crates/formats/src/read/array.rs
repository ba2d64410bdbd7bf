//! Selections, and the raw values that a read gives.

use std::ops::Range;

use super::ScalarType;

/// A box of a variable: one range of indices a dimension, slowest first. Empty for a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyperslab(pub Vec<Range<u64>>);

impl Hyperslab {
    /// Everything of a shape.
    #[must_use]
    pub fn all(shape: &[u64]) -> Self {
        Self(shape.iter().map(|len| 0..*len).collect())
    }

    /// The lengths of the ranges.
    #[must_use]
    pub fn shape(&self) -> Vec<u64> {
        self.0.iter().map(|r| r.end.saturating_sub(r.start)).collect()
    }

    /// Number of elements, `None` when it overflows.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.shape().iter().try_fold(1u64, |product, len| product.checked_mul(*len))
    }

    /// The first index of each dimension.
    pub(crate) fn starts(&self) -> Vec<u64> {
        self.0.iter().map(|r| r.start).collect()
    }
}

impl From<Vec<Range<u64>>> for Hyperslab {
    fn from(ranges: Vec<Range<u64>>) -> Self {
        Self(ranges)
    }
}

/// Raw values, row-major, exactly as stored: not unpacked, missing values not replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The lengths of the dimensions, slowest first.
    pub shape: Vec<u64>,
    /// The values.
    pub data: ArrayData,
}

/// The values of an [`Array`] by their stored type.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrayData {
    /// Signed 8-bit integers.
    I8(Vec<i8>),
    /// Unsigned 8-bit integers.
    U8(Vec<u8>),
    /// Signed 16-bit integers.
    I16(Vec<i16>),
    /// Unsigned 16-bit integers.
    U16(Vec<u16>),
    /// Signed 32-bit integers.
    I32(Vec<i32>),
    /// Unsigned 32-bit integers.
    U32(Vec<u32>),
    /// Signed 64-bit integers.
    I64(Vec<i64>),
    /// Unsigned 64-bit integers.
    U64(Vec<u64>),
    /// 32-bit floating point.
    F32(Vec<f32>),
    /// 64-bit floating point.
    F64(Vec<f64>),
    /// Strings.
    Text(Vec<String>),
    /// Bytes of text.
    Char(Vec<u8>),
}

macro_rules! each_number {
    ($self:expr, $v:ident => $body:expr, $otherwise:expr) => {
        match $self {
            ArrayData::I8($v) => $body,
            ArrayData::U8($v) => $body,
            ArrayData::I16($v) => $body,
            ArrayData::U16($v) => $body,
            ArrayData::I32($v) => $body,
            ArrayData::U32($v) => $body,
            ArrayData::I64($v) => $body,
            ArrayData::U64($v) => $body,
            ArrayData::F32($v) => $body,
            ArrayData::F64($v) => $body,
            ArrayData::Text(_) | ArrayData::Char(_) => $otherwise,
        }
    };
}

impl ArrayData {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::Char(v) => v.len(),
            numbers => each_number!(numbers, v => v.len(), 0),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stored type.
    #[must_use]
    pub fn scalar(&self) -> ScalarType {
        match self {
            Self::I8(_) => ScalarType::I8,
            Self::U8(_) => ScalarType::U8,
            Self::I16(_) => ScalarType::I16,
            Self::U16(_) => ScalarType::U16,
            Self::I32(_) => ScalarType::I32,
            Self::U32(_) => ScalarType::U32,
            Self::I64(_) => ScalarType::I64,
            Self::U64(_) => ScalarType::U64,
            Self::F32(_) => ScalarType::F32,
            Self::F64(_) => ScalarType::F64,
            Self::Text(_) => ScalarType::Text,
            Self::Char(_) => ScalarType::Char,
        }
    }

    /// The stored numbers as float64; 64-bit integers beyond 2^53 are rounded. `None` for text.
    #[must_use]
    pub fn to_f64(&self) -> Option<Vec<f64>> {
        #[allow(clippy::unnecessary_cast)] // one arm of the macro is float64 already
        let values = each_number!(self, v => Some(v.iter().map(|x| *x as f64).collect()), None);
        values
    }

    /// The stored integers as int64; `None` for floating point, for text, and for values beyond int64.
    #[must_use]
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        Some(match self {
            Self::I8(v) => v.iter().map(|x| i64::from(*x)).collect(),
            Self::U8(v) => v.iter().map(|x| i64::from(*x)).collect(),
            Self::I16(v) => v.iter().map(|x| i64::from(*x)).collect(),
            Self::U16(v) => v.iter().map(|x| i64::from(*x)).collect(),
            Self::I32(v) => v.iter().map(|x| i64::from(*x)).collect(),
            Self::U32(v) => v.iter().map(|x| i64::from(*x)).collect(),
            Self::I64(v) => v.clone(),
            Self::U64(v) => v.iter().map(|x| i64::try_from(*x).ok()).collect::<Option<_>>()?,
            Self::F32(_) | Self::F64(_) | Self::Text(_) | Self::Char(_) => return None,
        })
    }
}
