//! To and fro between a TOS2CA database and our queue.
//!
//! A job that waits there is noted here, taken there by compare-and-swap, and then put into our queue, in one
//! transaction that also notes it: several bridges may try, one does. One that died in between left a note, with which
//! the next turn goes on.

use std::sync::Arc;
use std::time::Duration;

use eventscape_catalog::Catalog;
use eventscape_core::ErrorKind;
use tokio::sync::{Notify, watch};

use super::Tos2caSettings;
use super::history;
use super::ledger::{Entry, Ledger, State};
use super::legacy::{Legacy, LegacyJob, LegacyUser};
use super::request::Reader;
use super::schema::{COMPLETE, PENDING, RUNNING};
use crate::error::{Result, ServiceError};
use crate::jobs::{JobStage, Jobs, Submission};
use crate::users::{Role, User, Users};

/// Jobs that are looked for at once.
const PAGE: u32 = 100;
/// A turn that takes longer is given up: where a machine vanished, its connections would be waited for much longer.
const LONGEST_TURN: Duration = Duration::from_secs(600);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Serves a TOS2CA database. Several may, in one process or on many machines.
pub struct Bridge {
    pub(super) jobs: Jobs,
    users: Users,
    pub(super) ledger: Ledger,
    settings: Tos2caSettings,
    catalog: Catalog,
    /// Wakes up a worker of this process.
    pub(super) bell: Arc<Notify>,
    legacy: Option<Legacy>,
}

impl Bridge {
    /// A bridge to jobs of ours. The other database is not asked for yet.
    ///
    /// # Errors
    /// None in a released program: the built-in catalogue is read.
    pub fn new(jobs: Jobs, settings: Tos2caSettings, bell: Arc<Notify>) -> Result<Self> {
        let catalog = Catalog::builtin().map_err(|e| ServiceError::Internal(e.to_string()))?;
        let users = Users::new(jobs.database().clone());
        Ok(Self { ledger: Ledger::new(jobs.clone()), users, jobs, settings, catalog, bell, legacy: None })
    }

    /// Goes to and fro until `stop` says so. A database that is away is waited for.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut pause = self.settings.poll;
        while !*stop.borrow() {
            let turn = tokio::time::timeout(LONGEST_TURN, self.turn()).await.unwrap_or_else(|_| {
                let source = sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
                Err(ServiceError::Database { action: "waiting for the TOS2CA database", source })
            });
            match turn {
                Ok(()) => pause = self.settings.poll,
                Err(error) => {
                    pause = (pause * 2).min(LONGEST_PAUSE.max(self.settings.poll));
                    // connections that fell silent are not asked again
                    if is_away(&error) {
                        self.legacy = None;
                    }
                    tracing::warn!(%error, seconds = pause.as_secs_f64(), "the TOS2CA database is tried again later");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => {}
            }
        }
        if let Some(legacy) = self.legacy {
            legacy.close().await;
        }
    }

    /// Once there and back: takes what waits there, and tells what has changed here.
    ///
    /// # Errors
    /// A database does not answer. What is wrong with a single job is logged and ends that job alone.
    pub async fn turn(&mut self) -> Result<()> {
        let legacy = match &self.legacy {
            Some(legacy) => legacy.clone(),
            None => {
                let legacy = Legacy::connect(&self.settings.database).await?;
                self.ledger.reserve().await?;
                self.legacy.insert(legacy).clone()
            }
        };
        let mut after = 0;
        loop {
            let waiting = legacy.pending(after, PAGE).await?;
            let Some(last) = waiting.last().copied() else { break };
            for job in waiting {
                let taken = self.take(&legacy, job).await;
                self.go_on_after(job, taken).await?;
            }
            after = last;
        }
        for job in self.ledger.in_state(State::Taking).await? {
            let entered = self.enter(&legacy, job).await;
            self.go_on_after(job, entered).await?;
        }
        for job in self.ledger.in_state(State::Again).await? {
            let done = self.go_on_again(&legacy, job).await;
            self.go_on_after(job, done).await?;
        }
        self.tell_all(&legacy).await
    }

    /// What is wrong with one job does not keep the others waiting; what is wrong with a database does.
    pub(super) async fn go_on_after(&self, job: i64, outcome: Result<()>) -> Result<()> {
        match outcome {
            Err(error) if is_away(&error) => Err(error),
            Err(error) => {
                tracing::warn!(tos2ca = job, %error, "a job of TOS2CA is tried again later");
                self.ledger.put_off(job).await
            }
            Ok(()) => Ok(()),
        }
    }

    /// Takes a job that waits there.
    async fn take(&self, legacy: &Legacy, job: i64) -> Result<()> {
        let entry = self.ledger.note(job).await?;
        if !legacy.take(job).await? {
            // another bridge did, or will be helped by the next turn
            return Ok(());
        }
        match entry.state {
            State::Taking => self.enter(legacy, job).await,
            // someone set it back to `pending` there, and it is in our queue already
            _ => self.do_again(&entry).await,
        }
    }

