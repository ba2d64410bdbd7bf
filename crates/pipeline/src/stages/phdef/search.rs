//! The search for components, and where they are kept.

use std::ops::Range;

use eventscape_catalog::Subset;
use eventscape_core::EventSource;
use eventscape_io::spool::Spool;

use crate::error::{PipelineError, Result};
use crate::recipe::{Phenomenon, Recipe};
use crate::run::{ChunkFolder, Environment, JobFolder};
use crate::stages::joined::{Chunk, Joined};
use crate::stages::{baselines, components};

/// The search for the components of a job.
pub(super) struct SceneSearch<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) phenomenon: &'a Phenomenon,
    pub(super) subset: &'a Subset,
    pub(super) out: &'a str,
    pub(super) env: &'a Environment<'a>,
}

impl SceneSearch<'_> {
    /// The components of all scenes.
    pub(super) fn all(&self, ranges: &[Range<usize>], folder: &JobFolder) -> Result<Box<dyn EventSource>> {
        if let [all] = ranges {
            let header = self.recipe.header();
            if let Some(finished) = folder.finished_spool(header).filter(|s| s.scenes() == all.len()) {
                return Ok(Box::new(finished));
            }
            let mut spool = folder.spool(header)?;
            self.find(all.clone(), &mut spool)?;
            return Ok(Box::new(spool.finish()?));
        }
        let chunks = (1..=ranges.len()).map(|chunk| self.chunk(ranges, chunk)).collect::<Result<_>>()?;
        Ok(Box::new(Joined::of(chunks, &self.recipe.data.index_of_times())?))
    }

    /// The components of one chunk (from 1), in its own folder.
    pub(super) fn chunk(&self, ranges: &[Range<usize>], chunk: usize) -> Result<Chunk> {
        let Some(range) = chunk.checked_sub(1).and_then(|k| ranges.get(k)) else {
            let there = format!("there is no chunk {chunk}; they go from 1 to {}", ranges.len());
            return Err(PipelineError::job("chunk", there));
        };
        let folder = ChunkFolder::open(self.env, self.out, self.recipe.identity.job_id, chunk)?;
        folder.keep_choices(&self.recipe.output.choices)?;
        let header = self.recipe.header();
        let times = self.recipe.data.times();
        let times = times.get(range.clone()).unwrap_or_default();
        let spool = match folder.finished(header, times)? {
            Some(finished) => finished,
            None => folder.make(header, times, |spool| self.find(range.clone(), spool))?,
        };
        Ok(Chunk { name: folder.location().to_owned(), spool })
    }

    /// The components of a range of scenes, with the statistics of the whole job where the condition needs them.
    pub(super) fn find(&self, range: Range<usize>, spool: &mut Spool) -> Result<()> {
        let sought = (self.recipe, self.phenomenon);
        let baseline = baselines(sought, self.subset, self.env)?;
        components(sought, self.subset, range, baseline.as_ref(), spool, self.env)
    }
}
