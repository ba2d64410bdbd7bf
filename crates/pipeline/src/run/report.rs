//! What a job has done, for people and programs.

use eventscape_core::Lineage;
use eventscape_io::sink::StoredProduct;
use serde::Serialize;

use crate::phdef::used_links;
use crate::scope::Scope;

/// Seconds that a stage took.
#[derive(Clone, Debug, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: &'static str,
    /// Its seconds.
    pub seconds: f64,
}

/// What a job has done.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The job's number.
    pub job_id: u64,
    /// Its title.
    pub title: String,
    /// Where its products are; of a chunk, the folder that `eventscape stitch` takes.
    pub location: String,
    /// `complete`; `chunk` for a chunk that is to be stitched.
    pub status: &'static str,
    /// Whether an earlier run had made it all.
    pub already_complete: bool,
    /// Granules that were read.
    pub granules: usize,
    /// Scenes of the job.
    pub scenes: usize,
    /// Scenes that were read from their granules in this run (the rest came from the cache or an earlier run).
    pub scenes_read: usize,
    /// Rows and columns of the grid.
    pub grid: (usize, usize),
    /// Tracks.
    pub tracks: usize,
    /// Components that belong to tracks.
    pub components: usize,
    /// Links that join tracks or members: continuations, merges and splits.
    pub links: usize,
    /// The files.
    pub products: Vec<StoredProduct>,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Where the time went.
    pub times: Vec<StageTime>,
}

pub(crate) fn of_scope(
    scope: &Scope,
    location: &str,
    lineage: Option<&Lineage>,
    products: Vec<StoredProduct>,
    times: Vec<StageTime>,
    status: &'static str,
    already_complete: bool,
) -> Report {
    Report {
        job_id: scope.job.job_id.unwrap_or(1),
        title: scope.info(None).map(|i| i.title).unwrap_or_default(),
        location: location.to_owned(),
        status,
        already_complete,
        granules: 0,
        scenes: scope.scenes(),
        scenes_read: 0,
        grid: (scope.grid.ny(), scope.grid.nx()),
        tracks: lineage.map_or(0, |l| l.tracks.len()),
        components: lineage.map_or(0, |l| l.tracks.iter().map(|t| t.members.len()).sum()),
        links: lineage.map_or(0, used_links),
        products,
        notices: scope.told().map(|(_, text)| text).collect(),
        times,
    }
}
