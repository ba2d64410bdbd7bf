//! Links the components of consecutive scenes into a lineage.

mod fortracc;
mod overlap;
mod recorder;
mod rows;
mod summary;

pub use fortracc::{Fortracc, FortraccOptions, usual_step_seconds};
pub use overlap::{Overlap, OverlapRule};
pub use summary::{EndStatus, MemberState, Motion, StartStatus, TrackSummary, track_summaries, track_summary};
