//! Why a product cannot be written.

use eventscape_core::{ErrorKind, Grid, SourceError};
use eventscape_formats::write::WriteError;

/// Why a product cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProductError {
    /// The output refuses bytes: disk full, connection gone.
    #[error("writing {product} failed: {source}; check the free space of the output and its permissions")]
    Write {
        /// What was being written.
        product: String,
        /// What the output said.
        source: std::io::Error,
    },
    /// The stored components of a scene cannot be read back.
    #[error("the components of scene {scene} cannot be read back: {source}")]
    Source {
        /// Index of the scene.
        scene: usize,
        /// What the store said.
        source: SourceError,
    },
    /// Grid, lineage and components do not belong to one job.
    #[error("the job's parts do not fit together: {0}")]
    Mismatch(String),
    /// A product that is read back is not what it should be.
    #[error("`{location}` cannot be used: {reason}")]
    Input {
        /// Where it is.
        location: String,
        /// What is wrong.
        reason: String,
    },
    /// A product cannot be read back.
    #[error(transparent)]
    Io(#[from] eventscape_io::IoError),
    /// What was written does not hang together; nothing of it is kept.
    #[error("{product} would be damaged: {fault}; it was not kept, please report this")]
    Damaged {
        /// What was being written.
        product: String,
        /// What is wrong with it, and where.
        fault: String,
    },
    /// The product cannot hold this: too large for its format, two members of one name.
    #[error("{0}")]
    Unrepresentable(String),
}

impl From<WriteError> for ProductError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Output { file, source } => Self::Write { product: file, source },
            WriteError::Damaged { file, fault } => Self::Damaged { product: file, fault },
            WriteError::Mismatch(reason) => Self::Mismatch(reason),
            WriteError::Unrepresentable(reason) => Self::Unrepresentable(reason),
            other => Self::Unrepresentable(other.to_string()),
        }
    }
}

impl ProductError {
    /// An output that refuses bytes; `product` says what was being written.
    #[must_use]
    pub fn write(product: &str, source: std::io::Error) -> Self {
        Self::Write { product: product.to_owned(), source }
    }

    /// `what` cannot hold a mesh.
    pub(crate) fn needs_lattice(grid: &Grid, what: &str) -> Self {
        Self::Unrepresentable(format!(
            "{what} needs a grid of rows and columns; this one is a mesh of {} cells",
            grid.len()
        ))
    }

    /// The kind, for exit codes and statuses.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Write { .. } | Self::Mismatch(_) | Self::Damaged { .. } => ErrorKind::Internal,
            Self::Source { source, .. } => {
                source.downcast_ref::<eventscape_io::IoError>().map_or(ErrorKind::Internal, |error| error.kind())
            }
            Self::Unrepresentable(_) | Self::Input { .. } => ErrorKind::Data,
            Self::Io(error) => error.kind(),
        }
    }
}
