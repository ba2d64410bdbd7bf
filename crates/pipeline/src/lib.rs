//! The stages of a job, in order: scenes, components, lineage, products.
//!
//! [`run_phdef`] is the whole way of a PhDef job; each stage is a function named after what it makes. All entry points
//! (the command line today, the service later) call it.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod chunk_place;
mod command;
mod converted;
mod curation;
mod doors;
mod error;
mod job;
mod joined;
mod mask_from;
mod ordered;
mod output_choices;
mod phdef;
mod plot;
mod progress;
mod report;
mod request;
mod resources;
mod scope;
mod stages;
mod stitch;
mod validate;
mod verify;
mod workplace;

use std::sync::Arc;

use eventscape_io::cache::SceneCache;
use eventscape_io::sink::{Sink, SinkLock};
use eventscape_io::stores::Stores;

pub use curation::{CurationJob, CurationReads, CurationReport, Reads, check_curation, plan_curation, run_curation};
pub use doors::Doors;
pub use error::{PipelineError, Result};
pub use job::{
    BoxText, Job, TextOrNumber, Texts, Tos2caNames, TrackerName, WrongKey, canonical_keys, job_schema, parse_bytes,
    read_job_file, read_keys, read_table as read_job_table, read_toml_table, takes_text,
};
pub use mask_from::{MaskFromJob, run_mask_from};
pub use phdef::run_phdef;
pub use plot::{Plot, PlotKind, PlotRequest, draw as draw_plot};
pub use progress::{Cancel, Observer, Silent, Stage};
pub use report::{Report, StageTime};
pub use request::load_catalog;
pub use stitch::{StitchRequest, run_stitch};
pub use validate::{Validation, check_job, validate};
pub use verify::{Finding, Severity, Verification, VerifyRequest, verify};

/// What a job is run with besides its definition.
#[derive(Clone)]
pub struct Surroundings<'a> {
    /// Hears of progress and notices.
    pub observer: &'a dyn Observer,
    /// Asks the job to stop.
    pub cancel: Cancel,
    /// The time now, ISO 8601 in UTC, for the products' attributes; `None` leaves it out.
    pub now: Option<String>,
    /// Files, buckets and web servers.
    pub stores: Stores,
    /// Where scenes are kept, whatever the job says of it; `None` leaves it to the job.
    pub cache: Option<Arc<dyn SceneCache>>,
    /// Whether whoever runs the job knows that nobody else does (a queue's claim): the lock that a dead run left in a bucket is
    /// then taken over at once.
    pub takes_over: bool,
    /// The kinds that the job can name.
    pub doors: Doors,
}

impl Surroundings<'_> {
    fn lock(&self, sink: &Sink) -> Result<SinkLock> {
        let lock = if self.takes_over { sink.take_over() } else { sink.lock() }?;
        lock.remove_stale()?;
        Ok(lock)
    }
}
