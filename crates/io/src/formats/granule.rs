//! One open granule.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use eventscape_core::Values;

use super::contents::Contents;
use super::hdf5::{self, Hdf5};
use super::netcdf3;
use super::read::{Blocks, Element, Float, Origin, Piece, Read, Rule, read_bytes, read_elements, read_unpacked};
use super::zarr::Zarr;
use super::{Array, ArrayData, Attributes, Format, Hyperslab, Output, Packing, ReadPlan, ScalarType, Variable};
use crate::stores::{ByteSource, DirectorySource};
use crate::{IoError, Result};

/// Bounds that keep a damaged or hostile granule from using up the machine.
#[derive(Clone, Copy, Debug)]
pub struct OpenOptions {
    /// Chunks of more decoded bytes are refused. Default: 2 GiB.
    pub max_chunk_bytes: u64,
    /// Reads of more decoded bytes at once are refused. Default: 16 GiB.
    pub max_read_bytes: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { max_chunk_bytes: 2 << 30, max_read_bytes: 16 << 30 }
    }
}

/// An open granule: its variables, attributes and values. Any number of threads may read from it at once.
pub struct Granule {
    location: String,
    backend: Backend,
    contents: Contents,
    /// Where each variable is: files may have tens of thousands of them.
    by_path: HashMap<String, usize>,
    options: OpenOptions,
}

enum Backend {
    Hdf5 { source: Arc<dyn ByteSource>, file: Hdf5 },
    NetCdf3 { source: Arc<dyn ByteSource> },
    Zarr(Zarr),
}

impl std::fmt::Debug for Granule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Granule")
            .field("location", &self.location)
            .field("format", &self.contents.format)
            .field("variables", &self.contents.variables.len())
            .finish()
    }
}

impl Granule {
    /// Opens a netCDF-4, HDF5 or classic netCDF file and reads its structure, but no data.
    ///
    /// # Errors
    /// [`IoError::Damaged`] when the bytes are of none of these formats, cut short or inconsistent;
    /// [`IoError::Unsupported`] for features that cannot be read; failures of the source.
    pub fn open(source: Arc<dyn ByteSource>, options: &OpenOptions) -> Result<Self> {
        let location = source.location().to_owned();
        guarded(&location, || {
            let blocks = Arc::new(Blocks::new(source.clone()));
            let (backend, contents) = if is_netcdf3(&blocks)? {
                let contents = netcdf3::open(&blocks)?;
                (Backend::NetCdf3 { source }, contents)
            } else if is_hdf5(&blocks)? {
                let (file, contents) = Hdf5::open(&blocks, options)?;
                (Backend::Hdf5 { source, file }, contents)
            } else {
                let reason = if source.is_empty() {
                    "it is empty"
                } else {
                    "it is neither netCDF (classic or netCDF-4) nor HDF5 by its first bytes"
                };
                return Err(IoError::Damaged { location: location.clone(), reason: reason.to_owned() });
            };
            Ok(Self::new(&location, backend, contents, options))
        })
    }

    /// Opens a Zarr store of version 2 or 3 and reads its metadata, consolidated or not.
    ///
    /// # Errors
    /// [`IoError::Damaged`] when the folder is no Zarr store or its metadata are wrong; failures of the source.
    pub fn open_directory(source: Arc<dyn DirectorySource>, options: &OpenOptions) -> Result<Self> {
        let location = source.location().to_owned();
        guarded(&location, || {
            let (zarr, contents) = Zarr::open(source, options)?;
            Ok(Self::new(&location, Backend::Zarr(zarr), contents, options))
        })
    }

    fn new(location: &str, backend: Backend, contents: Contents, options: &OpenOptions) -> Self {
        let mut by_path = HashMap::with_capacity(contents.variables.len());
        for (index, variable) in contents.variables.iter().enumerate() {
            by_path.entry(variable.path.clone()).or_insert(index);
        }
        Self { location: location.to_owned(), backend, contents, by_path, options: *options }
    }

