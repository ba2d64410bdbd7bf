//! What was done before: users, jobs that ended and their products, copied into our database.

use eventscape_pipeline::{CurationJob, CurationKeys, Job, OutputKeys, PhenomenonKeys, TextOrNumber, Texts};
use serde::Serialize;

use super::bridge::user_of;
use super::ledger::{Ledger, State};
use super::legacy::{Legacy, LegacyJob, LegacyOutput};
use super::schema::{COMPLETE, ERROR};
use crate::database::{Database, Fields, Transaction, failed};
use crate::error::{Result, ServiceError};
use crate::jobs::{JobRequest, JobStage, JobStatus, Jobs, default_title};
use crate::users::Users;

const COPYING: &str = "copying from TOS2CA";
/// Rows that are read at once.
const PAGE: u32 = 200;
/// Products of one statement: seven values each.
const AT_ONCE: usize = 100;

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Users that were not known.
    pub users: u64,
    /// Jobs that were not known.
    pub jobs: u64,
    /// Products that were not known.
    pub outputs: u64,
    /// Users and jobs that are known already.
    pub known: u64,
    /// Users and jobs that cannot be copied; the log says why.
    pub left: u64,
}

/// A job that is kept.
pub(super) struct Kept {
    pub(super) number: i64,
    is_new: bool,
    outputs: u64,
}

