//! Jobs: what is asked for, kept in the database, and the queue of work that they are.

mod area;
mod end;
mod list;
mod load;
mod model;
mod notifications;
mod queue;
mod remove;
mod request;
mod submit;

pub(crate) use area::of_box as area_of_box;
pub use end::Again;
pub use list::{JobFilter, Page};
pub(crate) use load::Load;
pub(crate) use model::place_of;
pub use model::{JobRecord, JobStage, JobStatus, Made, OutputFile, TaskRecord};
pub(crate) use notifications::Notification;
pub use notifications::NotificationRecord;
pub use queue::{Claim, Lost, TaskKind};
pub use request::{JobRequest, Policy};
pub(crate) use request::{SERVICE_KEYS, is_below};
pub use submit::Submission;
pub(crate) use submit::default_title;

use crate::database::Database;

/// The jobs of a database.
#[derive(Clone, Debug)]
pub struct Jobs {
    db: Database,
}

impl Jobs {
    /// The jobs that a database keeps.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.db
    }
}
