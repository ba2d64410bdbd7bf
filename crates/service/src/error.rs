//! What can go wrong in the service.

use eventscape_core::ErrorKind;
use eventscape_io::IoError;
use eventscape_pipeline::PipelineError;
use eventscape_products::ProductError;

/// Why a request to the service, or a part of it, did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The configuration is wrong.
    #[error("configuration: {subject}: {reason}")]
    Config {
        /// The file or the key.
        subject: String,
        /// What is wrong and what to try.
        reason: String,
    },
    /// A secret cannot be had.
    #[error("configuration: {key}: {source}")]
    Secret {
        /// The key that names it.
        key: &'static str,
        /// Why.
        source: IoError,
    },
    /// The request is wrong.
    #[error("{0}")]
    Request(String),
    /// There is no such thing, or it is another user's.
    #[error("there is no {0}")]
    NotFound(String),
    /// Who asks is not known.
    #[error("{0}")]
    Unauthorized(String),
    /// Who asks may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The thing is not in a state for this.
    #[error("{0}")]
    Conflict(String),
    /// Too much is asked for at once.
    #[error("{0}")]
    TooMany(String),
    /// The service has too much to do for this.
    #[error("{0}")]
    Busy(String),
    /// Nobody waits for the answer any more.
    #[error("nobody waits for this any more")]
    Abandoned,
    /// The database does not answer, or not as it should.
    #[error("the database: {action}: {source}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: sqlx::Error,
    },
    /// The database cannot be reached at all.
    #[error("the database {place} cannot be reached: {source}")]
    Unreached {
        /// Its address without the password.
        place: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The place for products cannot be reached or written.
    #[error("the store: {0}")]
    Store(IoError),
    /// A stage of a job.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// A product that is read back.
    #[error(transparent)]
    Product(#[from] ProductError),
    /// The network, or this machine.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Our own fault.
    #[error("internal error: {0}; please report this")]
    Internal(String),
}

impl ServiceError {
    /// The kind, for exit codes.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config { .. } | Self::Request(_) | Self::NotFound(_) | Self::Conflict(_) | Self::TooMany(_) => {
                ErrorKind::Usage
            }
            Self::Unauthorized(_) | Self::Forbidden(_) => ErrorKind::Denied,
            Self::Database { .. } | Self::Unreached { .. } | Self::Io { .. } => ErrorKind::Data,
            Self::Store(source) => source.kind(),
            Self::Pipeline(e) => e.kind(),
            Self::Product(e) => e.kind(),
            Self::Secret { source, .. } => source.kind(),
            Self::Busy(_) | Self::Abandoned => ErrorKind::Usage,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// Whether a product that was there is there no more.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::Product(ProductError::Io(IoError::NotFound { .. })))
    }

    pub(crate) fn config(subject: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Config { subject: subject.into(), reason: reason.into() }
    }
}

impl From<IoError> for ServiceError {
    fn from(error: IoError) -> Self {
        Self::Product(error.into())
    }
}

/// The result of this crate.
pub type Result<T> = std::result::Result<T, ServiceError>;
