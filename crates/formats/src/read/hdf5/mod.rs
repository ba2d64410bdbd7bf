//! NetCDF-4 and plain HDF5: structure by hdf5-reader, data by our own plan.

mod attributes;
mod chunk_index;
mod dimensions;
mod stored;
mod walk;

use std::sync::Arc;

use hdf5_reader::{Dataset, Hdf5File};

use super::chunks::{At, Blocks, Chunked, Dense, Found, Layout, Origin, Piece, Pieces, dense_pieces, number_of};
use super::{Dataset as OpenDataset, Format, Hyperslab, OpenOptions, Opener, Variable};
use crate::{IoError, Result};

/// The format in the table.
pub(crate) static FORMAT: Format = Format {
    name: "netCDF-4 and HDF5",
    endings: &["nc", "nc4", "h5", "hdf5", "he5", "hdf", "netcdf"],
    opener: Opener::File { recognises, open },
};

/// The signature is at the start, or behind a user block at 512, 1024, 2048, …
fn recognises(blocks: &Blocks) -> Result<bool> {
    let len = blocks.source().len();
    let mut at = 0u64;
    while at + 8 <= len && at <= 1 << 20 {
        if *blocks.read(at..at + 8)? == MAGIC {
            return Ok(true);
        }
        at = if at == 0 { 512 } else { 2 * at };
    }
    Ok(false)
}

fn open(blocks: &Arc<Blocks>, options: &OpenOptions) -> Result<Box<dyn OpenDataset>> {
    let (file, found) = Hdf5::open(blocks, options)?;
    Ok(Box::new(Chunked::new(file, found, options)))
}

/// An open HDF5 file.
struct Hdf5 {
    file: Hdf5File,
    blocks: Arc<Blocks>,
    /// The data set of each variable, for references into the global heap.
    datasets: Vec<Dataset>,
}

/// The first bytes of an HDF5 file.
const MAGIC: [u8; 8] = [0x89, b'H', b'D', b'F', 0x0d, 0x0a, 0x1a, 0x0a];

impl Hdf5 {
    fn open(blocks: &Arc<Blocks>, options: &OpenOptions) -> Result<(Self, Found)> {
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
        let mut all = Found::default();
        let contents = &mut all.contents;
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
            all.stored.push(stored);
            datasets.push(found.dataset);
        }
        contents.groups = walked.groups;
        Ok((Self { file, blocks: blocks.clone(), datasets }, all))
    }
}

impl Pieces for Hdf5 {
    fn format(&self) -> &str {
        FORMAT.name
    }

    fn origin(&self) -> Origin<'_> {
        Origin::File(self.blocks.source().as_ref())
    }

    fn pieces(&self, At { path, stored, .. }: At<'_>, slab: &Hyperslab) -> Result<Vec<Piece>> {
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

    fn texts(&self, at: At<'_>, bytes: &[u8], size: usize) -> Result<Vec<String>> {
        let Some(dataset) = self.datasets.get(at.index) else { return Ok(Vec::new()) };
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
