//! Fetching the pieces of a plan, decoding them in parallel and scattering their elements into the output.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;

use bytes::Bytes;
use eventscape_core::parallel::on_job_pool;
use rayon::prelude::*;

use super::element::{Decoded, Element};
use super::filters::{ChunkForm, decode};
use super::layout::each_index;
use super::unpack::{Float, Rule};
use super::{Layout, Piece, Place, Stored};
use crate::read::Hyperslab;
use crate::source::{ByteSource, DirectorySource};
use crate::{IoError, Result};

/// Where the pieces are fetched.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    File(&'a dyn ByteSource),
    Directory(&'a dyn DirectorySource),
}

impl Origin<'_> {
    pub(crate) fn location(&self) -> &str {
        match self {
            Self::File(source) => source.location(),
            Self::Directory(source) => source.location(),
        }
    }
}

/// One read: what, from where.
pub(crate) struct Read<'a> {
    pub(crate) origin: Origin<'a>,
    /// The variable, for messages.
    pub(crate) path: &'a str,
    pub(crate) stored: &'a Stored,
    pub(crate) slab: &'a Hyperslab,
    pub(crate) pieces: &'a [Piece],
}

/// Reads elements in the machine's byte order. `out` has one place for each element of the selection.
pub(crate) fn read_elements<T: Element>(read: &Read<'_>, out: &mut [T]) -> Result<()> {
    read.run(out, 1, |decoded, first, row| decoded.gather(first, row))
}

/// Reads the stored bytes of elements.
pub(crate) fn read_bytes(read: &Read<'_>, out: &mut [u8]) -> Result<()> {
    read.run(out, read.stored.size, |decoded, first, row| decoded.gather_bytes(first, row))
}

/// Reads unpacked values.
pub(crate) fn read_unpacked<T: Element, O: Float>(read: &Read<'_>, rule: &Rule<T>, out: &mut [O]) -> Result<()> {
    read.run(out, 1, |decoded, first, row| rule.unpack(decoded, first, row))
}

/// A remote read holds at most about this many stored bytes at once.
const BATCH: u64 = 64 << 20;

