//! NetCDF-4 and plain HDF5: structure by hdf5-reader, data by our own plan.

mod attributes;
mod chunk_index;
mod dimensions;
mod stored;
mod walk;

use std::sync::Arc;

use hdf5_reader::{Dataset, Hdf5File};

use super::contents::Contents;
use super::read::{Blocks, Dense, Layout, Piece, dense_pieces, number_of};
use super::{Format, Hyperslab, OpenOptions, Variable};
use crate::{IoError, Result};

/// An open HDF5 file.
pub(crate) struct Hdf5 {
    file: Hdf5File,
    blocks: Arc<Blocks>,
    /// The data set of each variable, for references into the global heap.
    datasets: Vec<Dataset>,
}

/// The first bytes of an HDF5 file; behind a user block they are at 512, 1024, 2048, …
pub(crate) const MAGIC: [u8; 8] = [0x89, b'H', b'D', b'F', 0x0d, 0x0a, 0x1a, 0x0a];

impl Hdf5 {
    pub(crate) fn open(blocks: &Arc<Blocks>, options: &OpenOptions) -> Result<(Self, Contents)> {
        let limits = hdf5_reader::OpenOptions::default()
            .with_chunk_cache_bytes(0)
            .with_max_chunk_bytes(usize::try_from(options.max_chunk_bytes).unwrap_or(usize::MAX))
            .with_max_read_bytes(usize::try_from(options.max_read_bytes).unwrap_or(usize::MAX));
        let file = Hdf5File::from_storage_with_options(blocks.clone(), limits).map_err(|e| failed(blocks, &e))?;
        let end = file.superblock().eof_address;
        if end > blocks.source().len() {
            return Err(damaged(
                blocks,
                format!("it is cut short: {end} bytes were written, {} are there", blocks.source().len()),
            ));
        }
        let walked = walk::walk(&file, blocks)?;
        let mut contents = Contents::new(Format::Hdf5);
        let mut datasets = Vec::new();
        let dims = dimensions::resolve(&walked, blocks)?;
        for (found, dims) in walked.datasets.into_iter().zip(dims) {
            let Some(dims) = dims else { continue };
            let path = found.variable_path();
            let Some((scalar, element)) = stored::element(found.dataset.dtype(), file.superblock().offset_size) else {
                contents.unreadable.insert(path, format!("the type {:?}", found.dataset.dtype()));
                continue;
            };
            let stored = match stored::stored(&file, blocks, &found, &element, options) {
                Ok(stored) => stored,
                // One variable that cannot be read does not make the others unreadable.
                Err(IoError::Unsupported { feature, .. }) => {
                    contents.unreadable.insert(path, feature);
                    continue;
                }
                Err(other) => return Err(other),
            };
            let fill = number_of(&stored.fill, scalar, stored.big_endian);
            contents.variables.push(Variable {
                path,
                scalar,
                dims,
                chunk: matches!(stored.layout, Layout::Chunked { .. }).then(|| stored.chunk.clone()),
                attributes: found.attributes,
                fill,
            });
            contents.stored.push(stored);
            datasets.push(found.dataset);
        }
        contents.groups = walked.groups;
        Ok((Self { file, blocks: blocks.clone(), datasets }, contents))
    }

    /// The stored pieces that a selection of a variable touches.
    pub(crate) fn pieces(&self, contents: &Contents, variable: usize, slab: &Hyperslab) -> Result<Vec<Piece>> {
        let (stored, path) = (&contents.stored[variable], &contents.variables[variable].path);
        let overflow = || damaged(&self.blocks, format!("variable `{path}`: an address overflows"));
        match &stored.layout {
            Layout::Inline(_) => dense_pieces(stored, Dense::Inline, slab).ok_or_else(overflow),
            Layout::Dense { address, record } => {
                dense_pieces(stored, Dense::File { address: *address, record: *record }, slab).ok_or_else(overflow)
            }
            Layout::Chunked { address, index, max_shape } => {
                let index =
                    chunk_index::Index { address: *address, kind: index.as_ref(), max_shape: max_shape.as_deref() };
                chunk_index::pieces(&self.file, &self.blocks, stored, &index, slab)
                    .map_err(|error| in_variable(error, path))
            }
            Layout::Empty | Layout::Objects(_) => Ok(Vec::new()),
        }
    }

    /// The texts of elements that were read as stored bytes.
    pub(crate) fn texts(&self, variable: usize, bytes: &[u8], size: usize) -> Result<Vec<String>> {
        let dataset = &self.datasets[variable];
        bytes
            .chunks_exact(size.max(1))
            .map(|element| match attributes::text_padding(dataset.dtype()) {
                Some(padding) => Ok(attributes::fixed_text(element, padding)),
                None => dataset
                    .resolve_vlen_reference_bytes(element, 1)
                    .map(|bytes| attributes::heap_text(&bytes))
                    .map_err(|e| failed(&self.blocks, &e)),
            })
            .collect()
    }
}

/// An error of hdf5-reader as ours; a failed read of the source keeps its own error.
fn failed(blocks: &Blocks, error: &hdf5_reader::error::Error) -> IoError {
    blocks.take_failure().unwrap_or_else(|| damaged(blocks, error.to_string()))
}

fn damaged(blocks: &Blocks, reason: String) -> IoError {
    IoError::Damaged { location: blocks.source().location().to_owned(), reason }
}

fn in_variable(error: IoError, path: &str) -> IoError {
    match error {
        IoError::Damaged { location, reason } => {
            IoError::Damaged { location, reason: format!("variable `{path}`: {reason}") }
        }
        other => other,
    }
}
