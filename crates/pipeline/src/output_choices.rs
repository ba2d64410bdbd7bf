//! What a job says of its products, kept beside each chunk: the chunks' components do not depend on it, so that it is not in
//! their spools, and joining them honours it.

use std::io::Write;

use eventscape_io::IoError;
use eventscape_io::sink::Sink;
use eventscape_io::stores::{Location, Stores};
use serde::{Deserialize, Serialize};

use crate::error::{PipelineError, Result};
use crate::job::{Job, Texts, Tos2caNames};

/// The name of the file in a chunk's folder.
const FILE: &str = "products.json";
/// Ours have a few hundred bytes.
const LARGEST: u64 = 1 << 20;

/// What a job says of its products.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OutputChoices {
    pub(crate) title: Option<String>,
    pub(crate) products: Option<Texts>,
    pub(crate) no_plots: bool,
    pub(crate) tos2ca_names: Option<Tos2caNames>,
}

impl OutputChoices {
    pub(crate) fn of(job: &Job) -> Self {
        Self {
            title: job.title.clone(),
            products: job.products.clone(),
            no_plots: job.no_plots,
            tos2ca_names: job.tos2ca_names,
        }
    }

    /// Keeps them in a chunk's folder.
    pub(crate) fn keep(&self, sink: &Sink) -> Result<()> {
        let text = serde_json::to_vec(self)
            .map_err(|e| PipelineError::Internal(format!("the job's products cannot be written down: {e}")))?;
        let mut file = sink.create(FILE)?;
        file.write_all(&text).map_err(|e| file.failed(e))?;
        file.commit("application/json")?;
        Ok(())
    }

    /// Those beside a chunk's spool; none beside one of version 0.1, or one that was copied alone.
    pub(crate) fn beside(spool: &Location, stores: &Stores) -> Result<Option<Self>> {
        let place = spool.to_string();
        let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
        let place = Location::parse(&format!("{folder}/{FILE}"))?;
        let source = match stores.open(&place) {
            Ok(source) => source,
            Err(IoError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let damaged =
            |why: String| PipelineError::State(format!("`{place}` cannot be used: {why}; run the chunk anew"));
        if source.len() > LARGEST {
            return Err(damaged(format!("it has {} bytes", source.len())));
        }
        let mut text = Vec::new();
        source.read_into(0..source.len(), &mut text)?;
        serde_json::from_slice(&text).map(Some).map_err(|e| damaged(e.to_string()))
    }
}
