//! What tells a job from others, and how it is run again.

use eventscape_core::{Grid, Timestamp};
use eventscape_products::JobInfo;
use ring::digest::{SHA256, digest};
use serde::Serialize;

use super::bounds::bounds;
use super::command::command_line;
use crate::error::{PipelineError, Result};

/// What tells a job from others, and how it is run again: key, title, command line, history.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    command_name: &'static str,
    pub(crate) job_id: u64,
    pub(crate) title: String,
    /// A text that is equal for jobs of equal products.
    pub(crate) key: String,
    command: String,
}

impl Identity {
    /// The identity of a job. `command_name` is what the command line calls its stage, `keys` are those that the products
    /// repeat, `key` comes from [`key_of`].
    pub(crate) fn new(
        command_name: &'static str,
        keys: &impl Serialize,
        key: String,
        job_id: u64,
        title: String,
    ) -> Self {
        Self { command_name, job_id, title, key, command: command_line(command_name, keys) }
    }

    /// What the products of every stage say of the job: number, title, span, place, command, history.
    pub(crate) fn info(&self, now: Option<String>, span: (Timestamp, Timestamp), grid: &Grid) -> JobInfo {
        let stamp = now.as_ref().map(|now| format!("{now} ")).unwrap_or_default();
        JobInfo {
            history: format!("{stamp}eventscape {} {}", env!("CARGO_PKG_VERSION"), self.command_name),
            created: now,
            command: self.command.clone(),
            ..JobInfo::titled(self.job_id, self.title.clone(), span, bounds(grid))
        }
    }
}

/// The key of what decides on a job's products: the first half of its SHA-256, in hexadecimal digits.
///
/// # Errors
/// What cannot be written as JSON.
pub(crate) fn key_of(what_matters: &impl Serialize) -> Result<String> {
    Ok(key_of_bytes(&written(what_matters)?))
}

/// The key of bytes.
pub(super) fn key_of_bytes(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// A value as JSON.
pub(super) fn written(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| PipelineError::Internal(format!("the job cannot be written down: {e}")))
}
