//! What a job says of its products, kept in the folders of its chunks.

use std::io::Write;

use eventscape_io::IoError;
use eventscape_io::sink::Sink;
use eventscape_io::stores::{Location, Stores};

use crate::error::{PipelineError, Result};
use crate::recipe::OutputChoices;

/// The name of the file in a chunk's folder.
const FILE: &str = "products.json";
/// Ours have a few hundred bytes.
const LARGEST: u64 = 1 << 20;

/// Keeps what a job says of its products in a chunk's folder.
pub(super) fn keep(choices: &OutputChoices, sink: &Sink) -> Result<()> {
    let text = serde_json::to_vec(choices)
        .map_err(|e| PipelineError::Internal(format!("the job's products cannot be written down: {e}")))?;
    let mut file = sink.create(FILE)?;
    file.write_all(&text).map_err(|e| file.failed(e))?;
    file.commit("application/json")?;
    Ok(())
}

/// Those beside a chunk's spool; none beside one of version 0.1, or one that was copied alone.
pub(crate) fn beside(spool: &Location, stores: &Stores) -> Result<Option<OutputChoices>> {
    let place = spool.to_string();
    let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
    let place = Location::parse(&format!("{folder}/{FILE}"))?;
    let source = match stores.open(&place) {
        Ok(source) => source,
        Err(IoError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let damaged = |why: String| PipelineError::State(format!("`{place}` cannot be used: {why}; run the chunk anew"));
    if source.len() > LARGEST {
        return Err(damaged(format!("it has {} bytes", source.len())));
    }
    let mut text = Vec::new();
    source.read_into(0..source.len(), &mut text)?;
    serde_json::from_slice(&text).map(Some).map_err(|e| damaged(e.to_string()))
}
