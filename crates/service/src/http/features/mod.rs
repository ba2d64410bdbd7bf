//! OGC API - Features Part 1 (17-069r4) over the events of finished PhDef jobs: a collection for each job, a feature for each
//! track and time.

mod collections;
mod items;

pub(super) use collections::{collection, collections};
pub(super) use items::{item, items};

/// Longitude and latitude on WGS 84.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// What the name of a collection begins with; the job's number follows.
const PREFIX: &str = "job-";
