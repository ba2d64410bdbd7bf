//! `eventscape stitch`.

use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{StitchRequest, Texts, run_stitch};

use super::{Outcome, environment, print};
use crate::report;
use crate::terminal::Terminal;

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let request = StitchRequest {
        chunks: matches.get_many::<String>("chunk_dir").into_iter().flatten().cloned().collect(),
        out: matches.get_one::<String>("out").cloned().unwrap_or_default(),
        job_id: matches.get_one::<u64>("job_id").copied(),
        title: matches.get_one::<String>("title").cloned(),
        threads: matches.get_one::<u32>("threads").copied(),
        products: matches.get_one::<String>("products").cloned().map(Texts::One),
        no_plots: matches.get_flag("no_plots"),
        overwrite: matches.get_flag("overwrite"),
    };
    let env = environment(terminal)?;
    let outcome = run_stitch(&request, &env)?;
    print(&report::of_job(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}
