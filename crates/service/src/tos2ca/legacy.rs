//! What is asked of a TOS2CA database. All values are bound; all columns are cast to texts and whole numbers, so that
//! the versions of its definition, MySQL and MariaDB are read alike.

use std::time::Duration;

use sqlx::mysql::{MySql, MySqlPool, MySqlPoolOptions, MySqlRow};
use sqlx::{AssertSqlSafe, Executor, QueryBuilder, Row};

use super::schema::{COMPLETE, ERROR, FAILED, LATER, NEEDED, OURS, PENDING, RUNNING};
use crate::database::failed;
use crate::error::{Result, ServiceError};

const READING: &str = "reading the TOS2CA database";
const WRITING: &str = "writing into the TOS2CA database";
/// Rows of one statement.
const AT_ONCE: usize = 500;

/// A TOS2CA database.
#[derive(Clone, Debug)]
pub(super) struct Legacy {
    pool: MySqlPool,
    columns: String,
}

/// A row of `jobs`, with its user.
#[derive(Clone, Debug)]
pub(super) struct LegacyJob {
    pub(super) job_id: i64,
    pub(super) stage: Option<String>,
    pub(super) phdef_job_id: Option<i64>,
    pub(super) chunks: i64,
    pub(super) dataset: Option<String>,
    pub(super) variable: Option<String>,
    /// The polygon as WKT; `None` where none is kept, or a degenerate one was.
    pub(super) coords: Option<String>,
    /// `YYYY-MM-DDThh:mm:ssZ`.
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    pub(super) operator: Option<String>,
    pub(super) value: Option<String>,
    pub(super) algorithm: Option<String>,
    pub(super) warmer_toggle: Option<String>,
    pub(super) warmer_value: Option<String>,
    pub(super) description: Option<String>,
    pub(super) status: String,
    /// Milliseconds since 1970.
    pub(super) submitted: i64,
    /// `None` where the user is not there.
    pub(super) user: Option<LegacyUser>,
}

/// A row of `users`.
#[derive(Clone, Debug)]
pub(super) struct LegacyUser {
    pub(super) user_id: i64,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
}

/// A row of `output`.
#[derive(Clone, Debug)]
pub(super) struct LegacyOutput {
    pub(super) location: String,
    pub(super) kind: String,
    /// `YYYYMMDDhhmm`.
    pub(super) time: Option<String>,
}

