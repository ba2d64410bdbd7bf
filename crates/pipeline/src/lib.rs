//! The stages of a job, in order: scenes, components, lineage, products.
//!
//! [`run_phdef`] is the whole way of a PhDef job, [`find_phenomena`] the same without products; each stage is a function named
//! after what it makes. All entry points (the command line, the service) call them.
//!
//! The way of a job: its keys (`job`) are understood once (`recipe`), and a stage (`stages`) does it with what every stage has
//! (`run`). Imports between these folders go this way alone. `verify` reads finished jobs back.
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod doors;
mod error;
mod job;
mod recipe;
mod run;
mod stages;
mod verify;

pub use doors::Doors;
pub use error::{PipelineError, Result};
pub use job::{
    BoxText, CurationJob, CurationKeys, Job, JobTable, LimitKeys, MaskFromJob, OutlineKeys, OutputKeys, PhenomenonKeys,
    RunningKeys, SourceKeys, TextOrNumber, Texts, Tos2caNames, WrongKey, canonical_keys, parse_bytes, read_job,
    read_keys, read_table as read_job_table, read_toml_table, takes_text,
};
pub use recipe::load_catalog;
pub use run::{Cancel, Environment, Observer, Report, Silent, Stage, StageTime};
pub use stages::{
    CurationReads, CurationReport, Phenomena, Plot, PlotKind, PlotRequest, Reads, StitchRequest, Validation,
    check_curation, check_job, draw_plot, find_phenomena, plan_curation, run_curation, run_mask_from, run_phdef,
    run_stitch, validate,
};
pub use verify::{Finding, Severity, Verification, VerifyRequest, verify};
