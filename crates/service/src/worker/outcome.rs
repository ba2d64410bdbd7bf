//! What an error means for a task.

use eventscape_catalog::CatalogError;
use eventscape_io::IoError;
use eventscape_pipeline::PipelineError;
use eventscape_products::ProductError;

use crate::error::ServiceError;

/// Whether the same task may work another time: the network, the disk, or another run that holds the folder.
pub(super) fn may_work_later(error: &ServiceError) -> bool {
    let io = match error {
        ServiceError::Database { .. } | ServiceError::Io { .. } => return true,
        ServiceError::Pipeline(PipelineError::Io(io) | PipelineError::Catalog(CatalogError::Io(io))) => io,
        ServiceError::Pipeline(PipelineError::Product(ProductError::Io(io))) => io,
        _ => return false,
    };
    matches!(io, IoError::Io { .. } | IoError::Remote { .. } | IoError::Full { .. } | IoError::Locked { .. })
}
