//! What is still to be told of jobs that have ended.

use serde::Serialize;
use sqlx::any::AnyRow;

use super::submit::cut;
use super::{JobRecord, JobStatus, Jobs};
use crate::database::{Fields, failed};
use crate::error::{Result, ServiceError};

/// How long a process that delivers a notification may say nothing before another tries.
const LEASE_MS: i64 = 60_000;
/// How often it is tried: with the pauses, for a day.
const MOST_TRIES: i64 = 100;
/// The pause after a first failure; it doubles with each, up to the longest.
const FIRST_PAUSE_MS: i64 = 4_000;
const LONGEST_PAUSE_MS: i64 = 900_000;
const CANDIDATES: i64 = 16;

/// A notification that is to be delivered now.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    id: i64,
    /// The fencing token.
    attempt: i64,
    /// How often it was tried and not taken.
    tries: i64,
    pub(crate) channel: String,
    pub(crate) target: String,
    pub(crate) event: JobStatus,
    pub(crate) job: JobRecord,
}

impl Notification {
    /// The same at each attempt, so that receivers can tell what they have already; another for each end of a job that is
    /// tried again.
    pub(crate) fn key(&self) -> String {
        match self.job.ended.filter(|_| self.event.is_over()) {
            Some(ended) => format!("{}-{ended}", self.id),
            None => self.id.to_string(),
        }
    }
}

/// Who is to hear of a job, and whether they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotificationRecord {
    /// `email`, `webhook`.
    pub channel: String,
    /// The address.
    pub target: String,
    /// What it tells of: `complete`, `error`, `running`.
    pub event: String,
    /// `waiting` for that, `queued`, `sending`, `sent`, `failed`.
    pub state: String,
    /// How often it was tried and not taken.
    pub tries: i64,
    /// Why it was not taken last.
    pub last_error: Option<String>,
}

impl Jobs {
    /// Who is to hear of a job.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notifications(&self, job: i64) -> Result<Vec<NotificationRecord>> {
        let sql = "SELECT channel, target, event, state, tries, lastError FROM notifications WHERE jobID = ? \
            ORDER BY notificationID";
        let rows =
            self.db.sql(sql).bind(job).fetch_all(self.db.pool()).await.map_err(failed("listing notifications"))?;
        let of = |row: &AnyRow| {
            Some(NotificationRecord {
                channel: row.text("channel")?,
                target: row.text("target")?,
                event: row.text("event")?,
                state: row.text("state")?,
                tries: row.whole("tries")?,
                last_error: row.text("lastError"),
            })
        };
        let wrong = || ServiceError::Internal(format!("a notification of job {job} cannot be read"));
        rows.iter().map(|row| of(row).ok_or_else(wrong)).collect()
    }

    /// Claims a notification of a job that has ended; one by mail only for those who can send it.
    pub(crate) async fn next_notification(&self, sends_mail: bool) -> Result<Option<Notification>> {
        let what = "looking for notifications";
        let channel = if sends_mail { "" } else { " AND channel <> 'email'" };
        for which in ["state = 'queued' AND runAfter <= {NOW}", "state = 'sending' AND leaseUntil < {NOW}"] {
            let sql = format!(
                "SELECT notificationID, jobID, channel, target, event, attempt, tries FROM notifications WHERE {which}{channel} \
                 ORDER BY notificationID LIMIT {CANDIDATES}"
            );
            for row in self.db.sql(&sql).fetch_all(self.db.pool()).await.map_err(failed(what))? {
                let (Some(id), Some(attempt)) = (row.whole("notificationID"), row.whole("attempt")) else { continue };
                let sql = format!(
                    "UPDATE notifications SET state = 'sending', attempt = attempt + 1, leaseUntil = {{NOW}} + ? \
                     WHERE notificationID = ? AND attempt = ? AND {which}"
                );
                let query = self.db.sql(&sql).bind(LEASE_MS).bind(id).bind(attempt);
                if query.execute(self.db.pool()).await.map_err(failed(what))?.rows_affected() == 0 {
                    continue;
                }
                let fields = (row.text("channel"), row.text("target"), row.text("event"), row.whole("jobID"));
                if let (Some(channel), Some(target), Some(event), Some(job)) = fields
                    && let Some(event) = JobStatus::of(&event)
                {
                    let job = self.get(job).await?;
                    let (attempt, tries) = (attempt + 1, row.whole("tries").unwrap_or(0));
                    return Ok(Some(Notification { id, attempt, tries, channel, target, event, job }));
                }
            }
        }
        Ok(None)
    }

    /// It is still being delivered.
    pub(crate) async fn still_notifying(&self, notification: &Notification) -> Result<()> {
        let sql = "UPDATE notifications SET leaseUntil = {NOW} + ? WHERE notificationID = ? AND attempt = ?";
        let query = self.db.sql(sql).bind(LEASE_MS).bind(notification.id).bind(notification.attempt);
        query.execute(self.db.pool()).await.map_err(failed("noting a notification"))?;
        Ok(())
    }

    /// It was delivered.
    pub(crate) async fn notified(&self, notification: &Notification) -> Result<()> {
        let sql = "UPDATE notifications SET state = 'sent', lastError = NULL WHERE notificationID = ? AND attempt = ?";
        let query = self.db.sql(sql).bind(notification.id).bind(notification.attempt);
        query.execute(self.db.pool()).await.map_err(failed("noting a notification"))?;
        Ok(())
    }

    /// It was not: it is tried again later, but not for ever.
    pub(crate) async fn not_notified(&self, notification: &Notification, why: &str) -> Result<()> {
        let tries = notification.tries + 1;
        let state = if tries >= MOST_TRIES { "failed" } else { "queued" };
        let pause = (FIRST_PAUSE_MS << notification.tries.clamp(0, 10)).min(LONGEST_PAUSE_MS);
        let sql = "UPDATE notifications SET state = ?, lastError = ?, runAfter = {NOW} + ?, tries = ? \
            WHERE notificationID = ? AND attempt = ?";
        let query = self.db.sql(sql).bind(state).bind(cut(why, 2000)).bind(pause).bind(tries);
        let query = query.bind(notification.id).bind(notification.attempt);
        query.execute(self.db.pool()).await.map_err(failed("noting a notification"))?;
        Ok(())
    }
}
