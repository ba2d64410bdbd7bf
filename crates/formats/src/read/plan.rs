//! What a read fetches.

use std::ops::Range;

use super::chunks::{Piece, Place, Stored};

/// Ranges of a remote source that are at most this many bytes apart are fetched with one request.
const MERGE_GAP: u64 = 256 << 10;

/// What a read of a selection fetches and decodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPlan {
    /// Stored chunks, or parts of a contiguous variable.
    pub chunks: usize,
    /// Bytes that the chunks take in the file; for Zarr unknown before they are fetched, and counted as 0.
    pub stored_bytes: u64,
    /// Bytes that they hold when decoded.
    pub decoded_bytes: u64,
    /// Requests to a remote store, with neighbours merged.
    pub requests: usize,
    /// The merged byte ranges (empty for Zarr).
    pub ranges: Vec<Range<u64>>,
}

impl ReadPlan {
    pub(crate) fn new(stored: &Stored, pieces: &[Piece]) -> Self {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let mut objects = 0;
        for piece in pieces {
            match &piece.place {
                Place::Range(range) => ranges.push(range.clone()),
                Place::Object { .. } => objects += 1,
                Place::Inline(_) => {}
            }
        }
        let stored_bytes = ranges.iter().map(|r| r.end - r.start).sum();
        ranges.sort_by_key(|r| r.start);
        let mut merged: Vec<Range<u64>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end.saturating_add(MERGE_GAP) => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self {
            chunks: pieces.len(),
            stored_bytes,
            decoded_bytes: pieces.iter().map(|piece| piece.count * stored.size as u64).sum(),
            requests: merged.len() + objects,
            ranges: merged,
        }
    }
}
