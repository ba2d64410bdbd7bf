//! The queue: workers claim tasks with a lease, by compare-and-swap on the attempt, on the database's clock.
//!
//! A task belongs to a worker while its attempt is the one that the worker claimed, and the worker keeps saying that it is
//! alive. Whatever a worker does to a task names the attempt: one that was thought dead and wakes up again changes nothing.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::submit::cut;
use super::{JobRecord, Jobs};
use crate::database::{Fields, failed, repeated};
use crate::error::{Result, ServiceError};

/// Tasks that a worker looks at before it claims one.
const CANDIDATES: i64 = 16;
/// Failures after which a task is given up.
pub(super) const MOST_FAILURES: i64 = 8;
/// Lost workers after which a task is given up: it may be the task that ends them.
const MOST_LOSSES: i64 = 20;

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// A whole job.
    Whole,
    /// One chunk of time.
    Chunk,
    /// Joins the chunks of a job, once all are done.
    Stitch,
}

impl TaskKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Chunk => "chunk",
            Self::Stitch => "stitch",
        }
    }

    fn of(name: &str) -> Option<Self> {
        [Self::Whole, Self::Chunk, Self::Stitch].into_iter().find(|kind| kind.name() == name)
    }
}

/// A task that a worker has claimed, and its job.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The task.
    pub task_id: i64,
    /// The fencing token.
    pub attempt: i64,
    /// Who claimed it.
    pub owner: String,
    /// What it does.
    pub kind: TaskKind,
    /// The chunk, from 1.
    pub chunk: i64,
    /// The job.
    pub job: JobRecord,
    /// Of a curation job: where the masks are that it looks into, if another program made them.
    pub masks: Option<String>,
}

/// The task is another worker's now, or nobody's: stop, and publish nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

struct Candidate {
    task_id: i64,
    attempt: i64,
    losses: i64,
}

impl Candidate {
    fn of(row: &AnyRow) -> Option<Self> {
        Some(Self { task_id: row.whole("taskID")?, attempt: row.whole("attempt")?, losses: row.whole("losses")? })
    }
}

