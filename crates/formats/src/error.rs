//! Errors of reading and storing bytes.

use eventscape_core::ErrorKind;

/// Why bytes could not be read, understood or stored. Every message names the file or object.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// There is no such file or object.
    #[error("`{location}` does not exist")]
    NotFound {
        /// What was looked for.
        location: String,
    },
    /// Reading or writing failed.
    #[error("{action} `{location}` failed: {source}")]
    Io {
        /// `reading`, `writing`, …
        action: &'static str,
        /// The file or object.
        location: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are not what they should be: truncated, damaged, not of the format.
    #[error("`{location}` is damaged or not of its format: {reason}")]
    Damaged {
        /// The file or object.
        location: String,
        /// What is wrong and where.
        reason: String,
    },
    /// The format is known, but this feature of it is not supported.
    #[error("`{location}` uses {feature}, which is not supported")]
    Unsupported {
        /// The file or object.
        location: String,
        /// The feature.
        feature: String,
    },
    /// A variable, a group or a dimension that is not there, or a selection outside its shape.
    #[error("{message} in `{location}`")]
    Selection {
        /// The file or object.
        location: String,
        /// What is wrong, and what there is instead.
        message: String,
    },
    /// Credentials are missing, expired or refused.
    #[error("access to `{location}` is denied: {reason}")]
    Denied {
        /// The object.
        location: String,
        /// What the server said and what to try.
        reason: String,
    },
    /// A server did not answer in time, broke off, or answered with a failure that retries did not cure.
    #[error("{action} `{location}` over the network failed: {reason}")]
    Remote {
        /// `reading`, `writing`, …
        action: &'static str,
        /// The object.
        location: String,
        /// What happened and what to try.
        reason: String,
    },
    /// There is no room left.
    #[error("no space is left to write `{location}`; free some, or give a folder on another disk")]
    Full {
        /// What was written.
        location: String,
    },
    /// Another run holds the folder.
    #[error("`{location}` is in use by another run ({holder}); wait for it, or give another job id or folder")]
    Locked {
        /// The job's folder.
        location: String,
        /// Who holds it, as far as is known.
        holder: String,
    },
    /// A location that cannot be understood.
    #[error("`{location}` is not a usable location: {reason}")]
    Location {
        /// As given.
        location: String,
        /// Why, and what would be.
        reason: String,
    },
}

impl IoError {
    /// The kind, for exit codes and statuses.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } | Self::Damaged { .. } | Self::Unsupported { .. } | Self::Selection { .. } => {
                ErrorKind::Data
            }
            Self::Denied { .. } => ErrorKind::Denied,
            Self::Location { .. } | Self::Locked { .. } => ErrorKind::Usage,
            Self::Full { .. } => ErrorKind::Internal,
            Self::Io { action, .. } | Self::Remote { action, .. } => {
                if *action == "reading" {
                    ErrorKind::Data
                } else {
                    ErrorKind::Internal
                }
            }
        }
    }
}

/// The result of this crate.
pub type Result<T> = std::result::Result<T, IoError>;
