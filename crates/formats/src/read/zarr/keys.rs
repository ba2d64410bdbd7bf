//! The keys of chunks, and chunks in shards.

use std::collections::BTreeMap;

use serde_json::Value;

use super::codecs::crc32c;
use super::damaged;
use crate::read::Hyperslab;
use crate::read::chunks::{Piece, Place, Stored, each_index, touched};
use crate::read::contents::join;
use crate::source::DirectorySource;
use crate::{IoError, Result};

/// How the keys of an array's chunks are made.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// What is before the numbers.
    prefix: String,
    /// Between the prefix and the first number.
    joint: String,
    separator: String,
    pub(super) shards: Option<Shards>,
}

/// Objects that hold several chunks and an index of them.
#[derive(Clone, Debug)]
pub(super) struct Shards {
    /// The shape of a shard.
    pub(super) shape: Vec<u64>,
    /// The index ends with its CRC-32C.
    pub(super) checksum: bool,
    /// The index is at the start of the shard, not at its end.
    pub(super) at_start: bool,
}

impl Keys {
    pub(super) fn version2(path: &str, separator: &str) -> Self {
        let joint = if path.is_empty() { "" } else { "/" };
        Self { prefix: path.to_owned(), joint: joint.to_owned(), separator: separator.to_owned(), shards: None }
    }

    pub(super) fn version3(path: &str, encoding: &Value) -> Self {
        let kind = encoding.as_str().or_else(|| encoding.get("name").and_then(Value::as_str));
        let separator = encoding.pointer("/configuration/separator").and_then(Value::as_str);
        if kind == Some("v2") {
            return Self::version2(path, separator.unwrap_or("."));
        }
        let separator = separator.unwrap_or("/");
        Self { prefix: join(path, "c"), joint: separator.to_owned(), separator: separator.to_owned(), shards: None }
    }

    /// The key of a chunk by its numbers.
    pub(super) fn key(&self, chunk: &[u64]) -> String {
        let numbers: Vec<String> = chunk.iter().map(u64::to_string).collect();
        if numbers.is_empty() {
            // A scalar: `c` in version 3, `0` in version 2.
            return if self.prefix.ends_with('c') && self.joint == self.separator {
                self.prefix.clone()
            } else {
                format!("{}{}0", self.prefix, self.joint)
            };
        }
        format!("{}{}{}", self.prefix, self.joint, numbers.join(&self.separator))
    }
}

/// The touched chunks of the shards, after reading the shards' indices.
pub(super) fn sharded_pieces(
    source: &dyn DirectorySource,
    keys: &Keys,
    shards: &Shards,
    path: &str,
    stored: &Stored,
    slab: &Hyperslab,
) -> Result<Vec<Piece>> {
    let per_shard: Vec<u64> = shards.shape.iter().zip(&stored.chunk).map(|(outer, inner)| outer / inner).collect();
    let count = per_shard.iter().try_fold(1u64, |product, n| product.checked_mul(*n)).filter(|n| *n < 1 << 24);
    let count = count.ok_or_else(|| damaged(source, path, "a shard holds too many chunks"))?;
    let mut indices: BTreeMap<String, Option<Vec<(u64, u64)>>> = BTreeMap::new();
    let mut pieces = Vec::new();
    each_index(&touched(slab, &stored.chunk), |chunk| {
        let shard: Vec<u64> = chunk.iter().zip(&per_shard).map(|(i, n)| i / n).collect();
        let key = keys.key(&shard);
        if !indices.contains_key(&key) {
            indices.insert(key.clone(), index(source, &key, path, shards, count)?);
        }
        let inside = chunk.iter().zip(&per_shard).fold(0, |at, (i, n)| at * n + i % n);
        let entry = indices.get(&key).and_then(Option::as_ref).and_then(|index| index.get(inside as usize));
        // All bits set stand for a chunk that was never written, as does a shard that is not there.
        if let Some((offset, len)) = entry.filter(|(offset, len)| *offset != u64::MAX || *len != u64::MAX) {
            let end = offset
                .checked_add(*len)
                .ok_or_else(|| damaged(source, path, &format!("the index of `{key}` overflows")))?;
            pieces.push(Piece {
                place: Place::Object { key, range: Some(*offset..end) },
                mask: 0,
                origin: chunk.iter().zip(&stored.chunk).map(|(i, len)| i * len).collect(),
                first: 0,
                count: stored.chunk_elements().unwrap_or(0),
            });
        }
        Ok::<_, IoError>(())
    })?;
    Ok(pieces)
}

/// The (offset, length) of the chunks of a shard, `None` when the shard is not there.
fn index(
    source: &dyn DirectorySource,
    key: &str,
    path: &str,
    shards: &Shards,
    count: u64,
) -> Result<Option<Vec<(u64, u64)>>> {
    let bytes = 16 * count + if shards.checksum { 4 } else { 0 };
    let Some(size) = source.size(key)? else { return Ok(None) };
    let Some(from_end) = size.checked_sub(bytes) else {
        return Err(damaged(source, path, &format!("the shard `{key}` is too short for its index")));
    };
    let range = if shards.at_start { 0..bytes } else { from_end..size };
    let found = source.get_ranges(key, std::slice::from_ref(&range))?;
    let Some(raw) = found.and_then(|mut parts| parts.pop()) else { return Ok(None) };
    let (entries, checksum) = raw.split_at_checked(16 * count as usize).unwrap_or((&raw, &[]));
    if shards.checksum && *checksum != crc32c(entries).to_le_bytes() {
        return Err(damaged(source, path, &format!("the checksum of the index of `{key}` does not match")));
    }
    let entries = entries.as_chunks::<8>().0.as_chunks::<2>().0;
    Ok(Some(entries.iter().map(|[offset, len]| (u64::from_le_bytes(*offset), u64::from_le_bytes(*len))).collect()))
}
