//! Looking at jobs.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::model::{JobRecord, OutputFile, TaskRecord, place_of};
use super::{JobStage, JobStatus, Jobs};
use crate::database::{Fields, Transaction, failed};
use crate::error::{Result, ServiceError};

/// Which jobs are wanted.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Those of a user, and public ones of others; all if `None`.
    pub visible_to: Option<i64>,
    /// Those of a user alone; all if `None`.
    pub of_user: Option<i64>,
    /// Those of a stage.
    pub stages: Vec<JobStage>,
    /// Those with one of these statuses.
    pub statuses: Vec<JobStatus>,
    /// Those submitted at or after this instant, milliseconds.
    pub submitted_from: Option<i64>,
    /// Those submitted at or before this instant.
    pub submitted_until: Option<i64>,
    /// Those that have taken as long or longer, milliseconds.
    pub took_from: Option<i64>,
    /// Those that have taken as long or shorter.
    pub took_until: Option<i64>,
    /// Those with a table of their events.
    pub with_tracks: bool,
}

/// Some of the jobs, the newest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The jobs.
    pub jobs: Vec<JobRecord>,
    /// How many there are in all.
    pub matched: i64,
}

/// Of a product: it is the table of a job's events.
const IS_TABLE: &str = "location LIKE '%-Tracks.parquet'";

impl Jobs {
    /// A job.
    ///
    /// # Errors
    /// There is none of this number.
    pub async fn get(&self, job: i64) -> Result<JobRecord> {
        let sql = format!("SELECT {} FROM jobs WHERE jobID = ?", JobRecord::COLUMNS);
        let row = self.db.sql(&sql).bind(job).fetch_optional(self.db.pool()).await.map_err(failed("finding a job"))?;
        JobRecord::of(&row.ok_or_else(|| ServiceError::NotFound(format!("job {job}")))?)
    }

    /// A job, within a transaction; `None` where there is none of this number.
    pub(super) async fn find_in(
        &self,
        tx: &mut Transaction,
        job: i64,
        action: &'static str,
    ) -> Result<Option<JobRecord>> {
        let sql = format!("SELECT {} FROM jobs WHERE jobID = ?", JobRecord::COLUMNS);
        let row = self.db.sql(&sql).bind(job).fetch_optional(&mut **tx).await.map_err(failed(action))?;
        row.as_ref().map(JobRecord::of).transpose()
    }

