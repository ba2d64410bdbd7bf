//! How much there is to do.

use sqlx::any::AnyRow;

use super::Jobs;
use super::model::JobStatus;
use crate::database::{Fields, failed};
use crate::error::Result;

const COUNTING: &str = "counting jobs";

/// How much there is to do, and how much of it nobody does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Jobs of each status that is there.
    pub(crate) jobs: Vec<(JobStatus, i64)>,
    /// Tasks that a worker could take now.
    pub(crate) ready: i64,
    /// The longest time, ms, that a job with such a task has not gone on.
    pub(crate) longest_wait_ms: i64,
    /// Tasks that nobody took over though their workers are not heard of.
    pub(crate) overdue: i64,
    /// Ends of jobs that are still to be told.
    pub(crate) untold: i64,
    /// Ends of jobs that were given up to be told.
    pub(crate) never_told: i64,
}

impl Jobs {
    /// How much there is to do.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn load(&self) -> Result<Load> {
        let sql = "SELECT status, COUNT(*) AS jobs FROM jobs GROUP BY status";
        let rows = self.db.sql(sql).fetch_all(self.db.pool()).await.map_err(failed(COUNTING))?;
        let of = |row: &AnyRow| Some((JobStatus::of(&row.text("status")?)?, row.whole("jobs")?));
        let sql = "SELECT COUNT(*) AS tasks, {NOW} - MIN(jobs.updateTime) AS waits FROM tasks, jobs \
            WHERE tasks.jobID = jobs.jobID AND tasks.state = 'queued' AND tasks.depsLeft = 0 AND tasks.runAfter <= {NOW}";
        let ready = self.db.sql(sql).fetch_one(self.db.pool()).await.map_err(failed(COUNTING))?;
        let count = async |sql: &str| -> Result<i64> {
            let row = self.db.sql(sql).fetch_one(self.db.pool()).await.map_err(failed(COUNTING))?;
            Ok(row.whole("many").unwrap_or(0))
        };
        Ok(Load {
            jobs: rows.iter().filter_map(of).collect(),
            ready: ready.whole("tasks").unwrap_or(0),
            // NULL where nothing waits
            longest_wait_ms: ready.whole("waits").unwrap_or(0).max(0),
            overdue: count("SELECT COUNT(*) AS many FROM tasks WHERE state = 'running' AND leaseUntil < {NOW}").await?,
            untold: count("SELECT COUNT(*) AS many FROM notifications WHERE state IN ('queued', 'sending')").await?,
            never_told: count("SELECT COUNT(*) AS many FROM notifications WHERE state = 'failed'").await?,
        })
    }
}
