//! Workers: claim a task, do it, keep saying so, and end it, until they are asked to stop.

mod outcome;
mod progress;
mod run;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use eventscape_io::cache::SceneCache;
use eventscape_io::stores::Stores;
use eventscape_pipeline::{Cancel, Doors, PipelineError};
use tokio::sync::{Notify, watch};

use crate::error::{Result, ServiceError};
use crate::jobs::{Claim, Jobs, Made};
use progress::Progress;

/// How long a worker waits for the database: where its machine vanished, the system would wait for a quarter of an hour. What became of
/// a request that was given up need not be known, as attempts tell.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time<T>(request: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PATIENCE, request).await.unwrap_or_else(|_| {
        let source = std::io::Error::from(std::io::ErrorKind::TimedOut);
        Err(ServiceError::Database { action: "waiting for its answer", source: sqlx::Error::Io(source) })
    })
}

/// How workers behave.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// Folder or `s3://` location of all jobs' folders.
    pub store: String,
    /// How long a task stays with a worker that says nothing, milliseconds.
    pub lease_ms: i64,
    /// How often a worker without work looks for some.
    pub poll: Duration,
    /// Threads of a task; all cores if `None`.
    pub threads: Option<u32>,
    /// Memory of a task, as job files have it.
    pub memory_limit: Option<String>,
    /// What products are dated with, seconds since 1970; `None`: when their job was submitted.
    pub date: Option<i64>,
    /// Where data and products are read and written.
    pub stores: Stores,
    /// A file of further collections.
    pub catalog: Option<String>,
    /// Where collections lie, by their names, if not at their published location.
    pub roots: BTreeMap<String, String>,
    /// Where scenes are kept between jobs; `None`: in the memory of each job.
    pub cache: Option<Arc<dyn SceneCache>>,
    /// The kinds that jobs can name; trackers are those of [`eventscape_core::track::METHODS`] alone.
    pub doors: Doors,
}

impl WorkerSettings {
    /// Where a collection lies that has a place of its own.
    fn root_of(&self, collection: Option<&str>) -> Option<String> {
        self.roots.get(collection?).cloned()
    }

    /// How often a worker says that it is alive, and hears that it is not wanted any more.
    fn beat(&self) -> Duration {
        Duration::from_millis((self.lease_ms.unsigned_abs() / 3).clamp(50, 2000))
    }
}

/// A worker. Several may run in one process, and on many machines.
#[derive(Clone)]
pub struct Worker {
    jobs: Jobs,
    settings: WorkerSettings,
    /// Wakes up a worker without work when a job is submitted in this process.
    bell: Arc<Notify>,
    name: String,
}

impl Worker {
    /// A worker with a name of its own, which tells the machine, the process and the worker in it.
    #[must_use]
    pub fn new(jobs: Jobs, settings: WorkerSettings, bell: Arc<Notify>, number: usize) -> Self {
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let machine: String = machine.trim().chars().filter(|c| c.is_ascii_graphic()).take(64).collect();
        let started = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let name = format!("{machine}:{}:{number}:{:x}", std::process::id(), started.as_micros());
        Self { jobs, settings, bell, name }
    }

