//! `interpolated`: the values on the events' cells, in the layout of TOS2CA.

use eventscape_io::sink::ProductFile;

use super::one_file::one_file;
use crate::ProductError;
use crate::product::{Files, NETCDF, Product};
use crate::tos2ca::InterpolatedFile;
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product =
    Product::of_curation("interpolated", Files::One("Interpolated-Data.nc4"), NETCDF, begin)
        .titled("Values on the events' cells in the layout of TOS2CA")
        .with_roles(&["data", "interpolated"])
        .known_to_tos2ca_as("interpolated subset");

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    Ok(Box::new(Writer(InterpolatedFile::begin(one_file(job, &PRODUCT)?.hash_at_end(), job.info, job.grid)?)))
}

struct Writer(InterpolatedFile<ProductFile>);

impl CurationWriter for Writer {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        self.0.add(time.interpolated)
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        Ok(vec![self.0.end()?])
    }
}