    /// Puts a job that was taken into our queue.
    async fn enter(&self, legacy: &Legacy, job: i64) -> Result<()> {
        let Some(row) = legacy.job(job).await? else {
            return self.ledger.end(job, State::Taking, State::Left, "it is not there any more").await;
        };
        match row.status.as_str() {
            // noted, not taken: the search for jobs that wait does that
            PENDING => return Ok(()),
            RUNNING => {}
            other => {
                tracing::warn!(tos2ca = job, status = other, "another program has this job of TOS2CA");
                return self
                    .ledger
                    .end(job, State::Taking, State::Left, &format!("it is `{other}` by another program"))
                    .await;
            }
        }
        let submitted = match self.submission(legacy, &row).await {
            Ok(Some(submission)) => self.ledger.submit(job, submission).await,
            Ok(None) => return self.ledger.put_off(job).await,
            Err(error) => Err(error),
        };
        match submitted {
            Ok(Some(ours)) => {
                tracing::info!(tos2ca = job, job = ours, "taken from TOS2CA");
                self.bell.notify_one();
                Ok(())
            }
            Ok(None) => Ok(()),
            // the row is wrong, and will be as wrong later
            Err(error) if error.kind() == ErrorKind::Usage || is_of_its_values(&error) => {
                tracing::warn!(tos2ca = job, %error, "a job of TOS2CA is refused");
                self.ledger.end(job, State::Taking, State::Refused, &error.to_string()).await
            }
            Err(error) => Err(error),
        }
    }

    /// What a row asks for; `None` if it must wait for another one.
    async fn submission(&self, legacy: &Legacy, row: &LegacyJob) -> Result<Option<Submission>> {
        let reader = Reader { settings: &self.settings, catalog: &self.catalog };
        let request = match row.stage.as_deref().and_then(JobStage::of) {
            Some(JobStage::Phdef) => reader.phdef(row)?,
            Some(JobStage::Curation) => {
                let number =
                    row.phdef_job_id.ok_or_else(|| ServiceError::Request("phdefJobID: it is empty".to_owned()))?;
                let Some(phdef) = self.phdef(legacy, number).await? else { return Ok(None) };
                reader.curation(row, phdef)?
            }
            None => return Err(ServiceError::Request("stage: it is neither `phdef` nor `curation`".to_owned())),
        };
        let user =
            row.user.as_ref().ok_or_else(|| ServiceError::Request("userID: there is no such user".to_owned()))?;
        let user = user_of(&self.users, user).await?.0;
        // all that use TOS2CA see all its jobs, and may look into them
        let submission = Submission { is_public: true, ..Submission::new(user.user_id, request) };
        Ok(Some(if self.settings.sends_mail { submission.with_mail(&user.email) } else { submission }))
    }

    /// The PhDef job of a curation job, by its number here: one that we did or do, or one that TOS2CA did itself.
    async fn phdef(&self, legacy: &Legacy, number: i64) -> Result<Option<i64>> {
        let wrong = |why: &str| Err(ServiceError::Request(format!("phdefJobID: job {number} {why}")));
        match self.ledger.entry(number).await? {
            Some(Entry { state: State::Submitted, job: Some(job), .. }) => return Ok(Some(job)),
            Some(Entry { state: State::Taking | State::Again, .. }) => return Ok(None),
            Some(Entry { state: State::Refused, message, .. }) => {
                return wrong(&format!("was refused: {}", message.unwrap_or_default()));
            }
            _ => {}
        }
        let Some(row) = legacy.job(number).await? else { return wrong("is not there") };
        if row.status == PENDING {
            return Ok(None);
        }
        if row.stage.as_deref() != Some(JobStage::Phdef.name()) || row.status != COMPLETE {
            return wrong(&format!("was not done here and is no PhDef job that is complete, but `{}`", row.status));
        }
        let outputs = legacy.outputs(number).await?;
        if !outputs.iter().any(|output| output.kind == "masks") {
            return wrong("was not done here, and `output` has no `masks` of it");
        }
        let user = match &row.user {
            Some(user) => user_of(&self.users, user).await?.0,
            None => self.users.local().await?,
        };
        let kept = history::keep(&self.ledger, &self.jobs, &row, &outputs, user.user_id).await?;
        Ok(Some(kept.number))
    }
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bridge").finish_non_exhaustive()
    }
}

/// The user of the same address, made if there is none; gives whether it was made.
pub(super) async fn user_of(users: &Users, known: &LegacyUser) -> Result<(User, bool)> {
    match users.by_email(&known.email).await {
        Err(ServiceError::NotFound(_)) => {}
        other => return Ok((other?, false)),
    }
    match users.add(&known.email, (&known.first_name, &known.last_name), Role::User).await {
        // another process was faster
        Err(ServiceError::Conflict(_)) => Ok((users.by_email(&known.email).await?, false)),
        other => Ok((other?, true)),
    }
}

/// Whether a database cannot hold a value of the row (SQLSTATE class 22).
fn is_of_its_values(error: &ServiceError) -> bool {
    let ServiceError::Database { source: sqlx::Error::Database(source), .. } = error else { return false };
    source.code().is_some_and(|code| code.starts_with("22"))
}

/// Whether a database does not answer, rather than refuse one thing.
fn is_away(error: &ServiceError) -> bool {
    use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls};
    let ServiceError::Database { source, .. } = error else { return false };
    matches!(source, Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed)
}