impl Jobs {
    /// Claims a task that is ready, or whose worker has not been heard of for the length of its lease.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim(&self, owner: &str, lease_ms: i64) -> Result<Option<Claim>> {
        let owner = &cut(owner, 128);
        self.give_up_lost().await?;
        let ready = "state = 'queued' AND depsLeft = 0 AND runAfter <= {NOW}";
        let expired = "state = 'running' AND leaseUntil < {NOW}";
        for (which, order, losses) in [(expired, "leaseUntil", 1), (ready, "priority, taskID", 0)] {
            let sql = format!(
                "SELECT taskID, attempt, losses, priority FROM tasks WHERE {which} ORDER BY {order} LIMIT {CANDIDATES}"
            );
            let rows = self.db.sql(&sql).fetch_all(self.db.pool()).await.map_err(failed("looking for work"))?;
            let candidates: Vec<Candidate> = rows.iter().filter_map(Candidate::of).collect();
            for candidate in candidates {
                let sql = format!(
                    "UPDATE tasks SET state = 'running', owner = ?, attempt = attempt + 1, losses = losses + ?, \
                     leaseUntil = {{NOW}} + ? WHERE taskID = ? AND attempt = ? AND {which}"
                );
                let claim = async || {
                    let query = self.db.sql(&sql).bind(owner.to_owned()).bind(losses).bind(lease_ms);
                    let query = query.bind(candidate.task_id).bind(candidate.attempt);
                    query.execute(self.db.pool()).await.map_err(failed("claiming a task"))
                };
                if repeated!(claim())?.rows_affected() == 1 {
                    let (task, attempt) = (candidate.task_id, candidate.attempt + 1);
                    let claimed = repeated!(self.claimed(task, attempt, owner));
                    if claimed.is_err() {
                        // nobody does it: let another have it before its lease ends
                        self.put_back(task, attempt, owner).await?;
                    }
                    return claimed;
                }
            }
        }
        Ok(None)
    }

    async fn claimed(&self, task_id: i64, attempt: i64, owner: &str) -> Result<Option<Claim>> {
        let what = "claiming a task";
        let sql = "SELECT jobID, kind, chunkID FROM tasks WHERE taskID = ?";
        let row = self.db.sql(sql).bind(task_id).fetch_one(self.db.pool()).await.map_err(failed(what))?;
        let wrong = || ServiceError::Internal(format!("task {task_id} cannot be read ({} columns)", row.len()));
        let job_id = row.whole("jobID").ok_or_else(wrong)?;
        let kind = row.text("kind").and_then(|name| TaskKind::of(&name)).ok_or_else(wrong)?;
        let chunk = row.whole("chunkID").ok_or_else(wrong)?;
        let sql = "UPDATE jobs SET status = 'running', startTime = COALESCE(startTime, {NOW}), updateTime = {NOW} \
            WHERE jobID = ? AND status IN ('pending', 'running')";
        let done = self.db.sql(sql).bind(job_id).execute(self.db.pool()).await.map_err(failed(what))?;
        let job = self.get(job_id).await?;
        let sql =
            "UPDATE notifications SET state = 'queued' WHERE jobID = ? AND event = 'running' AND state = 'waiting'";
        self.db.sql(sql).bind(job_id).execute(self.db.pool()).await.map_err(failed(what))?;
        if kind == TaskKind::Chunk {
            self.chunk_is(job_id, chunk, "running").await?;
        }
        let masks = match job.phdef_job_id {
            Some(phdef) => self.masks_elsewhere(phdef).await?,
            None => None,
        };
        let claim = Claim { task_id, attempt, owner: owner.to_owned(), kind, chunk, job, masks };
        if done.rows_affected() == 0 && claim.job.status.is_over() {
            // its job ended between the two statements
            self.drop_task(&claim).await?;
            return Ok(None);
        }
        Ok(Some(claim))
    }

    pub(super) async fn chunk_is(&self, job_id: i64, chunk: i64, status: &str) -> Result<()> {
        let sql = "UPDATE chunks SET status = ? WHERE jobID = ? AND chunkID = ?";
        let query = self.db.sql(sql).bind(status.to_owned()).bind(job_id).bind(chunk);
        query.execute(self.db.pool()).await.map_err(failed("noting a chunk"))?;
        Ok(())
    }

    async fn drop_task(&self, claim: &Claim) -> Result<()> {
        // not one that waits again since
        let sql =
            "UPDATE tasks SET state = 'cancelled' WHERE taskID = ? AND attempt = ? AND owner = ? AND state = 'running'";
        let query = self.db.sql(sql).bind(claim.task_id).bind(claim.attempt).bind(claim.owner.clone());
        query.execute(self.db.pool()).await.map_err(failed("dropping a task"))?;
        Ok(())
    }

    /// Says that the worker is alive, and how far it is (of 1000).
    ///
    /// # Errors
    /// The database does not answer. `Ok(Err(Lost))`: the task is not the worker's any more.
    pub async fn heartbeat(
        &self,
        claim: &Claim,
        lease_ms: i64,
        progress: i64,
        message: &str,
    ) -> Result<std::result::Result<(), Lost>> {
        let what = "keeping a task";
        let sql = "UPDATE tasks SET leaseUntil = {NOW} + ? WHERE taskID = ? AND attempt = ? AND owner = ? \
            AND state = 'running'";
        let beat = async || {
            let query =
                self.db.sql(sql).bind(lease_ms).bind(claim.task_id).bind(claim.attempt).bind(claim.owner.clone());
            query.execute(self.db.pool()).await.map_err(failed(what))
        };
        if repeated!(beat())?.rows_affected() == 0 {
            return Ok(Err(Lost));
        }
        // chunks tell of the whole job by how many of them are done
        if claim.kind != TaskKind::Chunk {
            let sql =
                "UPDATE jobs SET progress = ?, message = ?, updateTime = {NOW} WHERE jobID = ? AND status = 'running'";
            let message = cut(message, 1024);
            // nine tenths are the chunks' (see `complete`)
            let progress = if claim.kind == TaskKind::Stitch { 900 + progress / 10 } else { progress };
            let query = self.db.sql(sql).bind(progress).bind(message).bind(claim.job.job_id);
            query.execute(self.db.pool()).await.map_err(failed(what))?;
        }
        Ok(Ok(()))
    }

    /// Gives a task back that was not finished, through no fault of its own: another worker may have it at once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn give_back(&self, claim: &Claim) -> Result<()> {
        self.put_back(claim.task_id, claim.attempt, &claim.owner).await?;
        let sql = "UPDATE jobs SET message = 'it was given back, and waits for a worker' WHERE jobID = ? AND status = 'running' \
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.jobID = jobs.jobID AND tasks.state = 'running')";
        let query = self.db.sql(sql).bind(claim.job.job_id);
        query.execute(self.db.pool()).await.map_err(failed("giving a task back"))?;
        Ok(())
    }

    async fn put_back(&self, task: i64, attempt: i64, owner: &str) -> Result<()> {
        let sql = "UPDATE tasks SET state = 'queued', owner = NULL, leaseUntil = 0 WHERE taskID = ? AND attempt = ? \
            AND owner = ? AND state = 'running'";
        let query = async || {
            let query = self.db.sql(sql).bind(task).bind(attempt).bind(owner.to_owned());
            query.execute(self.db.pool()).await.map_err(failed("giving a task back"))
        };
        repeated!(query()).map(|_| ())
    }

    /// Fails the jobs whose tasks have lost their workers too often.
    async fn give_up_lost(&self) -> Result<()> {
        let sql = format!(
            "SELECT taskID, attempt, losses, jobID FROM tasks WHERE state = 'running' AND leaseUntil < {{NOW}} \
             AND losses >= {MOST_LOSSES} ORDER BY leaseUntil LIMIT {CANDIDATES}"
        );
        let rows = self.db.sql(&sql).fetch_all(self.db.pool()).await.map_err(failed("looking for lost tasks"))?;
        for row in rows {
            let (Some(candidate), Some(job_id)) = (Candidate::of(&row), row.whole("jobID")) else { continue };
            let why = format!("its worker was lost {} times", candidate.losses + 1);
            self.end_as_lost(candidate.task_id, candidate.attempt, job_id, &why).await?;
        }
        Ok(())
    }
}
