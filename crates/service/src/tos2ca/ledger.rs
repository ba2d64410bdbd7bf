//! What we keep of the jobs of a TOS2CA database: which job of ours each is, and what was told of it.

use sqlx::any::AnyRow;

use super::schema::{COMPLETE, ERROR, RUNNING};
use crate::database::{Fields, Transaction, failed};
use crate::error::{Result, ServiceError};
use crate::jobs::{Jobs, Submission};

const KEEPING: &str = "keeping the jobs of TOS2CA";
/// Jobs submitted here have numbers above this; below are those of TOS2CA, which keep their own.
const OWN_NUMBERS: i64 = 1_000_000_000;
/// Jobs that are looked at in one turn.
const AT_ONCE: i64 = 500;

/// Where a job of the other database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is to be taken, or was, and is not in our queue yet.
    Taking,
    /// It is a job of ours.
    Submitted,
    /// It is a job of ours whose end was told, and is to be done again: it waits there, or was taken there.
    Again,
    /// It cannot be done.
    Refused,
    /// Another program has it, or it is gone.
    Left,
    /// It was done before, by another program, and is known here.
    History,
}

impl State {
    const ALL: [Self; 6] = [Self::Taking, Self::Submitted, Self::Again, Self::Refused, Self::Left, Self::History];

    fn name(self) -> &'static str {
        match self {
            Self::Taking => "taking",
            Self::Submitted => "submitted",
            Self::Again => "again",
            Self::Refused => "refused",
            Self::Left => "left",
            Self::History => "history",
        }
    }
}

/// What is kept of a job.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) legacy: i64,
    pub(super) state: State,
    /// Its number here.
    pub(super) job: Option<i64>,
    /// What the other database was last told.
    pub(super) told: Option<String>,
    /// Why it cannot be done.
    pub(super) message: Option<String>,
    /// When it was last changed or put off, milliseconds by our database's clock.
    pub(super) updated: i64,
}

impl Entry {
    const COLUMNS: &'static str = "t.legacyID, t.jobID, t.state, t.told, t.message, t.updated";

    fn of(row: &AnyRow) -> Result<Self> {
        let missing = || ServiceError::Internal("a job of TOS2CA is kept without its number or state".to_owned());
        let state = row.text("state").ok_or_else(missing)?;
        Ok(Self {
            legacy: row.whole("legacyID").ok_or_else(missing)?,
            state: State::ALL.into_iter().find(|s| s.name() == state).ok_or_else(missing)?,
            job: row.whole("jobID"),
            told: row.text("told"),
            message: row.text("message"),
            updated: row.whole("updated").ok_or_else(missing)?,
        })
    }
}

/// The table `tos2ca_jobs`.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    jobs: Jobs,
}

impl Ledger {
    pub(super) fn new(jobs: Jobs) -> Self {
        Self { jobs }
    }

    /// Keeps the numbers of TOS2CA free: jobs submitted here get others from now on.
    pub(super) async fn reserve(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE counters SET value = ? WHERE name = 'job' AND value < ?";
        let query = self.jobs.database().sql(sql).bind(OWN_NUMBERS).bind(OWN_NUMBERS);
        query.execute(&mut *tx).await.map_err(failed(KEEPING))?;
        tx.commit().await.map_err(failed(KEEPING))
    }

    /// A transaction that has the counter of jobs: those that change what is kept are one after the other.
    pub(super) async fn begin(&self) -> Result<Transaction> {
        let mut tx = self.jobs.database().begin().await?;
        self.jobs.database().numbers(&mut tx, "job", 0).await?;
        Ok(tx)
    }

    /// The number that a job is to have: its own, if none of ours has it.
    pub(super) async fn number(&self, tx: &mut Transaction, legacy: i64) -> Result<i64> {
        let db = self.jobs.database();
        let known = db.sql("SELECT jobID FROM jobs WHERE jobID = ?").bind(legacy).fetch_optional(&mut **tx).await;
        if legacy < OWN_NUMBERS && known.map_err(failed(KEEPING))?.is_none() {
            return Ok(legacy);
        }
        db.numbers(tx, "job", 1).await
    }

    pub(super) async fn entry(&self, legacy: i64) -> Result<Option<Entry>> {
        let sql = format!("SELECT {} FROM tos2ca_jobs t WHERE t.legacyID = ?", Entry::COLUMNS);
        let db = self.jobs.database();
        let row = db.sql(&sql).bind(legacy).fetch_optional(db.pool()).await.map_err(failed(KEEPING))?;
        row.as_ref().map(Entry::of).transpose()
    }

