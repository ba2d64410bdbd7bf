//! `eventscape phdef` and `eventscape validate`.

use std::path::Path;
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{Job, PipelineError, read_job_file, run_phdef, validate};

use super::{Outcome, print, surroundings};
use crate::terminal::Terminal;
use crate::{args, report};

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let job = job(matches)?;
    let around = surroundings(terminal)?;
    let outcome = run_phdef(&job, &around)?;
    print(&report::of_job(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn validate_only(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let job = job(matches)?;
    let around = surroundings(terminal)?;
    let outcome = validate(&job, &around)?;
    print(&report::of_validation(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}

/// The job file with the flags over it.
fn job(matches: &ArgMatches) -> Result<Job, PipelineError> {
    let flags = args::job(matches)?;
    Ok(match matches.get_one::<String>("job_file") {
        Some(path) => read_job_file(Path::new(path))?.overridden_by(flags),
        None => flags,
    })
}
