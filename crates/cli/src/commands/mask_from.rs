//! `eventscape mask-from`.

use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{MaskFromJob, read_job, run_mask_from};
use serde_json::Value;

use super::{Outcome, environment, print};
use crate::args::JobFlags;
use crate::report;
use crate::terminal::Terminal;

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let mut keys = JobFlags::mask_from().table(matches)?;
    if let Some(file) = matches.get_one::<String>("file") {
        keys.insert("outlines".to_owned(), Value::from(file.as_str()));
    }
    let env = environment(terminal)?;
    let job: MaskFromJob = read_job(None, keys, &env.doors.methods)?;
    let outcome = run_mask_from(&job, &env)?;
    print(&report::of_job(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}
