//! The file of a product of curation that has one.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::product::Product;
use crate::writers::CurationContext;

/// Begins it.
pub(super) fn one_file(job: &CurationContext<'_>, product: &Product) -> Result<ProductFile, ProductError> {
    let name = product.files.of_job(job.info.job.job_id, false);
    let name = name.ok_or_else(|| ProductError::Mismatch(format!("`{}` has several files", product.name)))?;
    Ok((job.create)(&name)?)
}
