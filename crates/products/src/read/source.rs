//! A source of bytes as the library for Parquet reads from it.

use std::io::{Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use eventscape_io::stores::{ByteReader, ByteSource};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

#[derive(Clone)]
pub(super) struct Source(pub(super) Arc<dyn ByteSource>);

impl Length for Source {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Source {
    type T = ByteReader;

    fn get_read(&self, start: u64) -> Result<ByteReader, ParquetError> {
        let mut reader = ByteReader::new(Arc::clone(&self.0));
        reader.seek(SeekFrom::Start(start))?;
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start.checked_add(length as u64).ok_or_else(|| ParquetError::EOF("past its end".to_owned()))?;
        let parts = self.0.read_ranges(&[start..end]).map_err(|e| ParquetError::External(Box::new(e)))?;
        parts.into_iter().next().ok_or_else(|| ParquetError::EOF("past its end".to_owned()))
    }
}
