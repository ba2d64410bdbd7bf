//! Links the components of consecutive scenes into a lineage.

mod fortracc;
mod overlap;
mod recorder;
mod rows;

pub use fortracc::{Fortracc, FortraccOptions, usual_step_seconds};
pub use overlap::{Overlap, OverlapRule};
