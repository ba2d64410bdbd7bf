//! `toc`: the table of contents of TOS2CA.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::product::{Files, JSON, Product};
use crate::tos2ca::write_toc;
use crate::writers::TracksContext;

pub(super) const PRODUCT: Product =
    Product::of_tracks("toc", Files::Renamed { old: "ForTraCC-TOC.json", new: "Masks-TOC.json" }, JSON, write)
        .titled("Table of contents: tracks with first and last time")
        .with_roles(&["metadata"])
        .known_to_tos2ca_as("toc");

fn write(job: &TracksContext<'_>, mut out: ProductFile) -> Result<ProductFile, ProductError> {
    write_toc(&mut out, job.lineage)?;
    Ok(out)
}
