//! `flat`: the values on the events' cells, a point a cell, by CF.

use eventscape_io::sink::ProductFile;

use super::one_file::one_file;
use crate::ProductError;
use crate::curation::{FlatFile, FlatShape};
use crate::product::{Files, NETCDF, Product};
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product = Product::of_curation("flat", Files::One("Interpolated.nc"), NETCDF, begin)
    .titled("Values on the events' cells (CF)")
    .with_roles(&["data", "interpolated"]);

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    let (file, shape) = (one_file(job, &PRODUCT)?.hash_at_end(), FlatShape { cells: job.cells });
    Ok(Box::new(Writer(FlatFile::begin(file, job.info, job.grid, job.times, shape)?)))
}

struct Writer(FlatFile<ProductFile>);

impl CurationWriter for Writer {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        self.0.add(time.interpolated)
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        Ok(vec![self.0.end()?])
    }
}
