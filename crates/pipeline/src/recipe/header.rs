//! A recipe as the header of a spool: the keys that decide on the components, and what was known of the data.

use serde::{Deserialize, Serialize};

use super::data::Data;
use super::identity::written;
use crate::error::{PipelineError, Result};
use crate::job::Job;

/// Raised whenever the meaning of a header or of the spool behind it changes.
const VERSION: u32 = 2;

#[derive(Serialize)]
struct Header<'a> {
    version: u32,
    keys: &'a Job,
    data: &'a Data,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct Body {
    keys: serde_json::Map<String, serde_json::Value>,
    data: Data,
}

/// The header.
///
/// # Errors
/// What cannot be written as JSON.
pub(super) fn of(keys: &Job, data: &Data) -> Result<Vec<u8>> {
    written(&Header { version: VERSION, keys, data })
}

/// The keys and the data of a header. `subject` is what messages call its spool.
///
/// # Errors
/// A header of another version, or one that is not understood.
pub(super) fn read(bytes: &[u8], subject: &str) -> Result<(serde_json::Map<String, serde_json::Value>, Data)> {
    let wrong = |why: String| PipelineError::State(format!("`{subject}` cannot be used: {why}"));
    let unclear = |e: serde_json::Error| wrong(format!("its header is not understood ({e})"));
    let Version { version } = serde_json::from_slice(bytes).map_err(unclear)?;
    if version != VERSION {
        return Err(wrong(format!("it is of version {version}, this program writes {VERSION}; run the chunk anew")));
    }
    let Body { keys, data } = serde_json::from_slice(bytes).map_err(unclear)?;
    Ok((keys, data))
}
