//! Submitting a job: its row, its tasks, and who is to hear of its end, in one transaction.

use super::model::JobStatus;
use super::{JobRequest, JobStage, Jobs, TaskKind};
use crate::database::{Fields, Transaction, failed, repeated};
use crate::error::{Result, ServiceError};
use crate::users::Role;

const SUBMITTING: &str = "submitting a job";

/// A job to be submitted.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Whose it is.
    pub user_id: i64,
    /// What is asked for.
    pub request: JobRequest,
    /// Smaller runs earlier; 0 is usual.
    pub priority: i32,
    /// Whether others may see it.
    pub is_public: bool,
    /// Whether its results are wanted as a document of outputs (OGC `response`).
    pub wants_document: bool,
    /// Where to say that it has ended: channel (`email`, `webhook`), target, and the end it is for (`complete`, `error`) or that it has begun (`running`).
    pub notify: Vec<(String, String, JobStatus)>,
    /// Jobs that a user may have waiting and running; 0 for no limit.
    pub most_at_once: u32,
}

impl Submission {
    /// A job as users usually submit one: theirs alone, of the usual priority, no end told to anybody.
    #[must_use]
    pub fn new(user_id: i64, request: JobRequest) -> Self {
        Self {
            user_id,
            request,
            priority: 0,
            is_public: false,
            wants_document: false,
            notify: Vec::new(),
            most_at_once: 0,
        }
    }

    /// With a letter to an address when the job is complete or in error.
    #[must_use]
    pub fn with_mail(mut self, address: &str) -> Self {
        let ends = [JobStatus::Complete, JobStatus::Error];
        self.notify.extend(ends.map(|end| ("email".to_owned(), address.to_owned(), end)));
        self
    }
}

impl Jobs {
    /// Puts a job into the queue; gives its number.
    ///
    /// # Errors
    /// The user has too many jobs already; a curation job whose PhDef job is not there, not theirs, or has failed.
    pub async fn submit(&self, submission: Submission) -> Result<i64> {
        repeated!(self.submit_once(&submission))
    }

