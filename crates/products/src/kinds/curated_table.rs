//! `table` of curation: all values, gathered and interpolated, as Parquet.

use eventscape_io::sink::ProductFile;

use super::one_file::one_file;
use crate::ProductError;
use crate::curation::CuratedTable;
use crate::product::{Files, PARQUET, Product};
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product = Product::of_curation("table", Files::One("Curated.parquet"), PARQUET, begin)
    .titled("All gathered and interpolated values (Parquet)")
    .with_roles(&["data", "curated"])
    .known_to_tos2ca_as("table");

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    let mask = job.times.first().ok_or_else(|| ProductError::Mismatch("the masks have no time".to_owned()))?;
    Ok(Box::new(Writer(CuratedTable::begin(one_file(job, &PRODUCT)?, job.info, *mask, job.other_time)?)))
}

struct Writer(CuratedTable<ProductFile>);

impl CurationWriter for Writer {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        time.curated.iter().try_for_each(|group| self.0.add_curated(group))?;
        self.0.add_interpolated(time.interpolated, time.other_time)
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        Ok(vec![self.0.end()?.0])
    }
}
