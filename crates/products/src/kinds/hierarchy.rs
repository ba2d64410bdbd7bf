//! `hierarchy`: the groups and variables of the mask file of TOS2CA.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::product::{Files, JSON, Product};
use crate::tos2ca::write_hierarchy;
use crate::writers::TracksContext;

pub(super) const PRODUCT: Product = Product::of_tracks(
    "hierarchy",
    Files::Renamed { old: "ForTraCC-Mask-Output-Hierarchy.json", new: "Masks-Output-Hierarchy.json" },
    JSON,
    write,
)
.titled("Groups and variables of the mask file")
.with_roles(&["metadata"])
.known_to_tos2ca_as("hierarchy");

fn write(job: &TracksContext<'_>, mut out: ProductFile) -> Result<ProductFile, ProductError> {
    write_hierarchy(&mut out, job.lineage)?;
    Ok(out)
}
