//! The service: jobs in a database, workers that run them, and the HTTP API.
//!
//! The way of a job: `http` or the command line submits it to `jobs`; a `worker` claims it, runs the stages of the
//! pipeline, and ends it. [`serve`] starts all of it in one process.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod config;
mod database;
mod error;
mod events;
mod http;
mod jobs;
mod notify;
mod percent;
mod probe;
mod removal;
mod serve;
mod tos2ca;
mod users;
mod verification;
mod worker;

pub use config::{
    AuthConfig, CacheConfig, Config, DatabaseConfig, EarthdataConfig, HttpConfig, InputsConfig, MailConfig,
    NotifyConfig, StoreConfig, Tos2caConfig, WorkerConfig,
};
pub use database::Database;
pub use error::{Result, ServiceError};
pub use events::Events;
pub use http::{App, Limits, Metrics, Origins, Rates, Streams, openapi_document, router};
pub use jobs::{
    Again, Claim, JobFilter, JobRecord, JobRequest, JobStage, JobStatus, Jobs, Lost, Made, NotificationRecord,
    OutputFile, Page, Policy, Submission, TaskKind, TaskRecord,
};
pub use notify::{MailSecurity, MailSettings};
pub use probe::try_all;
pub use removal::remove_job;
pub use serve::{ServeSettings, serve};
pub use tos2ca::{Bridge, Copied, Tos2caSettings, copy_history};
pub use users::{NewToken, Role, TokenRecord, User, Users};
pub use verification::verify_job;
pub use worker::{Worker, WorkerSettings};
