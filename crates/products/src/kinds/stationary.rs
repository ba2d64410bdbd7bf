//! The variable over the whole domain of the masks, which a curation job asks for with `stationary`.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::curation::StationaryFile;
use crate::product::{Files, NETCDF, Product};
use crate::writers::CurationContext;

pub(super) const PRODUCT: Product = Product::of_domain("stationary", Files::One("Stationary.nc"), NETCDF, begin)
    .titled("The variable over the whole domain (CF)")
    .asked_for_by("stationary");

fn begin(job: &CurationContext<'_>, out: ProductFile) -> Result<StationaryFile<ProductFile>, ProductError> {
    StationaryFile::begin(out.hash_at_end(), job.info, job.grid, job.times)
}
