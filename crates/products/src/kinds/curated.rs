//! `curated`: the other data around the events, in the layout of TOS2CA.

use eventscape_io::sink::ProductFile;

use super::one_file::one_file;
use crate::ProductError;
use crate::product::{Files, NETCDF, Product};
use crate::tos2ca::CuratedFile;
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product = Product::of_curation("curated", Files::One("Curated-Data.nc4"), NETCDF, begin)
    .titled("Values around events in the layout of TOS2CA")
    .with_roles(&["data", "curated"])
    .known_to_tos2ca_as("curated subset");

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    Ok(Box::new(Writer(CuratedFile::begin(one_file(job, &PRODUCT)?.hash_at_end(), job.info, job.grid)?)))
}

struct Writer(CuratedFile<ProductFile>);

impl CurationWriter for Writer {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        time.curated.iter().try_for_each(|group| self.0.add(group))
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        Ok(vec![self.0.end()?])
    }
}
