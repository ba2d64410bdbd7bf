//! What is still to be told of jobs that have ended.

use super::submit::cut;
use super::{JobRecord, JobStatus, Jobs};
use crate::database::{Fields, failed};
use crate::error::Result;

/// How long a notification may take to be delivered before another worker tries.
const LEASE_MS: i64 = 60_000;
/// How often it is tried.
const MOST_ATTEMPTS: i64 = 8;
/// The pause after a first failure; it doubles with each.
const FIRST_PAUSE_MS: i64 = 2_000;
const CANDIDATES: i64 = 16;

/// A notification that is to be delivered now.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    id: i64,
    attempt: i64,
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

impl Jobs {
    /// Claims a notification of a job that has ended; one by mail only for those who can send it.
    pub(crate) async fn next_notification(&self, sends_mail: bool) -> Result<Option<Notification>> {
        let what = "looking for notifications";
        let channel = if sends_mail { "" } else { " AND channel <> 'email'" };
        for which in ["state = 'queued' AND runAfter <= {NOW}", "state = 'sending' AND leaseUntil < {NOW}"] {
            let sql = format!(
                "SELECT notificationID, jobID, channel, target, event, attempt FROM notifications WHERE {which}{channel} \
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
                    return Ok(Some(Notification { id, attempt: attempt + 1, channel, target, event, job }));
                }
            }
        }
        Ok(None)
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
        let state = if notification.attempt >= MOST_ATTEMPTS { "failed" } else { "queued" };
        let pause = FIRST_PAUSE_MS << notification.attempt.clamp(0, 10);
        let sql = "UPDATE notifications SET state = ?, lastError = ?, runAfter = {NOW} + ? \
            WHERE notificationID = ? AND attempt = ?";
        let query = self.db.sql(sql).bind(state).bind(cut(why, 2000)).bind(pause);
        let query = query.bind(notification.id).bind(notification.attempt);
        query.execute(self.db.pool()).await.map_err(failed("noting a notification"))?;
        Ok(())
    }
}
