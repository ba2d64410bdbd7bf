//! Errors of the catalogue and of opening a subset.

use eventscape_core::{CoreError, ErrorKind};
use eventscape_io::IoError;

/// Why a collection, an entry or a subset is refused. Every message names the file, variable or key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// No collection has this name.
    #[error("there is no collection `{name}`; {hint}")]
    UnknownCollection {
        /// As asked for.
        name: String,
        /// Names that are like it, or how to list all.
        hint: String,
    },
    /// More than one collection goes by this name.
    #[error("`{name}` may be any of {candidates:?}; name one of them in full")]
    AmbiguousCollection {
        /// As asked for.
        name: String,
        /// The collections that it fits.
        candidates: Vec<String>,
    },
    /// A catalogue file or dictionary is wrong.
    #[error("{file}: {}{reason}", key_prefix(.key))]
    Entry {
        /// The file.
        file: String,
        /// The path of the key, e.g. `collections[1].granules.pattern`; empty where no key is to blame.
        key: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The request does not fit the collection or the files.
    #[error("{0}")]
    Request(String),
    /// A variable is not there, or is not on a grid of latitude and longitude.
    #[error("{location}: {message}")]
    Variable {
        /// The granule.
        location: String,
        /// What is wrong, and what there is instead.
        message: String,
    },
    /// A level must be chosen, or the one chosen is not there.
    #[error("{location}: variable `{variable}` has the levels {levels}; {message}")]
    Level {
        /// The granule.
        location: String,
        /// The variable.
        variable: String,
        /// Its levels, each with its index.
        levels: String,
        /// What to do.
        message: String,
    },
    /// A granule cannot be used: its coordinates or times are missing, wrong or out of range.
    #[error("{location}: {reason}")]
    Granule {
        /// The granule.
        location: String,
        /// What is wrong, and what to try.
        reason: String,
    },
    /// Two granules, or two variables, do not fit together.
    #[error("{first} and {second} do not fit together: {reason}")]
    Mismatch {
        /// The one.
        first: String,
        /// The other.
        second: String,
        /// In what they differ.
        reason: String,
    },
    /// Nothing is left of what was asked for.
    #[error("nothing is left to read: {0}")]
    Empty(String),
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] IoError),
    /// The core refuses a time, an area or a grid.
    #[error("{subject}: {source}")]
    Core {
        /// The file, key or part of the request.
        subject: String,
        /// What the core says.
        source: CoreError,
    },
}

fn key_prefix(key: &str) -> String {
    if key.is_empty() || key == "." { String::new() } else { format!("key `{key}`: ") }
}

impl CatalogError {
    /// The kind, for exit codes and statuses.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownCollection { .. }
            | Self::AmbiguousCollection { .. }
            | Self::Entry { .. }
            | Self::Request(_)
            | Self::Variable { .. }
            | Self::Level { .. } => ErrorKind::Usage,
            Self::Granule { .. } | Self::Mismatch { .. } | Self::Empty(_) => ErrorKind::Data,
            Self::Io(source) => source.kind(),
            Self::Core { source, .. } => source.kind(),
        }
    }

    pub(crate) fn core(subject: impl Into<String>) -> impl FnOnce(CoreError) -> Self {
        let subject = subject.into();
        move |source| Self::Core { subject, source }
    }

    pub(crate) fn granule(location: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Granule { location: location.into(), reason: reason.into() }
    }
}

/// The result of this crate.
pub type Result<T> = std::result::Result<T, CatalogError>;
