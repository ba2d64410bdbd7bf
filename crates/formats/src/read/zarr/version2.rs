//! Metadata of version 2: `.zarray`, `.zgroup` and `.zattrs`.

use serde_json::Value;

use super::array::{Array, ElementType, attribute_of, bytes_of};
use super::codecs::Codec;
use super::keys::Keys;
use super::nodes::{Described, Node};
use super::numbers::Numbers;
use super::times;
use super::{TextForm, json};
use crate::read::{Attribute, ScalarType};

pub(super) fn describe(node: &Node) -> Result<Described, String> {
    let mut attributes = json::attributes(&node.attributes);
    let metadata = &node.metadata;
    let Some(dtype) = metadata.get("dtype") else {
        return Ok(Described::Group(attributes));
    };
    let Some(dtype) = dtype.as_str() else {
        return Ok(Described::Unreadable("a structured type".to_owned()));
    };
    let time = times::of_numpy(dtype);
    let stored = time.as_ref().map_or(dtype, |time| time.stored);
    let Some((element, text)) = element(stored) else {
        return Ok(Described::Unreadable(format!("the type `{dtype}`")));
    };
    let shape = json::lengths(metadata.get("shape"), "the shape")?;
    let chunk = json::lengths(metadata.get("chunks"), "the shape of chunks")?;
    let codecs = match codecs(metadata, element, &chunk)? {
        Ok(codecs) => codecs,
        Err(unreadable) => return Ok(Described::Unreadable(unreadable)),
    };
    let fill = metadata.get("fill_value").and_then(|value| json::number(value, element.scalar));
    if let Some(fill) = fill {
        // As xarray has it: in version 2 the fill value of the array marks missing cells.
        attributes.entry("_FillValue".to_owned()).or_insert_with(|| attribute_of(fill));
    }
    if let Some(time) = time {
        time.describe(&mut attributes);
    }
    let dims = match attributes.remove("_ARRAY_DIMENSIONS") {
        Some(Attribute::Texts(names)) => Some(names.into_iter().map(Some).collect()),
        Some(Attribute::Text(name)) => Some(vec![Some(name)]),
        _ => None,
    };
    let separator = metadata.get("dimension_separator").and_then(Value::as_str).unwrap_or(".");
    Ok(Described::Array(Box::new(Array {
        shape,
        chunk,
        element,
        text,
        codecs,
        keys: Keys::version2(&node.path, separator),
        fill: fill.map_or_else(|| vec![0; element.size], |fill| bytes_of(fill, element)),
        dims,
        attributes,
    })))
}

/// The type of a numpy type string such as `<f4`.
fn element(dtype: &str) -> Option<(ElementType, TextForm)> {
    let mut chars = dtype.chars();
    let order = chars.next()?;
    let kind = chars.next()?;
    let size: usize = chars.as_str().parse().ok()?;
    let big_endian = order == '>';
    let number = |scalar| Some((ElementType { scalar, size, big_endian }, TextForm::None));
    match (kind, size) {
        ('b' | 'u', 1) => number(ScalarType::U8),
        ('i', 1) => number(ScalarType::I8),
        ('i', 2) => number(ScalarType::I16),
        ('u', 2) => number(ScalarType::U16),
        ('i', 4) => number(ScalarType::I32),
        ('u', 4) => number(ScalarType::U32),
        ('i', 8) => number(ScalarType::I64),
        ('u', 8) => number(ScalarType::U64),
        ('f', 4) => number(ScalarType::F32),
        ('f', 8) => number(ScalarType::F64),
        ('S', 1) => number(ScalarType::Char),
        ('S', 2..=65_536) => Some((ElementType { scalar: ScalarType::Text, size, big_endian: false }, TextForm::Bytes)),
        ('U', 1..=65_536) => {
            let form = if big_endian { TextForm::Utf32BigEndian } else { TextForm::Utf32 };
            Some((ElementType { scalar: ScalarType::Text, size: 4 * size, big_endian: false }, form))
        }
        _ => None,
    }
}

/// The pipeline in the order of storing; the inner error is a codec that cannot be read.
fn codecs(metadata: &Value, element: ElementType, chunk: &[u64]) -> Result<Result<Vec<Codec>, String>, String> {
    let mut codecs = Vec::new();
    if metadata.get("order").and_then(Value::as_str) == Some("F") && chunk.len() > 1 {
        codecs.push(Codec::transpose((0..chunk.len()).rev().collect(), chunk, element.size)?);
    }
    for filter in metadata.get("filters").and_then(Value::as_array).into_iter().flatten() {
        match filter.get("id").and_then(Value::as_str) {
            Some("shuffle") => {
                let size = filter.get("elementsize").and_then(Value::as_u64).unwrap_or(element.size as u64);
                codecs.push(Codec::Shuffle(usize::try_from(size).map_err(|e| e.to_string())?));
            }
            // rounding leaves nothing to undo
            Some("bitround") => {}
            Some(id @ ("delta" | "fixedscaleoffset" | "quantize" | "astype")) => match Numbers::of(id, filter) {
                Some(numbers) => codecs.push(Codec::Numbers(numbers)),
                None => return Ok(Err(format!("the filter `{filter}`"))),
            },
            other => return Ok(Err(format!("the filter `{}`", other.unwrap_or("?")))),
        }
    }
    let compressor = metadata.get("compressor").unwrap_or(&Value::Null);
    if let Some(id) = compressor.get("id").and_then(Value::as_str) {
        codecs.push(match id {
            "zlib" => Codec::Zlib,
            "gzip" => Codec::Gzip,
            "zstd" => Codec::Zstd,
            "lz4" => Codec::Lz4,
            "blosc" => Codec::Blosc,
            "bz2" => Codec::Bzip2,
            other => return Ok(Err(format!("the compressor `{other}`"))),
        });
    }
    Ok(Ok(codecs))
}
