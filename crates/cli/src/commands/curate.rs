//! `eventscape curate`.

use std::path::Path;
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{CurationJob, plan_curation, read_job, run_curation};

use super::{Outcome, environment, print};
use crate::args::JobFlags;
use crate::report;
use crate::terminal::Terminal;

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let file = matches.get_one::<String>("job_file").map(Path::new);
    let env = environment(terminal)?;
    let job: CurationJob = read_job(file, JobFlags::curation().table(matches)?, &env.doors.methods)?;
    if matches.get_flag("dry_run") {
        let reads = plan_curation(&job, &env)?;
        print(&report::of_reads(&reads, matches.get_flag("json")))?;
        return Ok(ExitCode::SUCCESS);
    }
    let outcomes = run_curation(&job, &env)?;
    print(&report::of_curations(&outcomes, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}
