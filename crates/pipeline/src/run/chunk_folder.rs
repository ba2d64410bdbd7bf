//! Where a chunk's components are kept: `<out>/<job id>/chunks/0001/components.spool`, on this machine or in a bucket.

use std::io::Write;

use eventscape_core::EventSource;
use eventscape_io::IoError;
use eventscape_io::sink::{Sink, SinkLock};
use eventscape_io::spool::{Spool, SpoolReader};
use eventscape_io::stores::{Location, Stores};

use super::environment::Environment;
use crate::error::Result;

/// The folder of chunks in that of their job.
pub(crate) const CHUNKS: &str = "chunks";
/// The components of a chunk, or of a job.
pub(crate) const SPOOL: &str = "components.spool";

/// The folder of one chunk, held by this process alone: other chunks of the job may run beside it, on any machine.
pub(crate) struct ChunkFolder {
    sink: Sink,
    spool: Location,
    stores: Stores,
    _lock: SinkLock,
}

impl ChunkFolder {
    /// Opens the folder of a chunk (from 1).
    pub(crate) fn open(env: &Environment<'_>, out: &str, job_id: u64, chunk: usize) -> Result<Self> {
        let location = Location::parse(out)?;
        let folder = format!("{job_id}/{CHUNKS}/{chunk:04}");
        let stores = &env.stores;
        let sink = Sink::open(stores, &location, &folder)?;
        let lock = env.lock(&sink)?;
        Ok(Self { sink, spool: location.join(&folder).join(SPOOL), stores: stores.clone(), _lock: lock })
    }

    /// The folder as `eventscape stitch` takes it.
    pub(crate) fn location(&self) -> &str {
        self.sink.location()
    }

    /// The chunk as an earlier run has finished it, if that was of this very job.
    pub(crate) fn finished(&self, header: &[u8], scenes: usize) -> Result<Option<SpoolReader>> {
        let found = match SpoolReader::fetch(&self.stores, &self.spool) {
            Ok(found) => found,
            // made again
            Err(IoError::NotFound { .. } | IoError::Damaged { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok((found.header() == header && found.scenes() == scenes).then_some(found))
    }

    /// Finds the chunk's components with `find` and keeps them. On this machine a stopped run goes on where it was; for a
    /// bucket they gather in a nameless file of this machine and are sent when they are complete.
    pub(crate) fn make(&self, header: &[u8], find: impl FnOnce(&mut Spool) -> Result<()>) -> Result<SpoolReader> {
        if let Some(path) = self.spool.local_path() {
            let mut spool = Spool::resume_file(path, header)?;
            find(&mut spool)?;
            return Ok(spool.finish()?);
        }
        let mut spool = Spool::create_nameless(header)?;
        find(&mut spool)?;
        let reader = spool.finish()?;
        let mut product = self.sink.create(SPOOL)?;
        reader.send(&mut product)?.and_then(|()| product.flush()).map_err(|e| product.failed(e))?;
        product.commit("application/octet-stream")?;
        Ok(reader)
    }
}
