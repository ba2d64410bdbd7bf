//! Names in a TOS2CA database, as its published definition has them: `db/tosca_db.sql` of
//! `nasa-jpl/tos2ca-anomaly-detection`, of July and of November 2025.

use crate::jobs::{JobStage, JobStatus};

/// The columns that a worker reads or writes. There are also `predefinedOutput`, `tropicalCyclones` and `caWildfires`,
/// which hold what was made beforehand and no jobs.
pub(super) const NEEDED: [(&str, &[&str]); 4] = [
    ("users", &["userID", "lastName", "firstName", "email"]),
    (
        "jobs",
        &[
            "jobID",
            "userID",
            "nChunks",
            "stage",
            "phdefJobID",
            "dataset",
            "variable",
            "coords",
            "startDate",
            "endDate",
            "ineqOperator",
            "ineqValue",
            "description",
            "status",
            "submitTime",
        ],
    ),
    ("chunks", &["jobID", "chunkID", "status", "startDate", "endDate", "jobStart", "jobEnd"]),
    ("output", &["outputID", "jobID", "startDateTime", "location", "type"]),
];

/// Columns of `jobs` that the definition of July 2025 does not have yet.
pub(super) const LATER: [&str; 3] = ["algorithm", "warmerToggle", "warmerValue"];

/// A table that only a database of ours has.
pub(super) const OURS: &str = "counters";

pub(super) const PENDING: &str = "pending";
pub(super) const RUNNING: &str = "running";
pub(super) const COMPLETE: &str = "complete";
/// As the user interface knows it (`statusCheck` in `common.php`).
pub(super) const ERROR: &str = "error";
/// As the newer programs of the reference write it (`docs/Statuses.md`).
pub(super) const FAILED: &str = "failed";

/// The status of a job, in the words of the database.
pub(super) fn job_word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Pending | JobStatus::Running => RUNNING,
        JobStatus::Complete => COMPLETE,
        JobStatus::Error | JobStatus::Cancelled => ERROR,
    }
}

/// The status of a chunk: these have words of their own (`docs/Statuses.md`).
pub(super) fn chunk_word(stage: JobStage, status: JobStatus) -> &'static str {
    match (status, stage) {
        (JobStatus::Pending, _) => PENDING,
        (JobStatus::Running, JobStage::Phdef) => "reading",
        (JobStatus::Running, JobStage::Curation) => "subsetting",
        (JobStatus::Complete, _) => COMPLETE,
        (JobStatus::Error | JobStatus::Cancelled, _) => FAILED,
    }
}

/// The type of a product, if the reference has one for it: it writes these with its own products.
pub(super) fn output_type(kind: &str, name: &str) -> Option<&'static str> {
    Some(match kind {
        // `ncTools.py` calls those of curation by other names
        "hierarchy" if name.ends_with("-Curation-Hierarchy.json") => "curated hierarchy",
        "hierarchy" if name.contains("-Interpolat") => "interpolated hierarchy",
        "masks" => "masks",
        "toc" => "toc",
        "hierarchy" => "hierarchy",
        "geoJSON" => "geoJSON",
        "plot" => "plot",
        "curated subset" => "curated subset",
        "interpolated subset" => "interpolated subset",
        "interpolated plot" => "interpolated plot",
        _ => return None,
    })
}
