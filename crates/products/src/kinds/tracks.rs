//! `tracks`: the tracks as trajectories, by CF.

use eventscape_core::track::{EndStatus, StartStatus, TrackSummary, track_summaries};
use eventscape_io::sink::ProductFile;

use crate::netcdf::write_tracks;
use crate::product::{Files, NETCDF, Product};
use crate::writers::TracksContext;
use crate::{JobInfo, ProductError};

pub(super) const PRODUCT: Product = Product::of_tracks("tracks", Files::One("Tracks.nc"), NETCDF, write)
    .titled("Tracks (CF trajectories)")
    .with_roles(&["data", "tracks"])
    .needing_ordered_times();

fn write(job: &TracksContext<'_>, out: ProductFile) -> Result<ProductFile, ProductError> {
    let mut summaries = track_summaries(job.lineage, job.events, job.max_gap_seconds)
        .map_err(|e| ProductError::Mismatch(format!("the tracks cannot be summarised: {e}")))?;
    know_ends(&mut summaries, job.info);
    write_tracks(out.hash_at_end(), job.info, job.grid, job.lineage, &summaries, job.events, &|_| {})
}

/// Tracks that were given begin and end where the job does, and are not cut off there, unless it is known that they are.
fn know_ends(summaries: &mut [TrackSummary], info: &JobInfo) {
    for summary in summaries {
        let Some(given) = info.given(summary.id) else { continue };
        summary.start_status = if given.begins { StartStatus::Initiation } else { StartStatus::Censored };
        summary.end_status = if given.ends { EndStatus::Dissipation } else { EndStatus::Censored };
    }
}