    async fn submit_once(&self, submission: &Submission) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        // the counter's row is locked from here on: submissions are one after the other
        let job_id = self.db.numbers(&mut tx, "job", 1).await?;
        self.enter(&mut tx, submission, job_id).await?;
        tx.commit().await.map_err(failed(SUBMITTING))?;
        Ok(job_id)
    }

    /// Puts a job with a number of its own into the queue, within a transaction that holds the counter of jobs.
    pub(crate) async fn enter(&self, tx: &mut Transaction, submission: &Submission, job_id: i64) -> Result<()> {
        let Submission { user_id, request, .. } = submission;
        let stored = request.to_stored()?;
        let db = &self.db;
        self.check_room(tx, *user_id, submission.most_at_once).await?;
        let waits = match request.phdef() {
            Some(phdef) => !self.check_phdef(tx, phdef, *user_id).await?,
            None => false,
        };
        let (start, end) = request.span();
        let (operator, value) = request.condition();
        let chunks = request.chunks();
        let title = request.title().unwrap_or_else(|| default_title(request));
        let sql = "INSERT INTO jobs (jobID, userID, nChunks, stage, phdefJobID, dataset, variable, startDate, endDate, \
            ineqOperator, ineqValue, description, status, submitTime, updateTime, priority, isPublic, progress, request, wantsDocument) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', {NOW}, {NOW}, ?, ?, 0, ?, ?)";
        db.sql(sql)
            .bind(job_id)
            .bind(*user_id)
            .bind(i64::from(chunks))
            .bind(request.stage().name())
            .bind(request.phdef())
            .bind(cut(&request.dataset(), 255))
            .bind(cut(&request.variable(), 255))
            .bind(start.map(|t| cut(&t, 40)))
            .bind(end.map(|t| cut(&t, 40)))
            .bind(operator.map(|t| cut(&t, 64)))
            .bind(value.map(|t| cut(&t, 255)))
            .bind(cut(&title, 1024))
            .bind(i64::from(submission.priority))
            .bind(i64::from(submission.is_public))
            .bind(stored)
            .bind(i64::from(submission.wants_document))
            .execute(&mut **tx)
            .await
            .map_err(failed(SUBMITTING))?;
        self.add_tasks(tx, job_id, chunks, waits, submission.priority).await?;
        self.add_notifications(tx, job_id, &submission.notify).await
    }

    /// Whether a user may have one more job waiting or running, within a transaction that holds the counter of jobs; 0 for no limit.
    pub(super) async fn check_room(&self, tx: &mut Transaction, user: i64, most: u32) -> Result<()> {
        if most == 0 {
            return Ok(());
        }
        let sql = "SELECT COUNT(*) AS jobs FROM jobs WHERE userID = ? AND status IN ('pending', 'running')";
        let row = self.db.sql(sql).bind(user).fetch_one(&mut **tx).await.map_err(failed(SUBMITTING))?;
        if row.whole("jobs").unwrap_or(0) < i64::from(most) {
            return Ok(());
        }
        let why = "are waiting or running, as many as a user may have; wait for one or cancel it";
        Err(ServiceError::TooMany(format!("{most} jobs {why}")))
    }

    /// A curation job may look into one's own PhDef jobs and public ones, an administrator's into all; gives whether that job is complete. Its row is
    /// held, so that it cannot end unseen before this submission does.
    pub(super) async fn check_phdef(&self, tx: &mut Transaction, phdef: i64, user: i64) -> Result<bool> {
        let sql = "UPDATE jobs SET priority = priority WHERE jobID = ?";
        self.db.sql(sql).bind(phdef).execute(&mut **tx).await.map_err(failed(SUBMITTING))?;
        let job = self.find_in(tx, phdef, SUBMITTING).await?;
        let sees_all = self.is_admin(tx, user).await?;
        let Some(job) = job.filter(|job| job.user_id == user || job.is_public || sees_all) else {
            return Err(ServiceError::Request(format!("phdef: there is no job {phdef} that you may look into")));
        };
        if job.stage != JobStage::Phdef || matches!(job.status, JobStatus::Error | JobStatus::Cancelled) {
            let why = match job.stage {
                JobStage::Phdef => format!("job {phdef} is `{}`: it has no events to look into", job.status.name()),
                JobStage::Curation => {
                    format!("job {phdef} is a curation job; name the PhDef job that found the events")
                }
            };
            return Err(ServiceError::Request(format!("phdef: {why}")));
        }
        Ok(job.status == JobStatus::Complete)
    }

    async fn is_admin(&self, tx: &mut Transaction, user: i64) -> Result<bool> {
        let sql = "SELECT role FROM users WHERE userID = ?";
        let row = self.db.sql(sql).bind(user).fetch_optional(&mut **tx).await.map_err(failed(SUBMITTING))?;
        Ok(row.and_then(|row| row.text("role")).is_some_and(|role| role == Role::Admin.name()))
    }

    /// The tasks of a job: one for all of it, or one for each chunk and one that joins them. One that `waits` waits for
    /// another job.
    async fn add_tasks(
        &self,
        tx: &mut Transaction,
        job_id: i64,
        chunks: u32,
        waits: bool,
        priority: i32,
    ) -> Result<()> {
        let count = if chunks == 0 { 1 } else { i64::from(chunks) + 1 };
        let first = self.db.numbers(tx, "task", count).await?;
        for k in 0..count {
            let (kind, needs) = match (chunks, k) {
                (0, _) => (TaskKind::Whole, i64::from(waits)),
                (n, k) if k == i64::from(n) => (TaskKind::Stitch, i64::from(n)),
                _ => (TaskKind::Chunk, 0),
            };
            let chunk = if kind == TaskKind::Chunk { k + 1 } else { 0 };
            let sql = "INSERT INTO tasks (taskID, jobID, kind, chunkID, state, depsLeft, priority, runAfter, leaseUntil, \
                attempt, failures, losses) VALUES (?, ?, ?, ?, 'queued', ?, ?, 0, 0, 0, 0, 0)";
            self.db
                .sql(sql)
                .bind(first + k)
                .bind(job_id)
                .bind(kind.name())
                .bind(chunk)
                .bind(needs)
                .bind(i64::from(priority))
                .execute(&mut **tx)
                .await
                .map_err(failed(SUBMITTING))?;
            if kind == TaskKind::Chunk {
                let sql = "INSERT INTO chunks (jobID, chunkID, status) VALUES (?, ?, 'pending')";
                let query = self.db.sql(sql).bind(job_id).bind(chunk);
                query.execute(&mut **tx).await.map_err(failed(SUBMITTING))?;
            }
        }
        Ok(())
    }

    async fn add_notifications(
        &self,
        tx: &mut Transaction,
        job_id: i64,
        notify: &[(String, String, JobStatus)],
    ) -> Result<()> {
        if notify.is_empty() {
            return Ok(());
        }
        let first = self.db.numbers(tx, "notification", notify.len() as i64).await?;
        for (k, (channel, target, event)) in notify.iter().enumerate() {
            let sql = "INSERT INTO notifications (notificationID, jobID, channel, target, event, state, runAfter, \
                leaseUntil, attempt) VALUES (?, ?, ?, ?, ?, 'waiting', 0, 0, 0)";
            self.db
                .sql(sql)
                .bind(first + k as i64)
                .bind(job_id)
                .bind(channel.clone())
                .bind(cut(target, 1024))
                .bind(event.name())
                .execute(&mut **tx)
                .await
                .map_err(failed(SUBMITTING))?;
        }
        Ok(())
    }
}

/// A title for a job that was given none.
pub(crate) fn default_title(request: &JobRequest) -> String {
    match request.condition() {
        (Some(operator), Some(value)) => format!("{} {operator} {value}, {}", request.variable(), request.dataset()),
        _ => format!("{} of {}", request.variable(), request.dataset()),
    }
}

/// At most so many characters; none that PostgreSQL cannot hold.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c == '\0' { '\u{fffd}' } else { c }).collect()
}
