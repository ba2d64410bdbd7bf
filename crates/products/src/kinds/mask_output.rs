//! `mask-output`: the masks in the layout of TOS2CA.

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::product::{Files, NETCDF, Product};
use crate::tos2ca::{write_mask_output, write_newest_mask_output};
use crate::writers::TracksContext;

pub(crate) const PRODUCT: Product = Product::of_tracks(
    "mask-output",
    Files::Renamed { old: "ForTraCC-Mask-Output.nc4", new: "Masks-Output.nc4" },
    NETCDF,
    write,
)
.titled("Masks in the layout of TOS2CA")
.with_roles(&["data", "masks"])
.known_to_tos2ca_as("masks")
.needing_lattice();

fn write(job: &TracksContext<'_>, out: ProductFile) -> Result<ProductFile, ProductError> {
    let TracksContext { info, grid, lineage, events, .. } = *job;
    let out = out.hash_at_end();
    match job.newest_tos2ca {
        true => write_newest_mask_output(out, info, grid, lineage, events, &|_| {}),
        false => write_mask_output(out, info, grid, lineage, events, &|_| {}),
    }
}