    /// The location as the user would write it.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The file format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.contents.format
    }

    /// The paths of all groups, without leading slashes; the root is the empty path.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.contents.groups.keys().map(String::as_str)
    }

    /// The attributes of a group (`""` or `"/"` is the root).
    ///
    /// # Errors
    /// [`IoError::Selection`] names the groups that there are.
    pub fn attributes(&self, group: &str) -> Result<&Attributes> {
        self.contents.groups.get(group.trim_matches('/')).ok_or_else(|| {
            let groups: Vec<&str> = self.groups().collect();
            self.selection(format!("there is no group `{group}` (there are {groups:?})"))
        })
    }

    /// All variables whose type can be read.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.contents.variables
    }

    /// A variable by its path (a leading slash is ignored), or by its name when only one group has it.
    ///
    /// # Errors
    /// [`IoError::Selection`] names the variables that there are; [`IoError::Unsupported`] when its type cannot be read.
    pub fn variable(&self, path: &str) -> Result<&Variable> {
        self.index_of(path).map(|index| &self.contents.variables[index])
    }

    /// Reads the stored values of a box, neither unpacked nor masked. Cells that were never written have the fill value.
    ///
    /// # Errors
    /// [`IoError::Selection`] when the box is outside the variable or too large; [`IoError::Damaged`] when a chunk
    /// cannot be decoded or fails its checksum; failures of the source.
    pub fn read(&self, path: &str, slab: &Hyperslab) -> Result<Array> {
        let index = self.index_of(path)?;
        let scalar = self.contents.variables[index].scalar;
        let count = self.checked_count(index, slab, self.contents.stored[index].size)?;
        let data = self.with_read(index, slab, |read| {
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
                    let mut bytes = vec![0; count.saturating_mul(size)];
                    read_bytes(read, &mut bytes)?;
                    ArrayData::Text(self.texts(index, &bytes, size)?)
                }
            })
        })?;
        Ok(Array { shape: slab.shape(), data })
    }

    /// Reads the physical values of a box: decoded, unpacked, missing cells NaN, in one pass. `out` gets the type of
    /// [`Packing::output`] and keeps its buffer if that fits, so that reading scene after scene allocates once.
    ///
    /// # Errors
    /// As [`Granule::read`]; a variable of text is [`IoError::Selection`].
    pub fn read_values(&self, path: &str, slab: &Hyperslab, packing: &Packing, out: &mut Values) -> Result<()> {
        let index = self.index_of(path)?;
        let scalar = self.contents.variables[index].scalar;
        if !scalar.is_numeric() {
            return Err(self.selection(format!("variable `{path}` holds text, not numbers,")));
        }
        let bytes = if packing.output == Output::F32 { 4 } else { 8 };
        let count = self.checked_count(index, slab, bytes.max(self.contents.stored[index].size))?;
        let scalar = packing.interpreted(scalar);
        self.with_read(index, slab, |read| match packing.output {
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

    /// What a read of a box would fetch. For HDF5 this walks the index of the chunks that the box touches.
    ///
    /// # Errors
    /// As [`Granule::read`].
    pub fn plan(&self, path: &str, slab: &Hyperslab) -> Result<ReadPlan> {
        let index = self.index_of(path)?;
        self.checked_count(index, slab, self.contents.stored[index].size)?;
        self.with_read(index, slab, |read| Ok(ReadPlan::new(read.stored, read.pieces)))
    }

    fn index_of(&self, path: &str) -> Result<usize> {
        let wanted = path.trim_matches('/');
        let variables = &self.contents.variables;
        if let Some(index) = self.by_path.get(wanted) {
            return Ok(*index);
        }
        if let Some(reason) = self.contents.unreadable.get(wanted) {
            return Err(IoError::Unsupported {
                location: self.location.clone(),
                feature: format!("{reason} of variable `{wanted}`"),
            });
        }
        let mut named = variables.iter().enumerate().filter(|(_, v)| v.name() == wanted);
        if let (Some((index, _)), None) = (named.next(), named.next()) {
            return Ok(index);
        }
        let paths: Vec<&str> = variables.iter().map(|v| v.path.as_str()).take(100).collect();
        Err(self.selection(format!("there is no variable `{path}` (there are {})", paths.join(", "))))
    }

    /// The number of selected elements, after checking the box against the shape and the memory bound.
    fn checked_count(&self, index: usize, slab: &Hyperslab, bytes: usize) -> Result<usize> {
        let variable = &self.contents.variables[index];
        let inside = slab.0.len() == variable.dims.len()
            && slab.0.iter().zip(&variable.dims).all(|(r, dim)| r.start <= r.end && r.end <= dim.len);
        if !inside {
            let message = format!(
                "the selection {:?} is outside variable `{}` of shape {:?}",
                slab.0,
                variable.path,
                variable.shape()
            );
            return Err(self.selection(message));
        }
        let total = slab.count().and_then(|count| count.checked_mul(bytes as u64));
        match total {
            Some(total) if total <= self.options.max_read_bytes => Ok((total / bytes.max(1) as u64) as usize),
            _ => Err(self.selection(format!(
                "a selection {:?} of variable `{}` is larger than the limit of {} bytes for one read, select less,",
                slab.shape(),
                variable.path,
                self.options.max_read_bytes
            ))),
        }
    }

    fn selection(&self, message: String) -> IoError {
        IoError::Selection { location: self.location.clone(), message }
    }

    /// Plans a read and runs it.
    fn with_read<R>(&self, index: usize, slab: &Hyperslab, f: impl FnOnce(&Read<'_>) -> Result<R>) -> Result<R> {
        guarded(&self.location, || {
            let pieces = self.pieces(index, slab)?;
            let origin = match &self.backend {
                Backend::Hdf5 { source, .. } | Backend::NetCdf3 { source } => Origin::File(source.as_ref()),
                Backend::Zarr(zarr) => Origin::Directory(zarr.source()),
            };
            f(&Read {
                origin,
                path: &self.contents.variables[index].path,
                stored: &self.contents.stored[index],
                slab,
                pieces: &pieces,
            })
        })
    }

    fn pieces(&self, index: usize, slab: &Hyperslab) -> Result<Vec<Piece>> {
        if slab.count() == Some(0) {
            return Ok(Vec::new());
        }
        match &self.backend {
            Backend::Hdf5 { file, .. } => file.pieces(&self.contents, index, slab),
            Backend::NetCdf3 { .. } => netcdf3::pieces(&self.contents, index, slab, &self.location),
            Backend::Zarr(zarr) => zarr.pieces(&self.contents, index, slab),
        }
    }

    fn texts(&self, index: usize, bytes: &[u8], size: usize) -> Result<Vec<String>> {
        match &self.backend {
            Backend::Hdf5 { file, .. } => file.texts(index, bytes, size),
            Backend::Zarr(zarr) => Ok(zarr.texts(index, bytes, size)),
            Backend::NetCdf3 { .. } => Ok(Vec::new()),
        }
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

fn is_netcdf3(blocks: &Blocks) -> Result<bool> {
    let head = blocks.read(0..blocks.source().len().min(4))?;
    Ok(head.len() == 4 && head.starts_with(&netcdf3::MAGIC) && matches!(head.get(3), Some(1 | 2 | 5)))
}

/// The signature is at the start, or behind a user block at 512, 1024, 2048, …
fn is_hdf5(blocks: &Blocks) -> Result<bool> {
    let len = blocks.source().len();
    let mut at = 0u64;
    while at + 8 <= len && at <= 1 << 20 {
        if *blocks.read(at..at + 8)? == hdf5::MAGIC {
            return Ok(true);
        }
        at = if at == 0 { 512 } else { 2 * at };
    }
    Ok(false)
}

/// Runs what parses outside bytes; a panic of a library is a damaged file, since only damaged files provoke one.
fn guarded<R>(location: &str, f: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        let said = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no reason");
        Err(IoError::Damaged { location: location.to_owned(), reason: format!("parsing it failed ({said})") })
    })
}
