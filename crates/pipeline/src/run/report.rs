//! What a job has done, for people and programs.

use eventscape_core::{Lineage, Relation};
use eventscape_products::Artifact;
use serde::Serialize;

use super::clock::{Clock, StageTime};
use crate::recipe::Recipe;

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
    pub products: Vec<Artifact>,
    /// What the user should know.
    pub notices: Vec<String>,
    /// Where the time went.
    pub times: Vec<StageTime>,
}

/// The report of a job that is complete and has read nothing; the stage fills in what it knows beside that.
pub(crate) fn of_recipe(
    recipe: &Recipe,
    location: &str,
    lineage: Option<&Lineage>,
    products: Vec<Artifact>,
    clock: Clock,
) -> Report {
    let data = &recipe.data;
    Report {
        job_id: recipe.identity.job_id,
        title: recipe.identity.title.clone(),
        location: location.to_owned(),
        status: "complete",
        already_complete: false,
        granules: 0,
        scenes: data.scenes(),
        scenes_read: 0,
        grid: (data.grid.ny(), data.grid.nx()),
        tracks: lineage.map_or(0, |l| l.tracks.len()),
        components: lineage.map_or(0, |l| l.tracks.iter().map(|t| t.members.len()).sum()),
        links: lineage.map_or(0, used_links),
        products,
        notices: data.notices().map(|(_, text)| text).collect(),
        times: clock.times(),
    }
}

/// Links that tracks are made of.
fn used_links(lineage: &Lineage) -> usize {
    lineage.links.iter().filter(|l| !matches!(l.relation, Relation::Unused | Relation::Weak)).count()
}
