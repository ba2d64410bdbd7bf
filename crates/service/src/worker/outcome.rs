//! What an error means for a task.

use eventscape_catalog::CatalogError;
use eventscape_io::IoError;
use eventscape_pipeline::PipelineError;
use eventscape_products::ProductError;

use crate::error::ServiceError;
use crate::jobs::Again;

/// Whether the same task may work another time: the network, the disk, another run that holds the folder, or the `store` of all
/// jobs, where a wrong password or a bucket that is gone is the operator's to mend, not the job's fault.
pub(super) fn again(error: &ServiceError, store: &str) -> Again {
    match error {
        ServiceError::Database { .. } | ServiceError::Io { .. } | ServiceError::Store(_) => Again::Later,
        ServiceError::Pipeline(PipelineError::Product(ProductError::Write { .. })) => Again::Later,
        ServiceError::Pipeline(error) => io_of(error).map_or(Again::Never, |io| again_after(io, store)),
        _ => Again::Never,
    }
}

/// The failure of reading or storing bytes that is behind an error.
fn io_of(error: &PipelineError) -> Option<&IoError> {
    match error {
        PipelineError::Io(io) | PipelineError::Catalog(CatalogError::Io(io)) => Some(io),
        PipelineError::Product(ProductError::Io(io)) => Some(io),
        PipelineError::Product(ProductError::Source { source, .. }) => source.downcast_ref(),
        _ => None,
    }
}

fn again_after(error: &IoError, store: &str) -> Again {
    match error {
        IoError::Locked { .. } => Again::WhenFree,
        IoError::Io { .. } | IoError::Remote { .. } | IoError::Full { .. } => Again::Later,
        IoError::Denied { location, .. } | IoError::Location { location, .. } if location.starts_with(store) => {
            Again::Later
        }
        _ => Again::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_can_mend_is_tried_again() {
        let io = |error: IoError| ServiceError::Pipeline(PipelineError::Io(error));
        let denied = |place: &str| io(IoError::Denied { location: place.to_owned(), reason: String::new() });
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let written = ProductError::Write { product: "the masks".to_owned(), source: full() };
        let read_back = ProductError::Source { scene: 1, source: Box::new(IoError::Full { location: String::new() }) };
        let of_product = |error: ProductError| ServiceError::Pipeline(PipelineError::Product(error));
        for (error, known) in [
            (denied("s3://bucket/jobs/7/7-Masks.nc"), Again::Later),
            (denied("s3://other/data.nc"), Again::Never),
            (io(IoError::Locked { location: String::new(), holder: String::new() }), Again::WhenFree),
            (io(IoError::NotFound { location: "s3://bucket/jobs/1/1-Masks.nc".to_owned() }), Again::Never),
            (of_product(written), Again::Later),
            (of_product(read_back), Again::Later),
            (of_product(ProductError::Mismatch(String::new())), Again::Never),
            (ServiceError::Request("value".to_owned()), Again::Never),
        ] {
            assert_eq!(again(&error, "s3://bucket/jobs"), known, "{error}");
        }
    }
}
