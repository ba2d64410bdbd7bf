//! Metadata of version 3: `zarr.json`.

use serde_json::Value;

use super::array::{Array, ElementType, bytes_of};
use super::codecs::Codec;
use super::keys::{Keys, Shards};
use super::nodes::{Described, Node};
use super::numbers::Numbers;
use super::times;
use super::{TextForm, json};
use crate::read::ScalarType;

pub(super) fn describe(node: &Node) -> Result<Described, String> {
    let metadata = &node.metadata;
    let mut attributes = json::attributes(metadata.get("attributes").unwrap_or(&Value::Null));
    match metadata.get("node_type").and_then(Value::as_str) {
        Some("group") => return Ok(Described::Group(attributes)),
        Some("array") => {}
        other => return Err(format!("its `node_type` is {other:?}")),
    }
    let data_type = metadata.get("data_type").unwrap_or(&Value::Null);
    let time = times::of_version3(data_type);
    let Some((mut element, text)) = (if time.is_some() { element(&Value::from("int64")) } else { element(data_type) })
    else {
        return Ok(Described::Unreadable(format!("the type {data_type}")));
    };
    if metadata.get("storage_transformers").and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
        return Ok(Described::Unreadable("storage transformers".to_owned()));
    }
    let grid = metadata.get("chunk_grid").unwrap_or(&Value::Null);
    if name(grid) != Some("regular") {
        return Ok(Described::Unreadable(format!("the chunk grid {grid}")));
    }
    let shape = json::lengths(metadata.get("shape"), "the shape")?;
    let mut chunk = json::lengths(grid.pointer("/configuration/chunk_shape"), "the shape of chunks")?;
    let mut keys = Keys::version3(&node.path, metadata.get("chunk_key_encoding").unwrap_or(&Value::Null));
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = list(metadata.get("codecs"));
    if let [only] = found.as_slice()
        && name(only) == Some("sharding_indexed")
    {
        let configuration = only.get("configuration").cloned().unwrap_or(Value::Null);
        let inner = json::lengths(configuration.get("chunk_shape"), "the shape of inner chunks")?;
        let even = inner.len() == chunk.len() && inner.iter().zip(&chunk).all(|(i, o)| *i > 0 && o % i == 0);
        if !even {
            return Err(format!("inner chunks {inner:?} do not divide shards {chunk:?}"));
        }
        let index: Vec<String> =
            list(configuration.get("index_codecs")).iter().filter_map(name).map(str::to_owned).collect();
        let checksum = match index.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["bytes"] => false,
            ["bytes", "crc32c"] => true,
            _ => return Ok(Described::Unreadable(format!("the codecs {index:?} of a shard's index"))),
        };
        keys.shards = Some(Shards {
            shape: std::mem::replace(&mut chunk, inner),
            checksum,
            at_start: configuration.get("index_location").and_then(Value::as_str) == Some("start"),
        });
        found = list(configuration.get("codecs"));
    }
    let codecs = match codecs(&found, &mut element, &chunk)? {
        Ok(codecs) => codecs,
        Err(unreadable) => return Ok(Described::Unreadable(unreadable)),
    };
    if let Some(time) = time {
        time.describe(&mut attributes);
    }
    let fill = metadata.get("fill_value").and_then(|value| json::number(value, element.scalar));
    let dims = metadata.get("dimension_names").and_then(Value::as_array);
    let dims = dims.map(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    Ok(Described::Array(Box::new(Array {
        shape,
        chunk,
        element,
        text,
        codecs,
        keys,
        fill: fill.map_or_else(|| vec![0; element.size], |fill| bytes_of(fill, element)),
        dims,
        attributes,
    })))
}

/// The name of an extension point, written alone or in an object.
fn name(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("name").and_then(Value::as_str))
}

fn element(data_type: &Value) -> Option<(ElementType, TextForm)> {
    let number =
        |scalar: ScalarType| Some((ElementType { scalar, size: scalar.size(), big_endian: false }, TextForm::None));
    match name(data_type)? {
        "bool" | "uint8" => number(ScalarType::U8),
        "int8" => number(ScalarType::I8),
        "int16" => number(ScalarType::I16),
        "uint16" => number(ScalarType::U16),
        "int32" => number(ScalarType::I32),
        "uint32" => number(ScalarType::U32),
        "int64" => number(ScalarType::I64),
        "uint64" => number(ScalarType::U64),
        "float32" => number(ScalarType::F32),
        "float64" => number(ScalarType::F64),
        kind @ ("fixed_length_utf32" | "null_terminated_bytes") => {
            let size = data_type.pointer("/configuration/length_bytes").and_then(Value::as_u64)?;
            let size = usize::try_from(size).ok().filter(|size| (1..=1 << 18).contains(size))?;
            let form = if kind == "fixed_length_utf32" { TextForm::Utf32 } else { TextForm::Bytes };
            Some((ElementType { scalar: ScalarType::Text, size, big_endian: false }, form))
        }
        _ => None,
    }
}

/// The pipeline in the order of storing; the inner error is a codec that cannot be read.
fn codecs(found: &[Value], element: &mut ElementType, chunk: &[u64]) -> Result<Result<Vec<Codec>, String>, String> {
    let mut codecs = Vec::new();
    for codec in found {
        let configuration = codec.get("configuration").unwrap_or(&Value::Null);
        match name(codec) {
            Some("bytes") => {
                element.big_endian = configuration.get("endian").and_then(Value::as_str) == Some("big");
            }
            Some("transpose") => {
                let order = json::lengths(configuration.get("order"), "the order of a transpose")?;
                let order = order.into_iter().map(|d| usize::try_from(d).unwrap_or(usize::MAX)).collect();
                codecs.push(Codec::transpose(order, chunk, element.size)?);
            }
            Some("gzip") => codecs.push(Codec::Gzip),
            Some("zlib" | "numcodecs.zlib") => codecs.push(Codec::Zlib),
            Some("zstd") => codecs.push(Codec::Zstd),
            Some("blosc") => codecs.push(Codec::Blosc),
            Some("crc32c") => codecs.push(Codec::Crc32c),
            Some("numcodecs.shuffle") => {
                let size = configuration.get("elementsize").and_then(Value::as_u64).unwrap_or(element.size as u64);
                codecs.push(Codec::Shuffle(usize::try_from(size).map_err(|e| e.to_string())?));
            }
            Some("numcodecs.bz2") => codecs.push(Codec::Bzip2),
            // rounding leaves nothing to undo
            Some("numcodecs.bitround") => {}
            Some(
                id @ ("numcodecs.delta" | "numcodecs.fixedscaleoffset" | "numcodecs.quantize" | "numcodecs.astype"),
            ) => match Numbers::of(id.trim_start_matches("numcodecs."), configuration) {
                Some(numbers) => codecs.push(Codec::Numbers(numbers)),
                None => return Ok(Err(format!("the codec `{codec}`"))),
            },
            other => return Ok(Err(format!("the codec `{}`", other.unwrap_or("?")))),
        }
    }
    Ok(Ok(codecs))
}
