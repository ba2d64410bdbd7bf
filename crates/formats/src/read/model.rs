//! What a granule holds: its variables, their dimensions, types and attributes.

use std::collections::BTreeMap;

/// The stored type of a variable's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// Signed 8-bit integers.
    I8,
    /// Unsigned 8-bit integers.
    U8,
    /// Signed 16-bit integers.
    I16,
    /// Unsigned 16-bit integers.
    U16,
    /// Signed 32-bit integers.
    I32,
    /// Unsigned 32-bit integers.
    U32,
    /// Signed 64-bit integers.
    I64,
    /// Unsigned 64-bit integers.
    U64,
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
    /// Strings, of fixed or variable length.
    Text,
    /// Single bytes of text (`char` of netCDF).
    Char,
}

impl ScalarType {
    /// Whether the elements are numbers.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        !matches!(self, Self::Text | Self::Char)
    }

    /// Bytes of one element in memory; text counts as one pointer-sized handle.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Char => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
            Self::Text => size_of::<String>(),
        }
    }
}

/// The value of an attribute. Floating-point values keep their width, because unpacking with a float32 scale gives
/// other values than with a float64 scale; integers are widened, which loses nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// A single text.
    Text(String),
    /// Several texts, or none.
    Texts(Vec<String>),
    /// Integers of any signed or unsigned type that fits int64.
    Integers(Vec<i64>),
    /// Unsigned 64-bit integers.
    Unsigned(Vec<u64>),
    /// Float32 values.
    Floats32(Vec<f32>),
    /// Float64 values.
    Floats(Vec<f64>),
}

impl Attribute {
    /// The text of a text attribute; several texts give the first.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Texts(texts) => texts.first().map(String::as_str),
            _ => None,
        }
    }

    /// All numbers as float64 (empty for text).
    #[must_use]
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Text(_) | Self::Texts(_) => Vec::new(),
            Self::Integers(v) => v.iter().map(|x| *x as f64).collect(),
            Self::Unsigned(v) => v.iter().map(|x| *x as f64).collect(),
            Self::Floats32(v) => v.iter().map(|x| f64::from(*x)).collect(),
            Self::Floats(v) => v.clone(),
        }
    }

    /// The first number as float64, `None` for text.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.numbers().first().copied()
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(_) => 1,
            Self::Texts(v) => v.len(),
            Self::Integers(v) => v.len(),
            Self::Unsigned(v) => v.len(),
            Self::Floats32(v) => v.len(),
            Self::Floats(v) => v.len(),
        }
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Attributes by name.
pub type Attributes = BTreeMap<String, Attribute>;

/// One number in the type in which it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A signed integer of any width.
    Integer(i64),
    /// An unsigned 64-bit integer.
    Unsigned(u64),
    /// A float32.
    Float32(f32),
    /// A float64.
    Float(f64),
}

impl Number {
    /// The nearest float64.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(x) => x as f64,
            Self::Unsigned(x) => x as f64,
            Self::Float32(x) => f64::from(x),
            Self::Float(x) => x,
        }
    }
}

/// A dimension of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name without groups; `phony_dim_N` when the file gives none.
    pub name: String,
    /// Its length.
    pub len: u64,
    /// Whether the file lets it grow.
    pub unlimited: bool,
}

/// A variable of a granule.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its path with groups, without a leading slash: `Grid/precipitation`.
    pub path: String,
    /// The stored type.
    pub scalar: ScalarType,
    /// Its dimensions, slowest first; empty for a scalar.
    pub dims: Vec<Dimension>,
    /// The shape of the stored chunks, `None` when the data are not chunked.
    pub chunk: Option<Vec<u64>>,
    /// Its attributes, without those that the format uses for itself (dimension scales and the like).
    pub attributes: Attributes,
    /// The value of cells that were never written, for numeric variables of netCDF and HDF5. Where it is given and there
    /// is no `_FillValue`, the default fill value of netCDF counts as missing.
    pub fill: Option<Number>,
}

impl Variable {
    /// The name without groups.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The group that holds it, without a leading slash; empty for the root.
    #[must_use]
    pub fn group(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The lengths of the dimensions.
    #[must_use]
    pub fn shape(&self) -> Vec<u64> {
        self.dims.iter().map(|d| d.len).collect()
    }

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }
}
