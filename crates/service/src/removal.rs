//! Removing a job: what the database knows of it, and its folder.

use eventscape_io::sink::Sink;
use eventscape_io::stores::{Location, Stores};

use crate::error::{Result, ServiceError};
use crate::events::blocking;
use crate::jobs::{JobRecord, Jobs};

/// Removes a job that has ended, with all products and chunks. `store` is the place of all jobs' folders. Gives the job as it was.
///
/// # Errors
/// As [`Jobs::begin_removal`]; its folder cannot be removed: then it is cancelled and without products, and may be removed again.
pub async fn remove_job(jobs: &Jobs, stores: &Stores, store: &str, job: i64) -> Result<JobRecord> {
    let record = jobs.begin_removal(job).await?;
    let (stores, place) = (stores.clone(), folder(&record, store)?);
    blocking(move || {
        let (parent, name) = place;
        let sink = Sink::open(&stores, &Location::parse(&parent)?, &name).map_err(ServiceError::Store)?;
        sink.clear().map_err(ServiceError::Store)
    })
    .await?;
    jobs.forget(job).await?;
    Ok(record)
}

/// The place of a job's folder and its name, which is the job's number: nothing else is ever removed.
fn folder(job: &JobRecord, store: &str) -> Result<(String, String)> {
    let name = job.job_id.to_string();
    let Some(location) = job.location.as_deref().filter(|text| !text.is_empty()) else {
        return Ok((store.to_owned(), name));
    };
    match location.trim_end_matches('/').rsplit_once('/') {
        Some((parent, last)) if last == name && !parent.is_empty() => Ok((parent.to_owned(), name)),
        _ => Err(ServiceError::Conflict(format!("`{location}` is no folder of job {name} alone; it is not removed"))),
    }
}
