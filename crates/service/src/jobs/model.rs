//! What is kept of a job.

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use serde::{Deserialize, Serialize, Serializer};
use sqlx::any::AnyRow;

use crate::database::Fields;
use crate::error::{Result, ServiceError};

/// Which of the two stages a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStage {
    /// Phenomenon definition.
    Phdef,
    /// Data curation.
    Curation,
}

impl JobStage {
    /// Its name in the database and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phdef => "phdef",
            Self::Curation => "curation",
        }
    }

    /// By its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Phdef, Self::Curation].into_iter().find(|stage| stage.name() == name)
    }
}

/// How far a job is: the reference's four, and `cancelled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// Waits for a worker.
    Pending,
    /// A worker has it.
    Running,
    /// All products are there.
    Complete,
    /// It failed; the message tells why.
    Error,
    /// Someone did not want it any more.
    Cancelled,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Complete, Self::Error, Self::Cancelled];

    /// Its name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }

    /// By its name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Complete | Self::Error | Self::Cancelled)
    }
}

/// A job as the database has it. Instants are milliseconds since 1970 in UTC; where it is shown, they are RFC 3339.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobRecord {
    /// Its number.
    pub job_id: i64,
    /// The user it belongs to.
    pub user_id: i64,
    /// Its stage.
    pub stage: JobStage,
    /// The PhDef job that a curation job looks into.
    pub phdef_job_id: Option<i64>,
    /// Chunks of time that it is cut into; 0 if it is not.
    pub chunks: i64,
    /// The collection, or the files.
    pub dataset: String,
    /// The variable or variables.
    pub variable: String,
    /// Its title.
    pub description: String,
    /// How far it is.
    pub status: JobStatus,
    /// When it was submitted.
    #[serde(serialize_with = "instant")]
    pub submitted: i64,
    /// When a worker first had it.
    #[serde(serialize_with = "instant_or_none")]
    pub started: Option<i64>,
    /// When it ended.
    #[serde(serialize_with = "instant_or_none")]
    pub ended: Option<i64>,
    /// When anything of it last changed.
    #[serde(serialize_with = "instant")]
    pub updated: i64,
    /// Smaller runs earlier.
    pub priority: i64,
    /// Whether others may see it.
    pub is_public: bool,
    /// How much is done, of 1000.
    pub progress: i64,
    /// What it is doing, or why it failed.
    pub message: Option<String>,
    /// Where its products are.
    pub location: Option<String>,
    /// What was asked for, JSON.
    pub request: String,
    /// Whether its results are wanted as a document of outputs (OGC `response`).
    pub wants_document: bool,
}

fn instant<S: Serializer>(ms: &i64, to: S) -> std::result::Result<S::Ok, S::Error> {
    instant_or_none(&Some(*ms), to)
}

#[expect(clippy::ref_option, reason = "serde asks for it")]
fn instant_or_none<S: Serializer>(ms: &Option<i64>, to: S) -> std::result::Result<S::Ok, S::Error> {
    let text = |ms: i64| Timestamp::from_micros(Calendar::ProlepticGregorian, ms.saturating_mul(1000)).to_string();
    ms.map(text).serialize(to)
}

impl JobRecord {
    pub(crate) const COLUMNS: &'static str = "jobID, userID, stage, phdefJobID, nChunks, dataset, variable, description, \
        status, submitTime, startTime, endTime, updateTime, priority, isPublic, progress, message, location, request, \
        wantsDocument";

    pub(crate) fn of(row: &AnyRow) -> Result<Self> {
        let missing = |name: &str| ServiceError::Internal(format!("a job in the database has no `{name}`"));
        let whole = |name: &str| row.whole(name).ok_or_else(|| missing(name));
        let text = |name: &str| row.text(name).ok_or_else(|| missing(name));
        let stage = text("stage")?;
        let status = text("status")?;
        Ok(Self {
            job_id: whole("jobID")?,
            user_id: whole("userID")?,
            stage: JobStage::of(&stage).ok_or_else(|| missing(&format!("known stage but `{stage}`")))?,
            phdef_job_id: row.whole("phdefJobID"),
            chunks: whole("nChunks")?,
            dataset: text("dataset")?,
            variable: text("variable")?,
            description: text("description")?,
            status: JobStatus::of(&status).ok_or_else(|| missing(&format!("known status but `{status}`")))?,
            submitted: whole("submitTime")?,
            started: row.whole("startTime"),
            ended: row.whole("endTime"),
            updated: whole("updateTime")?,
            priority: whole("priority")?,
            is_public: whole("isPublic")? != 0,
            progress: whole("progress")?,
            message: row.text("message"),
            location: row.text("location"),
            request: text("request")?,
            wants_document: whole("wantsDocument")? != 0,
        })
    }
}

/// A part of a job that a worker does at a time, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskRecord {
    /// What it does: `whole`, `chunk`, `stitch`.
    pub kind: String,
    /// The chunk, from 1; 0 for other kinds.
    pub chunk: i64,
    /// `queued`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// How often it was claimed.
    pub attempts: i64,
    /// How often it failed and was put back.
    pub failures: i64,
    /// How often its worker was lost.
    pub losses: i64,
    /// Why it failed last.
    pub last_error: Option<String>,
}

/// Where a product of a job is, as text: in the job's folder. Of those that TOS2CA made, names may have folders before them, and where
/// they lie in no folder together, a name is all of the location.
pub(crate) fn place_of(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        // in buckets that have no more in common than their kind: the slashes are cut off
        kind if kind.ends_with(':') => format!("{kind}//{name}"),
        folder => format!("{folder}/{name}"),
    }
}

/// What a task made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Where the products are.
    pub location: String,
    /// The products.
    pub outputs: Vec<OutputFile>,
    /// What was found, for people; `None` where an earlier run had made it all.
    pub summary: Option<String>,
}

/// A product of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutputFile {
    /// Its name in the job's folder.
    pub name: String,
    /// What it is, in the reference's words where it has one: `masks`, `toc`, `hierarchy`, `geoJSON`, `plot`, …
    pub kind: String,
    /// What it is, for people; `None` of what was copied from TOS2CA or made by version 0.1.
    pub title: Option<String>,
    /// Its roles in STAC.
    pub roles: Vec<String>,
    /// The time it is of, for those of a single time: `YYYYMMDDhhmm`.
    pub time: Option<String>,
    /// Bytes.
    pub size: i64,
    /// Checksum, in hexadecimal digits.
    pub sha256: String,
    /// Media type.
    pub media_type: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_lie_in_a_folder_or_are_locations_themselves() {
        for (folder, name, known) in [
            ("s3://b/7", "7-a.nc4", "s3://b/7/7-a.nc4"),
            ("s3://b/7", "x/7-a.nc4", "s3://b/7/x/7-a.nc4"),
            ("/data/7", "7-a.nc4", "/data/7/7-a.nc4"),
            ("", "s3://b/7/7-a.nc4", "s3://b/7/7-a.nc4"),
            ("", "/data/7-a.nc4", "/data/7-a.nc4"),
            ("s3:", "b/7/7-a.nc4", "s3://b/7/7-a.nc4"),
        ] {
            assert_eq!(place_of(folder, name), known);
        }
    }
}
