//! The products of a job, read back whole.

use eventscape_io::IoError;
use eventscape_io::stores::Stores;
use eventscape_pipeline::{Cancel, Environment, PipelineError, Silent, Verification, VerifyRequest, verify};

use crate::error::{Result, ServiceError};
use crate::events::blocking;
use crate::jobs::{JobRecord, JobStatus, Jobs, OutputFile};

/// What the name of a manifest ends in.
const MANIFEST: &str = "-Manifest.json";

/// Reads the products of a job back whole; the job must be complete.
///
/// # Errors
/// [`ServiceError::Conflict`] for a job that is not complete, or that TOS2CA made; its products are gone; the store does not
/// answer. What is wrong with products is no error but a finding.
pub async fn verify_job(jobs: &Jobs, stores: &Stores, job: i64) -> Result<Verification> {
    let record = jobs.get(job).await?;
    if record.status != JobStatus::Complete {
        let why =
            format!("job {job} is {}: only products of jobs that are complete are verified", record.status.name());
        return Err(ServiceError::Conflict(why));
    }
    let place = place(&record, &jobs.outputs(job).await?)?;
    let stores = stores.clone();
    blocking(move || read_back(place, None, &stores, &Cancel::default())).await
}

/// The folder of a job that is complete.
pub(crate) fn place(job: &JobRecord, outputs: &[OutputFile]) -> Result<String> {
    let has_manifest = outputs.iter().any(|output| output.name.ends_with(MANIFEST));
    job.location.clone().filter(|_| has_manifest).ok_or_else(|| {
        let why = "its products have no manifest to be held against (TOS2CA made them)";
        ServiceError::Conflict(format!("job {} cannot be verified: {why}", job.job_id))
    })
}

/// Reads the folder of a job back. Blocks.
pub(crate) fn read_back(place: String, threads: Option<u32>, stores: &Stores, cancel: &Cancel) -> Result<Verification> {
    let mut env = Environment::new(&Silent);
    env.cancel = cancel.clone();
    env.stores = stores.clone();
    verify(&VerifyRequest { place: place.clone(), threads }, &env).map_err(|error| match error {
        // it was there when the job ended
        PipelineError::Job { .. } => ServiceError::from(IoError::NotFound { location: place }),
        PipelineError::Unverified => ServiceError::Abandoned,
        PipelineError::Io(error) => ServiceError::Store(error),
        other => other.into(),
    })
}
