//! `lineage`: a row for each link between components, as Parquet.

use eventscape_io::sink::ProductFile;

use crate::product::{Files, PARQUET, Product};
use crate::writers::TracksContext;
use crate::{ProductError, write_lineage_parquet};

pub(super) const PRODUCT: Product = Product::of_tracks("lineage", Files::One("Lineage.parquet"), PARQUET, write)
    .titled("Links between components (Parquet)")
    .with_roles(&["data", "lineage"])
    .known_to_tos2ca_as("table");

fn write(job: &TracksContext<'_>, mut out: ProductFile) -> Result<ProductFile, ProductError> {
    write_lineage_parquet(&mut out, job.info, job.lineage)?;
    Ok(out)
}
