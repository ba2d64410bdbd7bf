//! `eventscape curate`.

use std::path::Path;
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{CurationJob, plan_curation, run_curation};

use super::{Outcome, print, surroundings};
use crate::args::JobFlags;
use crate::report;
use crate::terminal::Terminal;

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let file = matches.get_one::<String>("job_file").map(Path::new);
    let job = CurationJob::read(file, JobFlags::curation().table(matches)?)?;
    let around = surroundings(terminal)?;
    if matches.get_flag("dry_run") {
        let reads = plan_curation(&job, &around)?;
        print(&report::of_reads(&reads, matches.get_flag("json")))?;
        return Ok(ExitCode::SUCCESS);
    }
    let outcomes = run_curation(&job, &around)?;
    print(&report::of_curations(&outcomes, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}