thread_local! {
    static RAW: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Read<'_> {
    fn damaged(&self, reason: impl std::fmt::Display) -> IoError {
        IoError::Damaged {
            location: self.origin.location().to_owned(),
            reason: format!("variable `{}`: {reason}", self.path),
        }
    }

    /// Converts every selected element by `row`, which gets decoded elements, the first of them to take, and the part
    /// of the output that they go to (`width` places an element).
    fn run<O, F>(&self, out: &mut [O], width: usize, row: F) -> Result<()>
    where
        O: Copy + Default + Send + Sync,
        F: Fn(&Decoded<'_>, usize, &mut [O]) + Sync,
    {
        let count = self.slab.count().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        if out.len() / width.max(1) != count {
            return Err(self.damaged(format_args!("{count} elements are selected, there is room for {}", out.len())));
        }
        if out.is_empty() {
            return Ok(());
        }
        let mut fill = vec![O::default(); width];
        let stored = self.stored;
        let element =
            Decoded { bytes: &stored.fill, shuffled: false, big_endian: stored.big_endian, size: stored.size };
        row(&element, 0, &mut fill);

        let covered = self.covered()?;
        if covered < count as u64 {
            repeat(&fill, out);
        }
        let target = Target { start: out.as_mut_ptr(), len: out.len() };
        let one = |piece: &Piece, raw: Option<&[u8]>| self.scatter(piece, raw, &fill, target, width, &row);
        self.fetch(one)
    }

    /// How many selected elements the pieces hold, after checking that no two of them are the same one: they are
    /// written in parallel, so that a doubled chunk of a damaged index would be a race.
    fn covered(&self) -> Result<u64> {
        let mut seen = HashSet::with_capacity(self.pieces.len());
        let mut covered = 0u64;
        for piece in self.pieces {
            if piece.origin.len() != self.stored.chunk.len() || !seen.insert(piece.origin.as_slice()) {
                return Err(self.damaged(format_args!("the chunk at {:?} is there twice", piece.origin)));
            }
            if piece.origin.iter().zip(&self.stored.chunk).any(|(at, len)| at % len.max(&1) != 0) {
                return Err(self.damaged(format_args!("the chunk at {:?} is off its grid", piece.origin)));
            }
            let inside = self.overlap(piece);
            covered += inside.iter().map(|r| r.end.saturating_sub(r.start)).product::<u64>();
        }
        Ok(covered)
    }

    /// The selected indices that a piece holds.
    fn overlap(&self, piece: &Piece) -> Vec<Range<u64>> {
        (0..piece.origin.len())
            .map(|d| {
                let (origin, selected) = (piece.origin[d], &self.slab.0[d]);
                let end = origin.saturating_add(self.stored.chunk[d]).min(self.stored.shape[d]);
                origin.max(selected.start)..end.min(selected.end)
            })
            .collect()
    }

    /// Gets the stored bytes of all pieces and hands them over, in parallel.
    fn fetch(&self, one: impl Fn(&Piece, Option<&[u8]>) -> Result<()> + Send + Sync) -> Result<()> {
        match self.origin {
            Origin::File(source) if !source.is_remote() => self.in_parallel(self.pieces, |piece| match &piece.place {
                Place::Range(range) => with_raw(|raw| {
                    source.read_into(range.clone(), raw)?;
                    one(piece, Some(raw))
                }),
                _ => one(piece, self.inline(piece)),
            }),
            Origin::Directory(source) if !source.is_remote() => {
                self.in_parallel(self.pieces, |piece| match &piece.place {
                    Place::Object { key, range } => one(piece, object(source, key, range.as_ref())?.as_deref()),
                    _ => one(piece, self.inline(piece)),
                })
            }
            _ => {
                let mut rest = self.pieces;
                while !rest.is_empty() {
                    let (batch, others) = rest.split_at(batch_len(rest));
                    rest = others;
                    let bytes = self.fetch_batch(batch)?;
                    let pairs: Vec<(&Piece, Option<Bytes>)> = batch.iter().zip(bytes).collect();
                    self.in_parallel(&pairs, |(piece, bytes)| match &piece.place {
                        Place::Inline(_) => one(piece, self.inline(piece)),
                        _ => one(piece, bytes.as_deref()),
                    })?;
                }
                Ok(())
            }
        }
    }

    /// All pieces of a batch in one round of requests.
    fn fetch_batch(&self, batch: &[Piece]) -> Result<Vec<Option<Bytes>>> {
        match self.origin {
            Origin::File(source) => {
                let ranges: Vec<Range<u64>> = batch
                    .iter()
                    .map(|piece| if let Place::Range(range) = &piece.place { range.clone() } else { 0..0 })
                    .collect();
                Ok(source.read_ranges(&ranges)?.into_iter().map(Some).collect())
            }
            Origin::Directory(source) => {
                let whole: Vec<&str> = batch
                    .iter()
                    .filter_map(|piece| match &piece.place {
                        Place::Object { key, range: None } => Some(key.as_str()),
                        _ => None,
                    })
                    .collect();
                let mut fetched = source.get_many(&whole)?.into_iter();
                batch
                    .iter()
                    .map(|piece| match &piece.place {
                        Place::Object { range: None, .. } => Ok(fetched.next().flatten()),
                        Place::Object { key, range } => object(source, key, range.as_ref()),
                        _ => Ok(None),
                    })
                    .collect()
            }
        }
    }

    fn inline(&self, piece: &Piece) -> Option<&[u8]> {
        match (&self.stored.layout, &piece.place) {
            (Layout::Inline(bytes), Place::Inline(range)) => bytes.get(range.start as usize..range.end as usize),
            _ => None,
        }
    }

    fn in_parallel<P: Sync>(&self, pieces: &[P], one: impl Fn(&P) -> Result<()> + Send + Sync) -> Result<()> {
        match pieces {
            [only] => one(only),
            _ => on_job_pool(|| pieces.par_iter().try_for_each(one)),
        }
    }

    /// Decodes one piece and writes its selected elements. Without bytes the piece was never written.
    fn scatter<O: Copy>(
        &self,
        piece: &Piece,
        raw: Option<&[u8]>,
        fill: &[O],
        target: Target<O>,
        width: usize,
        row: &(impl Fn(&Decoded<'_>, usize, &mut [O]) + Sync),
    ) -> Result<()> {
        let stored = self.stored;
        let inside = self.overlap(piece);
        let Some(raw) = raw else {
            return self.each_run(piece, &inside, |_, at, len| {
                // SAFETY: see `Target::part`; the runs of a piece are disjoint, and so are the pieces.
                let part = unsafe { target.part(at * width, len * width) };
                part.map(|part| repeat(fill, part))
            });
        };
        let whole = if stored.filters.is_none() { Some(piece.count) } else { stored.chunk_elements() };
        let decoded_bytes = whole
            .and_then(|count| usize::try_from(count).ok()?.checked_mul(stored.size))
            .ok_or_else(|| self.damaged("its chunks are too large"))?;
        let form =
            ChunkForm { filters: &stored.filters, decoded_bytes, size: stored.size, big_endian: stored.big_endian };
        let written = decode(raw, piece.mask, &form, |decoded| {
            self.each_run(piece, &inside, |from, at, len| {
                let from = from.checked_sub(piece.first as usize)?;
                if (from + len) * stored.size > decoded.bytes.len() {
                    return None;
                }
                // SAFETY: see `Target::part`; the runs of a piece are disjoint, and so are the pieces.
                let part = unsafe { target.part(at * width, len * width) };
                part.map(|part| row(&decoded, from, part))
            })
        });
        written.map_err(|reason| self.damaged(format_args!("the chunk at {:?}: {reason}", piece.origin)))?
    }

    /// Calls `f` with (element of the chunk, element of the output, length) for each run that is contiguous in both.
    fn each_run(
        &self,
        piece: &Piece,
        inside: &[Range<u64>],
        mut f: impl FnMut(usize, usize, usize) -> Option<()>,
    ) -> Result<()> {
        let outside = || self.damaged(format_args!("the chunk at {:?} does not fit the variable", piece.origin));
        if inside.iter().any(|r| r.start >= r.end) {
            return Ok(());
        }
        let (chunk, selected) = (&self.stored.chunk, self.slab.shape());
        let starts = self.slab.starts();
        let mut run = 1u64;
        let mut d = inside.len();
        while d > 0 {
            d -= 1;
            let len = inside[d].end - inside[d].start;
            run *= len;
            if len != chunk[d] || len != selected[d] {
                break;
            }
        }
        each_index(&inside[..d], |index| {
            let (mut from, mut at) = (0u64, 0u64);
            for k in 0..inside.len() {
                let i = index.get(k).copied().unwrap_or(inside[k].start);
                from = from * chunk[k] + (i - piece.origin[k]);
                at = at * selected[k] + (i - starts[k]);
            }
            f(from as usize, at as usize, run as usize).ok_or(())
        })
        .map_err(|()| outside())
    }
}

/// An object of a directory, or a range of it.
fn object(source: &dyn DirectorySource, key: &str, range: Option<&Range<u64>>) -> Result<Option<Bytes>> {
    match range {
        None => source.get(key),
        Some(range) => Ok(source.get_ranges(key, std::slice::from_ref(range))?.and_then(|mut bytes| bytes.pop())),
    }
}

/// How many pieces from the front are fetched together.
fn batch_len(pieces: &[Piece]) -> usize {
    let mut bytes = 0;
    for (i, piece) in pieces.iter().enumerate() {
        bytes += match &piece.place {
            Place::Range(range) | Place::Object { range: Some(range), .. } => range.end - range.start,
            Place::Object { .. } => BATCH / 32,
            Place::Inline(_) => 0,
        };
        if bytes > BATCH {
            return i.max(1);
        }
    }
    pieces.len()
}

/// Runs with the thread's buffer for stored bytes; a nested call gets a fresh one.
fn with_raw<R>(f: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    RAW.with(|cell| match cell.try_borrow_mut() {
        Ok(mut raw) => f(&mut raw),
        Err(_) => f(&mut Vec::new()),
    })
}

/// Writes a pattern over and over.
fn repeat<O: Copy>(pattern: &[O], out: &mut [O]) {
    if let [one] = pattern {
        out.fill(*one);
    } else if !pattern.is_empty() {
        for (value, pattern) in out.iter_mut().zip(pattern.iter().cycle()) {
            *value = *pattern;
        }
    }
}

/// The output, written by several threads in disjoint parts.
#[derive(Clone, Copy)]
struct Target<O> {
    start: *mut O,
    len: usize,
}

// SAFETY: the pointer is only used through `part`, whose callers write disjoint parts; O is Send.
unsafe impl<O: Send> Send for Target<O> {}
// SAFETY: as above.
unsafe impl<O: Send> Sync for Target<O> {}

impl<O> Target<O> {
    /// A part of the output, `None` when it is not inside.
    ///
    /// # Safety
    /// The output outlives `'a`, and no two parts that exist at the same time overlap. Different pieces have different
    /// places on the grid of chunks (checked in `Read::covered`), and a piece only writes inside its own box.
    unsafe fn part<'a>(self, at: usize, len: usize) -> Option<&'a mut [O]> {
        if at.checked_add(len).is_none_or(|end| end > self.len) {
            return None;
        }
        // SAFETY: inside the output by the check above; exclusive by the contract.
        Some(unsafe { std::slice::from_raw_parts_mut(self.start.add(at), len) })
    }
}