    /// The curation jobs that look into a PhDef job, the first first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn looking_into(&self, phdef: i64) -> Result<Vec<JobRecord>> {
        let sql = format!("SELECT {} FROM jobs WHERE phdefJobID = ? ORDER BY jobID", JobRecord::COLUMNS);
        let rows = self.db.sql(&sql).bind(phdef).fetch_all(self.db.pool()).await.map_err(failed("listing jobs"))?;
        rows.iter().map(JobRecord::of).collect()
    }

    /// Whether a job has a table of its events.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_tracks(&self, job: i64) -> Result<bool> {
        let sql = format!("SELECT jobID FROM output WHERE jobID = ? AND {IS_TABLE}");
        let query = self.db.sql(&sql).bind(job);
        let row = query.fetch_optional(self.db.pool()).await.map_err(failed("looking for events"))?;
        Ok(row.is_some())
    }

    /// Jobs by a filter.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list(&self, filter: &JobFilter, limit: u32, offset: u32) -> Result<Page> {
        let mut clauses = vec!["1 = 1".to_owned()];
        let mut texts: Vec<String> = Vec::new();
        let mut words = |column: &str, names: Vec<&'static str>| {
            if !names.is_empty() {
                clauses.push(format!("{column} IN ({})", vec!["?"; names.len()].join(", ")));
                texts.extend(names.into_iter().map(str::to_owned));
            }
        };
        words("stage", filter.stages.iter().map(|s| s.name()).collect());
        words("status", filter.statuses.iter().map(|s| s.name()).collect());
        let mut numbers: Vec<i64> = Vec::new();
        let wholes = [
            ("(userID = ? OR isPublic <> 0)", filter.visible_to),
            ("userID = ?", filter.of_user),
            ("submitTime >= ?", filter.submitted_from),
            ("submitTime <= ?", filter.submitted_until),
            ("COALESCE(endTime, {NOW}) - startTime >= ?", filter.took_from),
            ("COALESCE(endTime, {NOW}) - startTime <= ?", filter.took_until),
        ];
        for (clause, number) in wholes {
            if let Some(number) = number {
                clauses.push(clause.to_owned());
                numbers.push(number);
            }
        }
        if filter.with_tracks {
            clauses.push(format!("EXISTS (SELECT 1 FROM output WHERE output.jobID = jobs.jobID AND {IS_TABLE})"));
        }
        let which = clauses.join(" AND ");
        let what = "listing jobs";
        let mut count = self.db.sql(&format!("SELECT COUNT(*) AS jobs FROM jobs WHERE {which}"));
        let columns = JobRecord::COLUMNS;
        let page =
            format!("SELECT {columns} FROM jobs WHERE {which} ORDER BY jobID DESC LIMIT {limit} OFFSET {offset}");
        let mut page = self.db.sql(&page);
        for text in &texts {
            count = count.bind(text.clone());
            page = page.bind(text.clone());
        }
        for number in &numbers {
            count = count.bind(*number);
            page = page.bind(*number);
        }
        let matched = count.fetch_one(self.db.pool()).await.map_err(failed(what))?.whole("jobs").unwrap_or(0);
        let rows = page.fetch_all(self.db.pool()).await.map_err(failed(what))?;
        Ok(Page { jobs: rows.iter().map(JobRecord::of).collect::<Result<_>>()?, matched })
    }

    /// The tasks of a job, and how they went.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tasks(&self, job: i64) -> Result<Vec<TaskRecord>> {
        let sql = "SELECT kind, chunkID, state, attempt, failures, losses, lastError FROM tasks WHERE jobID = ? \
            ORDER BY taskID";
        let rows = self.db.sql(sql).bind(job).fetch_all(self.db.pool()).await.map_err(failed("listing tasks"))?;
        let of = |row: &AnyRow| {
            Some(TaskRecord {
                kind: row.text("kind")?,
                chunk: row.whole("chunkID")?,
                state: row.text("state")?,
                attempts: row.whole("attempt")?,
                failures: row.whole("failures")?,
                losses: row.whole("losses")?,
                last_error: row.text("lastError"),
            })
        };
        let wrong = || ServiceError::Internal(format!("a task of job {job} cannot be read"));
        rows.iter().map(|row| of(row).ok_or_else(wrong)).collect()
    }

    /// The products of a job that is complete, by their names.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn outputs(&self, job: i64) -> Result<Vec<OutputFile>> {
        let what = "listing products";
        let sql = "SELECT location, type, title, roles, startDateTime, size, sha256, mediaType FROM output WHERE jobID = ? \
            ORDER BY location";
        let rows = self.db.sql(sql).bind(job).fetch_all(self.db.pool()).await.map_err(failed(what))?;
        rows.iter()
            .map(|row| {
                let wrong = || ServiceError::Internal(format!("a product cannot be read ({} columns)", row.len()));
                Ok(OutputFile {
                    name: row.text("location").ok_or_else(wrong)?,
                    kind: row.text("type").ok_or_else(wrong)?,
                    title: row.text("title"),
                    roles: row.text("roles").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
                    time: row.text("startDateTime"),
                    size: row.whole("size").ok_or_else(wrong)?,
                    sha256: row.text("sha256").ok_or_else(wrong)?,
                    media_type: row.text("mediaType").ok_or_else(wrong)?,
                })
            })
            .collect()
    }

    /// Where the masks of a PhDef job are that another program did: it never had a task here.
    pub(super) async fn masks_elsewhere(&self, job: i64) -> Result<Option<String>> {
        let sql = "SELECT jobs.location AS folder, output.location AS name FROM jobs \
            JOIN output ON output.jobID = jobs.jobID WHERE jobs.jobID = ? AND output.type = 'masks' \
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.jobID = jobs.jobID) ORDER BY output.location";
        let query = self.db.sql(sql).bind(job);
        let row = query.fetch_optional(self.db.pool()).await.map_err(failed("finding masks"))?;
        let place = |row: AnyRow| Some(place_of(&row.text("folder").unwrap_or_default(), &row.text("name")?));
        Ok(row.and_then(place))
    }
}
