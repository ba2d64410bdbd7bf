//! What an error means for a task.

use eventscape_catalog::CatalogError;
use eventscape_io::IoError;
use eventscape_pipeline::PipelineError;
use eventscape_products::ProductError;

use crate::error::ServiceError;
use crate::jobs::Again;

/// Whether the same task may work another time: the network, the disk, or another run that holds the folder.
pub(super) fn again(error: &ServiceError) -> Again {
    let io = match error {
        // a wrong password or a bucket that is gone is the operator's to mend, not the job's fault
        ServiceError::Database { .. } | ServiceError::Io { .. } | ServiceError::Store(_) => return Again::Later,
        ServiceError::Pipeline(PipelineError::Io(io) | PipelineError::Catalog(CatalogError::Io(io))) => io,
        ServiceError::Pipeline(PipelineError::Product(ProductError::Io(io))) => io,
        _ => return Again::Never,
    };
    match io {
        IoError::Locked { .. } => Again::WhenFree,
        IoError::Io { .. } | IoError::Remote { .. } | IoError::Full { .. } => Again::Later,
        _ => Again::Never,
    }
}
