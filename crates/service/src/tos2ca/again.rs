//! Jobs of ours that someone set back to `pending` in the TOS2CA database.
//!
//! Of one whose end was told there it is noted that it is to be done again, before it is taken: a bridge that dies after
//! that left the note, with which the next turn goes on.

use super::bridge::Bridge;
use super::ledger::{Entry, State};
use super::legacy::Legacy;
use super::schema::{PENDING, RUNNING};
use crate::error::{Result, ServiceError};
use crate::jobs::{JobRecord, JobStatus};

impl Bridge {
    /// Goes on with a job that was to be done again.
    pub(super) async fn go_on_again(&self, legacy: &Legacy, job: i64) -> Result<()> {
        // another bridge may have done it since it was looked for
        let entry = self.ledger.entry(job).await?.filter(|entry| entry.state == State::Again);
        let Some(entry) = entry else { return Ok(()) };
        let Some(row) = legacy.job(job).await? else {
            return self.ledger.end(job, State::Again, State::Left, "it is not there any more").await;
        };
        match row.status.as_str() {
            // noted, not taken: the search for jobs that wait does that
            PENDING => Ok(()),
            RUNNING => self.do_again(&entry).await,
            other => {
                tracing::info!(tos2ca = job, status = other, "a job does not wait any more to be done again");
                self.ledger.leave_as_told(job).await
            }
        }
    }

    /// Tries a job again that was taken, if it failed, and tells how it is now, whether that can be done or not.
    pub(super) async fn do_again(&self, entry: &Entry) -> Result<()> {
        let Some(ours) = entry.job else { return Ok(()) };
        let job = self.jobs.get(ours).await?;
        let why_not = if waits_for_a_try(entry, &job) { self.try_again(entry.legacy, ours).await? } else { None };
        self.ledger.tell_again(entry, why_not).await
    }

    /// Gives why it cannot be tried.
    async fn try_again(&self, job: i64, ours: i64) -> Result<Option<String>> {
        match self.jobs.retry(ours).await {
            Ok(()) => {
                tracing::info!(tos2ca = job, job = ours, "tried again");
                self.bell.notify_one();
                Ok(None)
            }
            Err(error @ (ServiceError::Request(_) | ServiceError::Conflict(_))) => {
                tracing::warn!(tos2ca = job, job = ours, %error, "a job of TOS2CA cannot be tried again");
                Ok(Some(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a job failed, and that before it was noted that it is to be done again: otherwise it was tried since.
fn waits_for_a_try(entry: &Entry, job: &JobRecord) -> bool {
    let was_tried = entry.state == State::Again && job.ended.is_some_and(|ended| ended > entry.updated);
    matches!(job.status, JobStatus::Error | JobStatus::Cancelled) && !was_tried
}
