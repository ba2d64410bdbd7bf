//! Telling people and programs that jobs have ended.
//!
//! What is to be told is written down with the job's end, in the same transaction, and struck out once it is delivered. A worker that
//! dies in between leaves it to another: a receiver may then hear of an end twice, with the same key.

mod mail;
mod webhook;

use std::time::Duration;

use tokio::sync::watch;

use crate::error::{Result, ServiceError};
use crate::http::Documents;
use crate::jobs::{JobStatus, Jobs, Notification};
use mail::{Letter, Mailer};
use webhook::Webhooks;

pub use mail::{MailSecurity, MailSettings};

/// How often it is looked for ends that are to be told.
const PAUSE: Duration = Duration::from_secs(1);

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

    /// Delivers until `stop` says so.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.deliver_next().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "no notification could be delivered; trying again"),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Delivers one, if there is one; gives whether there was.
    async fn deliver_next(&self) -> Result<bool> {
        let Some(notification) = self.jobs.next_notification(self.mailer.is_some()).await? else { return Ok(false) };
        match self.deliver(&notification).await {
            Ok(()) => self.jobs.notified(&notification).await?,
            Err(error) => {
                tracing::warn!(job = notification.job.job_id, target = notification.target, %error, "not delivered");
                self.jobs.not_notified(&notification, &error.to_string()).await?;
            }
        }
        Ok(true)
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
