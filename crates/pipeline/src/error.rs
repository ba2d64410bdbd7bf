//! Errors of a job, and the one place where those of the stages come together.

use eventscape_catalog::CatalogError;
use eventscape_core::{CoreError, ErrorKind};
use eventscape_io::IoError;
use eventscape_products::ProductError;

/// Why a job, or a part of it, did not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The job file or a flag is wrong.
    #[error("{subject}: {reason}")]
    Job {
        /// The file, or the key.
        subject: String,
        /// What is wrong and what to try.
        reason: String,
    },
    /// A rule of the science was broken.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// Bytes could not be read or stored.
    #[error(transparent)]
    Io(#[from] IoError),
    /// The data asked for could not be found or understood.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A product could not be made.
    #[error(transparent)]
    Product(#[from] ProductError),
    /// The user stopped the job; what is complete is kept.
    #[error("stopped after {done} of {total} scenes; run the same command again to go on from there")]
    Stopped {
        /// Scenes that are kept.
        done: usize,
        /// Scenes of the job.
        total: usize,
    },
    /// The user stopped a verification.
    #[error("stopped before all products were looked at")]
    Unverified,
    /// A file of an earlier run does not fit.
    #[error("{0}")]
    State(String),
    /// Our own fault.
    #[error("internal error: {0}; please report this")]
    Internal(String),
}

impl PipelineError {
    /// The kind, for exit codes and statuses.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Job { .. } => ErrorKind::Usage,
            Self::Core(e) => e.kind(),
            Self::Io(e) => e.kind(),
            Self::Catalog(e) => e.kind(),
            Self::Product(e) => e.kind(),
            Self::Stopped { .. } | Self::Unverified => ErrorKind::Partial,
            Self::State(_) => ErrorKind::Usage,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    pub(crate) fn job(subject: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Job { subject: subject.into(), reason: reason.into() }
    }
}

/// The result of this crate.
pub type Result<T> = std::result::Result<T, PipelineError>;
