//! One open granule.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use eventscape_core::Values;

use super::dataset::{open_directory, open_file};
use super::foreign;
use super::{
    Array, Attributes, Contents, Dataset, Hyperslab, OpenOptions, Opener, Output, Packing, ReadPlan, Variable,
};
use crate::source::{ByteSource, DirectorySource};
use crate::{IoError, Result};

/// An open granule: its variables, attributes and values. Any number of threads may read from it at once.
pub struct Granule {
    location: String,
    dataset: Box<dyn Dataset>,
    /// Where each variable is: files may have tens of thousands of them.
    by_path: HashMap<String, usize>,
    options: OpenOptions,
}

impl std::fmt::Debug for Granule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Granule")
            .field("location", &self.location)
            .field("format", &self.format())
            .field("variables", &self.variables().len())
            .finish()
    }
}

impl Granule {
    /// Opens a file by the first of [`OpenOptions::formats`] that recognises it, and reads its structure, but no data.
    ///
    /// # Errors
    /// [`IoError::Damaged`] when the bytes are of none of these formats, cut short or inconsistent;
    /// [`IoError::Unsupported`] for features that cannot be read; failures of the source.
    pub fn open(source: Arc<dyn ByteSource>, options: &OpenOptions) -> Result<Self> {
        let location = source.location().to_owned();
        guarded(&location, || match open_file(source.clone(), options)? {
            Some(dataset) => Ok(Self::new(&location, dataset, options)),
            None => {
                Err(IoError::Damaged { location: location.clone(), reason: not_recognised(source.as_ref(), options) })
            }
        })
    }

    /// Opens a folder, such as a Zarr store of version 2 or 3, and reads its metadata, consolidated or not.
    ///
    /// # Errors
    /// [`IoError::Damaged`] when the folder is no store or its metadata are wrong; failures of the source.
    pub fn open_directory(source: Arc<dyn DirectorySource>, options: &OpenOptions) -> Result<Self> {
        let location = source.location().to_owned();
        guarded(&location, || match open_directory(&source, options)? {
            Some(dataset) => Ok(Self::new(&location, dataset, options)),
            None => {
                let reason = "it is no Zarr store: it has none of zarr.json, .zmetadata, .zgroup, .zarray";
                Err(IoError::Damaged { location: location.clone(), reason: reason.to_owned() })
            }
        })
    }

    fn new(location: &str, dataset: Box<dyn Dataset>, options: &OpenOptions) -> Self {
        let variables = &dataset.contents().variables;
        let mut by_path = HashMap::with_capacity(variables.len());
        for (index, variable) in variables.iter().enumerate() {
            by_path.entry(variable.path.clone()).or_insert(index);
        }
        Self { location: location.to_owned(), dataset, by_path, options: *options }
    }

    /// The location as the user would write it.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The name of the format and its version: `Zarr 3`.
    #[must_use]
    pub fn format(&self) -> &str {
        self.dataset.format()
    }

    fn contents(&self) -> &Contents {
        self.dataset.contents()
    }

    /// The paths of all groups, without leading slashes; the root is the empty path.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.contents().groups.keys().map(String::as_str)
    }

    /// The attributes of a group (`""` or `"/"` is the root).
    ///
    /// # Errors
    /// [`IoError::Selection`] names the groups that there are.
    pub fn attributes(&self, group: &str) -> Result<&Attributes> {
        self.contents().groups.get(group.trim_matches('/')).ok_or_else(|| {
            let groups: Vec<&str> = self.groups().collect();
            self.selection(format!("there is no group `{group}` (there are {groups:?})"))
        })
    }

    /// All variables whose type can be read.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.contents().variables
    }

    /// A variable by its path (a leading slash is ignored), or by its name when only one group has it.
    ///
    /// # Errors
    /// [`IoError::Selection`] names the variables that there are; [`IoError::Unsupported`] when its type cannot be read.
    pub fn variable(&self, path: &str) -> Result<&Variable> {
        self.index_of(path).map(|index| &self.contents().variables[index])
    }

    /// Reads the stored values of a box, neither unpacked nor masked. Cells that were never written have the fill value.
    ///
    /// # Errors
    /// [`IoError::Selection`] when the box is outside the variable or too large; [`IoError::Damaged`] when a chunk
    /// cannot be decoded or fails its checksum; failures of the source.
    pub fn read(&self, path: &str, slab: &Hyperslab) -> Result<Array> {
        let index = self.index_of(path)?;
        self.check(index, slab, self.contents().variables[index].scalar.size())?;
        let data = guarded(&self.location, || self.dataset.read(index, slab))?;
        Ok(Array { shape: slab.shape(), data })
    }

    /// Reads the physical values of a box: decoded, unpacked, missing cells NaN, in one pass. `out` gets the type of
    /// [`Packing::output`] and keeps its buffer if that fits, so that reading scene after scene allocates once.
    ///
    /// # Errors
    /// As [`Granule::read`]; a variable of text is [`IoError::Selection`].
    pub fn read_values(&self, path: &str, slab: &Hyperslab, packing: &Packing, out: &mut Values) -> Result<()> {
        let index = self.index_of(path)?;
        let scalar = self.contents().variables[index].scalar;
        if !scalar.is_numeric() {
            return Err(self.selection(format!("variable `{path}` holds text, not numbers,")));
        }
        let bytes = if packing.output == Output::F32 { 4 } else { 8 };
        self.check(index, slab, scalar.size().max(bytes))?;
        guarded(&self.location, || self.dataset.read_values(index, slab, packing, out))
    }

    /// What a read of a box would fetch. For HDF5 this walks the index of the chunks that the box touches.
    ///
    /// # Errors
    /// As [`Granule::read`].
    pub fn plan(&self, path: &str, slab: &Hyperslab) -> Result<ReadPlan> {
        let index = self.index_of(path)?;
        self.check(index, slab, self.contents().variables[index].scalar.size())?;
        guarded(&self.location, || self.dataset.plan(index, slab))
    }

    fn index_of(&self, path: &str) -> Result<usize> {
        let wanted = path.trim_matches('/');
        let variables = &self.contents().variables;
        if let Some(index) = self.by_path.get(wanted) {
            return Ok(*index);
        }
        if let Some(reason) = self.contents().unreadable.get(wanted) {
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

    /// Checks a box against the shape and the bound of memory; an element takes `bytes`.
    fn check(&self, index: usize, slab: &Hyperslab, bytes: usize) -> Result<()> {
        let variable = &self.contents().variables[index];
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
            Some(total) if total <= self.options.max_read_bytes && usize::try_from(total).is_ok() => Ok(()),
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
}

/// Why no format opens a file, and which formats there are.
fn not_recognised(source: &dyn ByteSource, options: &OpenOptions) -> String {
    if source.is_empty() {
        return "it is empty".to_owned();
    }
    if let Some(what) = foreign::named(source) {
        return what.to_owned();
    }
    let files = options.formats.iter().filter(|format| matches!(format.opener, Opener::File { .. }));
    let names: Vec<&str> = files.map(|format| format.name).collect();
    format!("its first bytes are of no format that can be read ({})", names.join(", "))
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
