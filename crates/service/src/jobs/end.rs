//! How tasks and jobs end: each in one transaction that counts only for the attempt that did the work.

use sqlx::any::AnyQueryResult;

use super::model::JobStatus;
use super::queue::MOST_FAILURES;
use super::submit::cut;
use super::{Claim, Jobs, Lost, Made, TaskKind};
use crate::database::{Fields, Transaction, failed, repeated};
use crate::error::{Result, ServiceError};

const ENDING: &str = "ending a task";
/// How long a failed task waits before it is tried again: this, doubled with each failure.
const FIRST_PAUSE_MS: i64 = 2_000;

/// Whether a task that failed is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It would fail again.
    Never,
    /// It may work another time.
    Later,
    /// It was not tried: a run that was given up still has its folder and will leave it.
    WhenFree,
}

impl Jobs {
    /// A task is done. That of a whole job, or the one that joins its chunks, completes the job with its products.
    ///
    /// # Errors
    /// The database does not answer. `Ok(Err(Lost))`: the task is not the worker's any more, nothing is changed.
    pub async fn complete(&self, claim: &Claim, made: &Made) -> Result<std::result::Result<(), Lost>> {
        repeated!(self.complete_once(claim, made))
    }

    async fn complete_once(&self, claim: &Claim, made: &Made) -> Result<std::result::Result<(), Lost>> {
        let mut tx = self.begin_with(claim.job.job_id).await?;
        if self.leave(&mut tx, claim, "done", None).await?.rows_affected() == 0 {
            return Ok(Err(Lost));
        }
        let job = claim.job.job_id;
        if claim.kind == TaskKind::Chunk {
            self.run(&mut tx, "UPDATE tasks SET depsLeft = depsLeft - 1 WHERE jobID = ? AND kind = 'stitch'", job)
                .await?;
            let sql = "UPDATE chunks SET status = 'complete' WHERE jobID = ? AND chunkID = ?";
            let query = self.db.sql(sql).bind(job).bind(claim.chunk);
            query.execute(&mut *tx).await.map_err(failed(ENDING))?;
            let sql = "UPDATE jobs SET updateTime = {NOW}, message = NULL, progress = \
                (SELECT COUNT(*) FROM chunks WHERE chunks.jobID = jobs.jobID AND status = 'complete') * 900 / nChunks \
                WHERE jobID = ?";
            self.run(&mut tx, sql, job).await?;
        } else {
            self.run(&mut tx, "DELETE FROM output WHERE jobID = ?", job).await?;
            for file in &made.outputs {
                let sql = "INSERT INTO output (jobID, location, type, title, roles, startDateTime, size, sha256, mediaType) \
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
                self.db
                    .sql(sql)
                    .bind(job)
                    .bind(file.name.clone())
                    .bind(file.kind.clone())
                    .bind(file.title.clone())
                    .bind(file.roles.join(" "))
                    .bind(file.time.clone())
                    .bind(file.size)
                    .bind(file.sha256.clone())
                    .bind(file.media_type.clone())
                    .execute(&mut *tx)
                    .await
                    .map_err(failed(ENDING))?;
            }
            let (summary, location) = (made.summary.as_deref(), made.location.as_str());
            self.end_job(&mut tx, job, JobStatus::Complete, summary, Some(location)).await?;
        }
        tx.commit().await.map_err(failed(ENDING))?;
        Ok(Ok(()))
    }

    /// A task failed. If it may work another time it is queued again after a pause, a number of times; otherwise its job ends
    /// in error.
    ///
    /// # Errors
    /// As [`Jobs::complete`].
    pub async fn fail(&self, claim: &Claim, why: &str, again: Again) -> Result<std::result::Result<(), Lost>> {
        repeated!(self.fail_once(claim, why, again))
    }