impl Legacy {
    /// Connects, and looks whether the tables are there.
    pub(super) async fn connect(address: &str) -> Result<Self> {
        let wrong = |why: String| ServiceError::config("tos2ca.database", why);
        if !address.starts_with("mysql://") && !address.starts_with("mariadb://") {
            return Err(wrong("it is no `mysql://user:password@host/name`".to_owned()));
        }
        let pool = MySqlPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
                    connection.execute("SET SESSION time_zone = '+00:00'").await?;
                    Ok(())
                })
            })
            .connect(address)
            .await
            .map_err(failed("connecting to the TOS2CA database"))?;
        let sql = "SELECT CONVERT(TABLE_NAME USING utf8mb4) AS t, CONVERT(COLUMN_NAME USING utf8mb4) AS c \
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()";
        let rows = sqlx::query(sql).fetch_all(&pool).await.map_err(failed(READING))?;
        let mut there = Vec::with_capacity(rows.len());
        for row in &rows {
            there.push((text(row, "t")?.unwrap_or_default(), text(row, "c")?.unwrap_or_default()));
        }
        if there.iter().any(|(table, _)| table == OURS) {
            let why = "it is a database of this service; name the one that TOS2CA uses, and give the service another";
            return Err(wrong(why.to_owned()));
        }
        let has = |t: &str, c: &str| there.iter().any(|(table, column)| table == t && column.eq_ignore_ascii_case(c));
        for (table, columns) in NEEDED {
            if let Some(column) = columns.iter().find(|column| !has(table, column)) {
                return Err(wrong(format!("it is no TOS2CA database: `{table}` has no `{column}`, or is not there")));
            }
        }
        let later = LATER.map(|c| if has("jobs", c) { format!("CAST(j.{c} AS CHAR)") } else { "NULL".to_owned() });
        let [algorithm, toggle, warmer] = later;
        let columns = format!("{COLUMNS}, {algorithm} AS algorithm, {toggle} AS warmerToggle, {warmer} AS warmerValue");
        Ok(Self { pool, columns })
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// Jobs that wait, in the order of their numbers.
    pub(super) async fn pending(&self, after: i64, most: u32) -> Result<Vec<i64>> {
        let sql = "SELECT CAST(jobID AS SIGNED) AS jobID FROM jobs WHERE status = ? AND jobID > ? \
            ORDER BY jobs.jobID LIMIT ?";
        let query = sqlx::query(sql).bind(PENDING).bind(after).bind(most);
        let rows = query.fetch_all(&self.pool).await.map_err(failed(READING))?;
        rows.iter().map(|row| whole(row, "jobID").map(Option::unwrap_or_default)).collect()
    }

    /// A job.
    pub(super) async fn job(&self, job: i64) -> Result<Option<LegacyJob>> {
        let sql = format!("SELECT {} {FROM} WHERE j.jobID = ?", self.columns);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(job);
        let row = query.fetch_optional(&self.pool).await.map_err(failed(READING))?;
        row.as_ref().map(LegacyJob::of).transpose()
    }

    /// Jobs that ended, in the order of their numbers.
    pub(super) async fn finished(&self, after: i64, most: u32) -> Result<Vec<LegacyJob>> {
        let sql = format!(
            "SELECT {} {FROM} WHERE j.status IN (?, ?, ?) AND j.jobID > ? ORDER BY j.jobID LIMIT ?",
            self.columns
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(COMPLETE).bind(ERROR).bind(FAILED).bind(after).bind(most);
        let rows = query.fetch_all(&self.pool).await.map_err(failed(READING))?;
        rows.iter().map(LegacyJob::of).collect()
    }

    /// Users, in the order of their numbers.
    pub(super) async fn users(&self, after: i64, most: u32) -> Result<Vec<LegacyUser>> {
        let sql = "SELECT CAST(userID AS SIGNED) AS userID, CONVERT(email USING utf8mb4) AS email, \
            CONVERT(firstName USING utf8mb4) AS firstName, CONVERT(lastName USING utf8mb4) AS lastName \
            FROM users WHERE userID > ? ORDER BY users.userID LIMIT ?";
        let rows = sqlx::query(sql).bind(after).bind(most).fetch_all(&self.pool).await.map_err(failed(READING))?;
        Ok(rows.iter().map(LegacyUser::of).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The products of a job.
    pub(super) async fn outputs(&self, job: i64) -> Result<Vec<LegacyOutput>> {
        let sql = "SELECT CONVERT(location USING utf8mb4) AS location, CONVERT(type USING utf8mb4) AS type, \
            DATE_FORMAT(startDateTime, '%Y%m%d%H%i') AS time FROM output WHERE jobID = ? ORDER BY outputID";
        let rows = sqlx::query(sql).bind(job).fetch_all(&self.pool).await.map_err(failed(READING))?;
        let one = |row: &MySqlRow| {
            Ok(LegacyOutput {
                location: text(row, "location")?.unwrap_or_default(),
                kind: text(row, "type")?.unwrap_or_default(),
                time: text(row, "time")?,
            })
        };
        rows.iter().map(one).collect()
    }

    /// Takes a job that waits; gives whether it did still wait. `submitTime` would change by itself.
    pub(super) async fn take(&self, job: i64) -> Result<bool> {
        let sql = "UPDATE jobs SET status = ?, submitTime = submitTime WHERE jobID = ? AND status = ?";
        let query = sqlx::query(sql).bind(RUNNING).bind(job).bind(PENDING);
        Ok(query.execute(&self.pool).await.map_err(failed(WRITING))?.rows_affected() == 1)
    }

    /// Changes the statuses of a job's chunks where they are others.
    pub(super) async fn tell_chunks(&self, job: i64, word: impl Fn(i64) -> &'static str) -> Result<()> {
        let sql = "SELECT CAST(chunkID AS SIGNED) AS chunkID, CONVERT(status USING utf8mb4) AS status FROM chunks \
            WHERE jobID = ?";
        let rows = sqlx::query(sql).bind(job).fetch_all(&self.pool).await.map_err(failed(READING))?;
        for row in &rows {
            let (Some(chunk), status) = (whole(row, "chunkID")?, text(row, "status")?) else { continue };
            let word = word(chunk);
            if status.as_deref() != Some(word) {
                let sql = "UPDATE chunks SET status = ?, jobStart = IF(?, COALESCE(jobStart, NOW()), jobStart), \
                    jobEnd = IF(?, NOW(), jobEnd) WHERE jobID = ? AND chunkID = ?";
                let (is_begun, is_over) = (word != PENDING, word == COMPLETE || word == FAILED);
                let query = sqlx::query(sql).bind(word).bind(is_begun).bind(is_over).bind(job).bind(chunk);
                query.execute(&self.pool).await.map_err(failed(WRITING))?;
            }
        }
        Ok(())
    }

    /// Tells the status of a job, and with `outputs` what it made, in place of what was there; gives whether the job is
    /// there. Where a product has no time of its own it has the first of the job, as in the reference.
    pub(super) async fn tell(&self, job: i64, status: &str, outputs: Option<&[LegacyOutput]>) -> Result<bool> {
        let mut tx = self.pool.begin().await.map_err(failed(WRITING))?;
        // the row is held from here on: two that tell the same wait for each other
        let sql = "UPDATE jobs SET status = ?, submitTime = submitTime WHERE jobID = ?";
        let done = sqlx::query(sql).bind(status).bind(job).execute(&mut *tx).await.map_err(failed(WRITING))?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if let Some(outputs) = outputs {
            let sql = "SELECT DATE_FORMAT(COALESCE(j.startDate, p.startDate), '%Y%m%d%H%i') AS start FROM jobs j \
                LEFT JOIN jobs p ON p.jobID = j.phdefJobID WHERE j.jobID = ?";
            let row = sqlx::query(sql).bind(job).fetch_one(&mut *tx).await.map_err(failed(READING))?;
            let start = text(&row, "start")?;
            let sql = "DELETE FROM output WHERE jobID = ?";
            sqlx::query(sql).bind(job).execute(&mut *tx).await.map_err(failed(WRITING))?;
            for some in outputs.chunks(AT_ONCE) {
                let mut query: QueryBuilder<MySql> =
                    QueryBuilder::new("INSERT INTO output (jobID, location, type, startDateTime) ");
                query.push_values(some, |mut row, output| {
                    let time = output.time.as_ref().or(start.as_ref()).and_then(|stamp| date_time(stamp));
                    row.push_bind(job).push_bind(&output.location).push_bind(&output.kind).push_bind(time);
                });
                query.build().execute(&mut *tx).await.map_err(failed(WRITING))?;
            }
        }
        tx.commit().await.map_err(failed(WRITING))?;
        Ok(true)
    }
}

const FROM: &str = "FROM jobs j LEFT JOIN users u ON u.userID = j.userID";

/// `ineqValue` is a `float`, which the reference reads as text, of six digits: so 0.1 is 0.1.
const COLUMNS: &str = "CAST(j.jobID AS SIGNED) AS jobID, CAST(j.stage AS CHAR) AS stage, \
    CAST(j.phdefJobID AS SIGNED) AS phdefJobID, CAST(j.nChunks AS SIGNED) AS nChunks, \
    CONVERT(j.dataset USING utf8mb4) AS dataset, CONVERT(j.variable USING utf8mb4) AS variable, \
    CONVERT(ST_AsText(j.coords) USING utf8mb4) AS coords, DATE_FORMAT(j.startDate, '%Y-%m-%dT%H:%i:%sZ') AS startDate, \
    DATE_FORMAT(j.endDate, '%Y-%m-%dT%H:%i:%sZ') AS endDate, CONVERT(j.ineqOperator USING utf8mb4) AS ineqOperator, \
    CAST(j.ineqValue AS CHAR) AS ineqValue, CONVERT(j.description USING utf8mb4) AS description, \
    CONVERT(j.status USING utf8mb4) AS status, CAST(UNIX_TIMESTAMP(j.submitTime) * 1000 AS SIGNED) AS submitTime, \
    CAST(u.userID AS SIGNED) AS userID, CONVERT(u.email USING utf8mb4) AS email, \
    CONVERT(u.firstName USING utf8mb4) AS firstName, CONVERT(u.lastName USING utf8mb4) AS lastName";

impl LegacyJob {
    fn of(row: &MySqlRow) -> Result<Self> {
        let text = |name| text(row, name);
        Ok(Self {
            job_id: whole(row, "jobID")?.unwrap_or_default(),
            stage: text("stage")?,
            phdef_job_id: whole(row, "phdefJobID")?,
            chunks: whole(row, "nChunks")?.unwrap_or(1),
            dataset: text("dataset")?,
            variable: text("variable")?,
            coords: text("coords")?,
            start: text("startDate")?,
            end: text("endDate")?,
            operator: text("ineqOperator")?,
            value: text("ineqValue")?,
            algorithm: text("algorithm")?,
            warmer_toggle: text("warmerToggle")?,
            warmer_value: text("warmerValue")?,
            description: text("description")?,
            status: text("status")?.unwrap_or_default(),
            submitted: whole(row, "submitTime")?.unwrap_or_default(),
            user: LegacyUser::of(row)?,
        })
    }
}

impl LegacyUser {
    fn of(row: &MySqlRow) -> Result<Option<Self>> {
        let (Some(user_id), Some(email)) = (whole(row, "userID")?, text(row, "email")?) else { return Ok(None) };
        let name = |column| text(row, column).map(Option::unwrap_or_default);
        Ok(Some(Self { user_id, email, first_name: name("firstName")?, last_name: name("lastName")? }))
    }
}

fn text(row: &MySqlRow, name: &str) -> Result<Option<String>> {
    row.try_get(name).map_err(failed(READING))
}

fn whole(row: &MySqlRow, name: &str) -> Result<Option<i64>> {
    row.try_get(name).map_err(failed(READING))
}

/// `YYYYMMDDhhmm` as a DATETIME.
fn date_time(stamp: &str) -> Option<String> {
    let part = |range| stamp.get(range);
    let (day, time) = ((part(0..4)?, part(4..6)?, part(6..8)?), (part(8..10)?, part(10..12)?));
    Some(format!("{}-{}-{} {}:{}:00", day.0, day.1, day.2, time.0, time.1))
}
