//! `statistics`: statistics of each event at each time, as CSV.

use eventscape_io::sink::ProductFile;

use super::one_file::one_file;
use crate::ProductError;
use crate::curation::StatisticsTable;
use crate::product::{Files, Product};
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product = Product::of_curation("statistics", Files::One("Statistics.csv"), "text/csv", begin)
    .titled("Statistics of each event at each time (CSV)")
    .with_roles(&["data", "statistics"])
    .known_to_tos2ca_as("table");

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    Ok(Box::new(Writer(StatisticsTable::begin(one_file(job, &PRODUCT)?, job.info)?)))
}

struct Writer(StatisticsTable<ProductFile>);

impl CurationWriter for Writer {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        self.0.add(time.interpolated)
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        Ok(vec![self.0.end()?])
    }
}
