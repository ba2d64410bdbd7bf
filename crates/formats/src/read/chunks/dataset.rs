//! A dataset whose values lie in pieces of bytes: the way of all formats of ours.

use eventscape_core::Values;

use super::{Element, Float, Origin, Piece, Read, Rule, Stored, read_bytes, read_elements, read_unpacked};
use crate::read::{ArrayData, Contents, Dataset, Hyperslab, OpenOptions, Output, Packing, ReadPlan, ScalarType};
use crate::{IoError, Result};

/// What a format adds to the common way: where the pieces of a variable lie.
pub(crate) trait Pieces: Send + Sync {
    /// The name of the format and its version.
    fn format(&self) -> &str;

    /// Where pieces are fetched.
    fn origin(&self) -> Origin<'_>;

    /// The stored pieces that a box of a variable touches.
    fn pieces(&self, at: At<'_>, slab: &Hyperslab) -> Result<Vec<Piece>>;

    /// The texts of elements of `size` bytes that were read as they are stored.
    fn texts(&self, at: At<'_>, bytes: &[u8], size: usize) -> Result<Vec<String>>;
}

/// A variable: its number, its path, how it is stored.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) index: usize,
    pub(crate) path: &'a str,
    pub(crate) stored: &'a Stored,
}

/// What a format found when it opened a file: the contents, and how each variable is stored, in the same order.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) contents: Contents,
    pub(crate) stored: Vec<Stored>,
}

/// An open dataset of a format.
pub(crate) struct Chunked<P> {
    pieces: P,
    found: Found,
    max_read_bytes: u64,
}

impl<P: Pieces> Chunked<P> {
    pub(crate) fn new(pieces: P, found: Found, options: &OpenOptions) -> Self {
        Self { pieces, found, max_read_bytes: options.max_read_bytes }
    }

    fn at(&self, index: usize) -> Result<(At<'_>, ScalarType)> {
        match (self.found.contents.variables.get(index), self.found.stored.get(index)) {
            (Some(variable), Some(stored)) => Ok((At { index, path: &variable.path, stored }, variable.scalar)),
            _ => Err(IoError::Selection {
                location: self.pieces.origin().location().to_owned(),
                message: format!("there is no variable number {index}"),
            }),
        }
    }

    fn too_large(&self, path: &str) -> IoError {
        IoError::Selection {
            location: self.pieces.origin().location().to_owned(),
            message: format!(
                "the texts of variable `{path}` take more than the limit of {} bytes for one read, select less,",
                self.max_read_bytes
            ),
        }
    }

    /// Plans a read and runs it.
    fn with_read<R>(&self, at: At<'_>, slab: &Hyperslab, f: impl FnOnce(&Read<'_>) -> Result<R>) -> Result<R> {
        let pieces = if slab.count() == Some(0) { Vec::new() } else { self.pieces.pieces(at, slab)? };
        f(&Read { origin: self.pieces.origin(), path: at.path, stored: at.stored, slab, pieces: &pieces })
    }
}

impl<P: Pieces> Dataset for Chunked<P> {
    fn format(&self) -> &str {
        self.pieces.format()
    }

    fn contents(&self) -> &Contents {
        &self.found.contents
    }

    fn read(&self, variable: usize, slab: &Hyperslab) -> Result<ArrayData> {
        let (at, scalar) = self.at(variable)?;
        let count = slab.count().and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
        self.with_read(at, slab, |read| {
            Ok(match scalar {
                ScalarType::I8 => ArrayData::I8(elements(read, count)?),
                ScalarType::U8 => ArrayData::U8(elements(read, count)?),
                ScalarType::I16 => ArrayData::I16(elements(read, count)?),
                ScalarType::U16 => ArrayData::U16(elements(read, count)?),
                ScalarType::I32 => ArrayData::I32(elements(read, count)?),
                ScalarType::U32 => ArrayData::U32(elements(read, count)?),
                ScalarType::I64 => ArrayData::I64(elements(read, count)?),
                ScalarType::U64 => ArrayData::U64(elements(read, count)?),
                ScalarType::F32 => ArrayData::F32(elements(read, count)?),
                ScalarType::F64 => ArrayData::F64(elements(read, count)?),
                ScalarType::Char => ArrayData::Char(elements(read, count)?),
                ScalarType::Text => {
                    let size = read.stored.size;
                    let total = count.checked_mul(size).filter(|total| *total as u64 <= self.max_read_bytes);
                    let total = total.ok_or_else(|| self.too_large(at.path))?;
                    let mut bytes = vec![0; total];
                    read_bytes(read, &mut bytes)?;
                    ArrayData::Text(self.pieces.texts(at, &bytes, size)?)
                }
            })
        })
    }

    fn read_values(&self, variable: usize, slab: &Hyperslab, packing: &Packing, out: &mut Values) -> Result<()> {
        let (at, scalar) = self.at(variable)?;
        let count = slab.count().and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
        let scalar = packing.interpreted(scalar);
        self.with_read(at, slab, |read| match packing.output {
            Output::F32 => {
                if !matches!(out, Values::F32(_)) {
                    *out = Values::F32(Vec::new());
                }
                if let Values::F32(values) = out { unpacked(read, scalar, packing, values, count) } else { Ok(()) }
            }
            Output::F64 => {
                if !matches!(out, Values::F64(_)) {
                    *out = Values::F64(Vec::new());
                }
                if let Values::F64(values) = out { unpacked(read, scalar, packing, values, count) } else { Ok(()) }
            }
        })
    }

    fn plan(&self, variable: usize, slab: &Hyperslab) -> Result<ReadPlan> {
        let (at, _) = self.at(variable)?;
        self.with_read(at, slab, |read| Ok(ReadPlan::new(read.stored, read.pieces)))
    }
}

fn elements<T: Element>(read: &Read<'_>, count: usize) -> Result<Vec<T>> {
    let mut out = vec![T::default(); count];
    read_elements(read, &mut out)?;
    Ok(out)
}

fn unpacked<O: Float>(
    read: &Read<'_>,
    scalar: ScalarType,
    packing: &Packing,
    out: &mut Vec<O>,
    count: usize,
) -> Result<()> {
    // A new buffer comes zeroed from the system, page by page as the threads touch it: cheaper than growing the old.
    if out.capacity() < count {
        *out = vec![O::default(); count];
    } else {
        out.resize(count, O::default());
    }
    fn run<T: Element, O: Float>(read: &Read<'_>, packing: &Packing, narrow: bool, out: &mut [O]) -> Result<()> {
        read_unpacked(read, &Rule::<T>::new(packing, narrow), out)
    }
    match scalar {
        ScalarType::I8 => run::<i8, O>(read, packing, true, out),
        ScalarType::U8 | ScalarType::Char => run::<u8, O>(read, packing, true, out),
        ScalarType::I16 => run::<i16, O>(read, packing, true, out),
        ScalarType::U16 => run::<u16, O>(read, packing, true, out),
        ScalarType::I32 => run::<i32, O>(read, packing, false, out),
        ScalarType::U32 => run::<u32, O>(read, packing, false, out),
        ScalarType::I64 => run::<i64, O>(read, packing, false, out),
        ScalarType::U64 => run::<u64, O>(read, packing, false, out),
        ScalarType::F32 => run::<f32, O>(read, packing, true, out),
        ScalarType::F64 => run::<f64, O>(read, packing, false, out),
        ScalarType::Text => Ok(()),
    }
}
