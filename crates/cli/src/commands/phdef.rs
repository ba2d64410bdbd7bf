//! `eventscape phdef` and `eventscape validate`.

use std::path::Path;
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{Environment, Job, PipelineError, read_job, run_phdef, validate};

use super::{Outcome, environment, print};
use crate::args::JobFlags;
use crate::report;
use crate::terminal::Terminal;

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let env = environment(terminal)?;
    let outcome = run_phdef(&job(matches, &env)?, &env)?;
    print(&report::of_job(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn validate_only(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let env = environment(terminal)?;
    let outcome = validate(&job(matches, &env)?, &env)?;
    print(&report::of_validation(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}

/// The job file with the flags over it.
fn job(matches: &ArgMatches, env: &Environment<'_>) -> Result<Job, PipelineError> {
    let file = matches.get_one::<String>("job_file").map(Path::new);
    read_job(file, JobFlags::phdef().table(matches)?, &env.doors.methods)
}