    async fn fail_once(&self, claim: &Claim, why: &str, again: Again) -> Result<std::result::Result<(), Lost>> {
        let mut tx = self.begin_with(claim.job.job_id).await?;
        let sql = "SELECT failures FROM tasks WHERE taskID = ?";
        let row = self.db.sql(sql).bind(claim.task_id).fetch_one(&mut *tx).await.map_err(failed(ENDING))?;
        let failures = row.whole("failures").unwrap_or(0) + i64::from(again != Again::WhenFree);
        if again == Again::WhenFree || again == Again::Later && failures < MOST_FAILURES {
            let pause = FIRST_PAUSE_MS << failures.min(8);
            let sql = "UPDATE tasks SET state = 'queued', owner = NULL, failures = ?, lastError = ?, \
                runAfter = {NOW} + ? WHERE taskID = ? AND attempt = ? AND owner = ? AND state = 'running'";
            let done = self
                .db
                .sql(sql)
                .bind(failures)
                .bind(cut(why, 2000))
                .bind(pause)
                .bind(claim.task_id)
                .bind(claim.attempt)
                .bind(claim.owner.clone())
                .execute(&mut *tx)
                .await
                .map_err(failed(ENDING))?;
            if done.rows_affected() == 0 {
                return Ok(Err(Lost));
            }
            if again == Again::Later {
                let told = format!("it is tried again in {} s, after: {why}", pause / 1000);
                self.say(&mut tx, claim.job.job_id, &told).await?;
            }
        } else {
            if self.leave(&mut tx, claim, "failed", Some(why)).await?.rows_affected() == 0 {
                return Ok(Err(Lost));
            }
            if claim.kind == TaskKind::Chunk {
                let sql = "UPDATE chunks SET status = 'error' WHERE jobID = ? AND chunkID = ?";
                let query = self.db.sql(sql).bind(claim.job.job_id).bind(claim.chunk);
                query.execute(&mut *tx).await.map_err(failed(ENDING))?;
            }
            self.end_job(&mut tx, claim.job.job_id, JobStatus::Error, Some(why), None).await?;
        }
        tx.commit().await.map_err(failed(ENDING))?;
        Ok(Ok(()))
    }

    /// Ends a job whose task has lost its workers too often.
    pub(super) async fn end_as_lost(&self, task: i64, attempt: i64, job: i64, why: &str) -> Result<()> {
        repeated!(self.end_as_lost_once(task, attempt, job, why))
    }

    async fn end_as_lost_once(&self, task: i64, attempt: i64, job: i64, why: &str) -> Result<()> {
        let mut tx = self.begin_with(job).await?;
        let sql = "UPDATE tasks SET state = 'failed', lastError = ? WHERE taskID = ? AND attempt = ? \
            AND state = 'running' AND leaseUntil < {NOW}";
        let query = self.db.sql(sql).bind(cut(why, 2000)).bind(task).bind(attempt);
        if query.execute(&mut *tx).await.map_err(failed(ENDING))?.rows_affected() == 1 {
            self.end_job(&mut tx, job, JobStatus::Error, Some(why), None).await?;
        }
        tx.commit().await.map_err(failed(ENDING))
    }

    /// Cancels a job that has not ended: its worker stops at its next heartbeat.
    ///
    /// # Errors
    /// It has ended already, or is not there.
    pub async fn cancel(&self, job: i64) -> Result<()> {
        repeated!(self.cancel_once(job))
    }