    /// Keeps a job for the first time, within a transaction; gives whether it was the first.
    pub(super) async fn add(
        &self,
        tx: &mut Transaction,
        legacy: i64,
        state: State,
        job: Option<i64>,
        told: Option<&str>,
    ) -> Result<bool> {
        let db = self.jobs.database();
        let known = db.sql("SELECT legacyID FROM tos2ca_jobs WHERE legacyID = ?").bind(legacy);
        if known.fetch_optional(&mut **tx).await.map_err(failed(KEEPING))?.is_some() {
            return Ok(false);
        }
        let sql = "INSERT INTO tos2ca_jobs (legacyID, jobID, state, told, updated) VALUES (?, ?, ?, ?, {NOW})";
        let query = db.sql(sql).bind(legacy).bind(job).bind(state.name()).bind(told.map(str::to_owned));
        query.execute(&mut **tx).await.map_err(failed(KEEPING))?;
        Ok(true)
    }

    /// Notes that a job is to be taken, before it is. One that ended and waits again there begins anew, and one of ours
    /// whose end was told is done again: where it was not told, `running` there says nothing of someone having taken it.
    pub(super) async fn note(&self, legacy: i64) -> Result<Entry> {
        let mut tx = self.begin().await?;
        if !self.add(&mut tx, legacy, State::Taking, None, None).await? {
            let sql = "UPDATE tos2ca_jobs SET state = 'taking', jobID = NULL, told = NULL, message = NULL, \
                updated = {NOW} WHERE legacyID = ? AND state IN ('refused', 'left', 'history')";
            let query = self.jobs.database().sql(sql).bind(legacy);
            query.execute(&mut *tx).await.map_err(failed(KEEPING))?;
            let sql = "UPDATE tos2ca_jobs SET state = 'again', updated = {NOW} WHERE legacyID = ? \
                AND state = 'submitted' AND told IN (?, ?)";
            let query = self.jobs.database().sql(sql).bind(legacy).bind(COMPLETE).bind(ERROR);
            query.execute(&mut *tx).await.map_err(failed(KEEPING))?;
        }
        tx.commit().await.map_err(failed(KEEPING))?;
        let lost = || ServiceError::Internal(format!("job {legacy} of TOS2CA was noted and is not there"));
        self.entry(legacy).await?.ok_or_else(lost)
    }

    /// Puts a job that is being taken into the queue, once, whoever tries; gives its number to the one who did.
    pub(super) async fn submit(&self, legacy: i64, mut submission: Submission) -> Result<Option<i64>> {
        let mut tx = self.begin().await?;
        let job = self.number(&mut tx, legacy).await?;
        let sql = "UPDATE tos2ca_jobs SET state = 'submitted', jobID = ?, told = ?, message = NULL, updated = {NOW} \
            WHERE legacyID = ? AND state = 'taking'";
        let query = self.jobs.database().sql(sql).bind(job).bind(RUNNING).bind(legacy);
        if query.execute(&mut *tx).await.map_err(failed(KEEPING))?.rows_affected() == 0 {
            return Ok(None);
        }
        if job != legacy {
            submission.request.name_origin(legacy);
        }
        self.jobs.enter(&mut tx, &submission, job).await?;
        tx.commit().await.map_err(failed(KEEPING))?;
        Ok(Some(job))
    }

    /// Ends a job that cannot be done, or that is not ours, unless another bridge went on with it.
    pub(super) async fn end(&self, legacy: i64, from: State, state: State, why: &str) -> Result<()> {
        let sql = "UPDATE tos2ca_jobs SET state = ?, message = ?, told = NULL, updated = {NOW} WHERE legacyID = ? \
            AND state = ?";
        let db = self.jobs.database();
        let query = db.sql(sql).bind(state.name()).bind(cut(why)).bind(legacy).bind(from.name());
        query.execute(db.pool()).await.map_err(failed(KEEPING))?;
        Ok(())
    }

    /// Jobs that are in a state, those looked at longest ago first.
    pub(super) async fn in_state(&self, state: State) -> Result<Vec<i64>> {
        let sql =
            format!("SELECT legacyID FROM tos2ca_jobs WHERE state = ? ORDER BY updated, legacyID LIMIT {AT_ONCE}");
        let db = self.jobs.database();
        let rows = db.sql(&sql).bind(state.name()).fetch_all(db.pool()).await.map_err(failed(KEEPING))?;
        Ok(rows.iter().filter_map(|row| row.whole("legacyID")).collect())
    }

