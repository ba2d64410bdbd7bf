//! What the metadata of an array tell, in both versions.

use super::codecs::Codec;
use super::keys::Keys;
use super::{TextForm, json};
use crate::read::chunks::{Filters, Layout, Stored};
use crate::read::{Attribute, Attributes, Dimension, Number, OpenOptions, ScalarType, Variable};

/// An array.
pub(super) struct Array {
    pub(super) shape: Vec<u64>,
    /// The shape of the chunks that are decoded at once (in a shard: the inner ones).
    pub(super) chunk: Vec<u64>,
    pub(super) element: ElementType,
    pub(super) text: TextForm,
    pub(super) codecs: Vec<Codec>,
    pub(super) keys: Keys,
    /// The bytes of one element never written.
    pub(super) fill: Vec<u8>,
    pub(super) dims: Option<Vec<Option<String>>>,
    pub(super) attributes: Attributes,
}

/// The type of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct ElementType {
    pub(super) scalar: ScalarType,
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

impl Array {
    pub(super) fn into_variable(mut self, path: &str, options: &OpenOptions) -> Result<(Variable, Stored), String> {
        let rank = self.shape.len();
        if self.chunk.len() != rank || self.chunk.contains(&0) {
            return Err(format!("its chunks {:?} do not fit its shape {:?}", self.chunk, self.shape));
        }
        let bytes = self.shape.iter().try_fold(self.element.size as u64, |product, len| product.checked_mul(*len));
        if bytes.is_none() {
            return Err(format!("its shape {:?} is absurd", self.shape));
        }
        let dims = self.dimensions();
        // xarray's spelling of a float in JSON.
        if matches!(self.element.scalar, ScalarType::F32 | ScalarType::F64) {
            let float = match self.attributes.get("_FillValue") {
                Some(Attribute::Text(text)) => json::float_in_base64(text).or(match text.as_str() {
                    "NaN" => Some(f64::NAN),
                    _ => None,
                }),
                _ => None,
            };
            if let Some(float) = float {
                self.attributes.insert("_FillValue".to_owned(), Attribute::Floats(vec![float]));
            }
        }
        let stored = Stored {
            shape: self.shape,
            chunk: self.chunk.clone(),
            size: self.element.size,
            big_endian: self.element.big_endian,
            filters: if self.codecs.is_empty() { Filters::NONE } else { Filters::Zarr(self.codecs) },
            fill: self.fill,
            layout: Layout::Objects(self.keys),
        };
        if stored.chunk_bytes().is_none_or(|bytes| bytes > options.max_chunk_bytes) {
            return Err(format!("its chunks {:?} hold more than {} bytes", stored.chunk, options.max_chunk_bytes));
        }
        let variable = Variable {
            path: path.to_owned(),
            scalar: self.element.scalar,
            dims,
            chunk: Some(self.chunk),
            attributes: self.attributes,
            // Zarr's fill value says what absent chunks hold, not that netCDF's defaults are missing.
            fill: None,
        };
        Ok((variable, stored))
    }

    fn dimensions(&self) -> Vec<Dimension> {
        let names = self.dims.clone().unwrap_or_default();
        self.shape
            .iter()
            .enumerate()
            .map(|(d, len)| Dimension {
                name: names.get(d).cloned().flatten().unwrap_or_else(|| format!("phony_dim_{d}")),
                len: *len,
                unlimited: false,
            })
            .collect()
    }
}

/// The bytes of a number as the type stores it.
pub(super) fn bytes_of(number: Number, element: ElementType) -> Vec<u8> {
    macro_rules! as_integer {
        ($t:ty) => {
            match number {
                Number::Integer(x) => (x as $t).to_le_bytes().to_vec(),
                Number::Unsigned(x) => (x as $t).to_le_bytes().to_vec(),
                other => (other.as_f64() as $t).to_le_bytes().to_vec(),
            }
        };
    }
    let mut bytes = match element.scalar {
        ScalarType::I8 => as_integer!(i8),
        ScalarType::U8 | ScalarType::Char => as_integer!(u8),
        ScalarType::I16 => as_integer!(i16),
        ScalarType::U16 => as_integer!(u16),
        ScalarType::I32 => as_integer!(i32),
        ScalarType::U32 => as_integer!(u32),
        ScalarType::I64 => as_integer!(i64),
        ScalarType::U64 => as_integer!(u64),
        ScalarType::F32 => match number {
            Number::Float32(x) => x.to_le_bytes().to_vec(),
            other => (other.as_f64() as f32).to_le_bytes().to_vec(),
        },
        ScalarType::F64 => number.as_f64().to_le_bytes().to_vec(),
        ScalarType::Text => vec![0; element.size],
    };
    if element.big_endian {
        bytes.reverse();
    }
    bytes
}

/// The number as an attribute.
pub(super) fn attribute_of(number: Number) -> Attribute {
    match number {
        Number::Integer(x) => Attribute::Integers(vec![x]),
        Number::Unsigned(x) => Attribute::Unsigned(vec![x]),
        Number::Float32(x) => Attribute::Floats32(vec![x]),
        Number::Float(x) => Attribute::Floats(vec![x]),
    }
}