    async fn cancel_once(&self, job: i64) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !self.end_job(&mut tx, job, JobStatus::Cancelled, None, None).await? {
            drop(tx);
            let status = self.get(job).await?.status;
            return Err(ServiceError::Conflict(format!("job {job} is `{}` already", status.name())));
        }
        tx.commit().await.map_err(failed("cancelling a job"))
    }

    /// Puts a job that failed or was cancelled into the queue again; chunks that are done stay done, unless they could not be joined.
    ///
    /// # Errors
    /// It has not failed, or is not there, or another program did it; of a curation job, the PhDef job has failed.
    pub async fn retry(&self, job: i64) -> Result<()> {
        self.retry_within(job, 0).await
    }

    /// As [`Jobs::retry`], where its user may have `most_at_once` jobs waiting and running; 0 for no limit.
    ///
    /// # Errors
    /// As [`Jobs::retry`]; the user has as many already.
    pub async fn retry_within(&self, job: i64, most_at_once: u32) -> Result<()> {
        repeated!(self.retry_once(job, most_at_once))
    }

    async fn retry_once(&self, job: i64, most_at_once: u32) -> Result<()> {
        let known = self.get(job).await?;
        let mut tx = self.db.begin().await?;
        // the counter first, as where jobs are submitted
        self.db.numbers(&mut tx, "job", 0).await?;
        self.check_room(&mut tx, known.user_id, most_at_once).await?;
        // the row of the PhDef job before the own, as where that one ends
        let waits = match known.phdef_job_id {
            Some(phdef) => match self.check_phdef(&mut tx, phdef, known.user_id).await {
                // what was asked for was right once
                Err(ServiceError::Request(why)) => return Err(ServiceError::Conflict(why)),
                is_complete => !is_complete?,
            },
            None => false,
        };
        let sql = "UPDATE jobs SET status = 'pending', endTime = NULL, message = NULL, progress = 0, updateTime = {NOW} \
            WHERE jobID = ? AND status IN ('error', 'cancelled')";
        if self.run(&mut tx, sql, job).await?.rows_affected() == 0 {
            drop(tx);
            let status = self.get(job).await?.status;
            let why = format!("job {job} is `{}`; one that failed or was cancelled can be tried again", status.name());
            return Err(ServiceError::Conflict(why));
        }
        self.make_chunks_again(&mut tx, job).await?;
        let sql = "UPDATE tasks SET state = 'queued', owner = NULL, failures = 0, losses = 0, runAfter = 0, leaseUntil = 0 \
            WHERE jobID = ? AND state IN ('failed', 'cancelled')";
        if self.run(&mut tx, sql, job).await?.rows_affected() == 0 {
            let why = format!("job {job} was done by another program; submit it again");
            return Err(ServiceError::Conflict(why));
        }
        self.run(&mut tx, "UPDATE chunks SET status = 'pending' WHERE jobID = ? AND status <> 'complete'", job).await?;
        if waits {
            self.run(&mut tx, "UPDATE tasks SET depsLeft = 1 WHERE kind = 'whole' AND jobID = ?", job).await?;
        }
        // what was told of the earlier end was told; the new one is told again
        let sql = "UPDATE notifications SET state = 'waiting', attempt = attempt + 1, tries = 0, runAfter = 0 \
            WHERE jobID = ? AND state <> 'waiting'";
        self.run(&mut tx, sql, job).await?;
        tx.commit().await.map_err(failed("trying a job again"))
    }

    /// Where the chunks could not be joined, they are made again: those that still fit are found to be there, and cost nothing.
    async fn make_chunks_again(&self, tx: &mut Transaction, job: i64) -> Result<()> {
        let sql = "SELECT taskID FROM tasks WHERE jobID = ? AND kind = 'stitch' AND state = 'failed'";
        let stitch = self.db.sql(sql).bind(job).fetch_optional(&mut **tx).await.map_err(failed(ENDING))?;
        if stitch.is_none() {
            return Ok(());
        }
        for sql in [
            "UPDATE tasks SET state = 'failed' WHERE kind = 'chunk' AND jobID = ?",
            "UPDATE tasks SET depsLeft = (SELECT COUNT(*) FROM chunks WHERE chunks.jobID = tasks.jobID) \
                WHERE kind = 'stitch' AND jobID = ?",
            "UPDATE chunks SET status = 'pending' WHERE jobID = ?",
        ] {
            self.run(tx, sql, job).await?;
        }
        Ok(())
    }

    /// Begins a transaction that holds the row of a job: what is done to one job is done one after the other, in the same
    /// order everywhere.
    pub(super) async fn begin_with(&self, job: i64) -> Result<Transaction> {
        let mut tx = self.db.begin().await?;
        self.run(&mut tx, "UPDATE jobs SET updateTime = {NOW} WHERE jobID = ?", job).await?;
        Ok(tx)
    }

    /// Ends a job and what else of it waits; gives whether it had not ended before.
    async fn end_job(
        &self,
        tx: &mut Transaction,
        job: i64,
        status: JobStatus,
        message: Option<&str>,
        location: Option<&str>,
    ) -> Result<bool> {
        let sql = "UPDATE jobs SET status = ?, endTime = {NOW}, updateTime = {NOW}, message = ?, \
            location = COALESCE(?, location), progress = CASE WHEN ? = 'complete' THEN 1000 ELSE progress END \
            WHERE jobID = ? AND status IN ('pending', 'running')";
        let done = self
            .db
            .sql(sql)
            .bind(status.name())
            .bind(message.map(|text| cut(text, 1024)))
            .bind(location.map(|text| cut(text, 1024)))
            .bind(status.name())
            .bind(job)
            .execute(&mut **tx)
            .await
            .map_err(failed(ENDING))?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let sql = "UPDATE tasks SET state = 'cancelled' WHERE jobID = ? AND state IN ('queued', 'running')";
        self.run(tx, sql, job).await?;
        let sql = "UPDATE notifications SET state = 'queued' WHERE jobID = ? AND event = ? AND state = 'waiting'";
        let query = self.db.sql(sql).bind(job).bind(status.name());
        query.execute(&mut **tx).await.map_err(failed(ENDING))?;
        self.tell_dependents(tx, job, status).await?;
        Ok(true)
    }

    /// Curation jobs that wait for this one may begin, or cannot.
    async fn tell_dependents(&self, tx: &mut Transaction, job: i64, status: JobStatus) -> Result<()> {
        if status == JobStatus::Complete {
            let sql = "UPDATE tasks SET depsLeft = 0 WHERE kind = 'whole' AND depsLeft > 0 \
                AND jobID IN (SELECT jobID FROM jobs WHERE phdefJobID = ?)";
            self.run(tx, sql, job).await?;
            return Ok(());
        }
        let sql = "SELECT jobID FROM jobs WHERE phdefJobID = ? AND status = 'pending'";
        let rows = self.db.sql(sql).bind(job).fetch_all(&mut **tx).await.map_err(failed(ENDING))?;
        for dependent in rows.iter().filter_map(|row| row.whole("jobID")) {
            let why = format!("PhDef job {job}, whose events it was to look into, is `{}`", status.name());
            // a curation job has none that wait for it
            Box::pin(self.end_job(tx, dependent, JobStatus::Error, Some(&why), None)).await?;
        }
        Ok(())
    }

    /// What a job that is not over is doing, for those who look at it.
    async fn say(&self, tx: &mut Transaction, job: i64, message: &str) -> Result<()> {
        let sql = "UPDATE jobs SET message = ? WHERE jobID = ? AND status IN ('pending', 'running')";
        let query = self.db.sql(sql).bind(cut(message, 1024)).bind(job);
        query.execute(&mut **tx).await.map_err(failed(ENDING))?;
        Ok(())
    }

    async fn leave(
        &self,
        tx: &mut Transaction,
        claim: &Claim,
        state: &'static str,
        why: Option<&str>,
    ) -> Result<AnyQueryResult> {
        // why it failed before it was done is kept
        let sql = "UPDATE tasks SET state = ?, lastError = COALESCE(?, lastError) WHERE taskID = ? AND attempt = ? \
            AND owner = ? AND state = 'running'";
        self.db
            .sql(sql)
            .bind(state)
            .bind(why.map(|text| cut(text, 2000)))
            .bind(claim.task_id)
            .bind(claim.attempt)
            .bind(claim.owner.clone())
            .execute(&mut **tx)
            .await
            .map_err(failed(ENDING))
    }

    async fn run(&self, tx: &mut Transaction, sql: &str, job: i64) -> Result<AnyQueryResult> {
        self.db.sql(sql).bind(job).execute(&mut **tx).await.map_err(failed(ENDING))
    }
}