    /// Jobs of which the other database does not know the last yet.
    pub(super) async fn untold(&self) -> Result<Vec<Entry>> {
        let ours = format!(
            "SELECT {} FROM tos2ca_jobs t JOIN jobs j ON j.jobID = t.jobID \
             WHERE t.state = 'submitted' AND (t.told IS NULL \
             OR (j.status IN ('pending', 'running') AND t.told <> '{RUNNING}') \
             OR (j.status = 'complete' AND t.told <> '{COMPLETE}') \
             OR (j.status IN ('error', 'cancelled') AND t.told <> '{ERROR}')) \
             ORDER BY t.updated, t.legacyID LIMIT {AT_ONCE}",
            Entry::COLUMNS
        );
        let refused = format!(
            "SELECT {} FROM tos2ca_jobs t WHERE t.state = 'refused' AND t.told IS NULL ORDER BY t.updated, t.legacyID \
             LIMIT {AT_ONCE}",
            Entry::COLUMNS
        );
        let mut found = self.entries(&ours).await?;
        found.extend(self.entries(&refused).await?);
        Ok(found)
    }

    /// Jobs that our workers have.
    pub(super) async fn at_work(&self) -> Result<Vec<Entry>> {
        let sql = format!(
            "SELECT {} FROM tos2ca_jobs t JOIN jobs j ON j.jobID = t.jobID \
             WHERE t.state = 'submitted' AND j.status = 'running' ORDER BY t.legacyID LIMIT {AT_ONCE}",
            Entry::COLUMNS
        );
        self.entries(&sql).await
    }

    async fn entries(&self, sql: &str) -> Result<Vec<Entry>> {
        let db = self.jobs.database();
        let rows = db.sql(sql).fetch_all(db.pool()).await.map_err(failed(KEEPING))?;
        rows.iter().map(Entry::of).collect()
    }

    /// Notes what was told, unless another told something else meanwhile: then it is told again.
    pub(super) async fn told(&self, entry: &Entry, word: &str) -> Result<()> {
        let db = self.jobs.database();
        let sql = "UPDATE tos2ca_jobs SET told = CASE WHEN COALESCE(told, '') = ? THEN ? ELSE NULL END, \
            updated = {NOW} WHERE legacyID = ? AND (told IS NULL OR told <> ?)";
        let seen = entry.told.clone().unwrap_or_default();
        let query = db.sql(sql).bind(seen).bind(word.to_owned()).bind(entry.legacy).bind(word.to_owned());
        query.execute(db.pool()).await.map_err(failed(KEEPING))?;
        Ok(())
    }

    /// A job of ours was taken in the other database, which has not heard the last of it; and why it was not tried again, if
    /// it could not be.
    pub(super) async fn tell_again(&self, entry: &Entry, why_not: Option<String>) -> Result<()> {
        let db = self.jobs.database();
        let sql = "UPDATE tos2ca_jobs SET state = 'submitted', told = NULL, message = ?, updated = {NOW} \
            WHERE legacyID = ? AND state IN ('again', 'submitted')";
        let query = db.sql(sql).bind(why_not.map(|why| cut(&why))).bind(entry.legacy);
        query.execute(db.pool()).await.map_err(failed(KEEPING))?;
        Ok(())
    }

    /// A job that was to be done again does not wait for that any more: the other database knows of it what it was told.
    pub(super) async fn leave_as_told(&self, legacy: i64) -> Result<()> {
        let db = self.jobs.database();
        let sql = "UPDATE tos2ca_jobs SET state = 'submitted', updated = {NOW} WHERE legacyID = ? AND state = 'again'";
        db.sql(sql).bind(legacy).execute(db.pool()).await.map_err(failed(KEEPING))?;
        Ok(())
    }

    /// Puts a job behind the others: what goes wrong with it does not keep them waiting.
    pub(super) async fn put_off(&self, legacy: i64) -> Result<()> {
        let db = self.jobs.database();
        let sql = "UPDATE tos2ca_jobs SET updated = {NOW} WHERE legacyID = ?";
        db.sql(sql).bind(legacy).execute(db.pool()).await.map_err(failed(KEEPING))?;
        Ok(())
    }
}

/// As much of a reason as is kept.
fn cut(why: &str) -> String {
    why.chars().take(1024).collect()
}
