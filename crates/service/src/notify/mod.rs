//! Telling people and programs that jobs have ended.
//!
//! What is to be told is written down with the job's end, in the same transaction, and struck out once it is delivered. A worker that
//! dies in between leaves it to another: a receiver may then hear of an end twice, with the same key.

mod mail;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::error::{Result, ServiceError};
use crate::http::Documents;
use crate::jobs::{JobStatus, Jobs, Notification};
use mail::{Letter, Mailer};
use webhook::Webhooks;

pub use mail::{MailSecurity, MailSettings};

/// Asks a mail server to let us in; nothing is sent.
pub(crate) async fn try_mail(settings: &MailSettings) -> Result<()> {
    Mailer::new(settings)?.test().await
}

/// How often it is looked for ends that are to be told.
const PAUSE: Duration = Duration::from_secs(1);
/// Deliveries at once.
const AT_ONCE: usize = 8;
/// How long those at work may take when the process stops.
const TO_FINISH: Duration = Duration::from_secs(30);
/// How often it is said that one is still being delivered.
const BEAT: Duration = Duration::from_secs(15);
/// For how long it is tried to note that one was delivered: after that another process may deliver it again.
const MOST_NOTES: u32 = 60;

/// Delivers notifications.
pub(crate) struct Notifier {
    jobs: Jobs,
    documents: Documents,
    webhooks: Webhooks,
    mailer: Option<Mailer>,
}

impl Notifier {
    /// `documents` are those of the API, which webhooks receive and mails link to.
    pub(crate) fn new(jobs: Jobs, documents: Documents, mail: Option<&MailSettings>) -> Result<Self> {
        Ok(Self { jobs, documents, webhooks: Webhooks::new()?, mailer: mail.map(Mailer::new).transpose()? })
    }

    /// Delivers until `stop` says so; what is being delivered then is finished.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let (own, mut at_work) = (Arc::new(self), JoinSet::new());
        while !*stop.borrow() {
            // one server that is slow does not keep the others waiting
            if at_work.len() < AT_ONCE {
                match own.jobs.next_notification(own.mailer.is_some()).await {
                    Ok(Some(notification)) => {
                        let own = Arc::clone(&own);
                        at_work.spawn(async move { own.tell(&notification).await });
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "notifications cannot be looked for; trying again"),
                }
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                Some(told) = at_work.join_next() => {
                    if let Err(error) = told {
                        tracing::error!(%error, "a delivery broke down; it is tried again");
                    }
                }
                _ = stop.changed() => {}
            }
        }
        let finished = async { while at_work.join_next().await.is_some() {} };
        if tokio::time::timeout(TO_FINISH, finished).await.is_err() {
            tracing::warn!("some notifications are still being delivered; they will be sent again under the same key");
        }
    }

    /// Delivers one, and notes how that went.
    async fn tell(&self, notification: &Notification) {
        let told = match self.deliver_while_alive(notification).await {
            Ok(()) => self.note(notification).await,
            Err(error) => {
                tracing::warn!(job = notification.job.job_id, target = notification.target, %error, "not delivered");
                self.jobs.not_notified(notification, &error.to_string()).await
            }
        };
        if let Err(error) = told {
            tracing::warn!(job = notification.job.job_id, %error, "how a delivery went cannot be noted");
        }
    }

    /// Delivers, and says meanwhile that it does: a mail server may look at what it takes for minutes.
    async fn deliver_while_alive(&self, notification: &Notification) -> Result<()> {
        let mut delivery = std::pin::pin!(self.deliver(notification));
        loop {
            tokio::select! {
                done = &mut delivery => return done,
                () = tokio::time::sleep(BEAT) => {
                    if let Err(error) = self.jobs.still_notifying(notification).await {
                        tracing::warn!(job = notification.job.job_id, %error, "the database does not answer");
                    }
                }
            }
        }
    }

    /// Notes that one was delivered, whatever keeps the database from hearing of it: it must not be sent again.
    async fn note(&self, notification: &Notification) -> Result<()> {
        for _ in 1..MOST_NOTES {
            match self.jobs.notified(notification).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    tracing::warn!(job = notification.job.job_id, %error, "a delivery cannot be noted; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        self.jobs.notified(notification).await
    }

    async fn deliver(&self, notification: &Notification) -> Result<()> {
        let job = &notification.job;
        let outputs = self.jobs.outputs(job.job_id).await?;
        match (notification.channel.as_str(), &self.mailer) {
            ("email", Some(mailer)) => {
                let letter = Letter::of(job, &outputs, &self.documents);
                mailer.send(&notification.target, &notification.key(), letter).await
            }
            ("webhook", _) => {
                let body = match notification.event {
                    // it may have ended since
                    JobStatus::Complete => self.documents.results(job, &outputs),
                    _ => self.documents.status(job),
                };
                self.webhooks.post(&notification.target, &notification.key(), &body).await
            }
            (other, _) => Err(ServiceError::Internal(format!("nothing is set up for `{other}`"))),
        }
    }
}
