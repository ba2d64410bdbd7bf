//! What a TOS2CA database hears of its jobs.

use std::collections::HashMap;

use super::bridge::Bridge;
use super::ledger::{Entry, State};
use super::legacy::{Legacy, LegacyOutput};
use super::schema::{COMPLETE, ERROR, FAILED, chunk_word, job_word, output_type};
use crate::database::{Fields, failed};
use crate::error::{Result, ServiceError};
use crate::jobs::{JobRecord, JobStatus, OutputFile};

impl Bridge {
    /// Tells what has changed here.
    pub(super) async fn tell_all(&self, legacy: &Legacy) -> Result<()> {
        for entry in self.ledger.at_work().await? {
            let told = self.tell_chunks(legacy, &entry).await;
            self.go_on_after(entry.legacy, told).await?;
        }
        for entry in self.ledger.untold().await? {
            let told = self.tell(legacy, &entry).await;
            self.go_on_after(entry.legacy, told).await?;
        }
        Ok(())
    }

    async fn tell_chunks(&self, legacy: &Legacy, entry: &Entry) -> Result<()> {
        let Some(job) = entry.job else { return Ok(()) };
        self.chunks_of(legacy, entry.legacy, &self.jobs.get(job).await?).await
    }

    async fn tell(&self, legacy: &Legacy, entry: &Entry) -> Result<()> {
        let Some(job) = entry.job else {
            // refused before it was a job of ours
            legacy.tell_chunks(entry.legacy, |_| FAILED).await?;
            let is_there = legacy.tell(entry.legacy, ERROR, None).await?;
            return self.was_told(entry, ERROR, is_there).await;
        };
        let job = self.jobs.get(job).await?;
        let word = job_word(job.status);
        self.chunks_of(legacy, entry.legacy, &job).await?;
        let outputs = match job.status {
            JobStatus::Complete => Some(outputs_of(&job, &self.jobs.outputs(job.job_id).await?)?),
            _ => None,
        };
        let is_there = legacy.tell(entry.legacy, word, outputs.as_deref()).await?;
        if word == COMPLETE || word == ERROR {
            let why = job.message.unwrap_or_default();
            tracing::info!(tos2ca = entry.legacy, job = job.job_id, status = word, why, "told TOS2CA");
        }
        self.was_told(entry, word, is_there).await
    }

    async fn was_told(&self, entry: &Entry, word: &str, is_there: bool) -> Result<()> {
        if is_there {
            return self.ledger.told(entry, word).await;
        }
        tracing::warn!(tos2ca = entry.legacy, "this job is not in the TOS2CA database any more");
        self.ledger.end(entry.legacy, entry.state, State::Left, "it is not there any more").await
    }

    /// Chunks of the same number have the status of ours, others that of the job.
    async fn chunks_of(&self, legacy: &Legacy, number: i64, job: &JobRecord) -> Result<()> {
        let ours = self.chunk_statuses(job.job_id).await?;
        let word = |chunk| {
            let status = match ours.get(&chunk) {
                Some(own) if *own == JobStatus::Complete || !job.status.is_over() => *own,
                _ => job.status,
            };
            chunk_word(job.stage, status)
        };
        legacy.tell_chunks(number, word).await
    }

    async fn chunk_statuses(&self, job: i64) -> Result<HashMap<i64, JobStatus>> {
        let db = self.jobs.database();
        let query = db.sql("SELECT chunkID, status FROM chunks WHERE jobID = ?").bind(job);
        let rows = query.fetch_all(db.pool()).await.map_err(failed("looking at chunks"))?;
        let one = |row| Some((Fields::whole(row, "chunkID")?, JobStatus::of(&Fields::text(row, "status")?)?));
        Ok(rows.iter().filter_map(one).collect())
    }
}

/// The products that the reference knows, by their whole addresses.
fn outputs_of(job: &JobRecord, files: &[OutputFile]) -> Result<Vec<LegacyOutput>> {
    let folder = job.location.as_deref().unwrap_or_default();
    let folder = if folder.contains("://") {
        folder.to_owned()
    } else {
        let path = std::path::absolute(folder);
        path.map_err(|source| ServiceError::Io { action: format!("finding `{folder}`"), source })?.display().to_string()
    };
    let one = |file: &OutputFile| {
        Some(LegacyOutput {
            location: format!("{}/{}", folder.trim_end_matches('/'), file.name),
            kind: output_type(&file.kind, &file.name)?.to_owned(),
            time: file.time.clone(),
        })
    };
    Ok(files.iter().filter_map(one).collect())
}