/// Copies users, jobs that ended and their products from a TOS2CA database into ours; once more, only what is new. Jobs
/// keep their numbers where none of ours has them.
///
/// # Errors
/// A database does not answer; the other one is no TOS2CA database, or ours.
pub async fn copy_history(db: &Database, address: &str) -> Result<Copied> {
    let legacy = Legacy::connect(address).await?;
    let jobs = Jobs::new(db.clone());
    let ledger = Ledger::new(jobs.clone());
    ledger.reserve().await?;
    let mut copied = Copied::default();
    copy_users(&legacy, &Users::new(db.clone()), &mut copied).await?;
    // a curation job has a greater number than the PhDef job that it looks into, and so finds it
    let mut after = 0;
    loop {
        let page = legacy.finished(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.job_id;
        for row in &page {
            match copy_job(&legacy, &ledger, &jobs, row).await {
                Ok(Some(kept)) => {
                    copied.outputs += kept.outputs;
                    *if kept.is_new { &mut copied.jobs } else { &mut copied.known } += 1;
                }
                Ok(None) => copied.known += 1,
                Err(error @ ServiceError::Request(_)) => {
                    tracing::warn!(tos2ca = row.job_id, %error, "a job cannot be copied");
                    copied.left += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
    legacy.close().await;
    Ok(copied)
}

async fn copy_users(legacy: &Legacy, users: &Users, copied: &mut Copied) -> Result<()> {
    let mut after = 0;
    loop {
        let page = legacy.users(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.user_id;
        for user in &page {
            match user_of(users, user).await {
                Ok((_, true)) => copied.users += 1,
                Ok((_, false)) => copied.known += 1,
                Err(error @ ServiceError::Request(_)) => {
                    tracing::warn!(%error, "a user cannot be copied");
                    copied.left += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Copies a job; `None` if it is one that we did.
async fn copy_job(legacy: &Legacy, ledger: &Ledger, jobs: &Jobs, row: &LegacyJob) -> Result<Option<Kept>> {
    if let Some(entry) = ledger.entry(row.job_id).await?
        && entry.state != State::History
    {
        return Ok(None);
    }
    let users = Users::new(jobs.database().clone());
    let user = row.user.as_ref().ok_or_else(|| ServiceError::Request("its user is not there".to_owned()))?;
    let user = user_of(&users, user).await?.0;
    let outputs = legacy.outputs(row.job_id).await?;
    keep(ledger, jobs, row, &outputs, user.user_id).await.map(Some)
}

/// Keeps a job that was done before, and its products where there are others than are known, in one transaction.
pub(super) async fn keep(
    ledger: &Ledger,
    jobs: &Jobs,
    row: &LegacyJob,
    outputs: &[LegacyOutput],
    user_id: i64,
) -> Result<Kept> {
    let db = jobs.database();
    let phdef = match row.phdef_job_id {
        Some(number) => ledger.entry(number).await?.and_then(|entry| entry.job),
        None => None,
    };
    let mut tx = ledger.begin().await?;
    let known = "SELECT jobID FROM tos2ca_jobs WHERE legacyID = ? AND jobID IS NOT NULL";
    let known = db.sql(known).bind(row.job_id).fetch_optional(&mut *tx).await.map_err(failed(COPYING))?;
    let known = known.and_then(|found| found.whole("jobID"));
    let number = match known {
        Some(number) => number,
        None => {
            let number = ledger.number(&mut tx, row.job_id).await?;
            let word = if row.status == COMPLETE { COMPLETE } else { ERROR };
            if !ledger.add(&mut tx, row.job_id, State::History, Some(number), Some(word)).await? {
                return Err(ServiceError::Request("it is just being taken".to_owned()));
            }
            insert(db, &mut tx, row, (number, user_id, phdef)).await?;
            number
        }
    };
    let added = replace_outputs(db, &mut tx, number, outputs).await?;
    tx.commit().await.map_err(failed(COPYING))?;
    Ok(Kept { number, is_new: known.is_none(), outputs: added })
}

async fn insert(
    db: &Database,
    tx: &mut Transaction,
    row: &LegacyJob,
    (number, user, phdef): (i64, i64, Option<i64>),
) -> Result<()> {
    let stage = row.stage.as_deref().and_then(JobStage::of);
    let stage = stage.ok_or_else(|| ServiceError::Request("it is neither `phdef` nor `curation`".to_owned()))?;
    if stage == JobStage::Curation && phdef.is_none() {
        return Err(ServiceError::Request("the PhDef job that it looked into is not known".to_owned()));
    }
    let status = if row.status == COMPLETE { JobStatus::Complete } else { JobStatus::Error };
    let message = (status == JobStatus::Error).then_some("it failed in TOS2CA");
    let cut = |text: &Option<String>, most: usize| text.as_ref().map(|t| t.chars().take(most).collect::<String>());
    let request = asked(row, stage, phdef);
    let title = cut(&row.description, 1024).filter(|text| !text.trim().is_empty());
    let title = title.unwrap_or_else(|| default_title(&request).chars().take(1024).collect());
    let sql = "INSERT INTO jobs (jobID, userID, nChunks, stage, phdefJobID, dataset, variable, coords, startDate, \
        endDate, ineqOperator, ineqValue, description, status, submitTime, startTime, endTime, updateTime, priority, \
        isPublic, progress, message, request) \
        VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW}, 0, 1, ?, ?, ?)";
    db.sql(sql)
        .bind(number)
        .bind(user)
        .bind(stage.name())
        .bind(phdef)
        .bind(cut(&row.dataset, 255).unwrap_or_default())
        .bind(cut(&row.variable, 255).unwrap_or_default())
        .bind(row.coords.clone())
        .bind(row.start.clone())
        .bind(row.end.clone())
        .bind(cut(&row.operator, 64))
        .bind(row.value.clone())
        .bind(title)
        .bind(status.name())
        .bind(row.submitted)
        .bind(row.submitted)
        // `submitTime` is the time of the last change there
        .bind(row.submitted)
        .bind(if status == JobStatus::Complete { 1000_i64 } else { 0 })
        .bind(message)
        .bind(request.to_stored()?)
        .execute(&mut **tx)
        .await
        .map_err(failed(COPYING))?;
    Ok(())
}

/// What was asked for, as far as it can be said in our words: it is shown, and never run.
fn asked(row: &LegacyJob, stage: JobStage, phdef: Option<i64>) -> JobRequest {
    let output = OutputKeys { title: row.description.clone(), ..OutputKeys::default() };
    match (stage, phdef) {
        (JobStage::Curation, Some(phdef)) => {
            let curation = CurationKeys {
                collection: row.dataset.clone().map(Texts::One),
                variable: row.variable.clone().map(Texts::One),
                ..CurationKeys::default()
            };
            JobRequest::Curation(phdef, Box::new(CurationJob { curation, output, ..CurationJob::default() }))
        }
        _ => {
            let phenomenon = PhenomenonKeys {
                collection: row.dataset.clone(),
                variable: row.variable.clone(),
                operator: row.operator.clone(),
                value: row.value.clone().map(TextOrNumber::Text),
                polygon: row.coords.clone(),
                start: row.start.clone().map(TextOrNumber::Text),
                end: row.end.clone().map(TextOrNumber::Text),
                ..PhenomenonKeys::default()
            };
            JobRequest::Phdef(Box::new(Job { phenomenon, output, ..Job::default() }))
        }
    }
}

/// Gives a job the products that it has there, if there are others than before; gives how many more.
async fn replace_outputs(db: &Database, tx: &mut Transaction, job: i64, outputs: &[LegacyOutput]) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS files FROM output WHERE jobID = ?";
    let row = db.sql(sql).bind(job).fetch_one(&mut **tx).await.map_err(failed(COPYING))?;
    let before = row.whole("files").unwrap_or(0).unsigned_abs();
    if before == outputs.len() as u64 {
        return Ok(0);
    }
    let folder = common_folder(outputs);
    let sql = "UPDATE jobs SET location = ? WHERE jobID = ?";
    let place = folder.trim_end_matches('/').chars().take(1024).collect::<String>();
    db.sql(sql).bind(place).bind(job).execute(&mut **tx).await.map_err(failed(COPYING))?;
    let sql = "DELETE FROM output WHERE jobID = ?";
    db.sql(sql).bind(job).execute(&mut **tx).await.map_err(failed(COPYING))?;
    for some in outputs.chunks(AT_ONCE) {
        // neither sizes nor checksums are known
        let rows = vec!["(?, ?, ?, ?, 0, '', ?)"; some.len()].join(", ");
        let sql =
            format!("INSERT INTO output (jobID, location, type, startDateTime, size, sha256, mediaType) VALUES {rows}");
        let mut query = db.sql(&sql);
        for output in some {
            let name = output.location.get(folder.len()..).unwrap_or(&output.location);
            let name: String = name.chars().take(255).collect();
            let kind: String = output.kind.chars().take(32).collect();
            query = query.bind(job).bind(name.clone()).bind(kind).bind(output.time.clone()).bind(media_type(&name));
        }
        query.execute(&mut **tx).await.map_err(failed(COPYING))?;
    }
    Ok((outputs.len() as u64).saturating_sub(before))
}

/// The folder that all products lie in, with its last slash.
fn common_folder(outputs: &[LegacyOutput]) -> &str {
    let folder = |location: &'_ str| location.rfind('/').map_or(0, |at| at + 1);
    let Some(first) = outputs.first().map(|output| output.location.as_str()) else { return "" };
    let mut common = first.get(..folder(first)).unwrap_or_default();
    for output in outputs {
        while !output.location.starts_with(common) {
            let shorter = common.trim_end_matches('/');
            common = shorter.get(..folder(shorter)).unwrap_or_default();
        }
    }
    common
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "nc" | "nc4" => "application/x-netcdf",
        "json" => "application/json",
        "png" => "image/png",
        "csv" => "text/csv",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_share_a_folder() {
        let of = |names: &[&str]| -> Vec<LegacyOutput> {
            let one = |name: &&str| LegacyOutput { location: (*name).to_owned(), kind: "masks".to_owned(), time: None };
            names.iter().map(one).collect()
        };
        for (names, folder) in [
            (&["s3://b/7/7-a.nc4", "s3://b/7/7-b.json"][..], "s3://b/7/"),
            (&["s3://b/7/7-a.nc4", "s3://b/7/x/7-b.json"], "s3://b/7/"),
            (&["s3://b/7/7-a.nc4", "s3://b/8/7-b.json"], "s3://b/"),
            (&["s3://b/7/7-a.nc4", "/data/7-b.json"], ""),
            (&["a.nc4"], ""),
            (&[], ""),
        ] {
            assert_eq!(common_folder(&of(names)), folder, "{names:?}");
        }
    }
}
