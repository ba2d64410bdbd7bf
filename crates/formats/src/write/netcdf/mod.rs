//! A netCDF-4 file, written as a stream: groups one after the other, values before the headers that describe them.

mod attribute;
mod codec;
mod group;
mod names;
mod variable;

use std::io;

use eventscape_core::parallel::on_job_pool;
use rayon::prelude::*;

pub use attribute::{Attribute, Attributes};
pub use codec::Codec;
pub use variable::Variable;

use crate::write::WriteError;
use crate::write::hdf5::{
    ChunkIndex, Element, Layout, Medium, Output, ReferenceHeap, SUPERBLOCK, UNDEFINED, check_structure, superblock,
};
use group::{Dimension, OpenGroup, Written, check_length};

/// The part of a variable's data that is compressed at a time, bytes.
const BATCH: usize = 16 << 20;

/// A file being written. Everything goes into the innermost open group; at first, that is the root.
///
/// Memory: what is described of the open groups, a name and an address for each finished one.
pub struct NcFile<W> {
    out: Output<W>,
    product: String,
    heap: ReferenceHeap,
    groups: Vec<OpenGroup>,
    /// Groups opened so far.
    opened: u64,
    streams: Vec<Option<Stream>>,
    dimensions: i32,
}

/// A chunked variable whose chunks are still coming.
struct Stream {
    variable: Variable,
    chunk: Vec<u32>,
    codec: Codec,
    index: ChunkIndex,
    /// The number of its group.
    group: u64,
}

/// Names a chunked variable whose chunks are still coming.
#[derive(Clone, Copy, Debug)]
pub struct StreamId(usize);

impl<W: Medium> NcFile<W> {
    /// Starts a file; `product` is what messages call it.
    ///
    /// # Errors
    /// [`WriteError::Output`] when the output refuses.
    pub fn create(out: W, product: &str) -> Result<Self, WriteError> {
        let fail = |source| WriteError::Output { file: product.to_owned(), source };
        let mut out = Output::new(out).map_err(fail)?;
        out.append(&[0; SUPERBLOCK]).map_err(fail)?;
        let mut root = OpenGroup::new("/", 0);
        root.attributes.set("_NCProperties", concat!("version=2,eventscape=", env!("CARGO_PKG_VERSION")));
        Ok(Self {
            out,
            product: product.to_owned(),
            heap: ReferenceHeap::default(),
            groups: vec![root],
            opened: 0,
            streams: Vec::new(),
            dimensions: 0,
        })
    }

    /// Opens a group in the innermost one.
    pub fn open_group(&mut self, name: &str) {
        self.opened += 1;
        self.groups.push(OpenGroup::new(name, self.opened));
    }

    /// Closes the innermost group.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] for the root group; failures of the output.
    pub fn close_group(&mut self) -> Result<(), WriteError> {
        if self.groups.len() < 2 {
            return Err(WriteError::Mismatch("the root group cannot be closed before its file".to_owned()));
        }
        let (name, address) = self.close_innermost()?;
        self.innermost()?.members.push((name, address));
        Ok(())
    }

    /// Sets an attribute of the innermost group.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] when no group is open.
    pub fn attribute(&mut self, name: &str, value: impl Into<Attribute>) -> Result<(), WriteError> {
        self.innermost()?.attributes.set(name, value);
        Ok(())
    }

    /// Sets many.
    ///
    /// # Errors
    /// As [`NcFile::attribute`].
    pub fn attributes(&mut self, attributes: Attributes) -> Result<(), WriteError> {
        let group = self.innermost()?;
        for (name, value) in attributes.0 {
            group.attributes.set(&name, value);
        }
        Ok(())
    }

    /// Adds a dimension to the innermost group. netCDF has none of size 0 but unlimited ones, so such a one is unlimited.
    ///
    /// # Errors
    /// As [`NcFile::attribute`].
    pub fn dimension(&mut self, name: &str, size: usize) -> Result<(), WriteError> {
        let id = self.dimensions;
        self.dimensions += 1;
        self.innermost()?.dimensions.push(Dimension {
            name: name.to_owned(),
            size: size as u64,
            unlimited: size == 0,
            id,
        });
        Ok(())
    }

