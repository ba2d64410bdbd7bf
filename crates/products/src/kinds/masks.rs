//! `masks`: which track each cell belongs to, by CF.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::netcdf::write_masks;
use crate::product::{Files, NETCDF, Product};
use crate::writers::TracksContext;

pub(crate) const PRODUCT: Product = Product::of_tracks("masks", Files::One("Masks.nc"), NETCDF, write)
    .titled("Event masks (CF)")
    .with_roles(&["data", "masks"])
    .needing_ordered_times()
    .needing_lattice();

fn write(job: &TracksContext<'_>, out: ProductFile) -> Result<ProductFile, ProductError> {
    write_masks(out.hash_at_end(), job.info, job.grid, job.lineage, job.events, &|_| {})
}