    /// Works until `stop` says so; then the task at hand is given back. A database that is away is waited for.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match in_time(self.jobs.claim(&self.name, self.settings.lease_ms)).await {
                Ok(Some(claim)) => self.work(claim, &stop).await,
                Ok(None) => {
                    tokio::select! {
                        () = tokio::time::sleep(self.settings.poll) => {}
                        () = self.bell.notified() => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(worker = self.name, %error, "no task could be claimed; trying again");
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_secs(2)) => {}
                        _ = stop.changed() => {}
                    }
                }
            }
        }
    }

    /// Does a task and ends it.
    async fn work(&self, claim: Claim, stop: &watch::Receiver<bool>) {
        let job = claim.job.job_id;
        tracing::info!(worker = self.name, job, task = claim.task_id, attempt = claim.attempt, "begun");
        let (cancel, progress) = (Cancel::default(), Arc::new(Progress::new(claim.job.stage)));
        let (done, mut finished) = tokio::sync::oneshot::channel();
        let (claimed, settings, asked, seen) = (claim.clone(), self.settings.clone(), cancel.clone(), progress.clone());
        // a thread of its own: a job blocks, uses all cores, and has a runtime of its own for the network
        let span = tracing::info_span!("job", job, task = claim.task_id);
        let thread = std::thread::Builder::new().name(format!("job-{job}")).spawn(move || {
            let _at = span.entered();
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run::run(&claimed, &settings, &*seen, asked)));
            // nobody listens only if the process ends
            let _ = done.send(outcome.unwrap_or_else(|_| Err(ServiceError::Internal("a job broke down".to_owned()))));
        });
        if let Err(source) = thread {
            let error = ServiceError::Io { action: "starting a thread".to_owned(), source };
            return self.end(&claim, Err(error)).await;
        }
        let mut stop = stop.clone();
        let mut is_lost = false;
        let outcome = loop {
            tokio::select! {
                outcome = &mut finished => break outcome,
                () = tokio::time::sleep(self.settings.beat()) => {
                    is_lost |= !self.still_ours(&claim, &progress).await;
                    if is_lost {
                        cancel.cancel();
                    }
                }
                Ok(()) = stop.changed() => cancel.cancel(),
            }
        };
        if is_lost {
            tracing::warn!(worker = self.name, job, task = claim.task_id, "lost or cancelled: nothing is published");
            return;
        }
        let outcome = outcome.unwrap_or_else(|_| Err(ServiceError::Internal("a job ended without a word".to_owned())));
        self.end(&claim, outcome).await;
    }

    /// Says that the task is being worked on. A database that does not answer is no reason to stop: the lease may still hold.
    async fn still_ours(&self, claim: &Claim, progress: &Progress) -> bool {
        let (share, message) = progress.told();
        match in_time(self.jobs.heartbeat(claim, self.settings.lease_ms, share, &message)).await {
            Ok(Ok(())) => true,
            Ok(Err(_)) => false,
            Err(error) => {
                let job = claim.job.job_id;
                tracing::warn!(worker = self.name, job, %error, "the database does not answer");
                true
            }
        }
    }

    /// Tells the database how a task ended; keeps trying while it does not answer, for about as long as leases last.
    async fn end(&self, claim: &Claim, outcome: Result<Made>) {
        for attempt in 0..30u32 {
            match in_time(self.tell(claim, &outcome)).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(worker = self.name, job = claim.job.job_id, %error, "the end of a task could not be told");
                    tokio::time::sleep(Duration::from_millis(200 << attempt.min(5))).await;
                }
            }
        }
        tracing::error!(
            worker = self.name,
            job = claim.job.job_id,
            "given up; another worker will find the products made"
        );
    }

    async fn tell(&self, claim: &Claim, outcome: &Result<Made>) -> Result<()> {
        let job = claim.job.job_id;
        let told = match outcome {
            Ok(made) => {
                let told = self.jobs.complete(claim, made).await?;
                if told.is_ok() {
                    let products = made.outputs.len();
                    tracing::info!(worker = self.name, job, task = claim.task_id, products, "complete");
                }
                told
            }
            Err(ServiceError::Pipeline(PipelineError::Stopped { .. })) => {
                tracing::info!(worker = self.name, job, task = claim.task_id, "given back");
                return self.jobs.give_back(claim).await;
            }
            Err(error) => {
                let again = outcome::again(error, &self.settings.store);
                tracing::warn!(worker = self.name, job, task = claim.task_id, %error, ?again, "failed");
                self.jobs.fail(claim, &error.to_string(), again).await?
            }
        };
        if told.is_err() {
            tracing::warn!(worker = self.name, job, task = claim.task_id, "another worker has this task now");
        }
        Ok(())
    }
}
