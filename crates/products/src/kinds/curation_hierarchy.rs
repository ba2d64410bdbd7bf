//! `hierarchy` of curation: the groups and variables of the curated file.

use eventscape_io::sink::ProductFile;

use super::one_file::one_file;
use crate::ProductError;
use crate::product::{Files, JSON, Product};
use crate::tos2ca::CurationHierarchy;
use crate::writers::{CurationContext, CurationTime, CurationWriter};

pub(super) const PRODUCT: Product =
    Product::of_curation("hierarchy", Files::One("Curation-Hierarchy.json"), JSON, begin)
        .titled("Groups and variables of the curated file")
        .with_roles(&["metadata"])
        .known_to_tos2ca_as("hierarchy");

fn begin<'c>(job: &'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError> {
    Ok(Box::new(Writer(CurationHierarchy::begin(one_file(job, &PRODUCT)?, job.info)?)))
}

struct Writer(CurationHierarchy<ProductFile>);

impl CurationWriter for Writer {
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError> {
        time.curated.iter().try_for_each(|group| self.0.add(group))
    }

    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError> {
        Ok(vec![self.0.end()?])
    }
}
