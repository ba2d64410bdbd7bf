//! Where a chunk's components are kept: `<out>/<job id>/chunks/0001/components.spool`, on this machine or in a bucket.

use std::io::Write;

use eventscape_core::Timestamp;
use eventscape_io::IoError;
use eventscape_io::sink::{Sink, SinkLock};
use eventscape_io::spool::{Spool, SpoolReader};
use eventscape_io::stores::{Location, Stores};

use super::environment::Environment;
use crate::error::Result;
use crate::recipe::OutputChoices;

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

    /// Keeps what the job says of its products, for those who join the chunks.
    pub(crate) fn keep_choices(&self, choices: &OutputChoices) -> Result<()> {
        super::choices::keep(choices, &self.sink)
    }

    /// The chunk as an earlier run has finished it, if that was of this very job and of the scenes of these times: one that was
    /// cut otherwise has others.
    pub(crate) fn finished(&self, header: &[u8], times: &[Timestamp]) -> Result<Option<SpoolReader>> {
        let found = match SpoolReader::fetch(&self.stores, &self.spool) {
            Ok(found) => found,
            // made again
            Err(IoError::NotFound { .. } | IoError::Damaged { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok((found.header() == header && found.times() == times).then_some(found))
    }

    /// Finds the components of the scenes of these times with `find` and keeps them. On this machine a stopped run goes on where
    /// it was, if it was cut as this one is; for a bucket they gather in a nameless file of this machine and are sent when they
    /// are complete.
    pub(crate) fn make(
        &self,
        header: &[u8],
        times: &[Timestamp],
        find: impl FnOnce(&mut Spool) -> Result<()>,
    ) -> Result<SpoolReader> {
        if let Some(path) = self.spool.local_path() {
            let mut spool = Spool::resume_file(path, header)?;
            // scenes of a chunk follow each other: those of another cut end at another time
            let last = spool.scenes().checked_sub(1);
            if last.is_some_and(|last| times.get(last).copied() != spool.last_time()) {
                drop(spool);
                spool = Spool::create_file(path, header)?;
            }
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
