//! What every format gives, and the table of formats.

use std::sync::Arc;

use eventscape_core::Values;

use super::chunks::{Blocks, unpack_array};
use super::{ArrayData, Contents, Hyperslab, Packing, ReadPlan, hdf5, netcdf3, zarr};
use crate::Result;
use crate::source::{ByteSource, DirectorySource};

/// An open file or store. Any number of threads may read from it at once.
///
/// The caller ([`super::Granule`]) has checked every box against the variable's shape and the limits of memory before it asks.
pub trait Dataset: Send + Sync {
    /// The name of the format and its version, for people: `Zarr 3`.
    fn format(&self) -> &str;

    /// Groups and variables.
    fn contents(&self) -> &Contents;

    /// The stored values of a box of the variable of that index in [`Contents::variables`], row-major. Cells that were never
    /// written have the fill value.
    ///
    /// # Errors
    /// [`crate::IoError::Damaged`] where the data cannot be decoded; failures of the source.
    fn read(&self, variable: usize, slab: &Hyperslab) -> Result<ArrayData>;

    /// The physical values of a box: unpacked, missing cells NaN. `out` gets the type of [`Packing::output`].
    ///
    /// # Errors
    /// As [`Dataset::read`].
    fn read_values(&self, variable: usize, slab: &Hyperslab, packing: &Packing, out: &mut Values) -> Result<()> {
        unpack_array(&self.read(variable, slab)?, packing, out);
        Ok(())
    }

    /// What a read of a box fetches. By default the box in one piece.
    ///
    /// # Errors
    /// As [`Dataset::read`].
    fn plan(&self, variable: usize, slab: &Hyperslab) -> Result<ReadPlan> {
        let size = self.contents().variables.get(variable).map_or(0, |v| v.scalar.size() as u64);
        let bytes = slab.count().unwrap_or(0).saturating_mul(size);
        Ok(ReadPlan { chunks: 1, stored_bytes: bytes, decoded_bytes: bytes, requests: 1, ranges: Vec::new() })
    }
}

/// Reads the structure of a file.
pub type OpenFile = fn(&Arc<Blocks>, &OpenOptions) -> Result<Box<dyn Dataset>>;

/// Reads the structure of a folder; `None` where it is no store of this format.
pub type OpenDirectory = fn(&Arc<dyn DirectorySource>, &OpenOptions) -> Result<Option<Box<dyn Dataset>>>;

/// Recognises the files of a format and opens them.
#[derive(Clone, Copy)]
pub enum Opener {
    /// One file or object.
    File {
        /// Whether the bytes are of this format, by their signature.
        recognises: fn(&Blocks) -> Result<bool>,
        /// Reads the structure.
        open: OpenFile,
    },
    /// A folder of files.
    Directory {
        /// Reads the structure; `None` where the folder is no store of this format.
        open: OpenDirectory,
    },
}

/// A format: a line of [`FORMATS`].
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name, for messages: `netCDF-4 and HDF5`.
    pub name: &'static str,
    /// What names of its files usually end in, lower case, without a dot. A folder is searched for these.
    pub endings: &'static [&'static str],
    /// How it is recognised and opened.
    pub opener: Opener,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Format").field("name", &self.name).field("endings", &self.endings).finish_non_exhaustive()
    }
}

/// All formats, in the order in which they are tried. A new one is a module with a [`Format`], and a line here.
pub static FORMATS: &[&Format] = &[&netcdf3::FORMAT, &hdf5::FORMAT, &zarr::FORMAT];

/// Whether a name ends as those of data files do.
#[must_use]
pub fn is_data_name(formats: &[&Format], name: &str) -> bool {
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending);
    ending.is_some_and(|e| formats.iter().any(|f| f.endings.iter().any(|known| e.eq_ignore_ascii_case(known))))
}

/// The formats that may be opened, and bounds that keep a damaged or hostile granule from using up the machine.
#[derive(Clone, Copy, Debug)]
pub struct OpenOptions {
    /// Chunks of more decoded bytes are refused. Default: 2 GiB.
    pub max_chunk_bytes: u64,
    /// Reads of more decoded bytes at once are refused. Default: 16 GiB.
    pub max_read_bytes: u64,
    /// The formats to try, in this order. Default: [`FORMATS`].
    pub formats: &'static [&'static Format],
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { max_chunk_bytes: 2 << 30, max_read_bytes: 16 << 30, formats: FORMATS }
    }
}

/// Opens a file by the first format that recognises it.
pub(super) fn open_file(source: Arc<dyn ByteSource>, options: &OpenOptions) -> Result<Option<Box<dyn Dataset>>> {
    let blocks = Arc::new(Blocks::new(source));
    for format in options.formats {
        if let Opener::File { recognises, open } = format.opener
            && recognises(&blocks)?
        {
            return open(&blocks, options).map(Some);
        }
    }
    Ok(None)
}

/// Opens a folder by the first format that recognises it.
pub(super) fn open_directory(
    source: &Arc<dyn DirectorySource>,
    options: &OpenOptions,
) -> Result<Option<Box<dyn Dataset>>> {
    for format in options.formats {
        if let Opener::Directory { open } = format.opener
            && let Some(dataset) = open(source, options)?
        {
            return Ok(Some(dataset));
        }
    }
    Ok(None)
}
