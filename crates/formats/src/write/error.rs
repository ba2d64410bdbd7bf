//! Why a file cannot be written.

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output refuses bytes: disk full, connection gone.
    #[error("writing {file} failed: {source}; check the free space of the output and its permissions")]
    Output {
        /// What was being written.
        file: String,
        /// What the output said.
        source: std::io::Error,
    },
    /// The calls do not fit together: a variable without its dimension, too many or too few values.
    #[error("{0}")]
    Mismatch(String),
    /// The format cannot hold this: too large for a header, two members of one name.
    #[error("{0}")]
    Unrepresentable(String),
    /// What was written does not hang together; it must not be kept.
    #[error("{file} would be damaged: {fault}; it was not kept, please report this")]
    Damaged {
        /// What was being written.
        file: String,
        /// What is wrong with it, and where.
        fault: String,
    },
}
