//! Removing jobs that have ended, with all that they made.

use super::{JobRecord, Jobs};
use crate::database::{Fields, Transaction, failed, repeated};
use crate::error::{Result, ServiceError};

const REMOVING: &str = "removing a job";
/// What is said of a job whose removal has begun.
const BEGUN: &str = "it is being removed";

impl Jobs {
    /// Begins to remove a job that has ended: from now on it is cancelled, without products, and cannot be tried again. Once its folder
    /// is removed, [`Jobs::forget`] ends it; where that does not come about, it may be begun again.
    ///
    /// # Errors
    /// It has not ended, is not there, or is one of TOS2CA's; a curation job is to look into it; a worker may still be at it.
    pub async fn begin_removal(&self, job: i64) -> Result<JobRecord> {
        repeated!(self.begin_removal_once(job))
    }

    async fn begin_removal_once(&self, job: i64) -> Result<JobRecord> {
        let mut tx = self.begin_with(job).await?;
        let found = self.find_in(&mut tx, job, REMOVING).await?;
        let record = found.ok_or_else(|| ServiceError::NotFound(format!("job {job}")))?;
        let conflict = |why: String| Err(ServiceError::Conflict(format!("job {job} {why}")));
        if !record.status.is_over() {
            return conflict(format!("is `{}`: cancel it first", record.status.name()));
        }
        if self.number_of(&mut tx, "SELECT legacyID AS found FROM tos2ca_jobs WHERE jobID = ?", job).await?.is_some() {
            return conflict("is one of TOS2CA's, which keeps it".to_owned());
        }
        let tasks = self.number_of(&mut tx, "SELECT MIN(taskID) AS found FROM tasks WHERE jobID = ?", job).await?;
        if tasks.is_none() && record.message.as_deref() != Some(BEGUN) {
            return conflict("was done by another program, whose products are not ours to remove".to_owned());
        }
        let sql = "SELECT MIN(jobID) AS found FROM jobs WHERE phdefJobID = ? AND status IN ('pending', 'running')";
        if let Some(other) = self.number_of(&mut tx, sql, job).await? {
            return conflict(format!("is looked into by job {other}; wait for that, or cancel it"));
        }
        let sql = "SELECT MAX(leaseUntil) - {NOW} AS found FROM tasks \
            WHERE jobID = ? AND state = 'cancelled' AND owner IS NOT NULL";
        if let Some(left) = self.number_of(&mut tx, sql, job).await?.filter(|left| *left > 0) {
            return conflict(format!("was just cancelled: its worker may be at it for {} s more", left / 1000 + 1));
        }
        let sql = "UPDATE jobs SET status = 'cancelled', message = ? WHERE jobID = ?";
        self.db.sql(sql).bind(BEGUN).bind(job).execute(&mut *tx).await.map_err(failed(REMOVING))?;
        for sql in [
            "DELETE FROM notifications WHERE jobID = ?",
            "DELETE FROM output WHERE jobID = ?",
            "DELETE FROM chunks WHERE jobID = ?",
            "DELETE FROM tasks WHERE jobID = ?",
        ] {
            self.db.sql(sql).bind(job).execute(&mut *tx).await.map_err(failed(REMOVING))?;
        }
        tx.commit().await.map_err(failed(REMOVING))?;
        Ok(record)
    }

    /// Ends the removal of a job, whose folder is removed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget(&self, job: i64) -> Result<()> {
        let sql = "DELETE FROM jobs WHERE jobID = ? AND status = 'cancelled' \
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.jobID = jobs.jobID)";
        self.db.sql(sql).bind(job).execute(self.db.pool()).await.map_err(failed(REMOVING))?;
        Ok(())
    }

    async fn number_of(&self, tx: &mut Transaction, sql: &str, job: i64) -> Result<Option<i64>> {
        let row = self.db.sql(sql).bind(job).fetch_optional(&mut **tx).await.map_err(failed(REMOVING))?;
        Ok(row.and_then(|row| row.whole("found")))
    }
}