    /// Writes a variable in one piece, as it is.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] for a dimension that the group does not have, another number of values than the shape demands, or
    /// another type than the variable's; failures of the output.
    pub fn variable<T: Element>(&mut self, variable: Variable, values: &[T]) -> Result<(), WriteError> {
        let shape = self.innermost()?.shape(&variable.dims)?;
        check_length::<T>(&variable, &shape, values.len())?;
        let layout = if shape.iter().any(|dim| dim.1) {
            // only chunks can grow; there is none yet
            let chunk = shape.iter().map(|dim| dim.0.max(1) as u32).collect();
            Layout::Chunked { index: UNDEFINED, chunk, element: size_of::<T>() as u32 }
        } else {
            self.contiguous(values)?
        };
        self.innermost()?.variables.push(Written { variable, layout, filters: None });
        Ok(())
    }

    fn contiguous<T: Element>(&mut self, values: &[T]) -> Result<Layout, WriteError> {
        let mut address = None;
        let mut bytes = Vec::new();
        for part in values.chunks(1 << 16) {
            bytes.clear();
            T::extend_bytes(part, &mut bytes);
            let at = if address.is_none() { self.out.append_aligned(&bytes) } else { self.out.append(&bytes) };
            let at = at.map_err(|source| self.failed(source))?;
            address.get_or_insert(at);
        }
        Ok(Layout::Contiguous { address: address.unwrap_or(UNDEFINED), size: std::mem::size_of_val(values) as u64 })
    }

    /// Writes a variable in compressed chunks that hold `rows` entries of its first dimension each.
    ///
    /// # Errors
    /// As [`NcFile::variable`].
    pub fn compressed<T: Element>(
        &mut self,
        variable: Variable,
        rows: usize,
        codec: Codec,
        values: &[T],
    ) -> Result<(), WriteError> {
        let shape = self.innermost()?.shape(&variable.dims)?;
        check_length::<T>(&variable, &shape, values.len())?;
        if values.is_empty() || shape.is_empty() {
            return self.variable(variable, values);
        }
        let row: usize = shape.iter().skip(1).map(|dim| dim.0 as usize).product();
        let rows = rows.clamp(1, shape.first().map_or(1, |dim| dim.0 as usize));
        let mut chunk: Vec<usize> = shape.iter().map(|dim| dim.0 as usize).collect();
        if let Some(first) = chunk.first_mut() {
            *first = rows;
        }
        let stream = self.start_chunks(variable, &chunk, codec)?;
        let cells = rows * row;
        let parallel = (BATCH / (cells * size_of::<T>()).max(1)).max(1);
        for batch in values.chunks(cells * parallel) {
            let pack = |part: &[T]| {
                let mut bytes = T::to_bytes(part);
                // the last chunk has the size of all others
                bytes.resize(cells * size_of::<T>(), 0);
                codec.encode(&bytes, size_of::<T>())
            };
            if batch.len() <= cells {
                self.chunk(stream, &pack(batch)?)?;
                continue;
            }
            let packed: Result<Vec<_>, _> = on_job_pool(|| batch.par_chunks(cells).map(pack).collect());
            for chunk in packed? {
                self.chunk(stream, &chunk)?;
            }
        }
        self.finish_chunks(stream)
    }

    /// Starts a variable whose chunks come one by one, in row-major order, while other things are written.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] where chunk and shape have not the same number of dimensions.
    pub fn start_chunks(&mut self, variable: Variable, chunk: &[usize], codec: Codec) -> Result<StreamId, WriteError> {
        let group = self.innermost()?;
        let (shape, group) = (group.shape(&variable.dims)?, group.number);
        let sizes: Vec<u64> = shape.iter().map(|dim| dim.0).collect();
        let chunk: Vec<u32> = chunk.iter().map(|&size| size.clamp(1, u32::MAX as usize) as u32).collect();
        if chunk.len() != sizes.len() {
            return Err(WriteError::Mismatch(format!("the chunks of `{}` have other dimensions", variable.name)));
        }
        let wide: Vec<u64> = chunk.iter().map(|&size| u64::from(size)).collect();
        let index = ChunkIndex::new(&sizes, &wide);
        self.streams.push(Some(Stream { variable, chunk, codec, index, group }));
        Ok(StreamId(self.streams.len() - 1))
    }

