//! Errors of the core, and the kinds that every crate's errors map to.

use std::fmt;

/// What sort of failure an error is. Stable: exit codes, HTTP statuses and Python classes are derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request itself is wrong: a flag, a key of the job file, a threshold.
    Usage,
    /// The data are bad or missing.
    Data,
    /// Credentials are missing or refused.
    Denied,
    /// Some of the work is done and kept, some is not.
    Partial,
    /// Our own fault, or the machine's: disk full, out of memory.
    Internal,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usage => "usage",
            Self::Data => "data",
            Self::Denied => "denied",
            Self::Partial => "partial",
            Self::Internal => "internal",
        })
    }
}

/// Why the core refuses an input. Every message says what is wrong, where, and what to try.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CoreError {
    /// A time, a time unit or a calendar that cannot be understood or represented.
    #[error("{0}")]
    Time(String),
    /// A grid whose coordinates are unusable: empty, NaN, not monotonic, out of range.
    #[error("{0}")]
    Grid(String),
    /// An area (box or polygon) that cannot be understood, or that does not touch the grid.
    #[error("{0}")]
    Domain(String),
    /// A condition that cannot be understood, or that does not fit the data.
    #[error("{0}")]
    Condition(String),
    /// Scenes that do not fit together: other shape, other calendar, times that repeat.
    #[error("{0}")]
    Scene(String),
    /// An option outside its range.
    #[error("{0}")]
    Option(String),
}

impl CoreError {
    /// The kind, for exit codes and statuses.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Grid(_) | Self::Scene(_) => ErrorKind::Data,
            Self::Time(_) | Self::Domain(_) | Self::Condition(_) | Self::Option(_) => ErrorKind::Usage,
        }
    }
}