    /// Appends the next chunk, packed already by the stream's codec.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] after the variable was finished; failures of the output.
    pub fn chunk(&mut self, stream: StreamId, packed: &[u8]) -> Result<(), WriteError> {
        let Some(Some(open)) = self.streams.get_mut(stream.0) else {
            return Err(WriteError::Mismatch("a chunk came after its variable was finished".to_owned()));
        };
        open.index
            .push(&mut self.out, packed)
            .map_err(|source| WriteError::Output { file: self.product.clone(), source })
    }

    /// Ends a variable that came in chunks.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] where chunks are missing or too many; failures of the output.
    pub fn finish_chunks(&mut self, stream: StreamId) -> Result<(), WriteError> {
        let Some(open) = self.streams.get_mut(stream.0).and_then(Option::take) else {
            return Err(WriteError::Mismatch("a chunked variable was finished twice".to_owned()));
        };
        while self.streams.last().is_some_and(Option::is_none) {
            self.streams.pop();
        }
        let Stream { variable, chunk, codec, index, group } = open;
        if self.innermost()?.number != group {
            return Err(WriteError::Mismatch(format!("variable `{}` ends outside of its group", variable.name)));
        }
        if index.len() != index.expected() {
            return Err(WriteError::Mismatch(format!(
                "variable `{}` has {} chunks and was given {}",
                variable.name,
                index.expected(),
                index.len()
            )));
        }
        let element = variable.kind.size() as u32;
        let index = index.finish(&mut self.out).map_err(|source| self.failed(source))?;
        let layout = Layout::Chunked { index, chunk, element };
        self.innermost()?.variables.push(Written { variable, layout, filters: Some(codec.filters()) });
        Ok(())
    }

    /// Closes what is open and gives the output back, complete.
    ///
    /// # Errors
    /// [`WriteError::Mismatch`] for a variable whose chunks were not finished; [`WriteError::Damaged`] and [`WriteError::Output`]
    /// where the file does not read back as it was written; [`WriteError::Unrepresentable`] for an attribute above 64 KiB.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if let Some(open) = self.streams.iter().flatten().next() {
            return Err(WriteError::Mismatch(format!("variable `{}` was not finished", open.variable.name)));
        }
        while self.groups.len() > 1 {
            self.close_group()?;
        }
        let (_, root) = self.close_innermost()?;
        let product = self.product;
        let finish = |out: &mut Output<W>, heap: &mut ReferenceHeap| {
            heap.flush(out)?;
            let end = out.end();
            out.patch(0, &superblock(end, root))
        };
        let fail = |source| WriteError::Output { file: product.clone(), source };
        let mut file = finish(&mut self.out, &mut self.heap).and_then(|()| self.out.finish()).map_err(fail)?;
        // whatever is wrong in what was written, it must not become a product
        match check_structure(&mut file) {
            Ok(_) => Ok(file),
            Err(fault) => Err(WriteError::Damaged { file: product, fault }),
        }
    }

    fn close_innermost(&mut self) -> Result<(String, u64), WriteError> {
        let group = self.groups.pop().ok_or_else(|| WriteError::Mismatch("no group is open".to_owned()))?;
        let name = group.name.clone();
        Ok((name, group.close(&mut self.out, &mut self.heap, &self.product)?))
    }

    fn innermost(&mut self) -> Result<&mut OpenGroup, WriteError> {
        self.groups.last_mut().ok_or_else(|| WriteError::Mismatch("no group is open".to_owned()))
    }

    fn failed(&self, source: io::Error) -> WriteError {
        WriteError::Output { file: self.product.clone(), source }
    }
}

#[cfg(test)]
mod tests;
